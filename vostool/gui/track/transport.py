"""The bar under the canvas: step, play, the frame number and the time."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.widgets.return_key import NumberBox
from vostool.gui.widgets.tool_button import tool_button
from vostool.words import tr

BUTTONS = ("first", "previous", "play", "next", "last")


class Transport(QWidget):
    """Buttons for the actions of the same names, and a box to type a frame number.

    Signals:
        frame_entered(int): the person typed a frame.
    """

    frame_entered = pyqtSignal(int)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.S, 0, Space.S, 0)
        for name in BUTTONS:
            layout.addWidget(tool_button(actions[name]))
        self.frame = NumberBox()
        self.frame.setAccessibleName(tr("Frame"))
        self.frame.setKeyboardTracking(False)
        self.frame.setMinimumWidth(90)
        self.frame.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.frame.editingFinished.connect(self._entered)
        self._total, self._time = QLabel(), QLabel()
        layout.addSpacing(Space.M)
        for widget in (QLabel(tr("Frame")), self.frame, self._total, self._time):
            layout.addWidget(widget)
        layout.addStretch()
        self.set_length(0)

    def set_length(self, frames: int) -> None:
        """Frames can be 0..frames-1."""
        self.frame.setRange(0, max(frames - 1, 0))
        self.frame.setEnabled(frames > 0)
        self._total.setText(tr("of {frames}", frames=frames) if frames else "")
        self._time.setText("")

    def set_position(self, frame: int, seconds: float) -> None:
        """Show where the playhead is."""
        self.frame.blockSignals(True)
        self.frame.setValue(frame)
        self.frame.blockSignals(False)
        minutes, rest = divmod(seconds, 60)
        self._time.setText(f"{int(minutes):02d}:{rest:06.3f}")

    def _entered(self) -> None:
        self.frame_entered.emit(self.frame.value())
        self.frame.clearFocus()
