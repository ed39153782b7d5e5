"""The timeline: a ruler, a row of states for each object, and the playhead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPolygon,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QWidget

from vostool.changes import Changes
from vostool.gui.timeline_states import FrameState, TimelineStates
from vostool.objects import AnnotatedObject
from vostool.project import Project

LABEL_WIDTH, RULER_HEIGHT, ROW_HEIGHT, BAR_HEIGHT = 132, 24, 20, 12
REPAINT_MS = 33
"""Masks of a run arrive faster than anybody can see: repaint at 30 Hz at most."""


class Timeline(QAbstractScrollArea):
    """Time from left to right, one row an object; a press or drag moves the playhead.

    Signals:
        scrubbed(int): the person wants this frame.
        stepped(int): the wheel asks for so many frames forward (negative: back).
        object_pressed(int): a row was pressed.
    """

    scrubbed = pyqtSignal(int)
    stepped = pyqtSignal(int)
    object_pressed = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._states: TimelineStates | None = None
        self._playhead = 0
        self._current: int | None = None
        self._repaint = QTimer(self)
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(REPAINT_MS)
        self._repaint.timeout.connect(self._viewport.update)
        self.setMinimumHeight(RULER_HEIGHT + 2 * ROW_HEIGHT + 8)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Timeline")

    @property
    def _viewport(self) -> QWidget:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def set_project(self, project: Project | None) -> None:
        """Show another project, or none."""
        self._project = project
        self._states = TimelineStates(project) if project is not None else None
        self._playhead = 0
        self._update_scrollbar()
        self._viewport.update()

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        if self._states is not None:
            self._states.apply(changes)
            self._update_scrollbar()
            if not self._repaint.isActive():
                self._repaint.start()

    def set_playhead(self, frame: int) -> None:
        """Draw the playhead at this frame."""
        self._playhead = frame
        self._viewport.update()

    def set_current_object(self, object_id: int | None) -> None:
        """Highlight this object's row."""
        self._current = object_id
        self._viewport.update()

    def sizeHint(self) -> QSize:
        return QSize(800, RULER_HEIGHT + 4 * ROW_HEIGHT + 8)

    # -- geometry ------------------------------------------------------------------------------

    @property
    def _count(self) -> int:
        return self._project.source.frame_count if self._project is not None else 0

    def _track_width(self) -> int:
        return max(self._viewport.width() - LABEL_WIDTH - 12, 1)

    def frame_x(self, frame: int) -> int:
        """The middle of a frame's column in viewport pixels."""
        return LABEL_WIDTH + int((frame + 0.5) * self._track_width() / max(self._count, 1))

    def frame_at(self, x: int) -> int:
        """The frame under a viewport column, clipped to the video."""
        frame = int((x + 0.5 - LABEL_WIDTH) * self._count / self._track_width())
        return min(max(frame, 0), self._count - 1)

    def _scroll(self) -> int:
        bar = self.verticalScrollBar()
        return bar.value() if bar is not None else 0

    def _update_scrollbar(self) -> None:
        bar = self.verticalScrollBar()
        if bar is not None:
            rows = len(self._project.objects) if self._project is not None else 0
            visible = self._viewport.height() - RULER_HEIGHT
            bar.setRange(0, max(rows * ROW_HEIGHT - visible, 0))
            bar.setPageStep(max(visible, 1))
            bar.setSingleStep(ROW_HEIGHT)

    # -- events --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._update_scrollbar()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._project is None:
            return
        at = event.position().toPoint()
        row = (at.y() - RULER_HEIGHT + self._scroll()) // ROW_HEIGHT
        ids = list(self._project.objects)
        if at.y() >= RULER_HEIGHT and 0 <= row < len(ids):
            self.object_pressed.emit(ids[row])
        if at.x() >= LABEL_WIDTH:
            self.scrubbed.emit(self.frame_at(at.x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._project is None:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scrubbed.emit(self.frame_at(event.position().toPoint().x()))

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None and self._project is not None:
            self.stepped.emit(-1 if event.angleDelta().y() > 0 else 1)
            event.accept()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self._viewport)
        palette = self.palette()
        painter.fillRect(self._viewport.rect(), palette.color(QPalette.ColorRole.Base))
        if self._project is not None and self._states is not None:
            painter.setClipRect(
                QRect(0, RULER_HEIGHT, self._viewport.width(), self._viewport.height())
            )
            for index, shown in enumerate(self._project.objects.values()):
                self._paint_row(painter, index, shown, self._states)
            painter.setClipping(False)
            self._paint_ruler(painter)
            self._paint_playhead(painter)
        painter.end()

    # -- painting ------------------------------------------------------------------------------

    def _paint_row(
        self, painter: QPainter, index: int, shown: AnnotatedObject, states: TimelineStates
    ) -> None:
        top = RULER_HEIGHT + index * ROW_HEIGHT - self._scroll()
        if top > self._viewport.height() or top + ROW_HEIGHT < RULER_HEIGHT:
            return
        palette = self.palette()
        if shown.id == self._current:
            highlight = QColor(palette.color(QPalette.ColorRole.Highlight))
            highlight.setAlpha(50)
            painter.fillRect(0, top, self._viewport.width(), ROW_HEIGHT, highlight)
        painter.fillRect(8, top + 4, BAR_HEIGHT, BAR_HEIGHT, QColor(*shown.colour))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        room = QRect(26, top, LABEL_WIDTH - 32, ROW_HEIGHT)
        text = painter.fontMetrics().elidedText(
            f"{shown.id} {shown.label}", Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        bar = QRect(LABEL_WIDTH, top + 4, self._track_width(), BAR_HEIGHT)
        painter.fillRect(bar, palette.color(QPalette.ColorRole.AlternateBase))
        edges = np.linspace(0, self._count, bar.width() + 1).astype(np.int64)
        columns = states.columns(shown.id, edges)
        painter.drawImage(bar, _bar_image(columns, shown.colour, BAR_HEIGHT))
        self._paint_prompted(painter, states.row(shown.id), top)

    def _paint_prompted(self, painter: QPainter, row: NDArray[np.uint8], top: int) -> None:
        painter.setBrush(self.palette().color(QPalette.ColorRole.Text))
        painter.setPen(self.palette().color(QPalette.ColorRole.Base))
        middle = top + ROW_HEIGHT // 2
        columns = {self.frame_x(int(f)) for f in np.flatnonzero(row == FrameState.PROMPTED)}
        for x in columns:
            corners = [(x, middle - 6), (x + 5, middle), (x, middle + 6), (x - 5, middle)]
            painter.drawPolygon(QPolygon([QPoint(*corner) for corner in corners]))

    def _paint_ruler(self, painter: QPainter) -> None:
        palette = self.palette()
        painter.fillRect(
            0, 0, self._viewport.width(), RULER_HEIGHT, palette.color(QPalette.ColorRole.Window)
        )
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        spacing = tick_spacing(self._count, self._track_width())
        for frame in range(0, self._count, spacing):
            x = self.frame_x(frame)
            painter.drawLine(x, RULER_HEIGHT - 5, x, RULER_HEIGHT - 1)
            if x + 40 < self._viewport.width():
                painter.drawText(x + 3, RULER_HEIGHT - 7, str(frame))

    def _paint_playhead(self, painter: QPainter) -> None:
        x = self.frame_x(self._playhead)
        painter.setPen(QColor(235, 60, 60))
        painter.setBrush(QColor(235, 60, 60))
        painter.drawLine(x, 0, x, self._viewport.height())
        painter.drawPolygon(QPolygon([QPoint(x - 5, 0), QPoint(x + 5, 0), QPoint(x, 7)]))


def tick_spacing(count: int, width: int, room: int = 70) -> int:
    """Frames between two labels of the ruler: 1, 2 or 5 times a power of ten."""
    wanted = max(count * room / max(width, 1), 1)
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= wanted:
                return factor * power
        power *= 10


def _bar_image(columns: NDArray[np.uint8], colour: tuple[int, int, int], height: int) -> QImage:
    """One object's bar, a column a pixel: absent is hatched thin, a low score is red below."""
    rgba = np.zeros((height, len(columns), 4), np.uint8)
    rgb = np.array(colour, np.uint8)
    present = columns >= FrameState.TRACKED
    rgba[:, present, :3] = rgb
    rgba[:, present, 3] = 150
    strong = columns >= FrameState.EDITED
    rgba[:, strong, 3] = 255
    low = columns == FrameState.LOW_SCORE
    rgba[-height // 3 :, low] = (225, 60, 60, 255)
    absent = columns == FrameState.ABSENT
    rgba[height // 2 - 1 : height // 2 + 1, absent, :3] = rgb
    rgba[height // 2 - 1 : height // 2 + 1, absent, 3] = 200
    confirmed = columns == FrameState.CONFIRMED
    rgba[:2, confirmed] = (60, 200, 90, 255)
    image = QImage(
        rgba.tobytes(), len(columns), height, 4 * len(columns), QImage.Format.Format_RGBA8888
    )
    return image.copy()
