"""Fields for the options that a format declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from vostool.io.options import OptionSpec, OptionValue
from vostool.words import tr

LARGEST = 999_999
"""The largest number that can be typed; no option needs more."""


class OptionFields(QWidget):
    """One row an option: a box to tick, a list to choose from, a number, or a line to type in.

    Signals:
        changed(): a value was changed and the typing is finished.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._fields: dict[str, QWidget] = {}

    def show_options(
        self, specs: Sequence[OptionSpec], given: Mapping[str, OptionValue] | None = None
    ) -> None:
        """Show these options instead of the earlier ones: what is given, else their defaults."""
        while self._form.rowCount():
            self._form.removeRow(0)
        known = given or {}
        self._fields = {
            spec.name: self._field(spec, known.get(spec.name, spec.default)) for spec in specs
        }
        for spec in specs:
            field = self._fields[spec.name]
            field.setAccessibleName(tr(spec.title))
            self._form.addRow("" if isinstance(field, QCheckBox) else tr(spec.title), field)

    def values(self) -> dict[str, OptionValue]:
        """Values by name of the option; a typed line is text, which the format converts."""
        found: dict[str, OptionValue] = {}
        for name, field in self._fields.items():
            if isinstance(field, QCheckBox):
                found[name] = field.isChecked()
            elif isinstance(field, QComboBox):
                found[name] = str(field.currentData())
            elif isinstance(field, QSpinBox | QDoubleSpinBox):
                found[name] = field.value()
            elif isinstance(field, QLineEdit):
                found[name] = field.text()
        return found

    def field(self, name: str) -> QWidget:
        """The field of an option that is shown."""
        return self._fields[name]

    def _field(self, spec: OptionSpec, value: OptionValue) -> QWidget:
        if isinstance(spec.default, bool):
            box = QCheckBox(tr(spec.title))
            box.setChecked(value is True)
            box.toggled.connect(lambda _: self.changed.emit())
            return box
        if spec.choices:
            choice = QComboBox()
            for allowed, text in zip_longest(spec.choices, spec.texts):
                choice.addItem(tr(text) if text else str(allowed), str(allowed))
            choice.setCurrentIndex(choice.findData(str(value)))
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())
            return choice
        if not isinstance(spec.default, str):
            return self._number(spec, float(value))
        line = QLineEdit(str(value))
        line.editingFinished.connect(self.changed.emit)
        return line

    def _number(self, spec: OptionSpec, value: float) -> QSpinBox | QDoubleSpinBox:
        if isinstance(spec.default, int):
            whole = QSpinBox()
            whole.setRange(int(spec.minimum), LARGEST)
            whole.setValue(int(value))
            whole.valueChanged.connect(lambda _: self.changed.emit())
            return whole
        number = QDoubleSpinBox()
        number.setDecimals(2)
        number.setSingleStep(float(spec.default) / 10 or 0.1)
        number.setRange(spec.minimum, LARGEST)
        number.setValue(value)
        number.valueChanged.connect(lambda _: self.changed.emit())
        return number
