"""What is heard when, as slim rows over the timeline; a row that is chosen is looked for."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QAbstractButton, QToolButton, QToolTip, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Type
from vostool.gui.session.listening import Sounding, Stretch
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.gui.timeline.scene import clock
from vostool.gui.timeline.widget import Timeline
from vostool.gui.widgets import theme
from vostool.words import counted, mark, tr

HEIGHT, BAR = 16, 8
"""Pixels of a row, and of the bar in it."""
LEFT, SCORE_WIDTH, BUTTON = 8, 26, 14
FAINT, LOUD = 90, 230
"""How opaque a stretch is at a score of 0 and of 1, of 255; one that is looked for is opaque."""
KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down)
TIP = mark("Click: look for it on the frames on which it sounds")


class SoundRow(QAbstractButton):
    """One thing that sounds, against the time of a timeline.

    Signals:
        asked(int): look for it, nearest to this frame; -1 where no frame was pointed at.
        moved(int): the keyboard goes to the next row (1) or the one before (-1).
    """

    asked = pyqtSignal(int)
    moved = pyqtSignal(int)

    def __init__(self, timeline: Timeline, sounding: Sounding, parent: QWidget) -> None:
        super().__init__(parent)
        self._timeline, self.sounding = timeline, sounding
        self._is_chosen = False
        self._at: int | None = None
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._ask)
        self._name()

    def show_sounding(self, sounding: Sounding, chosen: bool) -> None:
        """Show this one from now on; what is looked for last is highlighted."""
        if (sounding, chosen) != (self.sounding, self._is_chosen):
            self.sounding, self._is_chosen = sounding, chosen
            self._name()
            self.update()

    def stretch_rect(self, stretch: Stretch) -> QRect:
        """Where a stretch is painted, in pixels of the row; partly or wholly out of sight."""
        scale = self._timeline.scale
        left = scale.edge(stretch.frames.start)
        right = max(scale.edge(stretch.frames.stop), left + 2)
        return QRect(LABEL_WIDTH + left, (HEIGHT - BAR) // 2, right - left, BAR)

    def describe(self, at: QPoint) -> str:
        """What sounds at a place of the row, and when."""
        row = self.sounding
        if at.x() >= LABEL_WIDTH:
            frame = self._timeline.frame_at(at.x())
            for each in row.stretches:
                if frame in each.frames:
                    when = tr("{start} to {end}", start=clock(each.start), end=clock(each.end))
                    return tr(
                        "{label}: {when}, score {score:.2f}\n{tip}",
                        label=row.label,
                        when=when,
                        score=each.score,
                        tip=TIP,
                    )
        times = counted(len(row.stretches), "stretch", "stretches")
        return tr(
            "{label}: {times}, loudest score {score:.2f}\n{tip}",
            label=row.label,
            times=times,
            score=row.score,
            tip=TIP,
        )

    # -- events --------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(800, HEIGHT)

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() in KEYS:  # which are shortcuts everywhere else
                event.accept()
                return True
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.describe(event.pos()), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self.moved.emit(steps[Qt.Key(event.key())])
        elif event.key() in KEYS:
            self._at = None
            self.click()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._at = event.position().toPoint().x() if event is not None else None
        super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        self._timeline.wheelEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        colours = TimelineColours.of(self.palette())
        painter.fillRect(self.rect(), QColor(*colours.base))
        if self._is_chosen or self.underMouse() or self.hasFocus():
            shade = QColor(*colours.highlight)
            shade.setAlpha(60 if self._is_chosen else 28)
            painter.fillRect(self.rect(), shade)
        self._paint_label(painter, colours)
        self._paint_track(painter, colours)
        if self.hasFocus():
            painter.setPen(QColor(*colours.highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    # -- helpers -------------------------------------------------------------------------------

    def _ask(self) -> None:
        at = self._at
        on_track = at is not None and at >= LABEL_WIDTH
        self.asked.emit(self._timeline.frame_at(at) if on_track and at is not None else -1)

    def _name(self) -> None:
        row = self.sounding
        times = counted(len(row.stretches), "stretch", "stretches")
        self.setAccessibleName(
            tr(
                "Look for {label}: {times}, loudest score {score:.2f}",
                label=row.label,
                times=times,
                score=row.score,
            )
        )
        spans = (
            tr("{start} to {end}", start=clock(each.start), end=clock(each.end))
            for each in row.stretches[:10]
        )
        self.setAccessibleDescription(", ".join(spans))

    def _paint_label(self, painter: QPainter, colours: TimelineColours) -> None:
        room = QRect(LEFT, 0, LABEL_WIDTH - LEFT - SCORE_WIDTH - BUTTON - 3, HEIGHT)
        painter.setFont(theme.sized(painter.font(), Type.BODY, HEIGHT - 1))
        elided = painter.fontMetrics().elidedText(
            self.sounding.label, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(QColor(*colours.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)
        score = QRect(room.right() + 2, 0, SCORE_WIDTH, HEIGHT)
        painter.setPen(QColor(*colours.dimmed))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(score, flags, f"{self.sounding.score:.2f}")

    def _paint_track(self, painter: QPainter, colours: TimelineColours) -> None:
        scale = self._timeline.scale
        track = QRect(LABEL_WIDTH, 0, scale.width, HEIGHT)
        painter.setClipRect(track)
        lane = QRect(LABEL_WIDTH, (HEIGHT - BAR) // 2, scale.width, BAR)
        painter.fillRect(lane, QColor(*colours.lane))
        for each in self.sounding.stretches:
            place = self.stretch_rect(each).intersected(track)
            if place.isEmpty():
                continue
            colour = QColor(*(colours.highlight if self._is_chosen else colours.text))
            if not self._is_chosen:
                colour.setAlpha(round(FAINT + (LOUD - FAINT) * min(each.score, 1.0)))
            painter.fillRect(place, colour)
            track.setLeft(place.right() + 1)  # two may share a frame, which is not painted twice
        x = LABEL_WIDTH + scale.x(self._timeline.playhead)
        painter.setPen(QColor(*colours.playhead))
        painter.drawLine(x, 0, x, HEIGHT)
        painter.setClipping(False)


class SoundRows(QWidget):
    """Lies over a timeline and shows the same span of time; as high as its rows, gone without any.

    Signals:
        chosen(Sounding, int): look for this, nearest to this frame; -1 where none was pointed at.
        put_away(): a person wants its room.
        height_changed(int): it is so many pixels high now.
    """

    chosen = pyqtSignal(object, int)
    put_away = pyqtSignal()
    height_changed = pyqtSignal(int)

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self.rows: list[SoundRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setAccessibleName(tr("What is heard"))
        self.away_button = QToolButton(self)
        self.away_button.setText("×")
        self.away_button.setAutoRaise(True)
        self.away_button.setAccessibleName(tr("Hide what is heard"))
        self.away_button.setToolTip(tr("Hide these rows; Find by sound shows them again"))
        self.away_button.setGeometry(LABEL_WIDTH - BUTTON - 1, 0, BUTTON, HEIGHT)
        self.away_button.clicked.connect(lambda _: self.put_away.emit())
        timeline.scale_changed.connect(self._repaint)
        self.setFixedHeight(0)
        self.hide()

    def show_rows(self, rows: Sequence[Sounding], looked_for: str = "") -> None:
        """Show these; rows that stay keep the keyboard.

        Args:
            looked_for: label of the one that was chosen last.
        """
        while len(self.rows) > len(rows):
            last = self.rows.pop()
            self._column.removeWidget(last)
            last.hide()
            last.deleteLater()
        for place, sounding in enumerate(rows):
            if place == len(self.rows):
                self._add(sounding)
            self.rows[place].show_sounding(sounding, sounding.label == looked_for)
        self.away_button.raise_()
        height = HEIGHT * len(rows)
        if height != self.height() or bool(rows) == self.isHidden():
            self.setFixedHeight(height)
            self.setVisible(bool(rows))
            self.height_changed.emit(height)

    def focus_first(self) -> None:
        """Give the keyboard to the first row."""
        if self.rows:
            self.rows[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self, sounding: Sounding) -> None:
        row = SoundRow(self._timeline, sounding, self)
        row.asked.connect(lambda frame: self.chosen.emit(row.sounding, frame))
        row.moved.connect(lambda way: self._move(row, way))
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()

    def _move(self, row: SoundRow, way: int) -> None:
        place = self.rows.index(row) + way
        if 0 <= place < len(self.rows):
            self.rows[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _repaint(self) -> None:
        for row in self.rows:
            row.update()
