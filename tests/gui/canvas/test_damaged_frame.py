"""A frame whose picture came out damaged says so on the canvas."""

from __future__ import annotations

import pytest


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
