"""A frame whose picture came out damaged says so on the canvas."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from made_files import by_ffmpeg

CHECKED = ("-c:v", "ffv1", "-level", "3", "-slices", "4", "-slicecrc", "1", "-g", "1")


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file with a long name whose frame 12 has a damaged slice."""
    path = by_ffmpeg(tmp_path / f"{'a long name ' * 12}.mkv", *CHECKED, frames=24, size=(160, 112))
    with av.open(str(path)) as container:
        packet = [p for p in container.demux(video=0) if p.size][12]
        place, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[place + size // 2] ^= 16
    path.write_bytes(data)
    return path


def test_the_badge_stays_within_the_canvas_and_below_the_other(hand, engine, damaged) -> None:
    hand.open(damaged)
    hand.go_to(12)
    canvas, badge = hand.canvas, hand.canvas.doubt
    assert badge.isVisible() and "Frame 12 of" in badge.text()
    assert badge.geometry().right() < canvas.width()
    assert badge.heightForWidth(badge.width()) <= badge.height()
    top = badge.y()
    canvas.show_confirmed(1, 1)
    assert badge.y() > top and badge.y() > canvas.confirmed.geometry().bottom()
    canvas.show_confirmed(0, 1)
    assert badge.y() == top
    hand.window.resize(1000, 700)
    hand.until(lambda: badge.geometry().right() < canvas.width())
    hand.go_to(13)
    assert badge.isHidden()


def test_a_damaged_frame_says_so_and_the_next_one_does_not(hand, shared_data) -> None:
    video = shared_data / "cases_video" / "ffv1_bad_slice" / "ffv1_dmg.nut"
    if not video.exists():
        pytest.skip("no sample with a bad slice")
    hand.open(video)
    assert hand.canvas.doubt.isHidden()
    hand.go_to(12)
    assert hand.canvas.doubt.isVisible()
    assert (
        hand.canvas.doubt.text()
        == "Frame 12 of 'ffv1_dmg.nut' is damaged; its picture may be wrong."
    )
    hand.go_to(13)
    assert hand.canvas.doubt.isHidden()
