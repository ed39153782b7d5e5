"""Which frames and objects a step learns from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostool.masks.mask import Mask
from vostool.models.sam2.training.sampling import FRAMES, OBJECTS, Sampler

SEEN = Mask.from_array(np.ones((2, 3), bool))
GONE = Mask.empty(2, 3)

rows = st.dictionaries(st.integers(1, 6), st.sampled_from([SEEN, GONE]), min_size=1, max_size=6)
labels = st.dictionaries(st.integers(0, 300), rows, min_size=1, max_size=12)
videos = st.lists(labels, min_size=1, max_size=3).filter(
    lambda found: any(
        not m.is_empty for video in found for row in video.values() for m in row.values()
    )
)


@given(videos, st.integers(0, 1000), st.integers(0, 500))
def test_a_clip_begins_where_all_its_objects_are_seen_and_goes_one_way(found, seed, step):
    choice = Sampler(found, seed)(step)
    taught = found[choice.video]
    first = choice.frames[0]
    assert 1 <= len(choice.objects) <= OBJECTS
    assert len(choice.frames) <= FRAMES
    assert all(not taught[first][oid].is_empty for oid in choice.objects)
    assert list(choice.frames) in (sorted(set(choice.frames)), sorted(set(choice.frames))[::-1])
    assert choice == Sampler(found, seed)(step)


@given(videos, st.integers(0, 1000), st.integers(0, 500))
def test_a_clip_ends_on_a_labelled_frame_and_passes_none_by(found, seed, step):
    choice = Sampler(found, seed)(step)
    known = {f for f, row in found[choice.video].items() if row.keys() & set(choice.objects)}
    first, last = choice.frames[0], choice.frames[-1]
    assert last in known
    low, high = min(first, last), max(first, last)
    assert {f for f in known if low <= f <= high} <= set(choice.frames)


@given(videos, st.integers(0, 1000))
def test_every_labelled_frame_begins_a_clip_in_its_turn(found, seed):
    sampler = Sampler(found, seed)
    starts = {
        (number, frame)
        for number, video in enumerate(found)
        for frame, row in video.items()
        if any(not mask.is_empty for mask in row.values())
    }
    drawn = [sampler(step) for step in range(len(starts))]
    assert {(choice.video, choice.frames[0]) for choice in drawn} == starts


def test_frames_between_far_labels_fill_the_clip_up():
    choices = [Sampler([{0: {1: SEEN}, 70: {1: SEEN}}], 0)(step) for step in range(8)]
    assert {len(choice.frames) for choice in choices} == {FRAMES}
    assert {choice.frames[0] for choice in choices} == {0, 70}
    assert all(np.abs(np.diff(choice.frames)).max() <= 18 for choice in choices)


def test_labels_side_by_side_make_whole_clips():
    choices = [Sampler([{f: {1: SEEN} for f in range(40)}], 0)(step) for step in range(40)]
    inner = [c.frames for c in choices if 8 <= c.frames[0] < 32]
    assert {len(frames) for frames in inner} == {FRAMES}
    assert {int(d) for frames in inner for d in np.diff(frames)} == {-1, 1}


def test_both_directions_and_mirror_images_are_drawn():
    choices = [Sampler([{f: {1: SEEN} for f in range(40)}], 0)(step) for step in range(40)]
    assert {c.frames[0] < c.frames[-1] for c in choices} == {True, False}
    assert {c.mirrored for c in choices} == {True, False}


def test_another_seed_draws_otherwise():
    video = [{f: {1: SEEN, 2: SEEN} for f in range(40)}]
    assert [Sampler(video, 0)(s) for s in range(9)] != [Sampler(video, 1)(s) for s in range(9)]


@pytest.mark.parametrize(("count", "steps"), [(1, 8), (32, 8), (33, 9), (400, 100)])
def test_an_epoch_shows_about_all_labels(count, steps):
    assert Sampler([{f: {1: SEEN} for f in range(count)}], 0).steps_per_epoch == steps


def test_nothing_to_see_is_told():
    assert Sampler([{3: {1: GONE}}], 0).is_empty
    assert not Sampler([{3: {1: SEEN}}], 0).is_empty
