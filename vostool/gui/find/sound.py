"""The part of the Find panel for sound: listening, and what of it is shown over the timeline."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from vostool.finders.sound.spans import THRESHOLD
from vostool.gui.find.going import Going
from vostool.gui.find.sliders import KeySlider
from vostool.gui.widgets.return_key import LineBox
from vostool.words import tr


class SoundPart(QWidget):
    """Says what a person wants to hear; a controller listens.

    Signals:
        listen_wanted(), cancel_wanted()
        wanted_changed(str): only what is called so is to be shown.
        threshold_changed(float): only what is at least so sure.
        rows_wanted(): Return in the field: on to the rows, or listen where nothing was heard yet.
    """

    listen_wanted = pyqtSignal()
    cancel_wanted = pyqtSignal()
    wanted_changed = pyqtSignal(str)
    threshold_changed = pyqtSignal(float)
    rows_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted = LineBox()
        self.wanted.setPlaceholderText(tr("all sounds"))
        self.wanted.setAccessibleName(tr("Only sounds called"))
        self.wanted.setToolTip(
            tr("Only sounds called so: dog, music. Return goes to the rows over the timeline")
        )
        self.threshold = KeySlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(1, 100)
        self.threshold.setAccessibleName(tr("Least score of a sound"))
        self.threshold.setMinimumWidth(60)
        self._threshold = QLabel()
        self._threshold.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._threshold.setMinimumWidth(self._threshold.fontMetrics().horizontalAdvance("0.00"))
        self.going = Going("listening", tr("Listen no further; what was heard stays"))
        self.going.find_button.setToolTip(tr("Listen to the sound of the whole video"))
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setAccessibleName(tr("What was heard"))
        self._lay_out()
        self._connect()
        self.show_values("", THRESHOLD)

    def show_values(self, wanted: str, threshold: float) -> None:
        """Show these, without telling that they changed."""
        for widget in (self.wanted, self.threshold):
            widget.blockSignals(True)
        self.wanted.setText(wanted)
        self.threshold.setValue(round(threshold * 100))
        for widget in (self.wanted, self.threshold):
            widget.blockSignals(False)
        self._say_threshold()

    def show_busy(self, part: float, doing: str) -> None:
        """Somebody listens: the part that is done, 0..1, and what goes on."""
        self.said.setText(doing)
        self.going.show_busy(part)

    def show_idle(self, said: str) -> None:
        """Nobody listens; a sentence."""
        self.going.show_idle()
        self.said.setText(said)

    def _say_threshold(self) -> None:
        self._threshold.setText(f"{self.threshold.value() / 100:.2f}")

    def _connect(self) -> None:
        self.wanted.textChanged.connect(self.wanted_changed)
        self.wanted.returnPressed.connect(self.rows_wanted)
        self.threshold.valueChanged.connect(lambda _: self._say_threshold())
        self.threshold.valueChanged.connect(lambda at: self.threshold_changed.emit(at / 100))
        self.going.find_button.clicked.connect(lambda _: self.listen_wanted.emit())
        self.going.cancel_button.clicked.connect(lambda _: self.cancel_wanted.emit())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        only, least = QLabel(tr("Only")), QLabel(tr("Least score"))
        only.setBuddy(self.wanted)
        least.setBuddy(self.threshold)
        tip = tr("How sure the model has to be of a sound; acts at once")
        for widget in (least, self.threshold, self._threshold):
            widget.setToolTip(tip)
        form.addWidget(only, 0, 0)
        form.addWidget(self.wanted, 0, 1, 1, 2)
        form.addWidget(least, 1, 0)
        form.addWidget(self.threshold, 1, 1)
        form.addWidget(self._threshold, 1, 2)
        column.addLayout(form)
        column.addWidget(self.going)
        column.addWidget(self.said)
