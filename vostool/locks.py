"""Locked objects: a track run leaves their masks alone.

Which ones is a setting of the project and not a column of its objects, so that project files of
either age are read by programs of either age.
"""

from __future__ import annotations

from collections.abc import Collection

from vostool.changes import Edit
from vostool.edits import set_setting
from vostool.project import Project

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
    return Edit("Lock objects" if value else "Unlock objects", edit.changes)
