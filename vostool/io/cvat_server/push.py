"""Carrying out a push: new shapes first, then the old ones go, then a look at what is there.

In this order a network failure can only leave too much on the server, never too little. What is on
its way is written into the project first (:func:`begin_edit`), so the next push knows its own
shapes again and goes on where this one stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vostool.errors import ServerError
from vostool.io.cvat_server import baseline as baseline_store
from vostool.io.cvat_server.baseline import Baseline
from vostool.io.cvat_server.diff import baseline_after
from vostool.io.cvat_server.plan import Plan
from vostool.io.cvat_server.session import Session
from vostool.io.cvat_server.shapes import digest
from vostool.progress import Progress, silent
from vostool.project.changes import Cell, CellChange, Edit, Json, Table
from vostool.project.project import Project
from vostool.words import tr

BATCH = 50
"""Shapes in one request; each is all or nothing, and progress and cancel come in between."""


def begin_edit(project: Project, plan: Plan) -> Edit:
    """What the project has to remember before :func:`carry_out`."""
    return _setting(project, baseline_store.PENDING_SETTING, plan.pending.to_json())


def end_edit(project: Project, baseline: Baseline) -> Edit:
    """What the project has to remember after :func:`carry_out`."""
    changes = (
        *_setting(project, baseline_store.SETTING, baseline.to_json()).changes,
        *_setting(project, baseline_store.PENDING_SETTING, None).changes,
    )
    return Edit("Push", changes)


def carry_out(session: Session, plan: Plan, progress: Progress = silent) -> Baseline:
    """Send a plan.

    Args:
        progress: told the shapes done; between two requests it may raise
            :class:`~vostool.errors.Cancelled`, with everything ready to go on later.

    Returns:
        what both sides agree on now, for :func:`end_edit`.

    Raises:
        JobChanged: the plan has conflicts that the person has not decided on; nothing was sent.
        ServerError: it stopped in the middle, or the server does not hold what was sent.
    """
    plan.check()
    job_id = plan.job.id
    create = [change.shape for change in plan.changes if change.shape is not None]
    gone = {number for change in plan.changes for number in change.old}
    delete = [shape for shape in plan.annotations["shapes"] if int(shape["id"]) in gone]
    tracks = [track for track in plan.annotations["tracks"] if int(track["id"]) in plan.tracks]
    total = len(create) + len(delete) + len(tracks)
    done = 0
    progress(done, total, "sending")
    for batch in _batches(create):
        session.create(job_id, batch)
        done += len(batch)
        progress(done, total, "sending")
    for batch in _batches(delete):
        session.delete(job_id, batch)
        done += len(batch)
        progress(done, total, tr("removing what was replaced"))
    if tracks:
        session.delete(job_id, (), tracks)
        progress(total, total, tr("removing what was replaced"))
    annotations = session.annotations(job_id)
    _check_there(plan, create, annotations["shapes"])
    return baseline_after(plan, annotations)


def _check_there(
    plan: Plan, create: Sequence[Mapping[str, Any]], shapes: Sequence[Mapping[str, Any]]
) -> None:
    there = {digest(shape) for shape in shapes}
    missing = sorted({int(shape["frame"]) for shape in create if digest(shape) not in there})
    if missing:
        frames = ", ".join(map(str, missing[:8])) + (tr(" and more") if len(missing) > 8 else "")
        raise ServerError(
            tr(
                "The server did not keep what was sent for frames {frames} of "
                "job {id}; push again.",
                frames=frames,
                id=plan.job.id,
            )
        )


def _batches(shapes: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [shapes[start : start + BATCH] for start in range(0, len(shapes), BATCH)]


def _setting(project: Project, name: str, value: dict[str, Json] | None) -> Edit:
    cell = Cell(Table.SETTINGS, name)
    return Edit("Push", (CellChange(cell, project.value(cell), value),))
