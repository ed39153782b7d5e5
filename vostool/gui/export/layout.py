"""The export dialog's widgets and where they lie; fits 1280x800."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.export.formats_panel import FormatsPanel
from vostool.gui.export.options_panel import OptionsPanel
from vostool.gui.export.preset_bar import PresetBar
from vostool.gui.export.preview_panel import PreviewPanel
from vostool.gui.export.projects_panel import ProjectsPanel
from vostool.gui.export.report_panel import ReportPanel
from vostool.gui.export.unlabelled_bar import UnlabelledBar
from vostool.gui.look.tokens import Space
from vostool.gui.widgets import theme
from vostool.io.batch.presets import Preset
from vostool.words import tr

SIZE = 1180, 720
RIGHT = 400


class ExportWidgets:
    """Everything that is to be seen.

    Args:
        current: the choice of formats and options as it is, for keeping it as a preset.
    """

    def __init__(self, dialog: QDialog, current: Callable[[], Preset]) -> None:
        self.projects, self.formats, self.options = ProjectsPanel(), FormatsPanel(), OptionsPanel()
        self.presets = PresetBar(current)
        self.unlabelled = UnlabelledBar()
        self.preview, self.report = PreviewPanel(), ReportPanel()
        self.choices, self.outcome = QTabWidget(), QTabWidget()
        self.folder, self.browse = QLineEdit(), QPushButton(tr("&Browse…"))
        self.merge = QCheckBox(tr("Merge into one data &set"))
        self.message, self.bar = QLabel(), QProgressBar()
        self.recipe_button = QPushButton(tr("Re&cipe"))
        self.load_recipe = QAction(tr("Load recipe…"), dialog)
        self.save_recipe = QAction(tr("Save as recipe…"), dialog)
        self.open_button = QPushButton(tr("Open fol&der"))
        self.close_button = QPushButton(tr("Cancel"))
        self.export_button = QPushButton(tr("&Export"))
        self._set_up()
        self._lay_out(dialog)

    def say(self, sentence: str, tone: str = "") -> None:
        """One sentence; ``tone`` as :func:`vostool.gui.widgets.theme.tone` takes it, or ""."""
        theme.say(self.message, sentence, tone)

    def show_running(self, running: bool) -> None:
        """While a run goes, nothing can be chosen."""
        for widget in (
            self.choices, self.presets, self.folder, self.browse, self.merge, self.recipe_button,
            self.unlabelled,
        ):  # fmt: skip
            widget.setEnabled(not running)
        self.projects.lock(running)
        self.bar.setVisible(running)
        self.close_button.setText(tr("Cancel"))
        self.close_button.setEnabled(True)

    def show_preview(self) -> None:
        """Bring the tree to the front."""
        self.outcome.setCurrentWidget(self.preview)

    def show_report(self) -> None:
        """Bring the report to the front."""
        self.outcome.setTabEnabled(1, True)
        self.outcome.setCurrentWidget(self.report)

    def _set_up(self) -> None:
        self.folder.setAccessibleName(tr("Folder"))
        self.merge.setToolTip(tr("All videos in one data set, with ids that are unique in it"))
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(self.message.fontMetrics().lineSpacing() * 2)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setAccessibleName(tr("Message"))
        self.bar.setFormat(tr("%v of %m frames"))
        self.bar.setAccessibleName(tr("Progress of all projects"))
        menu = QMenu(self.recipe_button)
        menu.addAction(self.load_recipe)
        menu.addAction(self.save_recipe)
        self.recipe_button.setMenu(menu)
        self.recipe_button.setToolTip(
            tr("The whole batch in a file, for `vostool export --recipe`")
        )
        for button in (self.browse, self.recipe_button, self.open_button, self.close_button):
            button.setAutoDefault(False)

    def _lay_out(self, dialog: QDialog) -> None:
        self.choices.addTab(self.formats, tr("&Formats"))
        self.options.add_pages(self.choices)
        self.outcome.addTab(self.preview, tr("What will be &written"))
        self.outcome.addTab(self.report, tr("Repor&t"))
        self.outcome.setTabEnabled(1, False)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.projects)
        left.addWidget(self.outcome)
        left.setChildrenCollapsible(False)
        left.setSizes([300, 320])
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.presets)
        column.addWidget(self.choices, 1)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.addWidget(left)
        sides.addWidget(right)
        sides.setChildrenCollapsible(False)
        sides.setStretchFactor(0, 1)
        sides.setSizes([SIZE[0] - RIGHT, RIGHT])
        layout = QVBoxLayout(dialog)
        layout.addWidget(sides, 1)
        layout.addWidget(self.unlabelled)
        layout.addLayout(self._place())
        layout.addWidget(self.bar)
        layout.addLayout(self._buttons())
        self.bar.hide()
        self.open_button.hide()
        self.export_button.setDefault(True)  # counts only once it is in the dialog
        self.formats.tree.setFocus()
        dialog.resize(*SIZE)

    def _place(self) -> QHBoxLayout:
        label = QLabel(tr("Fo&lder"))
        label.setBuddy(self.folder)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.folder, 1)
        row.addWidget(self.browse)
        row.addSpacing(Space.L)
        row.addWidget(self.merge)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.recipe_button)
        row.addWidget(self.message, 1)
        for button in (self.open_button, self.close_button, self.export_button):
            row.addWidget(button)
        return row
