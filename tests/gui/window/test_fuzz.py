"""Random actions of a person, while runs go on: whatever they do, nothing is lost or left over.

Hypothesis presses keys, clicks and drags on the real window, with Shift and Ctrl held or not. After
each command, what it changed has to be what was shown as selected (:mod:`tests.gui.window.watched`).
At the end of each program the project
has to equal a replay of its edits and the file that was saved on the way; undo to the start has to
give the empty project, and redo the same content again; and nothing may have been printed.

VOSTOOL_FUZZ_STEPS sets the number of steps (default 600); `make fuzz` takes thousands.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.gui.conftest import (
    FRAMES,
    HEIGHT,
    WIDTH,
    Hand,
    TruthEngine,
    threads_of_the_process,
)  # fmt: skip
from tests.gui.window.watched import Watched, shown_as_selected
from vostool.gui.objects.model import LABEL, LOCKED, SHOWN
from vostool.gui.window.action_table import action_table
from vostool.io.project import file as project_file
from vostool.io.project.drafts import draft_path
from vostool.project import history
from vostool.project.changes import Edit
from vostool.project.project import Project

STEPS = int(os.environ.get("VOSTOOL_FUZZ_STEPS", "600"))
A_PROGRAM = 150
A_FEW = 8
"""Threads that a library makes once, when it is first asked."""
ELSEWHERE = frozenset({"quit", "new_window", "save", "palette", "tour", "open_sample"})
"""What leaves the project or asks for something in a window of its own, beside all with '…'."""
KEYS = tuple(
    spec.id for spec in action_table() if "…" not in spec.text and spec.id not in ELSEWHERE
)  # fmt: skip
LIKELY = ("undo", "redo", "track_forward", "track_both", "finish", "delete_object", "range_begin",
          "range_end", "range_delete_all", "split_object", "cancel", "point", "brush")  # fmt: skip
PLACES = st.tuples(st.integers(2, WIDTH - 3), st.integers(2, HEIGHT - 3))
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
HELD = st.sampled_from((NO_KEY, NO_KEY, SHIFT, CTRL, SHIFT | CTRL))
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


class Person(RuleBasedStateMachine):
    """One program of actions on a clip that is opened anew."""

    hand: Hand
    engine: TruthEngine
    video: Path
    edit_count = 0

    @initialize()
    def begin(self) -> None:
        hand = self.hand
        hand.bench.close_workspace()
        for left in Path(os.environ["VOSTOOL_DRAFTS"]).glob("*"):
            left.unlink()
        hand.open(self.video)
        self.edits: list[Edit] = []
        apply = hand.project.apply

        def recorded(edit: Edit):
            self.edits.append(edit)
            return apply(edit)

        hand.project.apply = recorded  # type: ignore[method-assign]
        self.watched = Watched(hand)
        self.engine.release()
        self.act("point")
        for truth in (1, 2):  # of which only those shown as selected may change
            hand.session.select(None)
            hand.mark(truth, oid=truth)

    @rule(name=st.sampled_from(KEYS) | st.sampled_from(LIKELY))
    def act(self, name: str) -> None:
        action = self.hand.window.actions_by_id[name]
        if not (action.isEnabled() and action.isVisible()):
            return
        self._settle(strokes=name not in ("undo", "redo"))
        with self.watched.command(name):
            keys = action.shortcut().toString()
            self.hand.canvas.setFocus()
            if keys:
                self.hand.keys(keys)
            else:
                action.trigger()
            self._settle()

    def _settle(self, *, strokes: bool = False) -> None:
        """What was asked for before is no part of the next command."""
        workspace = self.hand.bench.workspace
        assert workspace is not None
        workspace.session.builder.settle()
        workspace.document.settle()
        if strokes:
            workspace.mask_editor.finish()

    @invariant()
    def all_show_the_same_objects_as_selected(self) -> None:
        if self.hand.bench.workspace is not None and self.hand.window.timeline.scene() is not None:
            shown_as_selected(self.hand)

    @rule(at=PLACES, button=st.sampled_from((LEFT, LEFT, RIGHT)), held=HELD)
    def click(self, at: tuple[int, int], button: Qt.MouseButton, held: Qt.KeyboardModifier) -> None:
        self._settle(strokes=True)
        with self.watched.click(f"{button} {held} at {at}"):
            self.hand.click(*at, button, held)

    @rule(row=st.integers(0, 4), held=HELD, column=st.sampled_from((LABEL, SHOWN, LOCKED)))
    def click_a_row(self, row: int, held: Qt.KeyboardModifier, column: int) -> None:
        table = self.hand.window.objects.table
        cell = table.visualRect(self.hand.window.objects.model.index(row, column))
        if cell.isValid():
            QTest.mouseClick(table.viewport(), LEFT, held, cell.center())

    @rule(truth=st.integers(1, 3), held=HELD)
    def click_an_object(self, truth: int, held: Qt.KeyboardModifier) -> None:
        ids = self.hand.clip.ids[self.hand.session.playhead]
        if (ids == truth).any():
            self.click(self.hand.middle(truth, self.hand.session.playhead), LEFT, held)

    @rule(start=PLACES, end=PLACES, held=HELD)
    def drag(self, start: tuple[int, int], end: tuple[int, int], held: Qt.KeyboardModifier) -> None:
        self.hand.drag(start, end, modifiers=held)

    @rule(frame=st.integers(0, FRAMES - 1), row=st.integers(0, 4), held=HELD)
    def press_on_the_timeline(self, frame: int, row: int, held: Qt.KeyboardModifier) -> None:
        timeline = self.hand.window.timeline
        place = QPoint(timeline.frame_x(frame), 5 + 22 * row)
        QTest.mouseClick(timeline.viewport(), LEFT, held, place)

    @rule(turns=st.integers(1, 40))
    def wait(self, turns: int) -> None:
        for _ in range(turns):
            QApplication.processEvents()

    @rule(frames=st.integers(1, 12))
    def let_runs_go_slowly(self, frames: int) -> None:
        self.engine.hold_runs()
        self.engine.allow(frames)

    @rule()
    def let_runs_go(self) -> None:
        self.engine.release()

    def teardown(self) -> None:
        hand = self.hand
        if hand.bench.workspace is None or not hasattr(self, "edits"):
            return
        self.engine.release()
        self._come_to_rest()
        content = hand.content()
        Person.edit_count += len(self.edits)
        assert not self.watched.wrong, self.watched.wrong
        assert self._replayed() == content
        assert self._stored() == content
        undone = 0
        while hand.session.document.history.undo_title is not None:
            hand.session.undo()
            hand.session.document.settle()
            undone += 1
        assert hand.content() == {}
        self._come_to_rest()
        for _ in range(undone):  # and no more: the last steps may have been undone before
            hand.session.redo()
            hand.session.document.settle()
        self._come_to_rest()
        again = hand.content()
        assert again == content, {k: (content.get(k), again.get(k)) for k in content.keys() | again
                                  if content.get(k) != again.get(k)}  # fmt: skip

    def _come_to_rest(self) -> None:
        """No run, no click and no mask edit is under way."""
        hand, workspace = self.hand, self.hand.bench.workspace
        assert workspace is not None
        hand.keys("K")
        hand.session.runs.cancel()
        hand.session.builder.settle()
        for at_rest in (
            lambda: not hand.session.is_tracking,
            lambda: not hand.session.clicks.waiting,
            lambda: not workspace.mask_editor.is_busy,
        ):
            hand.until(at_rest, timeout=60_000)
        hand.session.document.settle()

    def _replayed(self) -> dict:
        copy = Project(self.hand.project.source)
        for edit in self.edits:
            copy.apply(edit)
        return {cell: copy.value(cell) for cell in copy.cells()}

    def _stored(self) -> dict:
        workspace = self.hand.bench.workspace
        assert workspace is not None and workspace.storage.flush()
        stored, _ = project_file.read_project(draft_path(self.hand.project.source))
        return {cell: stored.value(cell) for cell in stored.cells()}


def test_whatever_a_person_does(opened, engine, video, monkeypatch, capfd) -> None:
    monkeypatch.setattr(history, "MAX_STEPS", 10_000)
    Person.hand, Person.engine, Person.video = opened, engine, video
    before = threads_of_the_process()
    run_state_machine_as_test(
        Person,
        settings=settings(
            max_examples=STEPS // A_PROGRAM + 1,  # the first one is the simplest there is
            stateful_step_count=A_PROGRAM,
            deadline=None,
            derandomize="VOSTOOL_FUZZ_STEPS" not in os.environ,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            database=None,
        ),
    )
    assert Person.edit_count > STEPS / 10, "a person who does something"
    opened.open(video)
    opened.until(lambda: threads_of_the_process() <= before + A_FEW, timeout=20_000)
    if (told := os.environ.get("VOSTOOL_FUZZ_THREADS")) is not None:
        Path(told).write_text(f"{before} threads before, {threads_of_the_process()} after\n")
    said = capfd.readouterr().err
    assert not said, said
    assert sys.exc_info() == (None, None, None)
