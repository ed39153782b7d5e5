"""An opening that never ends, on a dead mount for example, keeps nobody from opening another."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from vostool.errors import SourceError
from vostool.gui.window import workbench


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch):
    """Opening what is called `dead` waits for this event and looks at no progress."""
    reached, release = threading.Event(), threading.Event()
    original = workbench.opening

    def opening(path: Path, source_path: Path | None = None):
        work = original(path, source_path)

        def hang(progress):
            if path.name == "dead.mp4":
                reached.set()
                release.wait(20)
                raise SourceError("The mount is gone.")
            return work(progress)

        return hang

    monkeypatch.setattr(workbench, "opening", opening)
    yield reached
    release.set()  # the window's fixture looks that no thread is left


def test_another_video_opens_meanwhile(hand, engine, video, hanging) -> None:
    hand.bench.open_path("/mnt/dead.mp4")
    hand.until(hanging.is_set)
    hand.open(video)
    assert hand.bench.workspace is not None
