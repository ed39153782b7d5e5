"""Undo and redo: a stack of steps, each made of one or more edits.

A step may grow after it was made: the mask that answers a click joins the click's step, and a
tracking run adds to its step frame by frame, so that undo takes the whole run back at once.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from vostool.project.changes import FRAMELESS, Cell, CellChange, Changes, Edit, Table
from vostool.project.project import Project
from vostool.words import counted

MAX_STEPS = 500
"""Older steps are forgotten, so that a day of work does not grow without bound."""


@dataclass(eq=False)
class Step:
    """One entry of the undo list; identity counts, not content.

    Attributes:
        when: seconds since the epoch at which it was begun.
        counts: how many cells of each table it wrote.
    """

    title: str
    cells: dict[Cell, CellChange] = field(default_factory=dict)
    when: float = field(default_factory=time.time)
    counts: Counter[Table] = field(default_factory=Counter)

    def absorb(self, edit: Edit) -> None:
        """Add an edit: the first ``before`` of a cell stays, the last ``after`` counts."""
        for change in edit.changes:
            first = self.cells.get(change.cell, change)
            self.put(CellChange(change.cell, first.before, change.after))

    def put(self, change: CellChange) -> None:
        """Let the step write a cell so."""
        if change.cell not in self.cells:
            self.counts[change.cell.table] += 1
        self.cells[change.cell] = change

    @property
    def size(self) -> str:
        """ "24 masks", "1 object, 1 mask": what it wrote, "" where that is a setting alone."""
        counts = self.counts
        said = [
            counted(counts[table], word)
            for table, word in ((Table.OBJECTS, "object"), (Table.MASKS, "mask"))
            if counts[table]
        ]
        if not said and counts[Table.PROMPTS]:
            said = [counted(counts[Table.PROMPTS], "prompt")]
        return ", ".join(said)

    @property
    def edit(self) -> Edit:
        return Edit(self.title, tuple(self.cells.values()))


class History:
    """The undo and redo stacks of one project. Belongs to the thread that owns the project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo_title(self) -> str | None:
        """Title of the step that undo would take back."""
        return self._done[-1].title if self._done else None

    @property
    def redo_title(self) -> str | None:
        """Title of the step that redo would bring back."""
        return self._undone[-1].title if self._undone else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them in their order: :attr:`done` that are done, then those that can be redone."""
        return (*self._done, *reversed(self._undone))

    @property
    def done(self) -> int:
        """How many steps undo could take back."""
        return len(self._done)

    @property
    def last(self) -> Step | None:
        """The step that undo would take back."""
        return self._done[-1] if self._done else None

    def do(self, edit: Edit) -> tuple[Step, Changes]:
        """Apply an edit as a new step and forget what could be redone."""
        step = Step(edit.title)
        step.absorb(edit)
        self._done.append(step)
        del self._done[:-MAX_STEPS]
        self._undone.clear()
        return step, self._project.apply(edit)

    def extend(self, step: Step, edit: Edit) -> Changes:
        """Apply an edit as part of an earlier step, and say what changed.

        Cells that a later step wrote are left alone: what the person did since counts more.
        Nothing happens when the step is no longer among those done. Undoing a step that is redone
        later leads back to what was extended here.
        """
        if step not in self._done:
            return Changes()
        later = self._done[self._done.index(step) + 1 :]
        kept = tuple(c for c in edit.changes if not any(c.cell in s.cells for s in later))
        allowed = Edit(edit.title, kept)
        step.absorb(allowed)
        for change in kept:
            self._tell_redo(change)
        return self._project.apply(allowed)

    def _tell_redo(self, change: CellChange) -> None:
        """Make redo restore a value that arrived after the undo."""
        cell = change.cell
        for step in reversed(self._undone):
            if (old := step.cells.get(cell)) is not None:
                step.put(old._replace(before=change.after))
                return
            if cell.table is Table.MASKS:
                prompts = step.cells.get(Cell(Table.PROMPTS, cell.key))
                if prompts is not None and prompts.after is None:
                    # The step took prompts away before they had their mask; now it takes both.
                    step.put(CellChange(cell, change.after, None))
                    return

    def holds(self, step: Step) -> bool:
        """True while the step is done, so that it may still be extended."""
        return step in self._done

    def is_last(self, step: Step) -> bool:
        """True while the step is done and no later one has changed anything."""
        if step not in self._done:
            return False
        return not any(later.cells for later in self._done[self._done.index(step) + 1 :])

    def do_in_parts(self, edit: Edit, size: int) -> tuple[Step, Iterator[Changes]]:
        """:meth:`do`, but each item of the iterator applies ``size`` more cells.

        Nothing else may be done, undone or redone until the iterator is at its end.
        """
        step, _ = self.do(Edit(edit.title, ()))

        def apply() -> Iterator[Changes]:
            for part in _parts(edit, size):
                some = Edit(edit.title, part)
                step.absorb(some)
                yield self._project.apply(some)

        return step, apply()

    def undo(self) -> Changes:
        """Take the last step back; empty changes when there is none."""
        return _all(self.undo_in_parts(0))

    def redo(self) -> Changes:
        """Bring the last undone step back; empty changes when there is none."""
        return _all(self.redo_in_parts(0))

    def undo_in_parts(self, size: int) -> Iterator[Changes]:
        """:meth:`undo`, ``size`` cells (0: all) at a time, as :meth:`do_in_parts`."""
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            for part in _parts(step.edit, size):
                yield self._project.revert(Edit(step.title, part))

    def redo_in_parts(self, size: int) -> Iterator[Changes]:
        """:meth:`redo`, ``size`` cells (0: all) at a time, as :meth:`do_in_parts`."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            for part in _parts(step.edit, size):
                yield self._project.apply(Edit(step.title, part))

    @property
    def next_undo_size(self) -> int:
        """How many cells undo would write."""
        return len(self._done[-1].cells) if self._done else 0

    @property
    def next_redo_size(self) -> int:
        """How many cells redo would write."""
        return len(self._undone[-1].cells) if self._undone else 0

    def discard_if_empty(self, step: Step) -> None:
        """Forget a step that came to nothing, such as a run cancelled before its first frame."""
        if not step.cells and step in self._done:
            self._done.remove(step)


def _parts(edit: Edit, size: int) -> Iterator[tuple[CellChange, ...]]:
    """All at once where ``size`` is 0; else objects and settings first, as the rest needs them."""
    if not size:
        yield edit.changes
        return
    if edit.frameless:
        yield edit.frameless
    rest = (change for change in edit.changes if change.cell.table not in FRAMELESS)
    while part := tuple(itertools.islice(rest, size)):
        yield part


def _all(parts: Iterator[Changes]) -> Changes:
    """The one part of an undivided step; empty changes where there was none."""
    return next(iter([*parts]), Changes())
