"""Named choices of formats and options: taken, kept and forgotten."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from vostool.errors import UsageError, VosToolError
from vostool.gui.widgets import dialogs
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.io.batch.presets import BUILT_IN, Preset, delete_preset, load_presets, save_preset
from vostool.words import tr


class PresetBar(QWidget):
    """A list of presets, with buttons to keep what is chosen now and to forget a preset.

    Args:
        current: the choice as it is now; may raise UsageError.

    Signals:
        chosen(Preset): the person took one.
        told(str): a sentence for the person.
    """

    chosen = pyqtSignal(object)
    told = pyqtSignal(str)

    def __init__(self, current: Callable[[], Preset]) -> None:
        super().__init__()
        self._current = current
        self._own: dict[str, Preset] = {}
        self.list = QComboBox()
        self.keep_button = QPushButton(tr("&Keep as…"))
        self.forget_button = QPushButton(tr("For&get"))
        self.list.setPlaceholderText(tr("Take a preset…"))
        self.list.setAccessibleName(tr("Preset"))
        self.keep_button.setToolTip(tr("Keep formats and options under a name"))
        self.forget_button.setToolTip(tr("Forget the preset that is shown"))
        label = QLabel(tr("&Preset"))
        label.setBuddy(self.list)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addWidget(self.list, 1)
        for button in (self.keep_button, self.forget_button):
            button.setAutoDefault(False)
            layout.addWidget(button)
        self.list.activated.connect(self._take)
        self.list.currentIndexChanged.connect(self._update)
        self.keep_button.clicked.connect(self._keep)
        self.forget_button.clicked.connect(self._forget)

    def load(self) -> None:
        """Read the person's presets; a damaged file is told of and leaves those that come along."""
        try:
            self._own = load_presets()
        except UsageError as error:
            self._own = {}
            self.told.emit(str(error))
        self._fill(None)

    def clear_choice(self) -> None:
        """What is chosen is no preset any more."""
        self.list.setCurrentIndex(-1)

    def _fill(self, name: str | None) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for own in self._own:
            self.list.addItem(own, own)
        if self._own:
            self.list.insertSeparator(self.list.count())
        add_choices(self.list, BUILT_IN)
        self.list.setCurrentIndex(-1 if name is None else self.list.findData(name))
        self.list.blockSignals(False)
        self._update()

    def _take(self, _: int) -> None:
        name = chosen_name(self.list)
        found = self._own.get(name) or BUILT_IN.get(name)
        if found is not None:
            self.chosen.emit(found)
            choose_name(self.list, name)

    def _keep(self) -> None:
        shown = chosen_name(self.list)
        name = dialogs.ask_for_name(self, tr("Keep a preset"), shown if shown in self._own else "")
        if name is None:
            return
        try:
            save_preset(name, self._current())
            self._own = load_presets()
        except VosToolError as error:
            self.told.emit(str(error))
            return
        self._fill(name)
        self.told.emit(tr("Kept as '{name}'.", name=name))

    def _forget(self) -> None:
        name = chosen_name(self.list)
        try:
            delete_preset(name)
            self._own = load_presets()
        except VosToolError as error:
            self.told.emit(str(error))
            return
        self._fill(None)
        self.told.emit(tr("The preset '{name}' is forgotten.", name=name))

    def _update(self) -> None:
        self.forget_button.setEnabled(chosen_name(self.list) in self._own)
