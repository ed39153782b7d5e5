"""Which object is in front where masks overlap: one rule for the canvas and for every export.

Unless a person says otherwise the lower id is in front, as in SAM 2's own tools. An object that was
brought to the front, or sent to the back, changes that for the whole video; that order is a setting
of the project, the ids from the front to the back. An object that is not among them (it
came later) stands behind those that are, again the lower id first.
"""

from __future__ import annotations

from collections.abc import Iterable

from vostool.project.changes import Edit, Json
from vostool.project.edits import set_setting
from vostool.project.project import Project
from vostool.words import tr

STACKING_SETTING = "front_to_back"


def front_to_back(project: Project) -> tuple[int, ...]:
    """Ids of the project's objects, the front one first."""
    return _ordered(project.objects, project.settings.get(STACKING_SETTING))


def bring_to_front(project: Project, object_id: int) -> Edit:
    """Put an object in front of all others.

    Raises:
        PromptError: there is no such object.
    """
    rest = _without(project, object_id)
    return _stacked(project, (object_id, *rest), tr("Bring to front"))


def send_to_back(project: Project, object_id: int) -> Edit:
    """Put an object behind all others.

    Raises:
        PromptError: there is no such object.
    """
    rest = _without(project, object_id)
    return _stacked(project, (*rest, object_id), tr("Send to back"))


def stack_by_number(project: Project) -> Edit:
    """Forget the order that a person set: the lower id is in front again."""
    return Edit(tr("Stack by number"), set_setting(project, STACKING_SETTING, None).changes)


def _ordered(ids: Iterable[int], stored: Json) -> tuple[int, ...]:
    there = sorted(ids)
    given = [oid for oid in stored if oid in there] if isinstance(stored, list) else []
    said = [oid for oid in dict.fromkeys(given) if isinstance(oid, int)]
    return (*said, *(oid for oid in there if oid not in said))


def _without(project: Project, object_id: int) -> tuple[int, ...]:
    project.object_of(object_id)
    return tuple(oid for oid in front_to_back(project) if oid != object_id)


def _stacked(project: Project, order: tuple[int, ...], title: str) -> Edit:
    # Nothing is stored where the rule alone says the same.
    value: Json = [*order] if order != tuple(sorted(order)) else None
    return Edit(title, set_setting(project, STACKING_SETTING, value).changes)
