"""A frame that is larger than the memory for decoded frames is shown all the same."""

from __future__ import annotations

from pathlib import Path

from vostool.gui.canvas import display
from vostool.io.video.frame_cache import FrameCache


def test_a_frame_larger_than_the_bound_is_shown_and_clicked(
    hand, engine, video: Path, monkeypatch
) -> None:
    # A frame of the clip has 97,920 bytes.
    monkeypatch.setattr(display, "FrameCache", lambda _bytes: FrameCache(1000))
    hand.open(video)
    hand.mark(1, oid=1)
    for frame in (5, 6, 5, 23, 0):
        hand.go_to(frame)
        assert hand.bench.workspace.display.loader.cached(frame) is not None
