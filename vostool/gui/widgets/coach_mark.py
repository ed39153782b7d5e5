"""A note beside a widget, with a frame around the widget; neither stops anything."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vostool.gui.look.tokens import RADIUS, Over, Space
from vostool.words import tr

GAP = 10
WIDTH = 340
MARGIN = Space.L
TEXT_WIDTH = WIDTH - 2 * MARGIN - 6


class Halo(QWidget):
    """A frame around a part of the window that lets the mouse through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Frame around what the tour is about"))
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = self.rect().adjusted(2, 2, -2, -2)
        # White below the colour, so that it is seen on any picture.
        for colour, width in ((QColor(*Over.LIGHT, 200), 4.0), (QColor(*Over.TOUR), 2.4)):
            painter.setPen(QPen(colour, width))
            painter.drawRoundedRect(around, RADIUS, RADIUS)


class CoachMark(QFrame):
    """The note: a title, a few lines, where one is, and three buttons.

    Args:
        window: what it lies over.
        keep_to: it stays between this one's left and right edge where it has room there.
        keep_clear: it stands above this one while it is shown.

    Signals:
        next_wanted(), back_wanted(), skip_wanted()
    """

    next_wanted = pyqtSignal()
    back_wanted = pyqtSignal()
    skip_wanted = pyqtSignal()

    def __init__(self, window: QWidget, keep_to: QWidget, keep_clear: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget = window
        self._keep_to, self._keep_clear = keep_to, keep_clear
        self._inside = False
        self.setObjectName("coach_mark")
        self.setAccessibleName(tr("Tour"))
        self.setFixedWidth(WIDTH)
        self.halo = Halo(window)
        self.title = QLabel()
        self.title.setObjectName("notice_title")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setFixedWidth(TEXT_WIDTH)
        self.place = QLabel()
        self.place.setObjectName("note")
        self.skip_button = _button(tr("Skip tour"), "Esc", self.skip_wanted.emit)
        self.back_button = _button(tr("Back"), "", self.back_wanted.emit)
        self.next_button = _button(tr("Next"), "", self.next_wanted.emit)
        row = QHBoxLayout()
        row.addWidget(self.place)
        row.addStretch()
        for button in (self.skip_button, self.back_button, self.next_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, Space.L, MARGIN, Space.M)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        window.installEventFilter(self)
        keep_clear.installEventFilter(self)
        self.hide()

    def show_step(
        self, number: int, count: int, title: str, text: str, target: QWidget, *, inside: bool
    ) -> None:
        """Stand beside a widget, or ``inside`` its lower right corner where it is large."""
        self._target.removeEventFilter(self)
        self._target, self._inside = target, inside
        window = self.parentWidget()
        assert window is not None
        window.installEventFilter(self)
        target.installEventFilter(self)
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleDescription(f"{title}. {text}")
        self.place.setText(tr("{number} of {count}", number=number, count=count))
        self.back_button.setEnabled(number > 1)
        self.next_button.setText(tr("Done") if number == count else tr("Next"))
        self.show()
        self.halo.show()
        self.stand()

    def leave(self) -> None:
        """Be gone."""
        self.hide()
        self.halo.hide()

    def stand(self) -> None:
        """Stand where the widget is now."""
        window = self.parentWidget()
        assert window is not None
        place = _place_in(window, self._target)
        self.halo.setGeometry(place.adjusted(-3, -3, 3, 3).intersected(window.rect()))
        self.text.setFixedHeight(self.text.heightForWidth(TEXT_WIDTH))
        self.resize(WIDTH, self.sizeHint().height())
        size, room = self.size(), self._room(window)
        if self._inside:
            corner = place.bottomRight() - QPoint(size.width() + GAP, size.height() + GAP)
        else:
            corner = _beside(place, size.width(), size.height(), room)
        left = min(max(corner.x(), room.left()), room.right() - size.width())
        top = min(max(corner.y(), room.top()), room.bottom() - size.height())
        busy = _place_in(window, self._keep_clear)
        if self._keep_clear.isVisible() and busy.intersects(QRect(QPoint(left, top), size)):
            top = max(busy.top() - GAP - size.height(), room.top())
        self.move(left, top)
        self.halo.raise_()
        self.raise_()

    def _room(self, window: QWidget) -> QRect:
        """Where it may stand."""
        room = window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        kept = _place_in(window, self._keep_to)
        if self._keep_to.isVisible() and kept.width() > self.width():
            room.setLeft(max(room.left(), kept.left()))
            room.setRight(min(room.right(), kept.right()))
        return room

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kinds = QEvent.Type
        moves = (kinds.Resize, kinds.Move, kinds.Show, kinds.Hide, kinds.LayoutRequest)
        if self.isVisible() and event is not None and event.type() in moves:
            self.stand()
        return super().eventFilter(watched, event)


def _place_in(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _beside(place: QRect, width: int, height: int, room: QRect) -> QPoint:
    """A corner below the place, else above, else at its left, whichever has room first."""
    if place.bottom() + GAP + height <= room.bottom():
        return QPoint(place.left(), place.bottom() + GAP)
    if place.top() - GAP - height >= room.top():
        return QPoint(place.left(), place.top() - GAP - height)
    return QPoint(place.left() - GAP - width, place.top())


def _button(text: str, tip: str, act: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    # The keys of the window go on working after a click on the note.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    assert callable(act)
    button.clicked.connect(lambda _checked=False: act())
    return button
