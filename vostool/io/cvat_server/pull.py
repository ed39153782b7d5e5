"""A job's annotations as a project.

Shapes that a person made or touched become prompts, so that tracking starts from them; shapes whose
source is "auto" come in as tracked masks, which a track run may replace. Keyframes of tracks become
prompts; what CVAT interpolates between them is left to tracking. Points, lines, cuboids, skeletons
and tags are none of ours and stay on the server as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vostool.frames import SourceRef
from vostool.io.cvat_server import baseline as baseline_store
from vostool.io.cvat_server import job as job_store
from vostool.io.cvat_server.baseline import Baseline, entries_of
from vostool.io.cvat_server.cells import cell_digests, object_values
from vostool.io.cvat_server.frame_store import job_folder
from vostool.io.cvat_server.identity import Found, Identities, identify
from vostool.io.cvat_server.job import RATE, Job
from vostool.io.cvat_server.session import Annotations
from vostool.io.cvat_server.shapes import READ, decode_shape, named_attributes
from vostool.io.imports.edit import import_edit
from vostool.io.imports.format import (
    Imported,
    ImportedAttribute,
    ImportedLabel,
    ImportedObject,
    Shape,
)
from vostool.io.imports.readers.identities import is_identity
from vostool.masks.box import Box
from vostool.masks.colours import palette_colour
from vostool.masks.mask import Mask
from vostool.project.changes import Cell, Edit, FrameObject, Table
from vostool.project.project import Project
from vostool.words import tr


@dataclass(frozen=True)
class Pulled:
    """A job as a new project.

    Attributes:
        notes: one sentence for each thing that did not come in or came in otherwise.
    """

    job: Job
    project: Project
    notes: tuple[str, ...]


def job_source(job: Job) -> SourceRef:
    """How a project remembers a job as its source."""
    return SourceRef(
        path=job_folder(job),
        kind="cvat",
        size_bytes=job.width * job.height * len(job.numbers),
        fingerprint=job.identity,
        width=job.width,
        height=job.height,
        frame_count=len(job.numbers),
        rate=RATE,
    )


def pulled_project(job: Job, annotations: Annotations) -> Pulled:
    """A new project with a job's labels and annotations; what cannot be read is noted by its id."""
    notes: list[str] = []
    found = [*_shapes(job, annotations, notes), *_tracks(job, annotations, notes)]
    identities = identify(job, found)
    project = Project(job_source(job))
    edit, summary = import_edit(project, _imported(job, found, identities))
    project.apply(edit)
    project.apply(_settings(project, job, _baseline(project, annotations, identities)))
    return Pulled(job, project, (*notes, *summary.skipped, *summary.warnings))


def project_baseline(project: Project) -> Baseline:
    """What the server held when the project last met it."""
    try:
        return Baseline.from_json(project.settings.get(baseline_store.SETTING))
    except ValueError:
        return Baseline()


def changed_cells(project: Project) -> set[FrameObject]:
    """Every (frame, object id) that is labelled otherwise than the server holds it."""
    known = project_baseline(project).cells
    here = cell_digests(project)
    return {key for key in here.keys() | known.keys() if here.get(key, "") != known.get(key, "")}


def _shapes(job: Job, annotations: Annotations, notes: list[str]) -> list[Found]:
    found = []
    left: Counter[str] = Counter()
    for shape in annotations["shapes"]:
        if shape["type"] not in READ:
            left[str(shape["type"])] += 1
            continue
        frame = job.index.get(int(shape["frame"]))
        name = tr("Shape {shape} on frame {shape_2}", shape=shape["id"], shape_2=shape["frame"])
        if frame is None or int(shape["label_id"]) not in job.labels_by_id:
            why = tr("its frame is not in the job") if frame is None else tr("its label is unknown")
            notes.append(tr("{name} was left on the server: {why}.", name=name, why=why))
            continue
        try:
            content = decode_shape(shape, job.width, job.height)
        except ValueError as error:
            notes.append(tr("{name} was left on the server: {error}.", name=name, error=error))
            continue
        made = shape.get("source") == "auto"
        own = named_attributes(job, shape)
        found.append(Found("shapes", int(shape["id"]), frame, shape, content, made, own))
    if left:
        listed = ", ".join(f"{count} {kind}" for kind, count in left.items())
        notes.append(
            tr(
                "Not masks, polygons, boxes or ellipses, left on the server: {listed}.",
                listed=listed,
            )
        )
    return found


