"""The fixtures of :mod:`cvat_fixtures`, and a session that is logged in."""

from __future__ import annotations

import pytest
from cvat_fixtures import cvat, job_clip, memory_keyring
from cvat_stub import CvatStub

from vostool.io.cvat_server.connections import session_for
from vostool.io.cvat_server.session import Session

__all__ = ["cvat", "job_clip", "memory_keyring"]


@pytest.fixture
def logged_in(cvat: CvatStub) -> Session:
    return session_for(cvat.url)
