"""Boxes that were found get masks from the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vostool.errors import ModelError
from vostool.finders.fill import fill, filled
from vostool.finders.finder import Candidate, View
from vostool.frames import Image, SourceInfo
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Engine, SegmentReply, SegmentRequest
from vostool.models.registry import create_engine

WIDTH, HEIGHT = 96, 64


class OnePicture:
    """A source of one frame: a light disc on a dark ground."""

    def __init__(self) -> None:
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        self.disc = (x - 30) ** 2 + (y - 30) ** 2 < 15**2
        self.picture: Image = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
        self.picture[self.disc] = (220, 200, 60)

    info = SourceInfo(Path("/v"), "images", WIDTH, HEIGHT, 1, 25.0)

    def __len__(self) -> int:
        return 1

    def frame(self, _index: int) -> Image:
        return self.picture

    def time(self, index: int) -> float:
        return index / 25

    def name(self, index: int) -> str:
        return str(index)

    def clone(self) -> OnePicture:
        return self

    def close(self) -> None:
        pass


@pytest.fixture
def source() -> OnePicture:
    return OnePicture()


@pytest.fixture
def view(source: OnePicture) -> View:
    engine = create_engine("flow")
    engine.open(source)
    return View(0, source.picture, engine)


def test_a_box_becomes_the_mask_of_what_it_holds(view: View, source: OnePicture) -> None:
    box = Candidate(Box(14, 14, 46, 46), 0.5, "disc", text_score=0.4)
    looks = list(fill([box], view))
    assert [(look.done, look.total) for look in looks] == [(0, 1), (1, 1)]
    (found,) = looks[-1].candidates
    assert found.mask is not None
    assert found.mask.iou(Mask.from_array(source.disc)) > 0.8
    assert (found.box, found.score, found.label, found.text_score) == (box.box, 0.5, "disc", 0.4)


def test_a_mask_that_is_there_stays_and_the_engine_is_not_asked(source: OnePicture) -> None:
    mask = Mask.from_array(source.disc)
    candidate = Candidate(Box(14, 14, 46, 46), 0.5, mask=mask)
    assert filled(candidate, View(0, source.picture)) is candidate


@pytest.mark.parametrize("box", [Box(-20, -5, 200, 300), Box(96, 10, 99, 20), Box(5, 5, 5.2, 5.1)])
def test_a_box_over_the_border_or_of_no_width_is_asked_inside_the_frame(
    source: OnePicture, box: Box
) -> None:
    asked: list[Box] = []

    class Blind:
        def segment(self, request: SegmentRequest) -> SegmentReply:
            assert request.prompts.box is not None
            request.prompts.check_inside(WIDTH, HEIGHT)
            asked.append(request.prompts.box)
            return SegmentReply(Mask.empty(HEIGHT, WIDTH), 0.0)

    engine: Engine = Blind()  # type: ignore[assignment]
    found = filled(Candidate(box, 0.5), View(0, source.picture, engine))
    (inside,) = asked
    assert 0 <= inside.x0 < inside.x1 <= WIDTH and 0 <= inside.y0 < inside.y1 <= HEIGHT
    assert found.mask is not None and not found.mask.is_empty


def test_without_an_engine_it_is_said(source: OnePicture) -> None:
    with pytest.raises(ModelError, match="choose one"):
        filled(Candidate(Box(1, 1, 5, 5), 0.5), View(0, source.picture))
