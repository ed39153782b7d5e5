"""What the model is asked while looking: the preview under the mouse, and the visible part."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PyQt6.QtTest import QTest

from vostool.gui.engine.previews import preview
from vostool.gui.window.view.hover_preview import HOPELESS
from vostool.masks.mask import Mask, Provenance
from vostool.models.engine import SegmentReply, SegmentRequest
from vostool.models.flow.engine import FlowEngine
from vostool.project.prompts import Point, Prompts


@pytest.fixture(autouse=True)
def _previews(bench) -> None:
    bench.window.view_side.state.set(preview=True)


def hover(hand, x: float, y: float) -> None:
    QTest.mouseMove(hand.canvas.viewport(), hand.at(3, 3))  # one to the same place is no move
    QTest.mouseMove(hand.canvas.viewport(), hand.at(x, y))


def previewing(hand):
    found = hand.window.view_side.preview
    assert found is not None
    return found


def test_the_mask_under_the_mouse_is_outlined_and_nothing_is_added(opened) -> None:
    content = opened.content()
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_shown)
    x, y, width, height = opened.truth(0, 1).bbox
    drawn = previewing(opened)._item.path().boundingRect()
    assert abs(drawn.left() - x) <= 1 and abs(drawn.width() - width) <= 2
    assert abs(drawn.top() - y) <= 1 and abs(drawn.height() - height) <= 2
    assert opened.content() == content
    assert opened.session.document.history.last is None
    opened.click_object(1)
    assert not previewing(opened).is_shown
    opened.until(lambda: opened.mask(0, 1) is not None)


def test_it_is_off_by_one_key_and_back_by_it(opened) -> None:
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_shown)
    opened.keys("Shift+Q")
    assert not previewing(opened).is_shown
    hover(opened, *opened.middle(2))
    assert previewing(opened).is_idle
    opened.keys("Shift+Q")
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_shown)


def test_it_goes_with_the_frame_and_the_tool(opened) -> None:
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_shown)
    opened.keys("Right")
    assert not previewing(opened).is_shown
    opened.keys("Left")
    opened.until_shown(0)
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_shown)
    opened.keys("H")
    assert not previewing(opened).is_shown


def test_it_shows_what_a_click_there_would_give_of_an_object_that_is_known(
    opened, engine, monkeypatch
) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: opened.mask(0, 1) is not None)
    opened.keys("Right")
    opened.until_shown(1)
    asked: list[SegmentRequest] = []
    real = engine.segment
    monkeypatch.setattr(engine, "segment", lambda r: asked.append(r) or real(r))
    hover(opened, *opened.middle(1, 1))
    opened.until(lambda: previewing(opened).is_shown)
    shown = asked[-1]
    opened.click(*opened.middle(1, 1))
    opened.until(lambda: opened.mask(1, 1) is not None)
    (known,) = shown.looks
    assert (known.frame, known.mask) == (0, opened.mask(0, 1).mask)
    assert shown.looks == asked[-1].looks and asked[-1] is not shown


def test_a_slow_model_is_left_alone_and_it_is_said(opened, engine, monkeypatch) -> None:
    real = engine.segment

    def slow(request: SegmentRequest) -> SegmentReply:
        time.sleep(HOPELESS + 0.05)
        return real(request)

    monkeypatch.setattr(engine, "segment", slow)
    hover(opened, *opened.middle(1))
    opened.until(lambda: previewing(opened).is_too_slow)
    assert "preview" in opened.status()
    assert not previewing(opened).is_shown


def test_a_run_is_not_held_up(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    opened.until(lambda: opened.session.is_tracking)
    hover(opened, *opened.middle(2))
    assert previewing(opened).is_idle
    engine.release()
    opened.until(lambda: not opened.session.is_tracking)


def test_the_worker_answers_clicks_first(opened, engine) -> None:
    """A preview that waits is not asked for before a click that came later."""
    worker = opened.bench.worker
    engine.clicks.clear()
    engine.log.clear()
    x, y = opened.middle(1)
    opened.click(x, y)
    opened.until(lambda: engine.log)
    worker.preview(SegmentRequest(0, 0, Prompts((Point(x, y),))))
    opened.keys("F")
    opened.click_object(2)
    engine.clicks.set()
    opened.until(lambda: opened.mask(0, 2) is not None)
    assert [entry[2] for entry in engine.log][:2] == [1, 2]


def test_errors_of_a_preview_are_nobody_s_business() -> None:
    answer = preview(FlowEngine(), SegmentRequest(0, 0, Prompts((Point(1, 1),))))
    assert answer.outlines == ()


class CloseUps:
    """An engine's door for pictures, held by the test."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.asked: list[tuple[np.ndarray, Prompts]] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, picture: np.ndarray, prompts: Prompts) -> SegmentReply:
        assert self.gate.wait(10)
        self.asked.append((picture, prompts))
        return SegmentReply(Mask.from_array(self.answer(picture, prompts)), 0.9)


