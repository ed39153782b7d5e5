"""The sliders that choose among what was found; they act at once and ask no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget

from vostool.finders.choice import Choice
from vostool.gui.look.tokens import Space
from vostool.words import tr

LARGEST_SHARE = 0.1
"""Of the picture: the largest area that can be asked for as the smallest."""
MOST = 255


class KeySlider(QSlider):
    """Keeps the keys that move it, which are shortcuts everywhere else."""

    KEYS = (
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
        Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    )  # fmt: skip

    def event(self, event: QEvent | None) -> bool:
        asked = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and event.key() in self.KEYS:
            event.accept()
            return True
        return super().event(event)


class Sliders(QWidget):
    """Least score, text fit, smallest area, largest number, and whether ground is shown.

    Signals:
        changed(Choice): a slider was moved.
    """

    changed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._pixels = 1_000_000
        self._values = Choice()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(1, 1)
        self.score, self._score = self._row(
            tr("Least score"), tr("How sure the model has to be that this is an object")
        )
        self.text, self._text = self._row(
            tr("Text fit"), tr("How well the text has to fit what is seen")
        )
        self.area, self._area = self._row(tr("Smallest"), tr("Smaller ones are not shown"))
        self.most, self._most = self._row(
            tr("At most"), tr("No more than so many, the best by score")
        )
        self.ground = QCheckBox(tr("Background, too"))
        self.ground.setToolTip(
            tr(
                "Also what fills the picture or reaches from one edge to the "
                "opposite one: ground, wall, sky"
            )
        )
        self._grid.addWidget(self.ground, self._grid.rowCount(), 0, 1, 3)
        self._connect()
        self.show_values(self._values, self._pixels)

    def show_values(self, values: Choice, pixels: int) -> None:
        """Show these for a picture of so many pixels, without telling that they changed."""
        self._values, self._pixels = values, pixels
        share = values.smallest_area / (LARGEST_SHARE * pixels)
        for slider, place in (
            (self.score, round(values.score * 100)),
            (self.text, round(values.text_score * 100)),
            (self.area, round(100 * share**0.5)),
            (self.most, values.largest_number),
        ):
            slider.blockSignals(True)
            slider.setValue(place)
            slider.blockSignals(False)
        self.ground.blockSignals(True)
        self.ground.setChecked(values.ground)
        self.ground.blockSignals(False)
        self._say()

    def show_text(self, wanted: bool) -> None:
        """Text fit is a question only where there is text; what was named is no ground."""
        for widget in (self.text, self._text, self.text_name):
            widget.setVisible(wanted)
        self.ground.setVisible(not wanted)

    def _connect(self) -> None:
        self.score.setRange(0, 100)
        self.text.setRange(0, 100)
        self.area.setRange(0, 100)
        self.most.setRange(1, MOST)
        self._moves(self.score, lambda v, place: replace(v, score=place / 100))
        self._moves(self.text, lambda v, place: replace(v, text_score=place / 100))
        self._moves(self.area, lambda v, place: replace(v, smallest_area=self._area_at(place)))
        self._moves(self.most, lambda v, place: replace(v, largest_number=place))
        self.ground.toggled.connect(lambda on: self._say_changed(replace(self._values, ground=on)))

    def _moves(self, slider: QSlider, change: Callable[[Choice, int], Choice]) -> None:
        slider.valueChanged.connect(lambda place: self._say_changed(change(self._values, place)))

    def _say_changed(self, values: Choice) -> None:
        self._values = values
        self._say()
        self.changed.emit(values)

    def _area_at(self, place: int) -> int:
        """Finer for small areas; a square of the place."""
        return max(round((place / 100) ** 2 * LARGEST_SHARE * self._pixels), 1)

    def _say(self) -> None:
        values = self._values
        self._score.setText(f"{values.score:.2f}")
        self._text.setText(f"{values.text_score:.2f}")
        self._area.setText(tr("{smallest_area:,} px", smallest_area=values.smallest_area))
        self._most.setText(str(values.largest_number))

    def _row(self, name: str, tip: str) -> tuple[KeySlider, QLabel]:
        row = self._grid.rowCount()
        label, slider, value = QLabel(name), KeySlider(Qt.Orientation.Horizontal), QLabel()
        label.setBuddy(slider)
        if name == tr("Text fit"):
            self.text_name = label
        for widget in (label, slider, value):
            widget.setToolTip(tip)
        slider.setAccessibleName(name)
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance("00,000 px"))
        slider.setMinimumWidth(60)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(slider, row, 1)
        self._grid.addWidget(value, row, 2)
        return slider, value
