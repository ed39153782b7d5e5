"""What is held out: whole videos, or the end of the only one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_videos import halves

from vostool.errors import LabelsError, UsageError
from vostool.training.split import GAP, split


def names(videos) -> list[str]:
    return [video.name for video in videos]


@given(st.integers(2, 12), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_videos_are_held_out_whole_in_whatever_order_they_come(count, seed):
    videos = [halves(f"v{number}") for number in range(count)]
    parted = split(videos)
    assert sorted(names(parted.training) + names(parted.held_out)) == sorted(names(videos))
    assert 1 <= len(parted.held_out) <= max(1, count // 2)
    random.Random(seed).shuffle(videos)
    assert sorted(names(split(videos).held_out)) == sorted(names(parted.held_out))


@given(st.sets(st.integers(0, 200), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_end_of_the_only_video_is_held_out_behind_a_gap(frames):
    video = halves("only", sorted(frames))
    parted = split([video])
    learnt, held = list(parted.training[0].masks), list(parted.held_out[0].masks)
    assert learnt and held and max(learnt) < min(held)
    if min(held) - min(learnt) > GAP:
        assert min(held) - max(learnt) > GAP
    assert "one video only" in parted.notes[0]


def test_one_frame_is_too_little():
    with pytest.raises(LabelsError, match="only teaches one frame only; one more"):
        split([halves("only", [3])])


def test_videos_can_be_chosen():
    videos = [halves(name) for name in "abc"]
    assert names(split(videos, ["b"]).held_out) == ["b"]
    with pytest.raises(UsageError, match="no video 'd'"):
        split(videos, ["d"])
    with pytest.raises(UsageError, match="leave at least one"):
        split(videos, ["a", "b", "c"])


def test_a_video_that_the_weights_know_is_held_out_last():
    videos = [halves(name) for name in "abcd"]
    first = split(videos).held_out[0]
    assert names(split(videos, seen=[first.digest]).held_out) != [first.name]
    known = split(videos, ["a"], seen=["digest of a"])
    assert names(known.held_out) == ["a"]
    assert any("trained on a already" in note for note in known.notes)
