"""Where a track run is and where it comes to, painted over the timeline's rows and its ruler."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QColor, QPainter, QPolygon

from vostool.gui.look.tokens import Rgb
from vostool.gui.timeline.layout import LABEL_WIDTH, RULER_HEIGHT
from vostool.gui.timeline.scale import TimeScale
from vostool.runs.parts import RunProgress
from vostool.runs.pieces import Reach

_FAINT, _FOOT = 42, 4


@dataclass(frozen=True, slots=True)
class RunMark:
    """A run that goes.

    Attributes:
        at: the frame that was tracked last, or None before the first.
        reaches: what it goes through.
    """

    at: int | None
    reaches: tuple[Reach, ...]

    @classmethod
    def of(cls, progress: RunProgress) -> RunMark:
        """The run that is so far."""
        return cls(progress.at, progress.reaches)

    def spans(self, object_id: int) -> list[tuple[int, int]]:
        """First and last frames of what it computes of an object."""
        return [
            (reach.first, reach.last)
            for reach in self.reaches
            if reach.object_ids is None or object_id in reach.object_ids
        ]


def tint_row(
    painter: QPainter,
    mark: RunMark,
    object_id: int,
    lane: QRect,
    scale: TimeScale,
    *,
    colour: Rgb,
) -> None:
    """What the run computes of an object, behind its bars."""
    faint = QColor(*colour, _FAINT)
    for first, last in mark.spans(object_id):
        left, right = scale.edge(first), scale.edge(last + 1)
        place = QRect(LABEL_WIDTH + left, lane.top(), max(right - left, 1), lane.height())
        painter.fillRect(place.intersected(lane), faint)


def paint_run(painter: QPainter, mark: RunMark, height: int, scale: TimeScale, colour: Rgb) -> None:
    """The line under the ruler's marks where frames are computed, and the run's playhead."""
    for reach in mark.reaches:
        left, right = scale.edge(reach.first), scale.edge(reach.last + 1)
        place = QRect(LABEL_WIDTH + left, RULER_HEIGHT - _FOOT, max(right - left, 1), _FOOT)
        painter.fillRect(place, QColor(*colour, 120))
    if mark.at is None:
        return
    x = LABEL_WIDTH + scale.x(mark.at)
    painter.setPen(QColor(*colour))
    painter.setBrush(QColor(*colour))
    painter.drawLine(x, RULER_HEIGHT - 8, x, height)
    corners = ((x - 5, RULER_HEIGHT - 8), (x + 5, RULER_HEIGHT - 8), (x, RULER_HEIGHT))
    painter.drawPolygon(QPolygon([QPoint(*corner) for corner in corners]))
