"""Projects that were not saved under a name yet: kept per user, found again by fingerprint.

A person who opens a video and clicks must lose nothing before choosing a file name, so work is
stored from the first change; opening the same video again continues it.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from vostool.frames import SourceRef
from vostool.io.project.file import SUFFIX


def drafts_folder() -> Path:
    """The per-user folder of drafts; the environment variable VOSTOOL_DRAFTS names another."""
    chosen = os.environ.get("VOSTOOL_DRAFTS")
    if chosen:
        return Path(chosen)
    return platformdirs.user_data_path("vostool", appauthor=False) / "drafts"


def draft_path(source: SourceRef) -> Path:
    """Where the draft of this source lies, whether it exists or not."""
    return drafts_folder() / f"{source.path.stem[:40]}-{source.fingerprint[:16]}{SUFFIX}"


def is_draft(path: Path) -> bool:
    """True for a file in the drafts folder."""
    return path.parent == drafts_folder()
