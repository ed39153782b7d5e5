"""Fields for the options that a format declares."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from vostool.io.export_format import OptionSpec, OptionValue


class OptionFields(QWidget):
    """One row an option: a box to tick, a list to choose from, or a line to type in.

    Signals:
        changed(): a value was changed and the typing is finished.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._fields: dict[str, QWidget] = {}

    def show_options(self, specs: Sequence[OptionSpec]) -> None:
        """Show these options with their defaults, instead of the earlier ones."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self._fields = {spec.name: self._field(spec) for spec in specs}
        for spec in specs:
            field = self._fields[spec.name]
            field.setAccessibleName(spec.title)
            self._form.addRow("" if isinstance(field, QCheckBox) else spec.title, field)

    def values(self) -> dict[str, OptionValue]:
        """Values by name of the option; a typed line is text, which the format converts."""
        found: dict[str, OptionValue] = {}
        for name, field in self._fields.items():
            if isinstance(field, QCheckBox):
                found[name] = field.isChecked()
            elif isinstance(field, QComboBox):
                found[name] = field.currentText()
            elif isinstance(field, QLineEdit):
                found[name] = field.text()
        return found

    def field(self, name: str) -> QWidget:
        """The field of an option that is shown."""
        return self._fields[name]

    def _field(self, spec: OptionSpec) -> QWidget:
        if isinstance(spec.default, bool):
            box = QCheckBox(spec.title)
            box.setChecked(spec.default)
            box.toggled.connect(lambda _: self.changed.emit())
            return box
        if spec.choices:
            choice = QComboBox()
            choice.addItems([str(value) for value in spec.choices])
            choice.setCurrentText(str(spec.default))
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())
            return choice
        line = QLineEdit(str(spec.default))
        line.editingFinished.connect(self.changed.emit)
        return line