@pytest.fixture
def zoomed(opened, engine):
    """Object 1 has its mask; the view shows the right half of it, and the engine takes pictures."""
    opened.window.view_side.state.set(preview=False)
    opened.mark(1, oid=1)
    x, y, width, _ = opened.truth(0, 1).bbox
    opened.canvas.view.setRange(
        xRange=(x + width / 2, x + width / 2 + 40), yRange=(y, y + 25), padding=0
    )
    engine.segment_picture = CloseUps(lambda picture, _p: np.zeros(picture.shape[:2], bool))
    yield opened
    engine.segment_picture.gate.set()


def test_the_visible_part_alone_is_asked_and_merged_as_one_step(zoomed, engine) -> None:
    before = zoomed.mask(0, 1).mask.to_array()
    seen = zoomed.canvas.view.viewRect()
    zoomed.keys("Ctrl+R")
    zoomed.until(lambda: zoomed.mask(0, 1).provenance is Provenance.EDITED)
    ((picture, prompts),) = engine.segment_picture.asked
    assert picture.shape[1] <= seen.width() + 2 and picture.shape[0] <= seen.height() + 2
    assert prompts.base is not None and prompts.box is not None
    after = zoomed.mask(0, 1).mask.to_array()
    left = int(np.floor(seen.left()))
    assert np.array_equal(after[:, :left], before[:, :left]) and before[:, :left].any()
    assert after.sum() < before.sum()
    assert zoomed.session.document.history.undo_title == "Refine on the visible part"
    zoomed.keys("Ctrl+Z")
    assert np.array_equal(zoomed.mask(0, 1).mask.to_array(), before)


def test_it_says_that_it_works_and_takes_no_answer_to_a_mask_that_is_gone(zoomed, engine) -> None:
    engine.segment_picture.gate.clear()
    zoomed.keys("Ctrl+R")
    assert "Refining" in zoomed.window.status.activity.text()
    zoomed.keys("Delete")
    engine.segment_picture.gate.set()
    zoomed.until(lambda: "changed while" in zoomed.status())
    assert zoomed.mask(0, 1) is None
    assert "Refining" not in zoomed.window.status.activity.text()


@pytest.mark.parametrize(
    ("keys", "sentence"), [("0", "zoom in"), ("V", "confirmed"), ("Right", "no mask")]
)
def test_where_it_cannot_be_done_a_sentence_says_why(zoomed, keys: str, sentence: str) -> None:
    zoomed.keys(keys)
    content = zoomed.content()
    zoomed.keys("Ctrl+R")
    zoomed.until(lambda: sentence in zoomed.status())
    assert zoomed.content() == content


def test_an_engine_without_that_door_is_named(zoomed, engine) -> None:
    kept, engine.segment_picture = engine.segment_picture, None
    del engine.segment_picture
    zoomed.keys("Ctrl+R")
    zoomed.until(lambda: "Truth cannot look" in zoomed.status())
    engine.segment_picture = kept


def test_flow_refines_a_rough_mask(hand, video, qtbot) -> None:
    hand.open(video)
    hand.window.view_side.state.set(preview=False)
    hand.mark(3, oid=1)
    truth = hand.truth(0, 3)
    x, y, width, height = truth.bbox
    hand.canvas.view.setRange(
        xRange=(x - 5, x + width * 0.7), yRange=(y - 5, y + height + 5), padding=0
    )
    hand.keys("Ctrl+R")
    hand.until(lambda: "Refining" not in hand.window.status.activity.text())
    assert hand.mask(0, 1).mask.iou(truth) > 0.6
