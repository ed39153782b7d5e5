"""Drafts redrawn by a decoder that answers by a script."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.masks.box import Box
from vostool.models.flow.picture import Picture
from vostool.models.mobile_sam.decoder import Decoded
from vostool.models.mobile_sam.encoder import Geometry
from vostool.models.mobile_sam.mixing import Draft
from vostool.models.mobile_sam.redraw import Redrawer, left_out, prompts_of

HEIGHT, WIDTH = 48, 96
FEATURES = torch.zeros(1)


def block(x0: int, x1: int, y0: int = 10, y1: int = 40) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[y0:y1, x0:x1] = 1
    return mask


BODY, BOARD = block(10, 30), block(50, 60)
WHOLE = np.maximum(BODY, BOARD)


class Scripted:
    """Draws three masks for each box it is asked about, by the box's left side."""

    geometry = Geometry.of(HEIGHT, WIDTH)

    def __init__(self, drawn: dict[int, list[np.ndarray]]) -> None:
        self.drawn, self.asked, self.shown = drawn, [], []

    def decode_all(self, _, prompts, before=None):
        self.asked += [int(box.x0) for _, box in prompts]
        self.shown += before or []
        return [self._answer(box) for _, box in prompts]

    def _answer(self, box: Box) -> Decoded:
        masks = self.drawn[int(box.x0)]
        logits = torch.stack([torch.from_numpy(mask) * 40 - 20 for mask in masks])
        return Decoded(logits, torch.full((3,), 0.9))

    def to_picture(self, logits, size):
        assert logits.shape == size
        return logits.numpy()

    def from_picture(self, soft):
        return soft


def redrawer(drawn) -> tuple[Redrawer, Scripted]:
    decoder = Scripted(drawn)
    return Redrawer(decoder, {}, lambda soft: soft), decoder


def asked(
    redrawer: Redrawer,
    prior: np.ndarray,
    flow: np.ndarray | None = None,
    *,
    match: float = 1.0,
    missing: np.ndarray | None = None,
):
    gray = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture = Picture(gray, np.zeros((HEIGHT, WIDTH, 3), np.uint8), WIDTH, HEIGHT)
    soft = prior if flow is None else flow
    draft = Draft(soft, np.full_like(prior, match), prior, prior, missing=missing)
    return redrawer.redrawn(FEATURES, picture, {7: draft})[7]


def test_a_decoder_that_cannot_draw_the_given_mask_is_followed_less():
    line = np.maximum(BODY, block(30, 44, 24, 26))
    able, unable = redrawer({10: [BODY] * 3}), redrawer({10: [BODY] * 3})
    able[0].try_on(FEATURES, {7: BODY})
    unable[0].try_on(FEATURES, {7: np.maximum(BODY, block(30, 44, 20, 32))})
    kept = [asked(each, line)[0].soft[25, 40] for each, _ in (able, unable)]
    assert kept[0] < 0.5 < kept[1]


def test_of_masks_that_look_alike_the_one_wins_that_drew_the_given_mask():
    short, long = block(10, 29), block(10, 31)
    tried, _ = redrawer({10: [short, long, long]})
    tried.try_on(FEATURES, {7: long})
    assert asked(tried, BODY)[0].soft[20, 30] > 0.5
    other, _ = redrawer({10: [short, long, long]})
    other.try_on(FEATURES, {7: short})
    assert asked(other, BODY)[0].soft[20, 29] < 0.5


def test_a_part_that_was_left_out_is_asked_for_by_itself():
    made, decoder = redrawer({10: [BODY] * 3, 50: [BOARD] * 3})
    proposal, verdict = asked(made, WHOLE)
    assert decoder.asked == [10, 50]
    assert np.array_equal(proposal.soft > 0.5, WHOLE > 0.5)
    assert verdict.agreement == 1


@pytest.mark.parametrize("answer", [block(50, 90, 0, 48), block(70, 80), block(50, 52)])
def test_an_answer_that_is_not_the_part_is_not_added(answer):
    made, decoder = redrawer({10: [BODY] * 3, 50: [answer] * 3})
    proposal, _ = asked(made, WHOLE)
    assert decoder.asked == [10, 50]
    assert not (proposal.soft > 0.5)[:, 50:].any()


def test_seams_and_crumbs_are_no_parts():
    assert left_out(BODY > 0, block(11, 29, 11, 39) > 0) is None
    assert left_out(WHOLE > 0, WHOLE > 0) is None
    crumb = np.maximum(BODY, block(60, 64, 10, 14))
    assert left_out(crumb > 0, BODY > 0) is None
    found = left_out(WHOLE > 0, BODY > 0)
    assert found is not None
    assert np.array_equal(found, BOARD > 0)


def test_a_mask_without_a_core_asks_for_nothing():
    assert prompts_of(np.zeros((HEIGHT, WIDTH), np.float32), 1.0) is None


def test_the_decoder_is_shown_the_draft():
    made, decoder = redrawer({10: [BODY] * 3})
    asked(made, BODY)
    assert decoder.shown == [BODY]


def test_it_is_not_shown_that_of_an_object_of_a_few_features_beside_one_that_it_is():
    dot = block(50, 55, 10, 15)
    made, decoder = redrawer({10: [BODY] * 3, 50: [dot] * 3})
    made.try_on(FEATURES, {8: dot})
    assert decoder.shown == []
    made.try_on(FEATURES, {7: BODY})
    assert [shown is BODY for shown in decoder.shown] == [True]
    picture = Picture(
        np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH, 3), np.uint8), WIDTH, HEIGHT
    )
    drafts = {
        oid: Draft(mask, np.ones_like(mask), mask, mask) for oid, mask in ((7, BODY), (8, dot))
    }
    drawn = made.redrawn(FEATURES, picture, drafts)
    assert [shown is BODY for shown in decoder.shown] == [True, True]
    assert drawn[7][1].agreement == drawn[8][1].agreement == 1
    made.acquaint(8, float(BODY.mean()))  # on another frame it is nearer
    made.redrawn(FEATURES, picture, {8: drafts[8]})
    assert decoder.shown[-1] is dot


def test_what_the_decoder_lacked_of_the_given_mask_it_is_held_to_lack_again():
    line, hole = block(30, 44, 24, 26), block(15, 20, 20, 30)
    given = np.maximum(BODY, line) * (1 - hole)
    made, _ = redrawer({10: [BODY] * 3})
    missing = made.try_on(FEATURES, {7: given})[7]
    assert missing.shape == (HEIGHT, WIDTH, 3)
    # Flow has blurred both; nothing else tells of them.
    flow = np.where(BODY > 0, 1 - 0.6 * hole, 0.4 * line).astype(np.float32)
    without, _ = asked(made, np.maximum(BODY, 0), flow)
    corrected, _ = asked(made, np.maximum(BODY, 0), flow, missing=missing)
    assert without.soft[25, 17] > 0.5 > without.soft[25, 40]
    assert corrected.soft[25, 17] < 0.5 < corrected.soft[25, 40]


def test_flow_counts_for_less_where_the_picture_does_not_fit():
    board = np.maximum(BODY, BOARD)
    made, _ = redrawer({10: [BODY] * 3, 50: [block(0, 1)] * 3})
    fits, _ = asked(made, BODY, board, match=1.0)
    unfit, _ = asked(made, BODY, board, match=0.1)
    assert unfit.soft[20, 55] < 0.2 < fits.soft[20, 55]
