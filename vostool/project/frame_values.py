"""Values that attributes have from a frame on, as CVAT's mutable attributes: each holds until the
next change.

Before an object's first change the value that the object itself has holds, else the label's
default. The changes of one object are one setting of the project, so that they are undone, saved
and opened again like everything else and project files of either age are read by programs of either
age. They count where the object's label declares the attribute as mutable; where it does not (any
more), they are kept and wait.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from vostool.project.changes import Cell, Json, Table, Value
from vostool.project.labels import LabelSpec
from vostool.project.objects import LONGEST_VALUE, AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import declared_label, declared_labels

_PREFIX = "frame_values/"

Change = tuple[int, str]
"""(frame, value): what holds from the frame on."""
Line = tuple[Change, ...]
"""The changes of one attribute of one object by ascending frame."""
Lines = Mapping[str, Line]
"""Lines by the attribute's name; none is empty."""


def values_cell(object_id: int) -> Cell:
    """The setting that holds an object's changes."""
    return Cell(Table.SETTINGS, f"{_PREFIX}{object_id}")


def valued_object(setting: str) -> int | None:
    """The object whose changes a setting of this name holds; None for every other setting."""
    number = setting.removeprefix(_PREFIX)
    return int(number) if number != setting and number.isdecimal() else None


def stored_lines(value: Value) -> Lines:
    """What the setting's value says; it was sound when it was loaded (:func:`mended`)."""
    if not isinstance(value, dict):
        return {}
    rows = cast("dict[str, list[list[int | str]]]", value)
    return {name: tuple((int(at), str(text)) for at, text in row) for name, row in rows.items()}


def lines_value(lines: Lines) -> Json:
    """The value of the setting; None where nothing changes."""
    return {name: [[at, text] for at, text in line] for name, line in lines.items() if line} or None


def object_lines(project: Project, object_id: int) -> Lines:
    """All changes of an object, whether its label uses them or not."""
    return stored_lines(project.value(values_cell(object_id)))


def held(line: Line, frame: int) -> str | None:
    """The value that the line gives a frame; None before its first change."""
    place = bisect_right(line, frame, key=lambda change: change[0])
    return line[place - 1][1] if place else None


def mended(value: Json) -> tuple[Json, bool]:
    """The sound part of a setting's value, and whether that is all of it: a damaged change costs
    itself alone.
    """
    if not isinstance(value, dict):
        return None, False
    sound: dict[str, Line] = {}
    for name, row in value.items():
        given = row if isinstance(row, list) else []
        found = dict(change for entry in given if (change := _change(entry)) is not None)
        if name.strip() and len(name) <= LONGEST_VALUE and found:
            sound[name] = tuple(sorted(found.items()))
    after = lines_value(sound)
    return after, after == value


def _change(entry: Json) -> Change | None:
    if not (isinstance(entry, list) and len(entry) == 2):
        return None
    at, text = entry
    number = isinstance(at, int) and not isinstance(at, bool) and at >= 0
    if number and isinstance(at, int) and isinstance(text, str) and len(text) <= LONGEST_VALUE:
        return at, text
    return None


def may_change(project: Project, annotated: AnnotatedObject, name: str) -> bool:
    """True where the object's label has the attribute as mutable."""
    label = declared_label(project, annotated.label)
    return label is not None and any(s.mutable and s.name == name for s in label.attributes)


@dataclass(frozen=True)
class Part:
    """A stretch of frames and whose values it has.

    Attributes:
        first: its first frame; it ends where the next part begins.
        line: the changes that count there.
        base: what holds where the line says nothing yet.
    """

    first: int
    line: Line
    base: str


def spliced(base: str, parts: Sequence[Part]) -> Line:
    """The line of an object with this base that has the values of each part.

    Args:
        parts: by ascending first frame.
    """
    made: list[Change] = []
    for number, part in enumerate(parts):
        end = parts[number + 1].first if number + 1 < len(parts) else None
        if end == part.first:
            continue
        start = held(part.line, part.first)
        inside = [(part.first, part.base if start is None else start)]
        inside += [
            change
            for change in part.line
            if change[0] > part.first and (end is None or change[0] < end)
        ]
        for at, text in inside:
            if (made[-1][1] if made else base) != text:
                made.append((at, text))
    return tuple(made)


class FrameValues:
    """What attributes of a project's objects are on a frame; looks each object up once.

    The project must not change meanwhile.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lines: dict[int, Lines] = {}
        self._last: dict[int, AnnotatedObject] = {}
        self._labels: dict[str, LabelSpec] | None = None

    def lines(self, annotated: AnnotatedObject) -> Lines:
        """The changes that count: those of attributes that the object's label has as mutable."""
        found = self._lines.get(annotated.id)
        if found is None:
            stored = object_lines(self._project, annotated.id)
            found = self._lines[annotated.id] = stored and self._counting(annotated, stored)
        return found

    def at(self, annotated: AnnotatedObject, frame: int) -> AnnotatedObject:
        """The object as it is on the frame; the same one while its values are the same."""
        lines = self.lines(annotated)
        if not lines:
            return annotated
        own = dict(annotated.attributes)
        for name, line in lines.items():
            value = held(line, frame)
            if value is not None:
                own[name] = value
        pairs = tuple(own.items())
        known = self._last.get(annotated.id, annotated)
        if pairs != known.attributes:
            known = self._last[annotated.id] = replace(annotated, attributes=pairs)
        return known

    def changing(self, objects: Iterable[AnnotatedObject]) -> dict[str, int]:
        """How many of the objects change it, by the name of the attribute."""
        found: dict[str, int] = {}
        for annotated in objects:
            for name in self.lines(annotated):
                found[name] = found.get(name, 0) + 1
        return found

    def _counting(self, annotated: AnnotatedObject, stored: Lines) -> Lines:
        if self._labels is None:
            self._labels = {label.name: label for label in declared_labels(self._project)}
        label = self._labels.get(annotated.label)
        mutable = {spec.name for spec in label.attributes if spec.mutable} if label else set()
        return {name: line for name, line in stored.items() if name in mutable}
