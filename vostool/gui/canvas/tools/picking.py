"""Which object lies under the mouse."""

from __future__ import annotations

import math

from vostool.gui.session.session import Session
from vostool.masks.crop import has_pixel
from vostool.project.project import Project
from vostool.project.stacking import front_to_back


def objects_at(project: Project, frame: int, x: float, y: float) -> list[int]:
    """Ids of the visible objects whose masks have this pixel (image pixels), front one first."""
    column, row = math.floor(x), math.floor(y)
    masks = project.masks.at(frame)
    return [
        oid
        for oid in front_to_back(project)
        if oid in masks and project.objects[oid].visible and has_pixel(masks[oid].mask, column, row)
    ]


def shown_at(session: Session, x: float, y: float) -> list[int]:
    """The objects of :func:`objects_at` on the current frame, without those that are not shown."""
    there = objects_at(session.document.project, session.playhead, x, y)
    return [oid for oid in there if session.shows(oid)]


def next_at(session: Session, x: float, y: float) -> int | None:
    """The object to select: the front one, or the one behind the current one; None without any."""
    there, current = shown_at(session, x, y), session.current_object
    if current in there:
        return there[(there.index(current) + 1) % len(there)]
    return there[0] if there else None
