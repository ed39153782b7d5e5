"""Candidates become objects: an edit with a mask prompt for each, marked as found by a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vostool.finders.finder import Candidate
from vostool.masks.colours import Colour
from vostool.masks.mask import MaskRecord, Provenance
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.pending_edit import PendingEdit, joined_edits
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.words import counted, tr, trn


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that was found, on one frame or on several.

    Attributes:
        seen: the candidate by frame; at least one.
        label: what the object is called; empty takes the label for new objects.
        object_id: an object that is there already and gets these sightings, or None for a new one.
        colour: of a new object, unless it is the first of a label that has one; None takes that of
            its number.
    """

    seen: tuple[tuple[int, Candidate], ...]
    label: str = ""
    object_id: int | None = None
    colour: Colour | None = None


def take(
    project: Project, things: Sequence[Thing], asked: str, label_for_new: str
) -> tuple[Edit, tuple[int, ...]]:
    """The edit that makes objects of what was found, and their ids in the order of ``things``.

    What a person has prompted, drawn or confirmed on one of these frames stays as it is. A
    candidate without a mask becomes a box prompt, which the engine answers.

    Args:
        asked: what was looked for, as a person typed it; for the sentence.
    """
    copy = project.snapshot()
    parts: list[Edit] = []
    ids: list[int] = []
    for thing in things:
        oid = thing.object_id
        if oid is None or oid not in copy.objects:
            made, oid = edits.add_object(copy, thing.label or label_for_new, thing.colour)
            copy.apply(made)
            parts.append(made)
        given = _sightings(copy, oid, thing)
        copy.apply(given)
        parts.append(given)
        ids.append(oid)
    added = len(set(ids) - set(project.objects))
    said = _sentence(added, len(ids) - added, asked)
    edit = joined_edits(tr("Add {objects}", objects=counted(len(ids), "found object")), parts)
    return Edit(edit.title, edit.changes, said), tuple(ids)


def _sightings(project: Project, object_id: int, thing: Thing) -> Edit:
    pending = PendingEdit(project)
    for frame, candidate in thing.seen:
        key = (frame, object_id)
        record = project.masks.get(*key)
        if key in project.prompts or (record is not None and record.is_kept):
            continue
        if candidate.mask is None:
            pending.put(Cell(Table.PROMPTS, key), Prompts(box=candidate.box))
            continue
        pending.put(Cell(Table.PROMPTS, key), Prompts(mask=candidate.mask))
        found = MaskRecord(candidate.mask, Provenance.FOUND, candidate.score)
        pending.put(Cell(Table.MASKS, key), found)
    return pending.edit(tr("Add found"))


def _sentence(added: int, joined: int, asked: str) -> str:
    source = tr(" from '{asked}'", asked=asked) if asked else ""
    parts = (
        [tr("Added {objects}{source}", objects=counted(added, "object"), source=source)]
        if added
        else []
    )
    if joined:
        parts.append(
            trn(
                "{n:,} object that was there already got more masks",
                "{n:,} objects that were there already got more masks",
                joined,
            )
        )
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."
