"""History against a plain model: a project is its start with the done steps laid over it in order.

An extension joins an earlier step only in cells that no later step wrote; whatever is undone or
redone after that, the project has to equal the model exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project import history as history_module
from vostool.project.changes import Cell, Edit, Table, Value
from vostool.project.history import History, Step
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

NAMES = ("a", "b")
VALUES = st.none() | st.integers(0, 3)
WRITES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=len(NAMES))
SOME = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=len(NAMES))
Writes = dict[str, int | None]


def cell(name: str) -> Cell:
    return Cell(Table.SETTINGS, name)


def edit_of(project: Project, writes: Writes, title: str = "Set") -> Edit:
    return Edit(title, tuple(project.change(cell(name), v) for name, v in writes.items()))


class HistoryMachine(RuleBasedStateMachine):
    """Random programs of do, extend, undo, redo and discard_if_empty."""

    def __init__(self) -> None:
        super().__init__()
        source = SourceRef(Path("/v"), "video", 1, "f", 8, 6, 20, 25.0)
        self.project = Project(source)
        self.start: Writes = {"a": 9}
        self.project.load((cell(name), value) for name, value in self.start.items())
        self.history = History(self.project)
        self.done: list[tuple[Step, Writes]] = []
        self.undone: list[tuple[Step, Writes]] = []
        self.forgotten: list[Step] = []

    @rule(writes=WRITES)
    def do(self, writes: Writes) -> None:
        edit = edit_of(self.project, writes, f"Step {len(self.done)}")
        step, changes = self.history.do(edit)
        assert changes.settings == set(writes)
        self.forgotten += [s for s, _ in self.undone]
        self.done.append((step, dict(writes)))
        self.undone.clear()

    @precondition(lambda self: self.done)
    @rule(writes=SOME, back=st.integers(0, 3))
    def extend(self, writes: Writes, back: int) -> None:
        index = max(len(self.done) - 1 - back, 0)
        step, mine = self.done[index]
        later = {name for _, wrote in self.done[index + 1 :] for name in wrote}
        changes = self.history.extend(step, edit_of(self.project, writes))
        allowed = {name: value for name, value in writes.items() if name not in later}
        assert changes.settings == set(allowed)
        mine.update(allowed)

    @rule(writes=WRITES)
    def extend_what_is_not_done(self, writes: Writes) -> None:
        for step in [s for s, _ in self.undone] + self.forgotten:
            assert not self.history.holds(step)
            assert not self.history.extend(step, edit_of(self.project, writes))

    @rule()
    def undo(self) -> None:
        changes = self.history.undo()
        if not self.done:
            assert not changes
            return
        step, writes = self.done.pop()
        self.undone.append((step, writes))
        assert changes.settings == set(writes)

    @rule()
    def redo(self) -> None:
        changes = self.history.redo()
        if not self.undone:
            assert not changes
            return
        step, writes = self.undone.pop()
        self.done.append((step, writes))
        assert changes.settings == set(writes)

    @initialize(program=st.lists(WRITES, min_size=1, max_size=4))
    def begin(self, program: list[Writes]) -> None:
        for writes in program:
            self.do(writes)

    @rule()
    def redo_all_and_undo_all(self) -> None:
        here = len(self.done)
        for act, steps in ((self.redo, self.undone), (self.undo, self.done)):
            while steps:
                act()
                self.equals_the_model()
        while len(self.done) < here:
            self.redo()

    @precondition(lambda self: self.done)
    @rule(back=st.integers(0, 5))
    def discard_if_empty(self, back: int) -> None:
        index = max(len(self.done) - 1 - back, 0)
        step, writes = self.done[index]
        self.history.discard_if_empty(step)
        if not writes:
            del self.done[index]
            self.forgotten.append(step)

    @invariant()
    def equals_the_model(self) -> None:
        expected: dict[str, Value] = dict(self.start)
        for _, writes in self.done:
            expected.update(writes)
        assert dict(self.project.settings) == {n: v for n, v in expected.items() if v is not None}
        assert self.history.last is (self.done[-1][0] if self.done else None)
        assert self.history.undo_title == (self.done[-1][0].title if self.done else None)
        assert self.history.redo_title == (self.undone[-1][0].title if self.undone else None)
        assert all(self.history.holds(step) for step, _ in self.done)

    def teardown(self) -> None:
        while self.history.undo_title is not None:
            self.history.undo()
        assert dict(self.project.settings) == self.start


TestHistory = HistoryMachine.TestCase
TestHistory.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)


def test_a_later_step_wins_over_an_extension(project: Project) -> None:
    history = History(project)
    run, _ = history.do(Edit("Track run", ()))
    history.do(edit_of(project, {"a": 1}, "Click"))
    history.extend(run, edit_of(project, {"a": 2, "b": 2}))
    assert dict(project.settings) == {"a": 1, "b": 2}
    history.undo()
    assert dict(project.settings) == {"b": 2}
    history.undo()
    assert not project.settings


def test_what_a_run_wrote_while_a_click_was_undone_survives_its_redo_and_undo(
    project: Project,
) -> None:
    history = History(project)
    run, _ = history.do(Edit("Track run", ()))
    history.do(edit_of(project, {"a": 1}, "Click"))
    history.undo()
    history.extend(run, edit_of(project, {"a": 2}))
    history.redo()
    assert dict(project.settings) == {"a": 1}
    history.undo()
    assert dict(project.settings) == {"a": 2}


def test_prompts_taken_away_before_their_mask_came_take_it_along_when_redone(
    project: Project,
) -> None:
    history, key = History(project), (3, 1)
    prompts = Prompts(points=(Point(1, 1),))
    asked, _ = history.do(Edit("Click", (project.change(Cell(Table.PROMPTS, key), prompts),)))
    history.do(Edit("Clear", (project.change(Cell(Table.PROMPTS, key), None),)))
    history.undo()
    record = MaskRecord(Mask.empty(6, 8), Provenance.PROMPTED)
    history.extend(asked, Edit("Mask", (project.change(Cell(Table.MASKS, key), record),)))
    history.redo()
    assert not project.prompts and not len(project.masks)
    history.undo()
    assert project.masks.get(*key) == record and project.prompts == {key: prompts}
    history.undo()
    assert not project.prompts and not len(project.masks)


def test_doing_something_else_forgets_what_could_be_redone(project: Project) -> None:
    history = History(project)
    history.do(edit_of(project, {"a": 1}, "One"))
    history.undo()
    assert history.redo_title == "One"
    history.do(edit_of(project, {"b": 1}, "Two"))
    assert history.redo_title is None
    assert not history.redo()


def test_only_so_many_steps_are_kept(
    project: Project, monkeypatch: pytest.MonkeyPatch, content: Callable
) -> None:
    monkeypatch.setattr(history_module, "MAX_STEPS", 3)
    history = History(project)
    steps = [history.do(edit_of(project, {"a": n}))[0] for n in range(5)]
    assert [history.holds(step) for step in steps] == [False, False, True, True, True]
    while history.undo():
        pass
    assert content(project) == {cell("a"): 1}


def test_a_step_knows_how_much_it_wrote(project: Project) -> None:
    history = History(project)
    edit, oid = edits.add_object(project)
    step, _ = history.do(edit)
    assert (step.size, history.done, len(history.steps)) == ("1 object", 1, 1)
    mask = MaskRecord(Mask.empty(6, 8), Provenance.EDITED)
    for frame in (3, 4, 3):
        history.extend(step, edits.set_masks(project, [((frame, oid), mask)], "Paint"))
    assert step.size == "1 object, 2 masks"
    history.undo()
    assert (history.done, history.steps) == (0, (step,))
