"""The line at the bottom of the window: what passes, and what is always there."""

from __future__ import annotations

import psutil
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QLabel,
    QProgressBar,
    QStatusBar,
    QStyle,
    QStyleOption,
    QToolButton,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.models.shared.device_memory import device_memory_used
from vostool.words import mark, tr

MEMORY_MS = 2000
PASSES_AFTER_MS = 8000
HEIGHT = 24
NOTHING_RUNS = mark("Ready")


class StatusBar(QStatusBar):
    """Sentences that pass on the left, and parts that stay on the right.

    Attributes:
        opening_bar: how far opening is; hidden at other times.
        busy_label: filled while a click waits for its mask.
        position: the place under the mouse, and what is there.
        engine_button: names the engine; its menu has the others.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.opening_bar = QProgressBar()
        self.opening_bar.setMaximumWidth(220)
        self.opening_bar.setAccessibleName(tr("Opening"))
        self.opening_bar.hide()
        self.busy_label = QLabel()
        self.busy_label.setObjectName("busy")
        self.busy_label.setAccessibleName(tr("Waiting for a mask"))
        self.position = QLabel()
        self.position.setAccessibleName(tr("Place of the mouse"))
        self.activity = ActivityLabel()
        self.memory = MemoryLabel()
        self.engine_button = QToolButton()
        self.engine_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.engine_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.engine_button.setAutoRaise(True)
        self.engine_button.setAccessibleName(tr("Engine"))
        for label in (self.opening_bar, self.busy_label, self.position, self.activity, self.memory):
            self.addPermanentWidget(label)
        self.addPermanentWidget(self.engine_button)
        self.messageChanged.connect(self.setToolTip)  # the whole of what is cut
        # Qt draws anew only the rectangle that its own text would take, which begins farther right.
        self.messageChanged.connect(lambda _text: self.update())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """What passes, cut with dots where the parts on the right begin."""
        style = self.style()
        assert style is not None
        painter = QPainter(self)
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelStatusBar, _option(self), painter, self)
        room = self.rect().adjusted(Space.M, 0, self._passing_end() - self.width(), 0)
        painter.setPen(self.palette().windowText().color())
        cut = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(self.currentMessage(), cut, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)

    def _passing_end(self) -> int:
        """Where there is no more room for what passes."""
        parts = (w for w in self.findChildren(QWidget) if w.parent() is self and w.isVisible())
        return min((w.x() for w in parts if w.width() and w.x()), default=self.width()) - Space.M

    def say(self, text: str, milliseconds: int = PASSES_AFTER_MS) -> None:
        """A passing sentence."""
        self.showMessage(text, milliseconds)

    def show_opening(self, done: int, total: int, what: str) -> None:
        """How far opening is; a total of 0 is one that is not known."""
        bar = self.opening_bar
        bar.setRange(0, 1000 if total else 0)
        bar.setValue(int(1000 * done / total) if total else 0)
        bar.setFormat(what or "%p%")
        bar.show()


def _option(widget: QWidget) -> QStyleOption:
    option = QStyleOption()
    option.initFrom(widget)
    return option


class ActivityLabel(QLabel):
    """Says what is running, or that nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr(NOTHING_RUNS), parent)
        self._running: dict[str, str] = {}
        self.setAccessibleName(tr("Running"))
        self.setToolTip(tr("What the program is doing"))

    def begin(self, what: str, text: str) -> None:
        """``what`` runs; ``text`` is shown for it."""
        self._running[what] = text
        self._show()

    def end(self, what: str) -> None:
        """``what`` runs no more."""
        self._running.pop(what, None)
        self._show()

    def _show(self) -> None:
        self.setText(", ".join(self._running.values()) or tr(NOTHING_RUNS))


class MemoryLabel(QLabel):
    """The memory that this program holds, read every two seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._process = psutil.Process()
        self.setAccessibleName(tr("Memory in use"))
        self._timer = QTimer(self)
        self._timer.setInterval(MEMORY_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Read it now."""
        held = self._process.memory_info().rss
        total = psutil.virtual_memory().total
        on_device = device_memory_used()
        text = tr("Memory {held}", held=gigabytes(held))
        tip = tr(
            "This program holds {held} of the computer's {total}",
            held=gigabytes(held),
            total=gigabytes(total),
        )
        if on_device is not None:
            text += tr(", GPU {gigabytes}", gigabytes=gigabytes(on_device))
            tip += tr(", and {gigabytes} on the GPU", gigabytes=gigabytes(on_device))
        self.setText(text)
        self.setToolTip(tr("{tip}. Its bounds are in the settings.", tip=tip))


def gigabytes(count: int) -> str:
    """Bytes for a person: "850 MB", "1.2 GB"."""
    return (
        tr("{count:.1f} GB", count=count / 1e9)
        if count >= 1e9
        else tr("{count:.0f} MB", count=count / 1e6)
    )
