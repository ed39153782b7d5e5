"""The project: everything that is labelled in one video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from vostool.errors import PromptError
from vostool.frames import SourceRef
from vostool.masks.mask import MaskRecord, MaskTable
from vostool.project.changes import Cell, CellChange, Changes, Edit, FrameObject, Json, Table, Value
from vostool.project.learned import Learned
from vostool.project.objects import HIGHEST_ID, AnnotatedObject
from vostool.project.prompts import Prompts
from vostool.words import tr


class Project:
    """Objects, prompts, masks, settings and what was learned of objects, of one source.

    It changes only through :meth:`apply`; :mod:`vostool.project.edits` builds the edits. All values
    in it are immutable, so a :meth:`snapshot` shares them and is safe in another thread.
    """

    def __init__(self, source: SourceRef) -> None:
        self.source = source
        self._objects: dict[int, AnnotatedObject] = {}
        self._prompts: dict[FrameObject, Prompts] = {}
        self._masks = MaskTable()
        self._settings: dict[str, Json] = {}
        self._learned: dict[int, Learned] = {}

    @property
    def objects(self) -> Mapping[int, AnnotatedObject]:
        """Objects by id, ascending."""
        return MappingProxyType(self._objects)

    @property
    def prompts(self) -> Mapping[FrameObject, Prompts]:
        """Prompts by (frame, object id)."""
        return MappingProxyType(self._prompts)

    @property
    def masks(self) -> MaskTable:
        """Masks by object and frame; read-only outside this class."""
        return self._masks

    @property
    def settings(self) -> Mapping[str, Json]:
        """Settings that travel with the project, by name."""
        return MappingProxyType(self._settings)

    @property
    def learned(self) -> Mapping[int, Learned]:
        """What an engine learned of objects, by object id."""
        return MappingProxyType(self._learned)

    def prompted_frames(self, object_id: int | None = None) -> list[int]:
        """Sorted frames with prompts of the object (of any object when None)."""
        return sorted({f for f, oid in self._prompts if object_id is None or oid == object_id})

    def object_of(self, object_id: int) -> AnnotatedObject:
        """The object with this id.

        Raises:
            PromptError: there is none.
        """
        known = self._objects.get(object_id)
        if known is None:
            raise PromptError(
                tr("There is no object {object_id}; choose one from the list.", object_id=object_id)
            )
        return known

    def next_object_id(self) -> int:
        """An id that no object of this project ever had, as long as there is a higher one."""
        stored = self._settings.get("highest_object_id", 0)
        sound = isinstance(stored, int) and stored < HIGHEST_ID
        following = max(int(stored) if sound and isinstance(stored, int) else 0, *self._objects, 0)
        if following < HIGHEST_ID:
            return following + 1
        return next(oid for oid in range(1, HIGHEST_ID) if oid not in self._objects)

    def value(self, cell: Cell) -> Value:
        """What a cell holds now, or None."""
        table, key = cell
        if table is Table.MASKS and isinstance(key, tuple):
            return self._masks.get(*key)
        if table is Table.PROMPTS and isinstance(key, tuple):
            return self._prompts.get(key)
        if table is Table.OBJECTS and isinstance(key, int):
            return self._objects.get(key)
        if table is Table.SETTINGS and isinstance(key, str):
            return self._settings.get(key)
        if table is Table.LEARNED and isinstance(key, int):
            return self._learned.get(key)
        raise TypeError(f"no such cell: {cell}")

    def apply(self, edit: Edit) -> Changes:
        """Write the edit's values and say which cells changed."""
        for change in edit.changes:
            self._put(change.cell, change.after)
        return Changes.of(change.cell for change in edit.changes)

    def revert(self, edit: Edit) -> Changes:
        """Take an edit back."""
        return self.apply(edit.inverted())

    def load(self, values: Iterable[tuple[Cell, Value]]) -> None:
        """Fill cells from storage; no history, no changes."""
        for cell, value in values:
            self._put(cell, value)

    def change(self, cell: Cell, after: Value) -> CellChange:
        """A cell change from what the cell holds now to ``after``."""
        return CellChange(cell, self.value(cell), after)

    def snapshot(self) -> Project:
        """A copy for another thread; shares the immutable values, not the tables."""
        other = Project(self.source)
        other._objects = dict(self._objects)
        other._prompts = dict(self._prompts)
        other._masks = self._masks.copy()
        other._settings = dict(self._settings)
        other._learned = dict(self._learned)
        return other

    def cells(self) -> list[Cell]:
        """All cells that hold a value."""
        return [cell for cell, _ in self.walk()]

    def walk(self) -> Iterator[tuple[Cell, Value]]:
        """All cells with their values; the project must not change meanwhile."""
        for oid, known in self._objects.items():
            yield Cell(Table.OBJECTS, oid), known
        for key, prompts in self._prompts.items():
            yield Cell(Table.PROMPTS, key), prompts
        for frame, oid, record in self._masks.items():
            yield Cell(Table.MASKS, (frame, oid)), record
        for name, value in self._settings.items():
            yield Cell(Table.SETTINGS, name), value
        for oid, learned in self._learned.items():
            yield Cell(Table.LEARNED, oid), learned

    def _put(self, cell: Cell, value: Value) -> None:
        table, key = cell
        if table is Table.MASKS and isinstance(key, tuple):
            assert value is None or isinstance(value, MaskRecord)
            self._masks.put(*key, value)
        elif table is Table.PROMPTS and isinstance(key, tuple):
            assert value is None or isinstance(value, Prompts)
            _set_or_drop(self._prompts, key, value)
        elif table is Table.OBJECTS and isinstance(key, int):
            assert value is None or isinstance(value, AnnotatedObject)
            _set_or_drop(self._objects, key, value)
            self._objects = dict(sorted(self._objects.items()))
        elif table is Table.SETTINGS and isinstance(key, str):
            assert not isinstance(value, AnnotatedObject | Prompts | MaskRecord | Learned)
            _set_or_drop(self._settings, key, value)
        elif table is Table.LEARNED and isinstance(key, int):
            assert value is None or isinstance(value, Learned)
            _set_or_drop(self._learned, key, value)
        else:
            raise TypeError(f"no such cell: {cell}")


K = TypeVar("K")
V = TypeVar("V")


def _set_or_drop(rows: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        rows.pop(key, None)
    else:
        rows[key] = value
