"""Which objects and frames of a project an export takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vostool.errors import UsageError
from vostool.io.exports.options import ExportOptions, FrameChoice
from vostool.project.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project.project import Project
from vostool.words import tr


def check_choice(projects: Sequence[Project], options: ExportOptions) -> None:
    """Refuse object ids and labels that none of the projects has.

    Raises:
        UsageError: one sentence that names those there are.
    """
    where = tr("the project") if len(projects) == 1 else tr("any of the projects")
    ids = {oid for project in projects for oid in project.objects}
    for oid in sorted(set(options.object_ids or ()) - ids):
        known = ", ".join(map(str, sorted(ids))) or "none"
        raise UsageError(
            tr(
                "There is no object {oid} in {where}; it has {known}.",
                oid=oid,
                where=where,
                known=known,
            )
        )
    labels = {label_of(obj) for project in projects for obj in project.objects.values()}
    for label in sorted(set(options.labels or ()) - labels):
        known = ", ".join(sorted(labels)) or "none"
        raise UsageError(
            tr(
                "There is no label {label!r} in {where}; there are {known}.",
                label=label,
                where=where,
                known=known,
            )
        )


def label_of(obj: AnnotatedObject) -> str:
    """The label that an object is written with."""
    return obj.label if obj.label.strip() else DEFAULT_LABEL


def chosen_objects(
    project: Project, options: ExportOptions, warnings: list[str]
) -> tuple[AnnotatedObject, ...]:
    """The objects to write by ascending id, each with a label."""
    chosen = []
    for obj in project.objects.values():
        label = label_of(obj)
        if options.object_ids is not None and obj.id not in options.object_ids:
            continue
        if options.labels is not None and label not in options.labels:
            continue
        if label != obj.label:
            warnings.append(
                tr("Object {id} has no label; it is written as {label!r}.", id=obj.id, label=label)
            )
        chosen.append(replace(obj, label=label))
    return tuple(chosen)


def chosen_frames(
    project: Project,
    objects: tuple[AnnotatedObject, ...],
    options: ExportOptions,
    span: range,
) -> list[int]:
    """The frames to write of a range, ascending."""
    grid = span[:: options.every]
    if options.frames is FrameChoice.ALL:
        return list(grid)
    ids = {obj.id for obj in objects}
    if options.frames is FrameChoice.PROMPTED:
        return sorted({f for f, oid in project.prompts if oid in ids and f in grid})
    rows = [project.masks.row(oid) for oid in ids]
    labelled = sorted({frame for row in rows for frame in row if frame in grid})
    if options.frames is FrameChoice.LABELLED:
        return labelled
    return [f for f in labelled if all(row[f].confirmed for row in rows if f in row)]


def nothing_left(choice: FrameChoice) -> str:
    """The sentence for a choice of frames that turns out to be empty."""
    reason = {
        FrameChoice.LABELLED: tr("no mask of a chosen object; track first or choose other frames"),
        FrameChoice.ALL: tr("no frame; choose a longer range"),
        FrameChoice.PROMPTED: tr("no prompt of a chosen object; choose all labelled frames"),
        FrameChoice.CONFIRMED: tr("no frame with all masks confirmed; confirm some or choose all"),
    }[choice]
    return tr("There is nothing to export: the chosen range holds {reason}.", reason=reason)
