"""What changed: every mutation returns it and every view filters on it (after Anki's OpChanges).

A project is five tables of immutable values. A :class:`Cell` names one place in one of them, an
:class:`Edit` is a set of cells with their values before and after, and :class:`Changes` is the
set of cells that an edit touched. Undo, autosave and repainting all follow from these three.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from vostool.masks.mask import MaskRecord
from vostool.project.learned import Learned
from vostool.project.objects import AnnotatedObject
from vostool.project.prompts import Prompts


class Table(enum.Enum):
    """The five tables of a project."""

    OBJECTS = "objects"
    PROMPTS = "prompts"
    MASKS = "masks"
    SETTINGS = "settings"
    LEARNED = "adapters"


FRAMELESS = (Table.OBJECTS, Table.SETTINGS, Table.LEARNED)
"""The tables whose keys are not frames."""

FrameObject = tuple[int, int]
"""(frame, object id), the key of prompts and masks."""

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Key = int | str | FrameObject
Value = AnnotatedObject | Prompts | MaskRecord | Learned | Json


class Cell(NamedTuple):
    """One place: an object id, a (frame, object id) or a setting's name within its table."""

    table: Table
    key: Key


class CellChange(NamedTuple):
    """A cell's value before and after; None says that the cell is empty."""

    cell: Cell
    before: Value
    after: Value


@dataclass(frozen=True)
class Edit:
    """One thing the person did, as cells with both values.

    What is looked up in an edit of very many cells is kept, so that the thread which builds the
    edit can look it up beforehand (:meth:`look_through`).

    Attributes:
        title: what Undo shows, "Add point".
        changes: at most one change of each cell.
        said: one sentence about it for the person, where its effect alone says too little.
    """

    title: str
    changes: tuple[CellChange, ...]
    said: str = ""

    @cached_property
    def frameless(self) -> tuple[CellChange, ...]:
        """The changes of objects, of settings and of what was learned."""
        return tuple(change for change in self.changes if change.cell.table in FRAMELESS)

    @cached_property
    def prompted(self) -> tuple[FrameObject, ...]:
        """(frame, object id) of the prompts that it sets."""
        return tuple(
            key
            for (table, key), _, after in self.changes
            if table is Table.PROMPTS and after is not None and isinstance(key, tuple)
        )

    def look_through(self) -> Edit:
        """Look up everything now; returns the edit itself."""
        _ = self.frameless, self.prompted
        return self

    def inverted(self) -> Edit:
        """The edit that takes this one back."""
        return Edit(
            self.title, tuple(CellChange(c, after, before) for c, before, after in self.changes)
        )


@dataclass(frozen=True)
class Changes:
    """The cells that were touched, with views on them by table."""

    cells: frozenset[Cell] = field(default_factory=frozenset)

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Changes:
        return cls(frozenset(cells))

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.cells | other.cells)

    def __bool__(self) -> bool:
        return bool(self.cells)

    def _keys(self, table: Table) -> frozenset[Key]:
        return frozenset(cell.key for cell in self.cells if cell.table is table)

    @cached_property
    def objects(self) -> frozenset[int]:
        """Ids of objects that were added, removed or changed."""
        return frozenset(key for key in self._keys(Table.OBJECTS) if isinstance(key, int))

    @cached_property
    def prompts(self) -> frozenset[FrameObject]:
        """(frame, object id) of prompts that changed."""
        return frozenset(key for key in self._keys(Table.PROMPTS) if isinstance(key, tuple))

    @cached_property
    def masks(self) -> frozenset[FrameObject]:
        """(frame, object id) of masks that changed."""
        return frozenset(key for key in self._keys(Table.MASKS) if isinstance(key, tuple))

    @cached_property
    def settings(self) -> frozenset[str]:
        """Names of settings that changed."""
        return frozenset(key for key in self._keys(Table.SETTINGS) if isinstance(key, str))

    @cached_property
    def learned(self) -> frozenset[int]:
        """Ids of objects of which something else is known by learning."""
        return frozenset(key for key in self._keys(Table.LEARNED) if isinstance(key, int))

    def touches_frame(self, frame: int) -> bool:
        """True where the picture of this frame has to be painted again."""
        return bool(self.objects) or any(f == frame for f, _ in self.masks | self.prompts)
