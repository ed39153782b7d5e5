"""Prompts from the command line, as one edit of a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vostool.errors import PromptError, SourceError, UsageError
from vostool.io.video.pictures import opened_picture
from vostool.jobs.specs import BoxSpec, ChoiceSpec, LabelSpec, MaskSpec, PointSpec
from vostool.masks.mask import BoolArray, Mask
from vostool.project.changes import Cell, Edit, FrameObject, Table, Value
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import BEGIN_WITH_OBJECT, Prompts
from vostool.words import tr

VOID = 255
"""The id that DAVIS and VOC give to pixels that were not decided."""


@dataclass(frozen=True)
class PromptSpecs:
    """All prompts and labels of one command line, in the order they were typed."""

    points: Sequence[PointSpec] = ()
    boxes: Sequence[BoxSpec] = ()
    masks: Sequence[MaskSpec] = ()
    labels: Sequence[LabelSpec] = ()
    choices: Sequence[ChoiceSpec] = ()


def prompt_edit(project: Project, specs: PromptSpecs) -> Edit:
    """Add prompts, and the objects they name, to a project.

    Points join those of the same object and frame, a box or a mask takes the place of an earlier
    one. Points alone on a frame with a tracked mask correct that mask. The frame's old answer is
    dropped, so that the engine makes it again.

    Raises:
        PromptError: a frame, a point, a box or a mask that does not fit the source.
        UsageError: a mask file that cannot be used, or a label of an object without prompts.
    """
    given = _collect(specs)
    source = project.source
    cells: dict[Cell, Value] = {}
    for key, new in given.items():
        frame, object_id = key
        _check_frame(project, frame)
        prompts = _joined(project, key, new)
        prompts.check_inside(source.width, source.height)
        if new.choice is not None and not prompts.is_lone_click:
            raise UsageError(
                tr(
                    "Object {object_id} has no click of its own on frame {frame} for the --extent "
                    "to be of; give it with a positive --point, without --box and --mask.",
                    object_id=object_id,
                    frame=frame,
                )
            )
        if not prompts.has_object:
            raise PromptError(
                f"Object {object_id} has only negative points on frame {frame}, and no mask there "
                f"to take away from. {BEGIN_WITH_OBJECT}"
            )
        cells[Cell(Table.OBJECTS, object_id)] = project.objects.get(
            object_id, AnnotatedObject.new(object_id)
        )
        cells[Cell(Table.PROMPTS, key)] = prompts
        cells[Cell(Table.MASKS, key)] = None
    _apply_labels(project, cells, specs.labels)
    highest = max((project.next_object_id() - 1, *(oid for _, oid in given)), default=0)
    cells[Cell(Table.SETTINGS, "highest_object_id")] = highest
    changes = (project.change(cell, value) for cell, value in cells.items())
    return Edit("Add prompts", tuple(c for c in changes if c.before != c.after))


def _collect(specs: PromptSpecs) -> dict[FrameObject, Prompts]:
    given: dict[FrameObject, Prompts] = defaultdict(Prompts)
    for point in specs.points:
        key = (point.frame, point.object_id)
        given[key] = replace(given[key], points=(*given[key].points, point.point))
    for box in specs.boxes:
        key = (box.frame, box.object_id)
        if given[key].box is not None:
            raise UsageError(
                f"Object {box.object_id} has two boxes on frame {box.frame}; give one."
            )
        given[key] = replace(given[key], box=box.box)
    for wanted in specs.choices:
        key = (wanted.frame, wanted.object_id)
        given[key] = replace(given[key], choice=wanted.choice)
    for spec in specs.masks:
        for object_id, mask in read_masks(spec).items():
            key = (spec.frame, object_id)
            given[key] = replace(given[key], mask=mask)
    return given


def _joined(project: Project, key: FrameObject, new: Prompts) -> Prompts:
    old = project.prompts.get(key)
    if new.box is not None and not (old and old.points):
        new = replace(new, together=len(new.points))
    fresh = new.box is not None or new.mask is not None
    if old is not None:
        return replace(
            old,
            points=old.points + new.points,
            box=new.box if new.box is not None else old.box,
            mask=new.mask if new.mask is not None else old.mask,
            base=None if fresh else old.base,
            choice=new.choice if new.choice is not None else old.choice,
            together=new.together if new.box is not None else old.together,
            recall=None,
        )
    record = project.masks.get(*key)
    if record is None or new.mask is not None or new.together:
        return new
    return replace(new, base=record.mask)


def _apply_labels(project: Project, cells: dict[Cell, Value], labels: Sequence[LabelSpec]) -> None:
    for spec in labels:
        cell = Cell(Table.OBJECTS, spec.object_id)
        known = cells.get(cell, project.objects.get(spec.object_id))
        if not isinstance(known, AnnotatedObject):
            raise UsageError(
                f"Object {spec.object_id} has a label but no prompt; "
                f"give it a --box, --point or --mask."
            )
        cells[cell] = replace(known, label=spec.label)


def _check_frame(project: Project, frame: int) -> None:
    count = project.source.frame_count
    if frame >= count:
        raise PromptError(
            tr(
                "Frame {frame} is outside the source, which has frames 0 to {last}.",
                frame=frame,
                last=count - 1,
            )
        )


def read_masks(spec: MaskSpec) -> dict[int, Mask]:
    """The masks of a picture file by object id.

    Raises:
        UsageError: no picture, nothing in it, or pixels that are no object ids.
    """
    pixels, gray = _read_pixels(spec.path)
    if spec.object_id is not None:
        inside: BoolArray = np.asarray(np.atleast_3d(pixels).any(axis=2))
        if not inside.any():
            raise UsageError(f"The mask '{spec.path}' is empty; every pixel is black.")
        return {spec.object_id: Mask.from_array(inside)}
    if not gray:
        raise UsageError(
            f"The mask '{spec.path}' is a colour picture; give one with palette or gray values as "
            "object ids, or name the object with FRAME:OBJ:png."
        )
    ids = [int(i) for i in np.unique(pixels) if i != 0]
    if ids == [VOID]:
        raise UsageError(
            f"The mask '{spec.path}' is black and white; name its object with FRAME:OBJ:png."
        )
    found = {i: Mask.from_array(pixels == i) for i in ids if i != VOID}
    if not found:
        raise UsageError(f"The mask '{spec.path}' is empty; every pixel is 0.")
    return found


def _read_pixels(path: Path) -> tuple[NDArray[Any], bool]:
    """(H, W) values or (H, W, C) colours, and whether the values may be ids."""
    try:
        with opened_picture(path) as picture:
            if picture.mode in {"P", "L", "1"} or picture.mode.startswith("I"):
                return np.array(picture), True
            return np.array(picture.convert("RGB")), False
    except SourceError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise UsageError(f"There is no mask file '{path}'; check the name.") from error
        raise UsageError(f"The mask file '{path}' is no picture that can be read.") from error
