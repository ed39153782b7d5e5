"""Part or whole: Tab and a switch at the mask; the choice is part of the prompt."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import Hand, TruthEngine
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.io.project.file import read_project
from vostool.masks.mask import Mask
from vostool.models.engine import EngineInfo, SegmentReply, SegmentRequest
from vostool.project.prompts import Point

BEST = 1


class ChoosingEngine(TruthEngine):
    """Has a smaller and a larger mask besides the true one, and a speck and a pinhole in each."""

    dirty = False

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, chooses=True)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        reply = super().segment(request)
        if not request.prompts.is_lone_click:
            return reply
        choice = BEST if request.prompts.choice is None else request.prompts.choice
        return SegmentReply(self.sized(reply.mask, choice), 0.9, choice)

    def sized(self, mask: Mask, choice: int) -> Mask:
        pixels = mask.to_array().astype(np.uint8)
        kernel = np.ones((5, 5), np.uint8)
        if choice != BEST:
            pixels = (cv2.erode if choice < BEST else cv2.dilate)(pixels, kernel)
        if self.dirty:
            pixels[2, 2] = 1
        return Mask.from_array(pixels > 0)


@pytest.fixture
def engine(bench, qtbot, clip: GeneratedClip):
    made = ChoosingEngine(clip)
    with qtbot.waitSignal(bench.worker.engine_ready):
        bench.worker.use(lambda: made)
    yield made
    made.release()


def switch(hand: Hand):
    return hand.window.view_side.chip.extent


def pressed(hand: Hand) -> list[int]:
    return [place for place, each in enumerate(switch(hand).buttons) if each.isChecked()]


def expected(hand: Hand, engine: ChoosingEngine, choice: int) -> Mask:
    return engine.sized(hand.truth(0, 1), choice)


def test_tab_goes_through_the_masks_and_the_choice_is_the_prompts(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    assert pressed(opened) == [BEST]
    assert opened.project.prompts[0, 1].choice is None
    for choice in (2, 0, 1):
        opened.keys("Tab")
        assert opened.project.prompts[0, 1].choice == choice
        opened.until(lambda wanted=choice: opened.mask(0, 1).mask == expected(
            opened, engine, wanted
        ))  # fmt: skip
        assert pressed(opened) == [choice]
        assert opened.canvas.hasFocus()


def test_a_mask_that_is_none_of_the_three_presses_none_and_tab_begins_with_the_part(
    opened: Hand, engine, monkeypatch
) -> None:
    """All that looks like an object that is known from other frames."""
    answer = engine.segment

    def known(request: SegmentRequest) -> SegmentReply:
        reply = answer(request)
        return reply if request.prompts.choice is not None else replace(reply, choice=None)

    monkeypatch.setattr(engine, "segment", known)
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    assert pressed(opened) == []
    opened.keys("Tab")
    opened.until(lambda: opened.mask(0, 1).mask == expected(opened, engine, 0))
    assert pressed(opened) == [0]


def test_choices_that_follow_each_other_are_one_step(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    for _ in range(2):
        opened.keys("Tab")
    opened.until(lambda: opened.mask(0, 1).mask == expected(opened, engine, 0))
    assert opened.session.document.history.undo_title == "Choose part or whole"
    opened.keys("Ctrl+Z")
    assert opened.project.prompts[0, 1].choice is None
    assert opened.mask(0, 1).mask == expected(opened, engine, BEST)
    opened.until(lambda: pressed(opened) == [BEST])
    opened.keys("Ctrl+Shift+Z")
    assert opened.project.prompts[0, 1].choice == 0
    assert opened.mask(0, 1).mask == expected(opened, engine, 0)


def test_an_answer_that_is_late_counts_for_the_last_choice(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    engine.clicks.clear()
    opened.keys("Tab")
    opened.keys("Tab")
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 1).mask == expected(opened, engine, 0))


def test_the_switch_is_clicked(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    QTest.mouseClick(switch(opened).buttons[2], Qt.MouseButton.LeftButton)
    opened.until(lambda: opened.mask(0, 1).mask == expected(opened, engine, 2))
    assert len(opened.project.prompts[0, 1].points) == 1


def test_a_further_click_keeps_the_choice_and_ends_the_asking(opened: Hand, engine) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    opened.keys("Tab")
    x, y = opened.middle(1)
    opened.click(x + 3, y)
    prompts = opened.project.prompts[0, 1]
    assert prompts.choice == 2 and len(prompts.points) == 2
    opened.until(lambda: not switch(opened).isVisible() and not opened.session.clicks.waiting)


@pytest.mark.parametrize("keys", ["D", "F", "Esc"])
def test_whatever_else_is_done_ends_the_asking(opened: Hand, engine, keys: str) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    opened.keys(keys)
    assert not switch(opened).isVisible()
    before = opened.content()
    opened.keys("Tab")
    assert opened.content() == before


def test_a_box_and_an_engine_with_one_mask_have_no_switch(opened: Hand, engine) -> None:
    x, y, w, h = opened.truth(0, 1).bbox
    opened.keys("R")
    opened.drag((x - 1, y - 1), (x + w + 1, y + h + 1))
    opened.until(lambda: opened.mask(0, 1) is not None)
    opened.until(opened.window.view_side.chip.isVisible)
    assert not switch(opened).isVisible()


def test_the_choice_outlives_closing_and_a_run_begins_with_it(
    opened: Hand, engine, tmp_path: Path
) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: switch(opened).isVisible())
    opened.keys("Tab")
    opened.until(lambda: opened.mask(0, 1).mask == expected(opened, engine, 2))
    asked: list[int | None] = []
    track = engine.track

    def told(request, cancelled):
        asked.extend(key.prompts.choice for key in request.keyframes)
        return track(request, cancelled)

    engine.track = told
    opened.run()
    assert asked == [2]
    place = tmp_path / "kept.vos"
    done = threading.Event()
    opened.bench.workspace.storage.saved.connect(lambda _path: done.set())
    opened.bench.workspace.storage.save_as(place)
    opened.until(done.is_set)
    project, told_ = read_project(place)
    assert told_ is None
    assert project.prompts[0, 1].choice == 2
    assert isinstance(project.prompts[0, 1].points[0], Point)


def test_before_the_click_tab_chooses_for_the_next_ones(opened: Hand, engine) -> None:
    opened.click(2, 2, Qt.MouseButton.MiddleButton)  # the picture has the keyboard
    opened.canvas.setFocus()
    for choice in (0, 1, 2):
        opened.keys("Tab")
        assert opened.canvas.options.choice == choice
    opened.mark(1, oid=1)
    assert opened.project.prompts[0, 1].choice == 2
    assert opened.mask(0, 1).mask == expected(opened, engine, 2)


def test_specks_go_by_themselves_and_are_told(opened: Hand, engine) -> None:
    engine.dirty = True
    opened.mark(1, oid=1)
    assert opened.mask(0, 1).mask == opened.truth(0, 1)
    assert "1 speck of the new mask dropped" in opened.status()
    opened.window.actions_by_id["tidy_new"].trigger()
    opened.keys("F")
    opened.mark(2, oid=2)
    assert opened.mask(0, 2).mask.to_array()[2, 2]
