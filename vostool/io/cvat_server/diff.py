"""What a push would change on the server, and what others changed there meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vostool.errors import ServerError
from vostool.io.cvat_server import baseline as baseline_store
from vostool.io.cvat_server.baseline import Baseline, Entry, Pending, entries_of
from vostool.io.cvat_server.cells import ShapeMaker, cell_digests, labelled_cells, object_values
from vostool.io.cvat_server.job import Job, project_job
from vostool.io.cvat_server.plan import Change, Conflict, OnConflict, Plan
from vostool.io.cvat_server.pull import changed_cells, project_baseline
from vostool.io.cvat_server.session import Annotations
from vostool.io.cvat_server.shapes import digest
from vostool.project.changes import FrameObject
from vostool.project.frame_values import FrameValues
from vostool.project.project import Project
from vostool.words import tr


@dataclass
class _Server:
    """The server's annotations beside what was known of them.

    Attributes:
        cells: ids of the shapes that each of our cells owns there.
        tracks: our objects by track id.
    """

    shapes: dict[int, Mapping[str, Any]]
    cells: dict[FrameObject, list[int]] = field(default_factory=dict)
    tracks: dict[int, int] = field(default_factory=dict)


def push_plan(
    project: Project, annotations: Annotations, on_conflict: OnConflict = OnConflict.REFUSE
) -> Plan:
    """Compare a project with its job's annotations as they are now; sends and changes nothing.

    Raises:
        ServerError: the project was not pulled from a job.
        UsageError: an object's label is not one of the job's.
    """
    job = project_job(project)
    if job is None:
        raise ServerError(tr("This project was not pulled from a CVAT job; open a job first."))
    baseline = project_baseline(project)
    pending = Pending.from_json(project.settings.get(baseline_store.PENDING_SETTING))
    now = entries_of(annotations)
    adopted = _adopted(baseline, pending, now)
    conflicts = _conflicts(baseline, pending, adopted, annotations, now)
    server = _owned(job, baseline, adopted, annotations, on_conflict)
    wanted = changed_cells(project)
    tracks = {t: oid for t, oid in server.tracks.items() if any(oid == o for _, o in wanted)}
    wanted |= {key for key in labelled_cells(project) if key[1] in tracks.values()}
    left_out: set[FrameObject] = set()
    if on_conflict is OnConflict.THEIRS:
        tracks, left_out = _given_way(job, wanted, tracks, conflicts)
    removed = {key for key in wanted if job.numbers[key[0]] in job.deleted}
    maker = ShapeMaker(job, project, FrameValues(project), baseline.values)
    changes = [
        change
        for key in sorted(wanted - left_out - removed)
        if (change := _change(maker, server, key)) is not None
    ]
    return Plan(
        job, tuple(changes), tracks, tuple(conflicts), frozenset(left_out),
        tuple(
            _warnings(
                job=job, project=project, annotations=annotations, tracks=tracks,
                left_out=left_out, deleted=removed,
            )
        ),
        annotations, project, baseline, adopted, pending, on_conflict,
    )  # fmt: skip


def _given_way(
    job: Job, wanted: set[FrameObject], tracks: dict[int, int], conflicts: list[Conflict]
) -> tuple[dict[int, int], set[FrameObject]]:
    """The tracks that may still be replaced, and what is left out, where theirs counts."""
    theirs = {number for conflict in conflicts for number in conflict.frames}
    left_out = {key for key in wanted if job.numbers[key[0]] in theirs}
    # A track stands on many frames: where one of them is theirs, all of it stays.
    kept = {oid for _, oid in left_out if oid in tracks.values()}
    free = {track: oid for track, oid in tracks.items() if oid not in kept}
    return free, left_out | {key for key in wanted if key[1] in kept}


def baseline_after(plan: Plan, annotations: Annotations) -> Baseline:
    """What both sides agree on once a push is through.

    Args:
        annotations: the server's, fetched after the push.
    """
    created = plan.pending.created
    owners: dict[tuple[str, int], int] = {}
    for kind, known in plan.baseline.entries.items():
        owners.update({(kind, entry.id): entry.object_id for entry in known.values()})
    for shape in annotations["shapes"]:
        key = plan.adopted.get(int(shape["id"])) or created.get(digest(shape))
        if key is not None:
            owners["shapes", int(shape["id"])] = key[1]
    entries = entries_of(annotations, owners)
    if plan.on_conflict is OnConflict.THEIRS:
        # These conflicts are still open: they are reported again until the job is pulled.
        for conflict in plan.conflicts:
            before = plan.baseline.entries[conflict.kind].get(conflict.id)
            if before is None:
                entries[conflict.kind].pop(conflict.id, None)
            else:
                entries[conflict.kind][conflict.id] = before
    cells = cell_digests(plan.project)
    for key in plan.left_out:
        cells[key] = plan.baseline.cells.get(key, "")
    # Of a project that an older program pulled the values on frames are not known here.
    complete = bool(plan.baseline.values) or not plan.baseline.cells
    return Baseline(entries, cells, object_values(plan.project) if complete else {})


def _adopted(
    baseline: Baseline, pending: Pending, now: Mapping[str, Mapping[int, Entry]]
) -> dict[int, FrameObject]:
    """Shapes that an interrupted push created, by the ids that the server gave them."""
    known = baseline.entries["shapes"]
    return {
        entry.id: pending.created[entry.digest]
        for entry in now["shapes"].values()
        if entry.id not in known and entry.digest in pending.created
    }


def _conflicts(
    baseline: Baseline,
    pending: Pending,
    adopted: Mapping[int, FrameObject],
    annotations: Annotations,
    now: Mapping[str, Mapping[int, Entry]],
) -> list[Conflict]:
    gone = {"shapes": pending.deleted, "tracks": pending.tracks, "tags": frozenset[int]()}
    reach = _track_frames(annotations)
    found = []
    for kind, entries in now.items():
        before = baseline.entries[kind]
        for number in sorted(before.keys() | entries.keys()):
            old, new = before.get(number), entries.get(number)
            if new is None and old is not None and number not in gone[kind]:
                what, entry = "removed", old
            elif new is not None and old is None and not (kind == "shapes" and number in adopted):
                what, entry = "added", new
            elif new is not None and old is not None and new.digest != old.digest:
                what, entry = "changed", new
            else:
                continue
            frames = frozenset({entry.frame})
            if kind == "tracks":
                frames |= reach.get(number, frozenset())
            found.append(Conflict(kind, what, number, entry.frame, frames))
    return found


def _track_frames(annotations: Annotations) -> dict[int, frozenset[int]]:
    """The frames of each track's keyframes."""
    return {
        int(track["id"]): frozenset(int(shape["frame"]) for shape in track["shapes"])
        for track in annotations["tracks"]
    }


