"""Everything that can be set, in one dialog: what it looks like, the engine, memory and keys."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.keymap import Keymap
from vostool.gui.actions.spec import ActionTable
from vostool.gui.settings.values import FEATURE_MEGABYTES, FRAME_MEGABYTES, THEMES, Values
from vostool.gui.window.settings.device_box import DeviceBox
from vostool.gui.window.settings.shortcuts_panel import ShortcutsPanel
from vostool.models.registry import quality_texts
from vostool.project.project_labels import UNLABELLED
from vostool.words import LANGUAGES, tr


class SettingsDialog(QDialog):
    """Changes nothing before it is accepted.

    Signals:
        decided(Values, Keymap): the person agreed to these.
    """

    decided = pyqtSignal(object, object)

    def __init__(self, values: Values, keymap: Keymap, table: ActionTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.theme = _choice(tr("Theme"), dict.fromkeys(THEMES, ""), values.theme)
        self.language = _language_choice(values.language)
        named = values.first_label != Values().first_label
        self.label = QLineEdit(values.first_label if named else "")
        self.label.setPlaceholderText(tr(UNLABELLED))
        self.label.setAccessibleName(tr("Label of the first object"))
        self.quality = _choice(tr("Quality"), quality_texts(), values.quality)
        self.device = DeviceBox(values.device)
        self.features_on_disk = QCheckBox(tr("Keep what SAM 2 has seen of a video on disk"))
        self.features_on_disk.setChecked(values.features_on_disk)
        self.learn = QCheckBox(tr("Learn while correcting"))
        self.learn.setChecked(values.learn)
        self.frame_memory = _memory(
            tr("Memory for frames"), FRAME_MEGABYTES, values.frame_megabytes
        )
        self.feature_memory = _memory(
            tr("Memory for the engine's features"), FEATURE_MEGABYTES, values.feature_megabytes
        )
        self.feature_memory.setSpecialValueText(tr("A quarter of what is free"))
        self.shortcuts = ShortcutsPanel(keymap, table)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._general(), tr("General"))
        self.tabs.addTab(self._engine(), tr("Engine and memory"))
        self.tabs.addTab(self.shortcuts, tr("Shortcuts"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        layout.addWidget(buttons)
        self.resize(680, 620)

    def show_shortcuts(self) -> None:
        """Begin with the keys."""
        self.tabs.setCurrentWidget(self.shortcuts)

    def values(self) -> Values:
        """What the widgets say now."""
        return Values(
            str(self.theme.currentData()),
            str(self.quality.currentData()),
            self.frame_memory.value(),
            self.feature_memory.value(),
            self.features_on_disk.isChecked(),
            self.label.text().strip() or Values().first_label,
            self.device.chosen(),
            str(self.language.currentData()),
            self.learn.isChecked(),
        )

    def accept(self) -> None:
        self.decided.emit(self.values(), self.shortcuts.keymap())
        super().accept()

    def _general(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.addRow(tr("Theme"), self.theme)
        form.addRow(tr("Language"), self.language)
        form.addRow(_note(tr("The window speaks another language from the next start on.")))
        form.addRow(tr("Label of the first object"), self.label)
        form.addRow(
            _note(
                tr(
                    "The next objects take the label that was used last, or the "
                    "one chosen over the picture; the chip at a new mask names it."
                )
            )
        )
        return page

    def _engine(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.addRow(tr("Device"), self.device)
        form.addRow(_note(tr("Of this computer only. The engine is loaded anew; nothing "
                             "that was done is lost.")))  # fmt: skip
        form.addRow(tr("Quality"), self.quality)
        form.addRow(self.features_on_disk)
        form.addRow(_note(tr("For the engines with a network; the built-in one has one quality.")))
        form.addRow(self.learn)
        form.addRow(_note(tr("MobileSAM fits itself to each object while nothing else is to be "
                             "done. In a short test with a robot's single clicks, masks became "
                             "worse by it. Object > Forget what was learned throws "
                             "it away.")))  # fmt: skip
        form.addRow(tr("Memory for frames"), self.frame_memory)
        form.addRow(_note(tr("Decoded pictures of a video, so that going back to them takes "
                             "no time. Holds from the next opened video on.")))  # fmt: skip
        form.addRow(tr("Memory for the engine's features"), self.feature_memory)
        form.addRow(_note(tr("What the engine has seen of a frame, so that a second click "
                             "on it is fast. The network itself comes on top.")))  # fmt: skip
        return page


def _choice(name: str, texts: dict[str, str], current: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for value, text in texts.items():
        box.addItem(tr(text or value), value)
    box.setCurrentIndex(box.findData(current))
    return box


def _language_choice(current: str) -> QComboBox:
    """The system's, or one that calls itself by its own name."""
    box = QComboBox()
    box.setAccessibleName(tr("Language"))
    box.addItem(tr("System"), "")
    for code, name in LANGUAGES.items():
        box.addItem(name, code)
    box.setCurrentIndex(box.findData(current))
    return box


def _memory(name: str, bounds: tuple[int, int], current: int) -> QSpinBox:
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setRange(*bounds)
    box.setSingleStep(256)
    box.setSuffix(tr(" MB"))
    box.setValue(current)
    return box


def _note(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setObjectName("note")
    return label
