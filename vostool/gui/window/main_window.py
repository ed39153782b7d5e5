"""The main window: docks, menus and bars, and which of them follow the opened video."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.table import Needs, make_actions
from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.tool_palette import ToolPalette
from vostool.gui.canvas.tool_strip import ToolStrip
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.engine.bar import EngineBar
from vostool.gui.objects.panel import ObjectList
from vostool.gui.review.dock import ReviewDock
from vostool.gui.settings import preferences
from vostool.gui.timeline import Timeline
from vostool.gui.timeline.thumbnails import ThumbnailStrip
from vostool.gui.track.run_bar import RunBar
from vostool.gui.track.scope_button import ScopeButton
from vostool.gui.track.transport import Transport
from vostool.gui.widgets import theme
from vostool.gui.widgets.notice_bar import NoticeBar
from vostool.gui.widgets.problem_details import details
from vostool.gui.window.action_table import action_table
from vostool.gui.window.dropped import dropped_paths
from vostool.gui.window.recent import RecentMenu
from vostool.gui.window.start_page import StartPage
from vostool.gui.window.status_parts import ActivityLabel, MemoryLabel
from vostool.gui.window.view_side import ViewSide

TOOLBAR = (
    "open", "export", "", "undo", "redo", "",
    "track_backward", "track_both", "track_forward", "cancel", "draft",
)  # fmt: skip
MENUS = (
    "File",
    "Edit",
    "Tools",
    "Mask",
    "Object",
    "Track",
    "Range",
    "Review",
    "Go",
    "View",
    "Help",
)
MNEMONICS = {"Track": "Tr&ack", "Review": "Rev&iew"}
"""Where another menu has the first letter."""


class MainWindow(QMainWindow):
    """Lays out the widgets; what they do is the handlers' business.

    Signals:
        paths_dropped(list[Path]): files or folders were dropped on the window.
        path_chosen(Path): something that was opened lately shall be opened again.
        closing(): the window is about to close.
    """

    paths_dropped = pyqtSignal(object)
    path_chosen = pyqtSignal(object)
    closing = pyqtSignal()

    def __init__(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        super().__init__()
        self.may_close = False
        self.action_table = action_table()
        self.actions_by_id = make_actions(self, self.action_table, handlers)
        self.canvas = Canvas()
        self.timeline = Timeline()
        self.objects = ObjectList(self.actions_by_id)
        self.engine_bar = EngineBar()
        self.transport = Transport(self.actions_by_id)
        self.scope = ScopeButton(self.actions_by_id)
        ends = (self.actions_by_id["pause_run"], self.actions_by_id["cancel"])
        self.run_bar = RunBar(*ends, self.scope)
        self.position = QLabel()
        self.engine_button = QToolButton()
        self.busy_label = QLabel()
        self.busy_label.setObjectName("busy")
        self.activity = ActivityLabel()
        self.memory = MemoryLabel()
        self.opening_bar = QProgressBar()
        self._lay_out()
        self._fill_menus()
        self._fill_toolbar()
        self.setAcceptDrops(True)
        self.set_title(None, None)
        self.enable_actions(source=False, selected=False, running=False)
        self.refresh_icons()

    def set_title(self, source: Path | None, project: Path | None) -> None:
        """Name what is open."""
        parts = [str(source.name)] if source is not None else []
        if project is not None:
            parts.append(project.name)
        self.setWindowTitle(" - ".join([*parts, "VOSTool"]))

    def enable_actions(
        self,
        *,
        source: bool,
        selected: bool,
        running: bool,
        job: bool = False,
        ranged: bool = False,
    ) -> None:
        """Enable what can be used now."""
        possible = {
            Needs.NOTHING: True,
            Needs.SOURCE: source,
            Needs.OBJECT: source and selected,
            Needs.JOB: job and not running,
            Needs.RUN: running,
            Needs.RANGE: source and ranged,
            Needs.RANGE_OBJECT: source and ranged and selected,
        }
        for spec in self.action_table:
            can = possible[spec.needs] and not (running and spec.id.startswith("track_"))
            self.actions_by_id[spec.id].setEnabled(can)

    def set_tool(self, tool: ToolSpec) -> None:
        """Choose what the left button does on the canvas."""
        self.canvas.set_tool(tool)
        self.actions_by_id[tool.id].setChecked(True)

    def show_status(self, text: str, milliseconds: int = 8000) -> None:
        """A passing line in the status bar."""
        bar = self.statusBar()
        if bar is not None:
            bar.showMessage(text, milliseconds)

    def show_problem(self, title: str, sentence: str, more: str = "") -> None:
        """Something that stops what the person asked for, without stopping the person.

        Args:
            more: for the details, such as a traceback.
        """
        engine = self.engine_button.text()
        self.notice.show_problem(title, sentence, details(title, sentence, engine, more))

    def show_hint(self, sentence: str) -> None:
        """Why something did not happen; it goes by itself and never hides a problem."""
        if not self.notice.show_hint(sentence):
            self.show_status(sentence, 15000)

    def refresh_icons(self, playing: bool = False) -> None:
        """Draw the icons in the palette's colours."""
        for spec in self.action_table:
            if spec.icon:
                name = "pause" if spec.id == "play" and playing else spec.icon
                self.actions_by_id[spec.id].setIcon(theme.icon(name, spec.tint or None))

    # -- events --------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.refresh_icons()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        paths = dropped_paths(event.mimeData()) if event is not None else []
        if event is not None and paths:
            event.acceptProposedAction()
            self.paths_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if not self.may_close:
            self.closing.emit()  # which allows it, now or once everything is settled
        if event is not None:
            event.setAccepted(self.may_close)

    # -- layout --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # The run bar shares the transport's row: a run must not change the canvas' size.
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.transport)
        row.addWidget(self.run_bar, 1)
        row.addWidget(self.scope)
        column.addWidget(self.engine_bar)
        column.addWidget(ToolStrip(self.canvas, self.actions_by_id))
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self.setCentralWidget(centre)
        self.start_page = StartPage(self.actions_by_id, self.canvas, centre)
        self.start_page.path_chosen.connect(self.path_chosen)
        self.notice = NoticeBar(self.canvas, centre)
        self.canvas.setAcceptDrops(False)
        self._dock("Objects", self.objects, Qt.DockWidgetArea.RightDockWidgetArea)
        self.thumbnails = ThumbnailStrip(self.timeline)
        timeline = self.thumbnails.with_timeline()
        self._dock("Timeline", timeline, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.review_dock = ReviewDock(self, self.actions_by_id)
        self.view_side = ViewSide(self)
        corner = Qt.Corner.BottomRightCorner
        self.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
        bar = self.statusBar()
        assert bar is not None
        self.opening_bar.setMaximumWidth(220)
        self.engine_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.engine_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.engine_button.setAutoRaise(True)
        self.engine_button.setAccessibleName("Engine")
        self.opening_bar.hide()
        self.position.setAccessibleName("Place of the mouse")
        self.busy_label.setAccessibleName("Waiting for a mask")
        self.opening_bar.setAccessibleName("Opening")
        for label in (self.opening_bar, self.busy_label, self.position, self.activity, self.memory):
            bar.addPermanentWidget(label)
        bar.addPermanentWidget(self.engine_button)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)

    def _fill_menus(self) -> None:
        bar = self.menuBar()
        assert bar is not None
        for title in MENUS:
            menu = bar.addMenu(MNEMONICS.get(title, f"&{title}"))
            assert menu is not None
            for spec in self.action_table:
                if spec.menu == title and not spec.id.startswith("object_"):
                    menu.addAction(self.actions_by_id[spec.id])
            if title == "File":
                recent = RecentMenu(self.path_chosen.emit, menu)
                menu.insertMenu(self.actions_by_id["cvat_open"], recent)
            if title == "Range":
                self.timeline.menu_wanted.connect(menu.popup)
            if title == "View":
                menu.addSeparator()
                for dock in self.findChildren(QDockWidget):
                    menu.addAction(dock.toggleViewAction())
                theme_menu = menu.addMenu("Theme")
                assert theme_menu is not None
                for name in theme.THEMES:
                    made = theme_menu.addAction(name)
                    assert made is not None
                    made.triggered.connect(partial(self._choose_theme, name))

    def _choose_theme(self, name: str, _checked: bool = False) -> None:
        theme.set_theme(name)
        preferences.remember_theme(name)

    def _fill_toolbar(self) -> None:
        bar = QToolBar("Tools")
        bar.setObjectName("toolbar")
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in TOOLBAR:
            if name:
                bar.addAction(self.actions_by_id[name])
            else:
                bar.addSeparator()
        self.addToolBar(bar)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, ToolPalette(self.actions_by_id, self))
        self.actions_by_id["draft"].setVisible(False)  # until an engine that has it answers
        for name, text in (("open", "Open"), ("cancel", "Cancel"), ("export", "Export")):
            self.actions_by_id[name].setIconText(text)
