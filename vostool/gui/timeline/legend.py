"""The timeline's legend: every mark as the timeline paints it, and what it says."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPolygon
from PyQt6.QtWidgets import QWidget

from vostool.gui.timeline.bars import draw_diamond, flag_colours
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import BAR_HEIGHT
from vostool.gui.timeline.states import LOW_SCORE, FrameState
from vostool.gui.timeline.value_marks import draw_value_mark
from vostool.words import mark, tr

STATES = (
    (FrameState.TRACKED, mark("tracked")),
    (FrameState.EDITED, mark("yours: drawn, corrected or imported")),
    (FrameState.PROMPTED, mark("with your clicks, box or strokes")),
    (FrameState.CONFIRMED, mark("confirmed: runs never overwrite it")),
    (FrameState.TRACKED | FrameState.CONFIRMED | FrameState.PARTLY, mark("some frames confirmed")),
    (FrameState.TRACKED | FrameState.LOW_SCORE, mark("score below {score}")),
    (FrameState.TRACKED | FrameState.FLAGGED, mark("flagged for review: a jump or overlap, say")),
    (FrameState.ABSENT, mark("not to be seen there")),
)
"""Of the rows; painted in the first object's colour."""
BAND = mark("above the rows: all, or some, confirmed")
CHANGE = mark("an attribute has another value from here on")
LINES = (
    ("playhead", mark("the frame that you see")),
    ("run", mark("the frame that a run has reached")),
)
COLOUR = (230, 159, 0)
ROW, MARGIN, SWATCH, WIDTH = 22, 10, 40, 330


class Legend(QWidget):
    """Painted by the same code as the timeline, so that it cannot say anything else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Legend of the timeline"))
        self.setAccessibleDescription("; ".join(_words(text) for _, text in STATES))
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 2 * MARGIN + ROW * (len(STATES) + 2 + len(LINES)))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        colours = TimelineColours.of(self.palette())
        top = MARGIN
        for state, text in STATES:
            self._bar(painter, colours, top, state)
            self._say(painter, top, text)
            top += ROW
        self._band(painter, colours, top)
        self._say(painter, top, BAND)
        top += ROW
        foot = top + (ROW + BAR_HEIGHT) // 2
        painter.fillRect(MARGIN, foot - BAR_HEIGHT, SWATCH, BAR_HEIGHT, QColor(*COLOUR))
        draw_value_mark(painter, MARGIN + SWATCH // 2, foot, colours)
        self._say(painter, top, CHANGE)
        top += ROW
        for name, text in LINES:
            self._line(painter, QColor(*getattr(colours, name)), top)
            self._say(painter, top, text)
            top += ROW
        painter.end()

    def _bar(
        self, painter: QPainter, colours: TimelineColours, top: int, state: FrameState
    ) -> None:
        place = QRect(MARGIN, top + (ROW - BAR_HEIGHT) // 2, SWATCH, BAR_HEIGHT)
        painter.fillRect(place, QColor(*colours.lane))
        column = flag_colours(COLOUR, colours, BAR_HEIGHT)[:, int(state) : int(state) + 1]
        look = column.copy().tobytes()
        image = QImage(look, 1, BAR_HEIGHT, 4, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(place, image)
        if state & FrameState.PROMPTED:
            draw_diamond(painter, place.center().x(), top, colours)

    def _band(self, painter: QPainter, colours: TimelineColours, top: int) -> None:
        half = SWATCH // 2
        painter.fillRect(MARGIN, top + 8, SWATCH, 5, QColor(*colours.lane))
        painter.fillRect(MARGIN, top + 8, half, 5, QColor(*colours.good))
        painter.fillRect(MARGIN + half + 2, top + 10, half - 2, 3, QColor(*colours.good, 170))

    def _line(self, painter: QPainter, colour: QColor, top: int) -> None:
        x = MARGIN + SWATCH // 2
        painter.setPen(colour)
        painter.setBrush(colour)
        painter.drawLine(x, top + 3, x, top + ROW - 3)
        painter.drawPolygon(
            QPolygon([QPoint(x - 5, top + 3), QPoint(x + 5, top + 3), QPoint(x, top + 10)])
        )

    def _say(self, painter: QPainter, top: int, text: str) -> None:
        painter.setPen(self.palette().text().color())
        left = MARGIN + SWATCH + 10
        place = QRect(left, top, self.width() - left - 4, ROW)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, _words(text))


def _words(text: str) -> str:
    return tr(text, score=LOW_SCORE)
