"""Track runs: from the project to a request for an engine, and from its replies back to edits.

The window and the command line both go through here, so that both give the same masks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from vostool.errors import PromptError
from vostool.masks.mask import MaskRecord, Provenance
from vostool.models.engine import (
    Around,
    Direction,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.known import looks_of
from vostool.models.memory_kinds import MEMORIES, STANDARD, Memory
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.edits import set_setting
from vostool.project.learned import Learned
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.project.range_edits import check_range
from vostool.words import tr

ENGINE_SETTING = "engine"
"""The project's setting that names the engine of its last run."""
MEMORY_SETTING = "memory"
"""The project's setting that names what its runs remember by; without it, the standard memory."""
POINTER_FRAMES = 15
"""As far as SAM 2's kind reads what it remembers of a frame."""
CONTEXT_FRAMES = 6
"""As many tracked frames as SAM 2 attends to besides prompted ones."""


def keyframes(project: Project, object_ids: Collection[int]) -> tuple[Keyframe, ...]:
    """Prompted frames and confirmed masks of the objects, by frame and object id."""
    found: dict[tuple[int, int], Keyframe] = {}
    for (frame, oid), prompts in project.prompts.items():
        if oid in object_ids:
            record = project.masks.get(frame, oid)
            found[frame, oid] = Keyframe(frame, oid, prompts, record.mask if record else None)
    for oid in object_ids:
        row = project.masks.row(oid)
        for frame in project.masks.kept(oid):
            if (frame, oid) not in found:
                found[frame, oid] = Keyframe(frame, oid, None, row[frame].mask)
    return tuple(found[key] for key in sorted(found))


def is_kept(record: MaskRecord) -> bool:
    """True for a mask that a person gave or confirmed: a run uses it and never overwrites it."""
    return record.is_kept


def plan_run(
    project: Project,
    direction: Direction,
    *,
    origin: int | None = None,
    first: int = 0,
    last: int | None = None,
    object_ids: Collection[int] | None = None,
) -> TrackRequest:
    """The request for a run over ``first``..``last``.

    Args:
        origin: the frame to start from; None takes the earliest keyframe in the range for a
            forward run or both, the latest for a backward one.
        last: None takes the last frame of the source.
        object_ids: None takes every object that has a keyframe. Locked objects are left out.

    Raises:
        PromptError: nothing to start from, or the range lies outside the source.
    """
    end = project.source.frame_count - 1 if last is None else last
    check_range(project, first, end)
    wanted = set(project.objects if object_ids is None else object_ids)
    locked = locked_objects(project)
    if wanted and wanted <= locked:
        raise PromptError(tr("All objects that would be tracked are locked; unlock one first."))
    keys = keyframes(project, wanted - locked)
    if not keys:
        raise PromptError(tr("No object has a prompt yet; click it or draw a box around it first."))
    frames = [k.frame for k in keys]
    if origin is None:
        inside = [f for f in frames if first <= f <= end]
        if inside:
            origin = max(inside) if direction is Direction.BACKWARD else min(inside)
        else:
            origin = end if direction is Direction.BACKWARD else first
    origin = min(max(origin, first), end)
    behind = _context(project, keys, origin, direction)
    memory, learned = memory_of(project), learned_of(project, keys)
    return TrackRequest(keys, direction, origin, first, end, behind, memory, learned)


def learned_of(project: Project, keys: Collection[Keyframe]) -> dict[int, Learned]:
    """What was learned of the keyframes' objects, by object id."""
    known = project.learned
    return {oid: known[oid] for oid in sorted({key.object_id for key in keys}) if oid in known}


def memory_of(project: Project) -> Memory:
    """What the project's runs remember by; the standard memory for what makes no sense."""
    stored = project.settings.get(MEMORY_SETTING)
    return next((memory for memory in MEMORIES if memory == stored), STANDARD)


def choose_memory(project: Project, memory: Memory) -> Edit:
    """The edit after which the project's runs remember so; nothing is stored of the standard."""
    value = None if memory == STANDARD else memory
    if project.settings.get(MEMORY_SETTING) == value:
        return Edit("Memory", ())
    return set_setting(project, MEMORY_SETTING, value)


