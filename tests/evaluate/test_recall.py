"""Recall of candidates: COCO's count on cases whose answer is known, and the command that prints it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from eval_cases import HEIGHT, WIDTH, moving, sequence
from shape_engine import Shape, ShapeEngine

from vostool.errors import Cancelled, LabelsError
from vostool.evaluate.recall import FrameLook, average_recall, look_at
from vostool.finders.everything.finder import EverythingFinder
from vostool.finders.finder import Candidate, Question, Way
from vostool.masks.box import Box
from vostool.masks.mask import Mask

EVERYTHING = Question(Way.EVERYTHING)


def bar(x: int, width: int) -> Mask:
    pixels = np.zeros((20, 100), np.bool_)
    pixels[5:15, x : x + width] = True
    return Mask.from_array(pixels)


def look(truth: list[Mask], found: list[tuple[Mask, float]]) -> FrameLook:
    candidates = tuple(Candidate(Box(0, 0, 1, 1), score, mask=mask) for mask, score in found)
    return FrameLook("made", 0, dict(enumerate(truth, 1)), candidates, {}, None, 0.0)


def test_an_object_counts_at_each_iou_that_its_candidate_reaches():
    # 8 of 10 columns: an IoU of 0.8 passes 0.5 to 0.75; floats leave 0.8 itself open.
    assert average_recall([look([bar(0, 10)], [(bar(0, 10), 0.9)])]) == {10: 1.0, 100: 1.0}
    partly = average_recall([look([bar(0, 10)], [(bar(0, 8), 0.9)])])[10]
    assert partly == pytest.approx(0.65, abs=0.051)


def test_a_candidate_is_one_object_and_the_best_ten_count():
    two = [bar(0, 10), bar(0, 10)]
    assert average_recall([look(two, [(bar(0, 10), 0.9)])])[10] == 0.5
    worse = [(bar(50, 10 + n), 0.9) for n in range(10)]
    found = average_recall([look([bar(0, 10)], [*worse, (bar(0, 10), 0.5)])])
    assert found == {10: 0.0, 100: 1.0}


def test_frames_weigh_by_their_objects_and_nothing_found_is_nothing():
    looks = [look([bar(0, 10)], [(bar(0, 10), 0.9)]), look([bar(0, 9), bar(30, 9)], [])]
    assert average_recall(looks)[100] == pytest.approx(1 / 3)
    assert average_recall([look([bar(0, 9)], [])]) == {10: 0.0, 100: 0.0}
    assert all(math.isnan(v) for v in average_recall([look([], [])]).values())


class SeesTheSequence(ShapeEngine):
    """The moving disc as a shape, on every frame where it is on the first."""

    def open(self, source: object) -> None:
        self.opened = source


def test_frames_are_spread_over_those_that_show_an_object():
    truth = [np.zeros((HEIGHT, WIDTH), np.int32), *moving(5)]
    y, x = 13, 8
    disc = Shape((90, 90, 90), (x, y, 24, 24), round=True)
    ground = Shape((0, 0, 0), (0, 0, WIDTH, HEIGHT), 0.6)
    engine = SeesTheSequence([ground, disc], HEIGHT, WIDTH)
    looks = look_at(sequence(truth), engine, EverythingFinder(), EVERYTHING, 3)
    assert [found.frame for found in looks] == [1, 3, 5]
    assert looks[0].best[1] > 0.7
    assert looks[0].clicks is not None and looks[0].clicks > 0
    assert [f.frame for f in look_at(sequence(truth), engine, EverythingFinder(), EVERYTHING)] == [
        1
    ]
    with pytest.raises(Cancelled):
        look_at(sequence(truth), engine, EverythingFinder(), EVERYTHING, stopped=lambda: True)
    with pytest.raises(LabelsError, match="no frame shows an object"):
        look_at(sequence(truth[:1]), engine, EverythingFinder(), EVERYTHING)
