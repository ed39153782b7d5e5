"""Builders of edits of attributes' values: on all frames, or from one frame on.

Also which values go along where masks change their object (:class:`MovedValues`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from vostool.errors import PromptError
from vostool.project.changes import Cell, Edit, Table
from vostool.project.frame_values import (
    Line,
    Part,
    held,
    lines_value,
    object_lines,
    spliced,
    stored_lines,
    values_cell,
)
from vostool.project.objects import LONGEST_VALUE, AnnotatedObject
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.project.project_labels import declared_label, object_attributes
from vostool.words import tr


def set_attribute(project: Project, object_ids: Collection[int], name: str, value: str) -> Edit:
    """Give objects a value of an attribute; it holds on all their frames where nothing changes it.

    Raises:
        PromptError: an object is missing, the attribute has no name, or the value is too long.
    """
    _check(name, value)
    pending = PendingEdit(project)
    for oid in object_ids:
        _put_own(pending, oid, name, value)
    return pending.edit(tr("Change attribute"))


def set_value_from(
    project: Project, object_ids: Collection[int], name: str, value: str, frame: int
) -> Edit:
    """Give objects another value from a frame on, up to where it changes next.

    Where the value was the same before the frame, nothing changes there any more. From the first
    frame on it is the object's own value.

    Raises:
        PromptError: as :func:`set_attribute`.
    """
    _check(name, value)
    pending = PendingEdit(project)
    for oid in object_ids:
        line = {at: text for at, text in _line(project, oid, name) if at != frame}
        before = held(tuple(sorted(line.items())), frame)
        if frame == 0:
            _put_own(pending, oid, name, value)
        elif value != (
            own_value(project, project.object_of(oid), name) if before is None else before
        ):
            line[frame] = value
        _put_line(pending, oid, name, tuple(sorted(line.items())))
    return pending.edit(tr("Change {name} from frame {frame}", name=name, frame=frame))


def clear_change(project: Project, object_ids: Collection[int], name: str, frame: int) -> Edit:
    """Let the value before a frame go on there, where it changed on that frame."""
    pending = PendingEdit(project)
    for oid in object_ids:
        line = tuple(change for change in _line(project, oid, name) if change[0] != frame)
        _put_line(pending, oid, name, line)
    return pending.edit(tr("Clear change of {name} on frame {frame}", name=name, frame=frame))


def remove_attribute(project: Project, object_ids: Collection[int], name: str) -> Edit:
    """Take an attribute's value from objects, which then have the label's default or none."""
    pending = PendingEdit(project)
    for oid in object_ids:
        known = project.object_of(oid)
        pairs = tuple(pair for pair in known.attributes if pair[0] != name)
        pending.put(Cell(Table.OBJECTS, oid), replace(known, attributes=pairs))
        _put_line(pending, oid, name, ())
    return pending.edit(tr("Remove attribute"))


def rename_lines(pending: PendingEdit, object_id: int, names: Mapping[str, str]) -> None:
    """Let an object's changes follow attributes to their new names, by the old ones."""
    lines = stored_lines(pending.get(values_cell(object_id)))
    if names.keys() & lines.keys():
        new = {names.get(name, name): line for name, line in lines.items()}
        pending.put(values_cell(object_id), lines_value(new))


def own_value(project: Project, annotated: AnnotatedObject, name: str) -> str | None:
    """What holds before the attribute's first change; None where the object has no such one."""
    return next(
        (value for spec, value in object_attributes(project, annotated) if spec.name == name), None
    )


def part_values(pending: PendingEdit, object_id: int, new: int, frame: int) -> None:
    """Give a new object like this one what this one has from a frame on; this one keeps it all."""
    project = pending.project
    known = project.objects[object_id]
    lines = {
        name: spliced(base, [Part(frame, line, base)])
        for name, line in object_lines(project, object_id).items()
        for base in (own_value(project, known, name) or "",)
    }
    pending.put(values_cell(new), lines_value(lines))


def cut_values(pending: PendingEdit, object_id: int, frame: int) -> None:
    """Drop an object's changes from a frame on."""
    lines = object_lines(pending.project, object_id)
    early = {name: tuple(c for c in line if c[0] < frame) for name, line in lines.items()}
    pending.put(values_cell(object_id), lines_value(early))


class MovedValues:
    """Gives one object the values that another one has on frames that become its own.

    Args:
        target: the object that gets them; its label says which attributes may change.
        source: what the other one is before the edit.
    """

    def __init__(self, pending: PendingEdit, target: AnnotatedObject, source: int) -> None:
        project = pending.project
        self._pending, self._target = pending, target
        self._ours = stored_lines(pending.get(values_cell(target.id)))
        self._theirs = object_lines(project, source)
        self._source = project.objects[source]

    def put(self, owners: Iterable[tuple[int, bool]]) -> None:
        """Write the target's changes anew.

        Args:
            owners: (frame, whether its values are the source's) by ascending frame; each holds up
                to the next one.
        """
        turns: list[tuple[int, bool]] = []
        for frame, theirs in owners:
            if theirs != (turns[-1][1] if turns else False):
                turns.append((frame, theirs))
        if not turns:
            return
        label = declared_label(self._pending.project, self._target.label)
        lines = dict(self._ours)
        for spec in label.attributes if label is not None else ():
            if spec.mutable:
                lines[spec.name] = self._spliced(spec.name, spec.default, turns)
        self._pending.put(values_cell(self._target.id), lines_value(lines))

    def _spliced(self, name: str, default: str, turns: list[tuple[int, bool]]) -> Line:
        base = dict(self._target.attributes).get(name, default)
        other = own_value(self._pending.project, self._source, name)
        ours = self._ours.get(name, ())
        theirs = self._theirs.get(name, ())
        parts = [Part(0, ours, base)]
        for frame, moved in turns:
            whole = moved and (other is not None or theirs)
            part = Part(frame, theirs, other or base) if whole else Part(frame, ours, base)
            parts.append(part)
        return spliced(base, parts)


def _check(name: str, value: str) -> None:
    if not name.strip():
        raise PromptError(tr("An attribute needs a name."))
    if len(value) > LONGEST_VALUE:
        raise PromptError(
            tr(
                "An attribute's value has {most:,} characters at most; this one has {long:,}, so "
                "nothing was changed.",
                most=LONGEST_VALUE,
                long=len(value),
            )
        )


def _line(project: Project, object_id: int, name: str) -> Line:
    project.object_of(object_id)
    return object_lines(project, object_id).get(name, ())


def _put_own(pending: PendingEdit, object_id: int, name: str, value: str) -> None:
    known = pending.project.object_of(object_id)
    pairs = dict(known.attributes) | {name: value}
    pending.put(Cell(Table.OBJECTS, object_id), replace(known, attributes=tuple(pairs.items())))


def _put_line(pending: PendingEdit, object_id: int, name: str, line: Line) -> None:
    lines = {**object_lines(pending.project, object_id), name: line}
    pending.put(values_cell(object_id), lines_value(lines))
