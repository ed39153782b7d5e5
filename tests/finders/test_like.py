"""What is like an example, among everything: by colour here, since drawn shapes have only that."""

from __future__ import annotations

import numpy as np
import pytest
from shape_engine import Shape, ShapeEngine

from vostool.errors import ModelError, UsageError
from vostool.finders.everything.like import LikeFinder
from vostool.finders.finder import Example, Question, View, Way, last_look
from vostool.masks.mask import Mask

HEIGHT, WIDTH = 240, 320
MEADOW = Shape((20, 90, 20), (0, 0, WIDTH, HEIGHT), 0.9)
RED = Shape((200, 30, 30), (20, 20, 60, 60))
RED_TOO = Shape((200, 30, 30), (200, 140, 70, 70), round=True)
BLUE = Shape((20, 30, 220), (120, 30, 60, 60))


def example(shape: Shape, engine: ShapeEngine, frame: int) -> Example:
    return Example(engine.picture, Mask.from_array(shape.pixels(HEIGHT, WIDTH)), frame, "red thing")


def asked(frame: int):
    engine = ShapeEngine([MEADOW, RED, BLUE, RED_TOO], HEIGHT, WIDTH)
    question = Question(Way.LIKE, examples=(example(RED, engine, frame),))
    return last_look(LikeFinder(), View(0, engine.picture, engine), question)


def iou(candidate, shape: Shape) -> float:
    return candidate.mask.iou(Mask.from_array(shape.pixels(HEIGHT, WIDTH)))


def test_the_nearest_candidates_come_first_and_take_the_examples_name():
    ranked = sorted(asked(frame=7), key=lambda c: -c.score)
    assert {max((RED, RED_TOO), key=lambda s: iou(c, s)) for c in ranked[:2]} == {RED, RED_TOO}
    assert all(c.label == "red thing" and c.text_score > 0.9 for c in ranked[:2])
    blue = max(ranked, key=lambda c: iou(c, BLUE))
    assert blue.text_score < 0.5


def test_an_example_of_this_very_frame_is_not_found_again():
    found = asked(frame=0)
    assert max(iou(c, RED_TOO) for c in found) > 0.9
    assert max(iou(c, RED) for c in found) < 0.5


def test_without_an_example_or_an_engine_one_sentence():
    engine = ShapeEngine([MEADOW], HEIGHT, WIDTH)
    view = View(0, engine.picture, engine)
    with pytest.raises(UsageError, match="nothing to compare with"):
        last_look(LikeFinder(), view, Question(Way.LIKE))
    empty = Example(engine.picture, Mask.empty(HEIGHT, WIDTH), 3)
    with pytest.raises(UsageError, match="empty mask on frame 3"):
        last_look(LikeFinder(), view, Question(Way.LIKE, examples=(empty,)))
    full = Example(engine.picture, Mask.from_array(np.ones((HEIGHT, WIDTH))), 3)
    with pytest.raises(ModelError, match="choose MobileSAM or SAM 2"):
        last_look(LikeFinder(), View(0, engine.picture), Question(Way.LIKE, examples=(full,)))