def _context(
    project: Project, keys: Collection[Keyframe], origin: int, direction: Direction
) -> tuple[Keyframe, ...]:
    """Stored masks just behind the origin, for objects that go on there without a keyframe.

    Made from the project alone, so a run after reopening is the run without having closed. Where
    the origin is a keyframe the person has just said what is right there, and masks behind it may
    be the mistake that was corrected.
    """
    known = {(key.frame, key.object_id) for key in keys}
    step = -1 if direction is Direction.BACKWARD else 1
    frames = range(origin - step, origin - step * (CONTEXT_FRAMES + 1), -step)
    found = []
    for oid in sorted({key.object_id for key in keys}):
        if (origin, oid) in known:
            continue
        for frame in frames:
            record = project.masks.get(frame, oid)
            if (frame, oid) in known or record is None:
                break
            found.append(Keyframe(frame, oid, None, record.mask))
    return tuple(sorted(found, key=lambda key: (key.frame, key.object_id)))


def run_edit(project: Project, tracked: Iterable[TrackedFrame]) -> Edit:
    """What a run's frames change: tracked masks, except where a person's own mask stands.

    Confirmed, prompted, edited and imported masks stay, and so does every mask of a locked object.
    """
    locked = locked_objects(project)
    changes = [
        change
        for step in tracked
        for oid, reply in step.replies.items()
        if oid not in locked
        and (change := _tracked_change(project, step.frame, oid, reply)) is not None
    ]
    return Edit("Track", tuple(changes))


def segment_request(
    project: Project, frame: int, object_id: int, prompts: Prompts
) -> SegmentRequest:
    """Ask for the mask of prompts, with what the object looks like on other frames.

    What is stored around them goes with them where they correct a track.
    """
    around, known = None, keyframes(project, [object_id])
    if prompts.base is not None and prompts.mask is None and not prompts.starts_anew:
        around = _around(project, frame, object_id, known)
    learned = project.learned.get(object_id)
    looks = looks_of(known, frame)
    return SegmentRequest(frame, object_id, prompts, around, learned, looks)


def _around(
    project: Project, frame: int, object_id: int, given: Iterable[Keyframe]
) -> Around | None:
    keys = tuple(key for key in given if key.frame != frame)
    row, known = project.masks.row(object_id), {key.frame for key in keys}
    tracked = tuple(
        Keyframe(near, object_id, None, row[near].mask)
        for near in range(frame - POINTER_FRAMES, frame + POINTER_FRAMES + 1)
        if near in row and near != frame and near not in known
    )
    return Around(keys, tracked) if keys and tracked else None


def may_recall(reply: SegmentReply) -> bool:
    """True for a correction that was answered without the memory of the frames around it."""
    return reply.recall is not None and not reply.recall.reads_memory


def segment_edit(
    project: Project, frame: int, object_id: int, prompts: Prompts, reply: SegmentReply
) -> Edit | None:
    """The mask that answers ``prompts`` and how, or None when the prompts have changed since."""
    if project.prompts.get((frame, object_id)) != prompts:
        return None
    record = MaskRecord(reply.mask, Provenance.PROMPTED, reply.score)
    changes = [project.change(Cell(Table.MASKS, (frame, object_id)), record)]
    if prompts.recall != reply.recall:
        told = replace(prompts, recall=reply.recall)
        changes.append(project.change(Cell(Table.PROMPTS, (frame, object_id)), told))
    return Edit("Mask", tuple(changes))


def _tracked_change(
    project: Project, frame: int, object_id: int, reply: SegmentReply
) -> CellChange | None:
    if object_id not in project.objects:
        return None
    old = project.masks.get(frame, object_id)
    prompted = (frame, object_id) in project.prompts
    if old is not None and (prompted or is_kept(old)):
        return None
    provenance = Provenance.PROMPTED if prompted else Provenance.TRACKED
    record = MaskRecord(reply.mask, provenance, reply.score)
    return project.change(Cell(Table.MASKS, (frame, object_id)), record)
