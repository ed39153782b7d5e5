"""Corrections whose memory is gone: answered at once, and again from a rebuilt one when idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vostool.masks.mask import Mask
from vostool.models.engine import Direction, SegmentReply, SegmentRequest
from vostool.project.recall import Recall, Way
from vostool.runs.request import plan_run

REBUILT = Recall(Way.REBUILT, "truth@8", b"kept")


class Recalling:
    """The truth, whose corrections read no memory until a test lets it rebuild one."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.may = threading.Event()
        self.asked: list[SegmentRequest] = []
        self.preempted = 0
        self.failure: Exception | None = None
        self.speck = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        reply = self.engine.segment(request)
        return replace(reply, recall=Recall(Way.ALONE)) if request.around else reply

    def recall(self, request: SegmentRequest, preempted: Callable[[], bool]) -> SegmentReply | None:
        self.asked.append(request)
        while not self.may.wait(0.002):
            if preempted():
                self.preempted += 1
                return None
        if self.failure is not None:
            raise self.failure
        shape = request.prompts.base.height, request.prompts.base.width
        mask = np.zeros(shape, bool)
        mask[: 10 * len(request.prompts.points)] = True
        mask[-1, -1] = self.speck
        return SegmentReply(Mask.from_array(mask), 0.5, recall=REBUILT)


@pytest.fixture
def again(opened, engine):
    """A tracked object, and an engine that forgot the run; the playhead is on frame 6."""
    opened.mark(1, oid=1)
    opened.run()
    made = Recalling(engine)
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.worker.use(lambda: made)
    opened.go_to(6)
    yield made
    made.may.set()


def answered(hand, count: int = 1) -> None:
    def holds() -> bool:
        prompts = hand.project.prompts.get((6, 1))
        return prompts is not None and len(prompts.points) == count and prompts.recall is not None

    hand.until(holds)


def way(hand) -> Way:
    return hand.project.prompts[6, 1].recall.way


def test_the_rebuilt_answer_joins_the_clicks_step(opened, again) -> None:
    before = opened.content()
    opened.click_object(1)
    answered(opened)
    assert way(opened) is Way.ALONE
    quick = opened.mask(6, 1).mask
    assert not opened.session.clicks.waiting, "nothing is held up by it"
    shown = opened.window.status.activity
    assert "frames around" in shown.text() and shown.isVisible()
    again.may.set()
    opened.until(lambda: way(opened) is Way.REBUILT)
    assert opened.project.prompts[6, 1].recall == REBUILT
    rebuilt = opened.content()
    assert opened.mask(6, 1).mask != quick
    assert "frames around" not in shown.text()
    opened.keys("Ctrl+Z")
    assert opened.content() == before
    opened.keys("Ctrl+Y")
    assert opened.content() == rebuilt
    assert len(again.asked) == 1, "undo and redo need no engine"


def test_the_next_click_comes_first_and_its_own_answer_is_rebuilt(opened, again) -> None:
    opened.click_object(1)
    answered(opened)
    opened.until(lambda: again.asked)
    x, y = opened.middle(1, 6)
    opened.click(x + 3, y)
    answered(opened, 2)
    assert way(opened) is Way.ALONE
    assert again.preempted
    again.may.set()
    opened.until(lambda: way(opened) is Way.REBUILT)
    assert opened.mask(6, 1).mask.area == 20 * opened.mask(6, 1).mask.width


def test_a_rebuilt_answer_loses_its_specks_as_any_other(opened, again) -> None:
    again.speck = True
    again.may.set()
    opened.click_object(1)
    opened.until(lambda: (6, 1) in opened.project.prompts and opened.project.prompts[6, 1].recall)
    opened.until(lambda: way(opened) is Way.REBUILT)
    mask = opened.mask(6, 1).mask
    assert mask.area == 10 * mask.width, "without the speck"
    assert "speck" in opened.status()


def test_what_is_undone_meanwhile_stays_undone(opened, again) -> None:
    before = opened.content()
    opened.click_object(1)
    answered(opened)
    opened.until(lambda: again.asked)
    opened.keys("Ctrl+Z")
    assert opened.content() == before
    again.may.set()
    opened.keys("Ctrl+Y")  # nothing is asked again: the answer without a memory was kept
    assert way(opened) is Way.ALONE
    opened.go_to(7)
    opened.keys("Shift+N")
    opened.mark(2, oid=2)  # the engine is free for others
    assert way(opened) is Way.ALONE


def test_a_run_is_made_from_the_answers_that_stand_when_it_begins(opened, again) -> None:
    opened.click_object(1)
    answered(opened)
    opened.until(lambda: again.asked)
    assert again.preempted == 0
    opened.run()
    assert again.preempted == 1
    again.may.set()
    assert way(opened) is Way.ALONE
    planned = plan_run(opened.project, Direction.FORWARD)
    (key,) = (key for key in planned.keyframes if key.frame == 6)
    assert key.prompts.recall == Recall(Way.ALONE)


def test_a_rebuild_that_fails_leaves_the_answer(opened, again, caplog) -> None:
    again.failure = MemoryError("none left")
    again.may.set()
    opened.click_object(1)
    answered(opened)
    opened.until(lambda: "reading the frames around" in caplog.text)
    assert way(opened) is Way.ALONE
    assert "none left" not in opened.status()
    opened.keys("Shift+N")
    opened.mark(2, oid=2)


def test_closing_ends_a_rebuild(opened, again) -> None:
    opened.click_object(1)
    answered(opened)
    opened.until(lambda: again.asked)
    opened.bench.close()
    opened.until(lambda: again.preempted)
