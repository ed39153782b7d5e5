"""Which object of the project each object of a label file is."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from vostool.io.imports.format import Imported, ImportedObject, Shape
from vostool.masks.colours import PALETTE, Colour, palette_colour
from vostool.project.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project.project import Project


class ObjectPolicy(enum.Enum):
    """NEW: every object of the file is a new one. MATCH: go on with the project's objects of the
    same id and label; for objects without an id, with the only object of their label.
    """

    NEW = "new"
    MATCH = "match"


class Ungrouped(enum.Enum):
    """What shapes become for which the file states no identity.

    AUTO: a label that never stands twice on a frame is one object, else each shape is its own.
    EACH: each shape is an object of its own.
    LABEL: all shapes of a label are one object, united where they share a frame.
    """

    AUTO = "auto"
    EACH = "each"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Assigned:
    """Objects of a file in the project.

    Attributes:
        ids: the project's object id by track.
        new: the objects to make, by id; one without any shape need not be made.
    """

    ids: dict[Hashable, int]
    new: dict[int, AnnotatedObject]


def with_identity(imported: Imported, ungrouped: Ungrouped) -> tuple[Imported, list[str]]:
    """Every shape with a track that an object stands for, and sentences on what was decided."""
    known = {obj.track for obj in imported.objects}
    loose = [shape for shape in imported.shapes if shape.track is None]
    missing = {s.track: s.label for s in imported.shapes if s.track not in known}
    missing.pop(None, None)
    if not loose and not missing:
        return imported, []
    colours = {label.name: label.colour for label in imported.labels}
    objects = {track: ImportedObject(track, label) for track, label in missing.items()}
    whole = _single_labels(loose, ungrouped)
    shapes = []
    for number, shape in enumerate(imported.shapes):
        if shape.track is None:
            track = ("label", shape.label) if shape.label in whole else ("shape", number)
            objects.setdefault(track, ImportedObject(track, shape.label, colours.get(shape.label)))
            shape = replace(shape, track=track)  # noqa: PLW2901 - the same shape, named
        shapes.append(shape)
    grouped = replace(imported, objects=(*imported.objects, *objects.values()), shapes=shapes)
    return grouped, _told(loose, whole)


def assign_objects(
    project: Project, objects: Iterable[ImportedObject], policy: ObjectPolicy
) -> Assigned:
    """An object id for each track: the file's where it was never used, else the next."""
    objects = list(objects)
    ids: dict[Hashable, int] = {}
    if policy is ObjectPolicy.MATCH:
        ids = _matched(project, objects)
    rest = [obj for obj in objects if obj.track not in ids]
    first_free = project.next_object_id()
    proposed: dict[int, ImportedObject] = {}
    for obj in rest:
        if obj.proposed_id is not None and obj.proposed_id >= first_free:
            proposed.setdefault(obj.proposed_id, obj)
    ids.update({obj.track: oid for oid, obj in proposed.items()})
    following = max([first_free - 1, *proposed]) + 1
    for obj in rest:
        if obj.track not in ids:
            ids[obj.track] = following
            following += 1
    return Assigned(ids, _made(project, {ids[obj.track]: obj for obj in rest}))


def _matched(project: Project, objects: list[ImportedObject]) -> dict[Hashable, int]:
    found: dict[Hashable, int] = {}
    for obj in objects:
        known = project.objects.get(obj.proposed_id) if obj.proposed_id is not None else None
        if known is not None and known.label == (obj.label or DEFAULT_LABEL):
            found.setdefault(obj.track, known.id)
    unnamed = Counter(obj.label for obj in objects if obj.proposed_id is None)
    there = Counter(obj.label for obj in project.objects.values())
    only = {o.label: o.id for o in project.objects.values() if there[o.label] == 1}
    for obj in objects:
        oid = only.get(obj.label)
        single = obj.proposed_id is None and unnamed[obj.label] == 1
        if single and oid is not None and oid not in found.values():
            found[obj.track] = oid
    return found


def _made(project: Project, objects: Mapping[int, ImportedObject]) -> dict[int, AnnotatedObject]:
    """The objects by id, each in a colour that no other has: the file's, or the next free one."""
    used = {obj.colour for obj in project.objects.values()}
    found = {}
    for oid, obj in sorted(objects.items()):
        free = obj.colour is not None and obj.colour not in used
        colour = obj.colour if free and obj.colour is not None else _free_colour(oid, used)
        used.add(colour)
        label = obj.label.strip() or DEFAULT_LABEL
        found[oid] = AnnotatedObject(oid, label, colour, attributes=obj.attributes)
    return found


def _free_colour(object_id: int, used: Set[Colour]) -> Colour:
    """The palette's colour of the id, or the next one that is not in use, while there are some."""
    colours = (palette_colour(object_id + step) for step in range(len(PALETTE)))
    return next((colour for colour in colours if colour not in used), palette_colour(object_id))


def _single_labels(loose: Sequence[Shape], ungrouped: Ungrouped) -> set[str]:
    labels = {shape.label for shape in loose}
    if ungrouped is Ungrouped.EACH:
        return set()
    if ungrouped is Ungrouped.LABEL:
        return labels
    seen: set[tuple[int, str]] = set()
    twice: set[str] = set()
    for shape in loose:
        key = (shape.frame, shape.label)
        if key in seen:
            twice.add(shape.label)
        seen.add(key)
    return labels - twice


def _told(loose: Sequence[Shape], whole: set[str]) -> list[str]:
    if not loose:
        return []
    said = []
    single = sorted(whole)
    apart = sum(1 for shape in loose if shape.label not in whole)
    if single:
        names = ", ".join(single[:5]) + (" and others" if len(single) > 5 else "")
        said.append(
            f"The file does not say which shapes are the same object; all of a label became one "
            f"object: {names}."
        )
    if apart:
        said.append(
            f"The file does not say which shapes are the same object; {apart} became objects of "
            "their own."
        )
    return said
