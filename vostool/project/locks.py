"""Locked objects: a track run leaves their masks alone, and a person's tools are refused.

Which ones is a setting of the project and not a column of its objects, so that project files of
either age are read by programs of either age.
"""

from __future__ import annotations

from collections.abc import Collection

from vostool.masks.mask import MaskRecord
from vostool.project.changes import CellChange, Edit, Table
from vostool.project.edits import set_setting
from vostool.project.project import Project
from vostool.words import tr

LOCKED_SETTING = "locked_objects"


def locked_objects(project: Project) -> frozenset[int]:
    """Ids of the project's locked objects."""
    stored = project.settings.get(LOCKED_SETTING)
    if not isinstance(stored, list):
        return frozenset()
    return frozenset(oid for oid in stored if isinstance(oid, int) and oid in project.objects)


def lock_objects(project: Project, object_ids: Collection[int], value: bool) -> Edit:
    """Lock objects, or unlock them."""
    ids = locked_objects(project)
    ids = ids.union(object_ids) if value else ids.difference(object_ids)
    edit = set_setting(project, LOCKED_SETTING, [*sorted(ids)] or None)
    return Edit(tr("Lock objects") if value else tr("Unlock objects"), edit.changes)


def locked_by(project: Project, edit: Edit) -> list[int]:
    """Locked objects that an edit would touch: their pixels, their prompts or their being there.

    Confirming a mask, a label and a colour are none of these. Ids ascend.
    """
    locked = locked_objects(project)
    if not locked:
        return []
    return sorted({oid for change in edit.changes if (oid := _touched(change)) in locked})


def locked_sentence(object_ids: Collection[int]) -> str:
    """The sentence on why nothing was done and what to do: unlock the object."""
    ids = ", ".join(map(str, object_ids))
    if len(object_ids) == 1:
        return tr("Object {ids} is locked; unlock it in the list of objects to change it.", ids=ids)
    return tr(
        "Objects {ids} are locked; unlock them in the list of objects to change them.", ids=ids
    )


def _touched(change: CellChange) -> int | None:
    """The object whose masks, prompts or existence a change concerns, or None."""
    (table, key), before, after = change
    if table is Table.OBJECTS and isinstance(key, int):
        return key if after is None else None
    if not isinstance(key, tuple):
        return None
    if isinstance(before, MaskRecord) and isinstance(after, MaskRecord):
        return None if before.mask == after.mask else key[1]
    return key[1]
