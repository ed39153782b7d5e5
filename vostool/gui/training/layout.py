"""The widgets of the training window and how they lie."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.training.comparison import ComparisonPanel
from vostool.gui.training.curve import Curves
from vostool.gui.training.labels_table import LabelsTable
from vostool.gui.widgets import theme
from vostool.models.registry import engine_statuses, trainable_engines
from vostool.models.trainer import TrainOptions
from vostool.words import tr

MOST_EPOCHS = 1000


class TrainingWidgets:
    """What the window shows.

    Args:
        owner: the window that they are laid out in.
    """

    def __init__(self, owner: QWidget) -> None:
        self.projects = QListWidget()
        self.add_button = QPushButton(tr("&Add projects…"))
        self.remove_button = QPushButton(tr("&Remove"))
        self.labels = LabelsTable()
        self.notes = QPlainTextEdit()
        self.engine, self.checkpoint = QComboBox(), QLineEdit()
        self.browse = QPushButton(tr("Br&owse…"))
        self.name, self.epochs = QLineEdit("mine"), QSpinBox()
        self.anew = QCheckBox(tr("Begin ane&w, and not where an earlier training stopped"))
        self.start_button = QPushButton(tr("&Train"))
        self.stop_button = QPushButton(tr("&Stop, and keep the best so far"))
        self.bar, self.curves = QProgressBar(), Curves()
        self.message = QLabel()
        self.close_button = QPushButton(tr("Close"))
        self.comparison = ComparisonPanel()
        self.tabs = QTabWidget()
        self._set_up()
        self._lay_out(owner)

    def say(self, sentence: str, tone: str = "") -> None:
        """One sentence; ``tone`` as :func:`vostool.gui.widgets.theme.tone` takes it, or ""."""
        theme.say(self.message, sentence, tone)

    def list_engines(self, current: str | None) -> None:
        """The engines that can be trained here, those that were trained before among them."""
        chosen = self.engine.currentData() or current
        known = trainable_engines()
        self.engine.blockSignals(True)
        self.engine.clear()
        for status in engine_statuses():
            if status.name in known and status.usable:
                self.engine.addItem(tr(status.title), status.name)
        self.engine.setCurrentIndex(max(self.engine.findData(chosen), 0))
        self.engine.blockSignals(False)

    def show_running(self, running: bool) -> None:
        """While a training goes on, nothing is chosen."""
        for widget in (
            self.projects, self.add_button, self.remove_button, self.labels, self.engine,
            self.checkpoint, self.browse, self.name, self.epochs, self.anew,
        ):  # fmt: skip
            widget.setEnabled(not running)
        self.stop_button.setEnabled(running)
        self.bar.setVisible(running)

    def _set_up(self) -> None:
        self.epochs.setRange(1, MOST_EPOCHS)
        self.epochs.setValue(TrainOptions().epochs)
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(84)
        self.message.setWordWrap(True)
        self.projects.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.projects.setMaximumHeight(84)
        self.checkpoint.setPlaceholderText(tr("the engine's own"))
        for widget, name in (
            (self.projects, tr("Projects")), (self.notes, tr("What is left out, and why")),
            (self.engine, tr("Engine")), (self.checkpoint, tr("Weights to begin with")),
            (self.name, tr("Name of the new engine")), (self.epochs, tr("Epochs at most")),
            (self.bar, tr("How far the training is")), (self.message, tr("What the training says")),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        for button in (
            self.add_button, self.remove_button, self.browse, self.start_button, self.stop_button,
            self.close_button,
        ):  # fmt: skip
            button.setAutoDefault(False)

    def _lay_out(self, owner: QWidget) -> None:
        train = QWidget()
        columns = QHBoxLayout(train)
        columns.addLayout(self._left(), 1)
        columns.addLayout(self._right(), 1)
        self.tabs.addTab(train, tr("Labels and training"))
        self.tabs.addTab(self.comparison, tr("Before and after"))
        self.tabs.setTabEnabled(1, False)
        below = QHBoxLayout()
        below.addWidget(self.message, 1)
        below.addWidget(self.close_button)
        layout = QVBoxLayout(owner)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(below)

    def _left(self) -> QVBoxLayout:
        buttons = QHBoxLayout()
        buttons.addWidget(QLabel(tr("Projects")), 1)
        for button in (self.add_button, self.remove_button):
            buttons.addWidget(button)
        column = QVBoxLayout()
        column.addLayout(buttons)
        column.addWidget(self.projects)
        column.addWidget(QLabel(tr("What a person made or confirmed is learnt:")))
        column.addWidget(self.labels, 1)
        column.addWidget(self.notes)
        return column

    def _right(self) -> QVBoxLayout:
        weights = QHBoxLayout()
        weights.addWidget(self.checkpoint, 1)
        weights.addWidget(self.browse)
        form = QFormLayout()
        form.addRow(tr("Engine"), self.engine)
        form.addRow(tr("Weights to begin with"), weights)
        form.addRow(tr("Name of the new engine"), self.name)
        form.addRow(tr("Epochs at most"), self.epochs)
        form.addRow(self.anew)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_button)
        buttons.addWidget(self.stop_button)
        column = QVBoxLayout()
        column.addLayout(form)
        column.addLayout(buttons)
        column.addWidget(self.bar)
        column.addWidget(self.curves, 1)
        return column
