"""Learning what an object looks like: from the project to a request, and from its reply to an edit.

After LIT-LoRA (Yang et al., arXiv:2603.26929): what a person corrected on one frame is to be right
on the next frames without being corrected again.
"""

from __future__ import annotations

from collections.abc import Collection

from vostool.masks.mask import Provenance
from vostool.models.engine import Cancelled, LearnRequest, Learns
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.learned import Learned
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.request import keyframes
from vostool.words import tr


def learn_request(project: Project, object_id: int) -> LearnRequest | None:
    """What can be learned of an object: its prompted, edited, imported and confirmed masks.

    Never of masks that a machine made and nobody looked at. Empty masks teach nothing.

    Returns:
        None where there is none, or the object is locked.
    """
    if object_id in locked_objects(project):
        return None
    row = project.masks.row(object_id)
    keys = tuple(
        key
        for key in keyframes(project, [object_id])
        if key.mask is not None
        and not key.mask.is_empty
        and (row[key.frame].confirmed or row[key.frame].provenance is not Provenance.TRACKED)
    )
    return LearnRequest(object_id, keys, project.learned.get(object_id)) if keys else None


def learned_edit(project: Project, request: LearnRequest, learned: Learned) -> Edit | None:
    """Keep it with the object; None where the object, or what was to be learned, has changed."""
    if learn_request(project, request.object_id) != request:
        return None
    change = project.change(Cell(Table.LEARNED, request.object_id), learned)
    return Edit(tr("Learn"), (change,))


def learn(
    project: Project, engine: Learns, object_ids: Collection[int], stopped: Cancelled
) -> Edit:
    """Let an engine learn of objects one after the other; where nothing came of it, no change.

    Raises:
        ModelError: from the engine.
    """
    changes: list[CellChange] = []
    for object_id in object_ids:
        request = learn_request(project, object_id)
        learned = None if request is None else engine.learn(request, stopped)
        if request is not None and learned is not None:
            edit = learned_edit(project, request, learned)
            changes += () if edit is None else edit.changes
    return Edit(tr("Learn"), tuple(changes))


def forget_edit(project: Project, object_ids: Collection[int]) -> Edit:
    """Throw away what was learned of these objects; their masks stay as they are."""
    cells = [Cell(Table.LEARNED, oid) for oid in sorted(object_ids) if oid in project.learned]
    return Edit(tr("Forget what was learned"), tuple(project.change(cell, None) for cell in cells))
