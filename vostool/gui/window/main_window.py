"""The main window: docks, menus and bars, and which of them follow the opened video."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QEvent, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.qt_actions import make_actions
from vostool.gui.actions.spec import Needs
from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.tool_strip import ToolStrip
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.engine.bar import EngineBar
from vostool.gui.engine.card_bar import CardBar
from vostool.gui.find.dock import FindDock
from vostool.gui.objects.panel import ObjectList
from vostool.gui.review.dock import ReviewDock
from vostool.gui.settings.preferences import tidies_new_masks
from vostool.gui.timeline import Timeline
from vostool.gui.timeline.block_bar import BlockBar
from vostool.gui.timeline.legend import Legend
from vostool.gui.timeline.sound_rows import SoundRows
from vostool.gui.timeline.thumbnails import ThumbnailStrip
from vostool.gui.track.look_button import LookButton
from vostool.gui.track.memory_button import MemoryButton
from vostool.gui.track.run_bar import RunBar
from vostool.gui.track.run_card import RunCard
from vostool.gui.track.scope_button import ScopeButton
from vostool.gui.track.transport import Transport
from vostool.gui.widgets import theme
from vostool.gui.widgets.dropping import dropped_paths
from vostool.gui.widgets.notice_bar import NoticeBar
from vostool.gui.widgets.popover import Popover
from vostool.gui.widgets.problem_details import details
from vostool.gui.widgets.tool_button import tool_button
from vostool.gui.window.action_table import action_table
from vostool.gui.window.dock_sizes import DockSizes
from vostool.gui.window.history import HistoryList
from vostool.gui.window.menus import fill_menus, fill_toolbars
from vostool.gui.window.start.start_page import StartPage
from vostool.gui.window.status_bar import PASSES_AFTER_MS, StatusBar
from vostool.gui.window.view.view_side import ViewSide
from vostool.words import tr

ALONE = ("track_discover", "track_step")
"""Runs that cannot wait for another one: what they begin from is what is there now."""


class MainWindow(QMainWindow):
    """Lays out the widgets. What the actions do is connected from outside.

    Signals:
        paths_dropped(list[Path]): files or folders were dropped on the window.
        path_chosen(Path): a place that was opened lately is to be opened again.
        closing(): the window is about to close.
        find_wanted(): objects are to be found in the open video.
    """

    paths_dropped = pyqtSignal(object)
    path_chosen = pyqtSignal(object)
    closing = pyqtSignal()
    find_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.may_close = False
        self.action_table = action_table()
        self.actions_by_id = make_actions(self, self.action_table)
        self.actions_by_id["tidy_new"].setChecked(tidies_new_masks())
        self.canvas = Canvas()
        self.timeline = Timeline()
        self.objects = ObjectList(self.actions_by_id)
        self.engine_bar, self.card_bar = EngineBar(), CardBar()
        self.transport = Transport(self.actions_by_id)
        self.scope = ScopeButton(self.actions_by_id)
        self.memory = MemoryButton(self.actions_by_id, self)
        self.look = LookButton(self.actions_by_id["look_while_tracking"], self)
        self._run_choices = QWidget()
        self.run_bar = RunBar(self.actions_by_id, self._run_choices)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._lay_out()
        self._add_docks()
        menus = fill_menus(self, self.action_table, self.actions_by_id, self.path_chosen.emit)
        self.timeline.menu_wanted.connect(menus["Range"].popup)
        self.toolbar = fill_toolbars(self, self.actions_by_id, self.canvas.tool_changed)
        self.history = HistoryList()
        self.history_popover = Popover(self.history, tr("History"), self)
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
            can = possible[spec.needs] and not (running and spec.id in ALONE)
            self.actions_by_id[spec.id].setEnabled(can)

    def set_tool(self, tool: ToolSpec) -> None:
        """Choose what the left button does on the canvas."""
        self.canvas.set_tool(tool)
        self.actions_by_id[tool.id].setChecked(True)

    def button_of(self, action: str) -> QWidget:
        """The toolbar's button of an action, or the toolbar where it has none or is folded."""
        found = self.toolbar.widgetForAction(self.actions_by_id[action])
        return found if found is not None and found.isVisible() else self.toolbar

    def legend_place(self) -> QWidget:
        """Where the legend opens."""
        return self.legend_button if self.legend_button.isVisible() else self.timeline

    def thing_shown(self) -> QRect | None:
        """Where the selected object is seen, in pixels of the screen; None where it is not."""
        return self.view_side.thing_shown()

    def name_last_export(self, formats: str) -> None:
        """Offer to export once more in these formats; "" before the first export."""
        action = self.actions_by_id["export_again"]
        if not formats:
            return
        if action not in self.toolbar.actions():
            self.toolbar.insertAction(self.actions_by_id["undo"], action)
        action.setText(tr("Export again: {formats}", formats=formats))
        first, *more = formats.split(", ")
        action.setIconText(tr("Again: {first}", first=first) + (f" + {len(more)}" if more else ""))

    def show_status(self, text: str, milliseconds: int = PASSES_AFTER_MS) -> None:
        """A passing line in the status bar."""
        self.status.say(text, milliseconds)

    def show_problem(
        self, title: str, sentence: str, more: str = "", *, stays: bool = False
    ) -> None:
        """Something that stops what the person asked for, without stopping the person.

        Args:
            more: for the details, such as a traceback.
            stays: nothing but the person's own click takes it away.
        """
        engine = self.status.engine_button.text()
        more = details(title, sentence, engine, more)
        self.notice.show_problem(title, sentence, more, stays=stays)

    def show_unforeseen(self, title: str, sentence: str, more: str) -> None:
        """An exception that nothing caught; it stays until the person closes it."""
        self.show_problem(title, sentence, more, stays=True)

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
        choices = QHBoxLayout(self._run_choices)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(0)
        choices.addWidget(self.look)
        choices.addWidget(self.scope)
        choices.addWidget(self.memory)
        row.addWidget(self._run_choices)
        column.addWidget(self.engine_bar)
        column.addWidget(self.card_bar)
        self.tool_strip = ToolStrip(self.canvas, self.actions_by_id)
        column.addWidget(self.tool_strip)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
        self.setCentralWidget(centre)
        self.start_page = StartPage(self.actions_by_id, self.canvas, centre)
        self.start_page.path_chosen.connect(self.path_chosen)
        self.notice = NoticeBar(self.canvas, centre)
        self.run_card = RunCard(self.canvas, centre)
        self.canvas.setAcceptDrops(False)

    def _add_docks(self) -> None:
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self._dock(tr("Objects"), self.objects, right)
        self.thumbnails = ThumbnailStrip(self.timeline)
        self.thumbnails.broke.connect(self.show_hint)
        self.sound_rows = SoundRows(self.timeline)
        timeline = self.thumbnails.with_timeline(self.sound_rows)
        bottom = self._dock(tr("Timeline"), timeline, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.legend_button = tool_button(self.actions_by_id["timeline_legend"])
        self.legend_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.thumbnails.put_left(self.legend_button)
        self.legend = Popover(Legend(), tr("Legend of the timeline"), self)
        self.block_bar = BlockBar(self.actions_by_id, self)
        bottom.setTitleBarWidget(QWidget())  # its height goes to the picture; View hides the dock
        self.dock_sizes = DockSizes(self, bottom, self.canvas.viewport())
        self.sound_rows.height_changed.connect(self.dock_sizes.fit_sound)
        self.review_dock = ReviewDock(self, self.actions_by_id)
        self.find_dock = FindDock(self, self.actions_by_id["track_discover"])
        for dock in (self.review_dock, self.find_dock):
            self.dock_sizes.watch(dock)
        self.view_side = ViewSide(
            self.canvas, self.thumbnails, self.status, self.actions_by_id, self
        )
        corner = Qt.Corner.BottomRightCorner
        self.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock
