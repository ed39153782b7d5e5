"""Learning while correcting: off until it is chosen, in idle time, undone with its correction."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.window.test_program import accept, settings_dialog
from vostool.models.engine import LearnRequest, SegmentReply, SegmentRequest
from vostool.project.learned import Learned


class Learner:
    """The truth, which learns as soon as a test lets it, and knows what it was given."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.may = threading.Event()
        self.may.set()
        self.asked: list[LearnRequest] = []
        self.told: list[Learned | None] = []
        self.preempted = 0
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.engine, name)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        self.told.append(request.learned)
        return self.engine.segment(request)

    def learn(self, request: LearnRequest, preempted: Callable[[], bool]) -> Learned | None:
        self.asked.append(request)
        while not self.may.wait(0.002):
            if preempted():
                self.preempted += 1
                return None
        if self.failure is not None:
            raise self.failure
        frames = tuple(key.frame for key in request.keyframes)
        return Learned("truth", frames, str(len(self.asked)).encode())


@pytest.fixture
def learner(opened, engine):
    made = Learner(engine)
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.worker.use(lambda: made)
    yield made
    made.may.set()


def switch(hand, value: bool) -> None:
    dialog = settings_dialog(hand)
    assert dialog.learn.isChecked() is not value
    dialog.learn.setChecked(value)
    accept(hand, dialog)


def learned(hand) -> tuple[int, ...] | None:
    known = hand.project.learned.get(1)
    return None if known is None else known.frames


def test_nothing_is_learned_until_it_is_chosen_in_the_settings(opened, learner) -> None:
    opened.mark(1, oid=1)
    opened.until(lambda: not opened.session.clicks.waiting)
    assert not opened.bench.workspace.learning.on
    switch(opened, True)
    opened.go_to(4)
    opened.click_object(1)
    opened.until(lambda: learned(opened) == (0, 4))
    assert [len(request.keyframes) for request in learner.asked] == [2]
    switch(opened, False)
    opened.go_to(8)
    opened.click_object(1)
    opened.until(lambda: opened.mask(8, 1))
    assert learned(opened) == (0, 4), "what was learned stays, and is used"
    assert learner.told[-1] == opened.project.learned[1]


def test_it_is_taken_back_with_its_correction_and_comes_again(opened, learner) -> None:
    switch(opened, True)
    opened.mark(1, oid=1)
    opened.until(lambda: learned(opened) == (0,))
    opened.go_to(4)
    opened.click_object(1)
    opened.until(lambda: learned(opened) == (0, 4))
    count = len(learner.asked)
    opened.keys("Ctrl+Z")
    assert learned(opened) == (0,)
    opened.keys("Ctrl+Y")
    assert learned(opened) == (0, 4)
    assert len(learner.asked) == count


def test_a_confirmed_mask_teaches_and_an_unseen_one_does_not(opened, learner) -> None:
    opened.mark(1, oid=1)
    opened.run()
    switch(opened, True)
    opened.go_to(12)
    opened.keys("V")
    opened.until(lambda: learned(opened) == (0, 12))


def test_a_click_comes_first_and_what_was_begun_is_learned_after_it(opened, learner) -> None:
    switch(opened, True)
    learner.may.clear()
    opened.mark(1, oid=1)
    opened.until(lambda: learner.asked)
    opened.go_to(4)
    opened.click_object(1)
    opened.until(lambda: opened.mask(4, 1))
    assert learner.preempted
    assert learned(opened) is None
    learner.may.set()
    opened.until(lambda: learned(opened) == (0, 4))


def test_it_is_shown_and_forgotten_by_one_click(opened, learner) -> None:
    switch(opened, True)
    opened.mark(1, oid=1)
    facts = opened.window.objects.inspector.facts
    opened.until(lambda: "Learned from 1 frame" in facts.text())
    opened.window.objects.menu.popup(opened.window.mapToGlobal(opened.window.rect().center()))
    menu = opened.window.objects.menu
    place = menu.actionGeometry(opened.window.actions_by_id["forget_learned"]).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    opened.until(lambda: "Learned" not in facts.text())
    assert learned(opened) is None
    assert opened.mask(0, 1) is not None
    opened.window.actions_by_id["undo"].trigger()
    assert learned(opened) == (0,)


def test_what_goes_wrong_costs_nothing(opened, learner, caplog) -> None:
    switch(opened, True)
    learner.failure = RuntimeError("no memory")
    opened.mark(1, oid=1)
    opened.until(lambda: "learning of a correction failed" in caplog.text)
    learner.failure = None
    opened.go_to(4)
    opened.click_object(1)
    opened.until(lambda: learned(opened) == (0, 4))
