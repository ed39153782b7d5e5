"""The CVAT shape that a mask or a box of the project becomes on the server."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from vostool.errors import UsageError
from vostool.io.cvat_server.identity import OBJECT_ID
from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.shapes import BOX, MASK, attribute_values, mask_points
from vostool.masks.box import Box
from vostool.masks.mask import Mask, Provenance
from vostool.project.changes import FrameObject
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


def cell_digest(project: Project, key: FrameObject) -> str:
    """What is labelled there, with label and attributes; empty for nothing."""
    there = content(project, key)
    if there is None:
        return ""
    known = project.objects[key[1]]
    said = (known.label, sorted(known.attributes), repr(there))
    return hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest()


def labelled_cells(project: Project) -> set[FrameObject]:
    """Every (frame, object id) that holds a mask, an absence or a prompt."""
    return {(frame, oid) for frame, oid, _ in project.masks.items()} | set(project.prompts)


def to_shape(
    job: Job, project: Project, key: FrameObject, before: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The shape of a cell as the server takes it, or None where there is nothing.

    Args:
        before: the server's shape that it replaces, whose order, occlusion and attributes stay.

    Raises:
        UsageError: the job has no such label.
    """
    there = content(project, key)
    if there is None:
        return None
    frame, oid = key
    known = project.objects[oid]
    label = job.labels_by_name.get(known.label)
    if label is None:
        names = ", ".join(sorted(job.labels_by_name)) or "none"
        raise UsageError(
            tr(
                "Job {id} has no label '{label}' (object {oid}); rename it to "
                "one of the job's labels: {names}.",
                id=job.id,
                label=known.label,
                oid=oid,
                names=names,
            )
        )
    box = isinstance(there, Box)
    same = before is not None and int(before["label_id"]) == label.id
    return {
        "type": BOX if box else MASK,
        "frame": job.numbers[frame],
        "label_id": label.id,
        "group": oid,
        "points": [there.x0, there.y0, there.x1, there.y1]
        if isinstance(there, Box)
        else mask_points(there),
        "source": "manual" if box else _source(project, key),
        "occluded": bool(before["occluded"]) if before is not None else False,
        "outside": False,
        "z_order": int(before.get("z_order") or 0) if before is not None else 0,
        "rotation": 0.0,
        "attributes": attribute_values(label, _values(known), before if same else None),
        "elements": [],
    }


def _source(project: Project, key: FrameObject) -> str:
    record = project.masks.get(*key)
    if record is None or record.confirmed:
        return "manual"
    return _SOURCES[record.provenance]


def _values(known: AnnotatedObject) -> dict[str, str]:
    return {OBJECT_ID: str(known.id), **dict(known.attributes)}