def _tracks(job: Job, annotations: Annotations, notes: list[str]) -> list[Found]:
    found = []
    for track in annotations["tracks"]:
        kinds = {str(shape["type"]) for shape in track["shapes"]}
        if not kinds or not kinds <= READ or int(track["label_id"]) not in job.labels_by_id:
            what = ", ".join(sorted(kinds)) or "empty"
            notes.append(
                tr("Track {track} ({what}) was left on the server.", track=track["id"], what=what)
            )
            continue
        try:
            found += _keyframes(job, track)
        except ValueError as error:
            notes.append(
                tr("Track {track} was left on the server: {error}.", track=track["id"], error=error)
            )
    return found


def _keyframes(job: Job, track: Mapping[str, Any]) -> list[Found]:
    found = []
    label, fixed = int(track["label_id"]), named_attributes(job, track)
    for shape in track["shapes"]:
        frame = job.index.get(int(shape["frame"]))
        # A track may end just behind the job, with its closing keyframe.
        if frame is None:
            continue
        content = None if shape["outside"] else decode_shape(shape, job.width, job.height)
        own = (*fixed, *named_attributes(job, shape, label))
        found.append(Found("tracks", int(track["id"]), frame, track, content, values=own))
    return found


def _imported(job: Job, found: list[Found], identities: Identities) -> Imported:
    shapes = []
    for shape in found:
        oid = identities.ids[shape.kind, shape.id]
        there = shape.content
        shapes.append(
            Shape(
                frame=shape.frame,
                track=oid,
                label=job.labels_by_id[int(shape.entry["label_id"])].name,
                mask=there if isinstance(there, Mask) else None,
                box=there if isinstance(there, Box) else None,
                absent=there is None,
                keyframe=not shape.made,
                where=f"{shape.kind[:-1]} {shape.id}",
                attributes=tuple(pair for pair in shape.values if not is_identity(pair[0])),
            )
        )
    return Imported(tuple(_objects(job, identities)), shapes, _labels(job))


def _labels(job: Job) -> tuple[ImportedLabel, ...]:
    """The job's labels, whether anything bears them or not."""
    return tuple(
        ImportedLabel(
            label.name,
            label.colour,
            tuple(
                ImportedAttribute(a.name, a.default, a.values, a.kind, a.mutable)
                for a in label.attributes
            ),
        )
        for label in job.labels
    )


def _objects(job: Job, identities: Identities) -> list[ImportedObject]:
    made = []
    coloured: set[int] = set()
    for oid, first in sorted(identities.first.items()):
        label = job.labels_by_id[int(first.entry["label_id"])]
        # One label, several objects: the first has the label's colour, the others can be told.
        own = label.colour if label.id not in coloured else palette_colour(oid)
        coloured.add(label.id)
        made.append(ImportedObject(oid, label.name, own, first.values, oid))
    return made


def _baseline(project: Project, annotations: Annotations, identities: Identities) -> Baseline:
    entries = entries_of(annotations, identities.ids)
    return Baseline(entries, cell_digests(project), object_values(project))


def _settings(project: Project, job: Job, baseline: Baseline) -> Edit:
    values = {job_store.SETTING: job.to_json(), baseline_store.SETTING: baseline.to_json()}
    return Edit(
        "Pull",
        tuple(project.change(Cell(Table.SETTINGS, name), dict(v)) for name, v in values.items()),
    )
