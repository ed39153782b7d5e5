"""The score of a tracked mask falls when it goes wrong, also where the tracker believes in it."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from vostool.models.mobile_sam.score import Scorer, expected_iou

ROWS, COLUMNS, SCALE = 18, 32, 10
SURE = 0.85
"""The belief of a tracker whose memory has learned each of its masks, wrong ones too."""


def box(left, width, top=6, height=6):
    """How much of each feature's place a box covers."""
    cover = np.zeros((ROWS, COLUMNS), np.float32)
    cover[top : top + height, left : left + width] = 1
    return cover


def tokens(thing):
    """Features of a frame on which this looks alike, and all around it otherwise."""
    look = np.random.default_rng(0).normal(0, 0.02, (ROWS, COLUMNS, 256)).astype(np.float32)
    look[..., 0] += thing
    look[..., 1] += 1 - thing
    return torch.nn.functional.normalize(torch.from_numpy(look.reshape(-1, 256)), dim=1)


def scores(things, masks, belief=SURE):
    """Give the first thing, and score masks of the frames after it."""
    scorer = Scorer()
    scorer.restart(1, things[0], tokens(things[0]))
    pairs = zip(things[1:], masks, strict=True)
    return [scorer.score(1, mask, tokens(thing), belief) for thing, mask in pairs]


HONEST = [box(6 + step, 6) for step in range(7)]


def test_an_honest_track_is_believed():
    assert min(scores(HONEST, HONEST[1:])) > 0.85


def test_growth_into_its_surroundings_is_seen_however_sure_the_tracker_is():
    grown = [box(6 + step, 6 + 2 * step) for step in range(1, 7)]
    told = scores(HONEST, grown)
    assert told == sorted(told, reverse=True)
    assert told[-1] < told[0] - 0.2


def test_shrinking_is_seen():
    told = scores(HONEST, [box(6 + step, 7 - step) for step in range(1, 7)])
    assert told == sorted(told, reverse=True)
    assert told[-1] < told[0] - 0.15


def test_sliding_off_is_seen():
    assert scores(HONEST, [box(12 + step, 6) for step in range(1, 7)])[-1] < 0.2


def test_a_swap_to_a_twin_is_seen_where_the_tracker_doubts():
    # Its features are the object's own: only where it was and how it moved can tell, which is the
    # tracker's belief.
    twins = [thing + box(22, 6, top=11) for thing in HONEST]
    given = [HONEST[0], *twins[1:]]
    right = scores(given, HONEST[1:])
    swapped = scores(given, [box(22, 6, top=11)] * 6, belief=0.3)
    assert max(swapped) < min(right) - 0.05


def test_wrong_masks_come_in_their_order():
    honest, slightly, mostly = (
        scores(HONEST[:2], [mask])[0] for mask in (box(7, 6), box(7, 8), box(7, 16))
    )
    assert honest > slightly > mostly


def test_a_given_mask_begins_anew_and_an_empty_one_says_nothing():
    scorer = Scorer()
    look, mask = tokens(HONEST[0]), box(20, 6)
    scorer.restart(1, HONEST[0], look)
    before = scorer.score(1, mask, look, SURE)
    scorer.restart(1, np.zeros_like(mask), look)
    assert scorer.score(1, mask, look, SURE) == before < 0.2
    scorer.restart(1, mask, look)
    assert scorer.score(1, mask, look, SURE) > before


def test_a_mask_given_elsewhere_counts_until_one_is_met():
    scorer = Scorer()
    assert scorer.score(1, HONEST[0], tokens(HONEST[0]), 0.4) == 0.4
    scorer.acquaint(1, HONEST[3], tokens(HONEST[3]))
    known = scorer.score(1, HONEST[0], tokens(HONEST[0]), SURE)
    assert known > 0.85
    scorer.acquaint(1, box(20, 6), tokens(HONEST[0]))
    assert scorer.score(1, HONEST[0], tokens(HONEST[0]), SURE) == known


def test_without_features_the_keyframe_says_what_it_said_last():
    scorer = Scorer()
    scorer.restart(1, HONEST[0], tokens(HONEST[0]))
    assert scorer.score(1, HONEST[0], None, 0.4) == 0.4
    seen = scorer.score(1, box(8, 8), tokens(HONEST[0]), SURE)
    assert scorer.score(1, HONEST[0], None, SURE) == seen
    assert scorer.score(1, HONEST[0], None, SURE / 2) < seen


shares = st.floats(0, 1)


@given(shares, shares, shares, st.integers(0, 2), shares)
def test_it_lies_in_0_to_1_and_nothing_better_lowers_it(one, two, three, which, more):
    values = [one, two, three]
    better = [max(v, more) if n == which else v for n, v in enumerate(values)]
    assert 0 <= expected_iou(*values) <= expected_iou(*better) <= 1


def test_belief_alone_lowers_it_as_far():
    assert expected_iou(0.05, 0.8, 0.8) < 0.5 < expected_iou(0.5, 0.8, 0.8)


def test_what_is_best_is_believed_and_what_is_worst_is_not():
    assert expected_iou(1, 1, 1) > 0.9
    assert expected_iou(0, 0, 0) < 0.01
