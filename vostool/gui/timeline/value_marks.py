"""The marks of frames on which an attribute of an object changes: small wedges under its bar."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPoint
from PyQt6.QtGui import QColor, QPainter, QPolygon

from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.scale import TimeScale

HALF = 5
"""Pixels from the mark's middle to its side, and from its tip to its foot."""


def value_places(frames: Sequence[int], scale: TimeScale) -> list[int]:
    """Columns of the marks that are in sight, at least a mark apart, by ascending frame."""
    kept: list[int] = []
    for frame in frames:
        x = scale.x(frame)
        if 0 <= x < scale.width and (not kept or x - kept[-1] > 2 * HALF):
            kept.append(x)
    return kept


def draw_value_mark(painter: QPainter, x: int, foot: int, colours: TimelineColours) -> None:
    """A wedge whose foot lies on the bar's lower edge, seen on every colour by its outline."""
    painter.setPen(QColor(*colours.base))
    painter.setBrush(QColor(*colours.text))
    painter.drawPolygon(
        QPolygon([QPoint(x, foot - HALF - 1), QPoint(x + HALF, foot), QPoint(x - HALF, foot)])
    )
