"""Where something is put so that it covers nothing of what it is about."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PyQt6.QtCore import QPoint, QRect, QSize
from PyQt6.QtWidgets import QDialog

FRAME = 36
"""Pixels that the title of a dialog takes at most, which is not known before it is shown."""
GAP = 10
"""Pixels between it and the thing."""


def beside(thing: QRect, size: QSize, area: QRect) -> QPoint:
    """The top left corner for something of this size beside a thing, within an area.

    Right of it where there is room, else left, below, above. Where there is none, the corner of
    the area that lies farthest from the middle of the thing.
    """
    right = area.right() + 1 - size.width()
    bottom = area.bottom() + 1 - size.height()
    across = min(max(thing.left(), area.left()), max(right, area.left()))
    down = min(max(thing.top(), area.top()), max(bottom, area.top()))
    for corner in (
        QPoint(thing.right() + 1 + GAP, down),
        QPoint(thing.left() - GAP - size.width(), down),
        QPoint(across, thing.bottom() + 1 + GAP),
        QPoint(across, thing.top() - GAP - size.height()),
    ):
        if area.contains(QRect(corner, size)):
            return corner
    middle = thing.center()
    left = area.left() if middle.x() > area.center().x() else max(right, area.left())
    top = area.top() if middle.y() > area.center().y() else max(bottom, area.top())
    return QPoint(left, top)


@runtime_checkable
class ShowsThing(Protocol):
    """A window that shows what its dialogs are about."""

    def thing_shown(self) -> QRect | None:
        """Where the selected object is seen, in pixels of the screen; None where it is not."""


def open_beside(dialog: QDialog) -> None:
    """Open a dialog about the selected object, without stopping anything and beside the object."""
    dialog.open()
    parent, screen = dialog.parentWidget(), dialog.screen()
    window = parent.window() if parent is not None else None
    if window is None or screen is None:
        return
    thing = _thing_shown(window)
    if thing is None:
        return
    size = dialog.size() + QSize(0, FRAME)
    if thing.intersects(QRect(dialog.pos() - QPoint(0, FRAME), size)):
        area = screen.availableGeometry().united(window.geometry())
        dialog.move(beside(thing, size, area) + QPoint(0, FRAME))


def _thing_shown(window: object) -> QRect | None:
    return window.thing_shown() if isinstance(window, ShowsThing) else None
