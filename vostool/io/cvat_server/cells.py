"""The CVAT shape that a mask or a box of the project becomes on the server."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vostool.errors import UsageError
from vostool.io.cvat_server.identity import OBJECT_ID
from vostool.io.cvat_server.job import Job, Label
from vostool.io.cvat_server.shapes import BOX, MASK, attribute_values, mask_points
from vostool.masks.box import Box
from vostool.masks.mask import Mask, Provenance
from vostool.project.changes import FrameObject
from vostool.project.frame_values import FrameValues
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.words import tr

_SOURCES = {
    Provenance.TRACKED: "auto",
    Provenance.FOUND: "auto",
    Provenance.PROMPTED: "semi-auto",
    Provenance.EDITED: "manual",
    Provenance.IMPORTED: "manual",
}
"""CVAT turns "auto" into "semi-auto" when a person changes such a shape, so what is still "auto"
was made by a machine alone."""


def content(project: Project, key: FrameObject) -> Mask | Box | None:
    """The mask, else the box that waits for one; None: nothing, or the object is absent."""
    record = project.masks.get(*key)
    if record is not None:
        return None if record.mask.is_empty else record.mask
    prompts = project.prompts.get(key)
    if prompts is None:
        return None
    return prompts.mask if prompts.mask is not None else prompts.box


def cell_digests(project: Project) -> dict[FrameObject, str]:
    """What is labelled on each (frame, object id), with label and attributes; empty for nothing."""
    values = FrameValues(project)
    return {key: _digest(project, key, values) for key in labelled_cells(project)}


def object_values(project: Project) -> dict[int, dict[str, str]]:
    """Each object's own attributes by its id."""
    return {oid: dict(known.attributes) for oid, known in project.objects.items()}


def _digest(project: Project, key: FrameObject, values: FrameValues) -> str:
    there = content(project, key)
    if there is None:
        return ""
    known = values.at(project.objects[key[1]], key[0])
    said = (known.label, sorted(known.attributes), repr(there))
    return hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest()


def labelled_cells(project: Project) -> set[FrameObject]:
    """Every (frame, object id) that holds a mask, an absence or a prompt."""
    return {(frame, oid) for frame, oid, _ in project.masks.items()} | set(project.prompts)


@dataclass(frozen=True)
class ShapeMaker:
    """Makes the shapes of a project's cells as the server takes them.

    Attributes:
        values: of the project.
        agreed: each object's own attributes when the server was last seen; none of an object whose
            values on frames are not known, because an older program pulled it.
    """

    job: Job
    project: Project
    values: FrameValues
    agreed: Mapping[int, Mapping[str, str]]

    def shape(self, key: FrameObject, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The shape of a cell, or None where there is nothing.

        Args:
            before: the server's shape that it replaces, whose order and occlusion stay, and its
                attributes but for what was changed here.

        Raises:
            UsageError: the job has no such label.
        """
        there = content(self.project, key)
        if there is None:
            return None
        frame, oid = key
        known = self.project.objects[oid]
        label = self._label(known)
        box = isinstance(there, Box)
        same = before is not None and int(before["label_id"]) == label.id
        return {
            "type": BOX if box else MASK,
            "frame": self.job.numbers[frame],
            "label_id": label.id,
            "group": oid,
            "points": [there.x0, there.y0, there.x1, there.y1]
            if isinstance(there, Box)
            else mask_points(there),
            "source": "manual" if box else _source(self.project, key),
            "occluded": bool(before["occluded"]) if before is not None else False,
            "outside": False,
            "z_order": int(before.get("z_order") or 0) if before is not None else 0,
            "rotation": 0.0,
            "attributes": attribute_values(
                label,
                _values(self.values.at(known, frame)),
                before if same else None,
                self._changed(known, label),
            ),
            "elements": [],
        }

    def _label(self, known: AnnotatedObject) -> Label:
        label = self.job.labels_by_name.get(known.label)
        if label is None:
            names = ", ".join(sorted(self.job.labels_by_name)) or "none"
            raise UsageError(
                tr(
                    "Job {id} has no label '{label}' (object {oid}); rename it to "
                    "one of the job's labels: {names}.",
                    id=self.job.id,
                    label=known.label,
                    oid=known.id,
                    names=names,
                )
            )
        return label

    def _changed(self, known: AnnotatedObject, label: Label) -> frozenset[str]:
        """Names of attributes whose values here count: the mutable ones, whose values on frames
        came along, and those that a person gave another value.
        """
        before = self.agreed.get(known.id)
        if before is None:
            return frozenset()
        own = {name for name, value in known.attributes if before.get(name) != value}
        return frozenset(own.union(a.name for a in label.attributes if a.mutable))


def _source(project: Project, key: FrameObject) -> str:
    record = project.masks.get(*key)
    if record is None or record.confirmed:
        return "manual"
    return _SOURCES[record.provenance]


def _values(known: AnnotatedObject) -> dict[str, str]:
    return {OBJECT_ID: str(known.id), **dict(known.attributes)}