def _owned(
    job: Job,
    baseline: Baseline,
    adopted: Mapping[int, FrameObject],
    annotations: Annotations,
    on_conflict: OnConflict,
) -> _Server:
    """Which of the server's shapes and tracks stand for our masks and boxes."""
    server = _Server({int(shape["id"]): shape for shape in annotations["shapes"]})
    known = baseline.entries["shapes"]
    for number, shape in server.shapes.items():
        key = adopted.get(number)
        frame = job.index.get(int(shape["frame"]))
        entry = known.get(number)
        if key is None and frame is not None and entry is not None and entry.object_id:
            key = (frame, entry.object_id)
        elif key is None and frame is not None and entry is None and _replaces(shape, on_conflict):
            # Another annotator made the same object's shape anew: it has our number as its group.
            key = (frame, int(shape["group"]))
        if key is not None:
            server.cells.setdefault(key, []).append(number)
    there = {int(track["id"]) for track in annotations["tracks"]}
    server.tracks = {
        entry.id: entry.object_id
        for entry in baseline.entries["tracks"].values()
        if entry.object_id and entry.id in there
    }
    return server


def _replaces(shape: Mapping[str, Any], on_conflict: OnConflict) -> bool:
    return on_conflict is OnConflict.MINE and bool(shape.get("group"))


def _change(maker: ShapeMaker, server: _Server, key: FrameObject) -> Change | None:
    """What has to happen for the server to hold what the project holds."""
    job, project = maker.job, maker.project
    old = server.cells.get(key, [])
    before = server.shapes[old[0]] if old else None
    shape = maker.shape(key, before)
    if shape is not None:
        said = digest(shape)
        there = [number for number in old if digest(server.shapes[number]) == said]
        if there:
            rest = tuple(number for number in old if number != there[0])
            return Change(key, _label(project, key), "replaced", None, rest) if rest else None
    elif not old:
        return None
    what = "removed" if shape is None else "replaced" if old else "added"
    return Change(key, _label(project, key, before, job), what, shape, tuple(old))


def _label(
    project: Project,
    key: FrameObject,
    before: Mapping[str, Any] | None = None,
    job: Job | None = None,
) -> str:
    known = project.objects.get(key[1])
    if known is not None:
        return known.label
    label = job.labels_by_id.get(int(before["label_id"])) if job and before else None
    return "?" if label is None else label.name


def _warnings(
    *,
    job: Job,
    project: Project,
    annotations: Annotations,
    tracks: Mapping[int, int],
    left_out: set[FrameObject],
    deleted: set[FrameObject],
) -> list[str]:
    said = []
    for track in annotations["tracks"]:
        oid = tracks.get(int(track["id"]))
        if oid is None:
            continue
        bare = sum(frame not in project.masks.row(oid) for frame in _visible(job, track))
        loss = (
            tr("; on {bare} of its frames there is no mask here, they will be empty", bare=bare)
            if bare
            else ""
        )
        said.append(
            tr(
                "Track {track} (object {oid}) is replaced by masks{loss}.",
                track=track["id"],
                oid=oid,
                loss=loss,
            )
        )
    if left_out:
        frames = len({frame for frame, _ in left_out})
        said.append(
            tr(
                "{frames} frames that changed on the server are left as they are there.",
                frames=frames,
            )
        )
    if deleted:
        frames = len({frame for frame, _ in deleted})
        said.append(
            tr(
                "{frames} frames were deleted from the job; their masks are not sent.",
                frames=frames,
            )
        )
    return said


def _visible(job: Job, track: Mapping[str, Any]) -> list[int]:
    """Our frames on which CVAT shows a track: from each keyframe to the next, unless outside."""
    shapes = sorted(track["shapes"], key=lambda shape: int(shape["frame"]))
    found = []
    for number, shape in enumerate(shapes):
        if shape["outside"]:
            continue
        last = number == len(shapes) - 1
        end = job.numbers[-1] + 1 if last else int(shapes[number + 1]["frame"])
        found += [job.index[n] for n in range(int(shape["frame"]), end) if n in job.index]
    return found
