"""The timeline's widget: how it scrolls and zooms, when it is painted, and what events do."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PyQt6.QtCore import QEvent, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QToolTip, QWidget

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.threads.timers import single_shot
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.content import Content
from vostool.gui.timeline.layout import (
    LABEL_WIDTH,
    RIGHT_MARGIN,
    ROW_HEIGHT,
    ROWS_TOP,
    RowLayout,
)
from vostool.gui.timeline.mouse import TimelineMouse
from vostool.gui.timeline.painting import ScenePainter
from vostool.gui.timeline.pictures import Pictures
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.scene import Scene
from vostool.gui.timeline.states import TimelineStates
from vostool.gui.timeline.visible_time import ZOOM_STEP, VisibleTime
from vostool.project.changes import Changes
from vostool.project.project import Project
from vostool.words import tr

LEAST_HEIGHT = ROWS_TOP + 2 * ROW_HEIGHT + 4
REPAINT_MS = 33
"""Masks of a run arrive faster than they can be seen: repaint at 30 Hz at most."""


class Timeline(QAbstractScrollArea):
    """Time from left to right, one row an object; a press or drag moves the playhead.

    Signals:
        scrubbed(int): the person wants this frame.
        stepped(int): the wheel asks for so many frames forward (negative: back).
        object_pressed(int): a row was pressed.
        range_dragged(int, int): these two frames, in any order, and all between them.
        scale_changed(): other frames are in sight, or the playhead is elsewhere.
        block_dragged(int, int, list[int], QPoint): a range of these objects; the mouse is there.
        menu_wanted(QPoint): the menu of what can be done with the range, at this global place.
    """

    scrubbed = pyqtSignal(int)
    stepped = pyqtSignal(int)
    object_pressed = pyqtSignal(int)
    range_dragged = pyqtSignal(int, int)
    block_dragged = pyqtSignal(int, int, object, QPoint)
    menu_wanted = pyqtSignal(QPoint)
    scale_changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = Pictures()
        self.content = Content(self)
        self._mouse = TimelineMouse(self)
        self._time = VisibleTime(self._bar(Qt.Orientation.Horizontal), self)
        self._repaint = single_shot(self, REPAINT_MS, self._viewport.update)
        self.setFrameShape(QFrame.Shape.NoFrame)  # it would shift time against what lies above
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName(tr("Timeline"))
        self._viewport.setMouseTracking(True)
        self._bar(Qt.Orientation.Vertical).valueChanged.connect(self._viewport.update)
        self.content.rows_changed.connect(self._update_bars)
        self.content.states_changed.connect(self._repaint_soon)
        self._time.changed.connect(self._time_changed)
        self._connect_mouse()

    # -- what is shown -------------------------------------------------------------------------

    def set_project(
        self, project: Project | None, time_of: Callable[[int], float] | None = None
    ) -> None:
        """Show another project, or none.

        Args:
            time_of: seconds at which a frame is shown; by the project's rate where it is None.
        """
        self.content.show(project, time_of)
        self.pictures.clear()
        self._time.reset(self.content.count, self._track_width())
        self._time_changed()

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        self.content.apply(changes)

    def set_flagged(self, object_id: int, frames: Collection[int]) -> None:
        """Mark the frames that the review asks about, in place of those marked before."""
        self.content.set_flagged(object_id, frames)

    def set_playhead(self, frame: int) -> None:
        """Draw the playhead at this frame, and show that part of the video."""
        self.content.playhead = frame
        if self.content.project is not None:
            # A hand that drags past the edge pulls the view along; a step leaves room ahead.
            self._time.show_frame(frame, 0.0 if self._mouse.is_dragging else 0.2)
        self._viewport.update()
        self.scale_changed.emit()

    def set_current_object(self, object_id: int | None) -> None:
        """Highlight this object's row, scroll to it and show its scores."""
        self.content.current = object_id
        self.content.objects = frozenset(() if object_id is None else (object_id,))
        index = self.layout_of_rows.current
        if index is not None:
            self._bar(Qt.Orientation.Vertical).setValue(self.layout_of_rows.scroll_to(index))
        self._viewport.update()

    def set_selected_objects(self, object_ids: Collection[int]) -> None:
        """Highlight the rows of all selected objects."""
        self.content.objects = frozenset(object_ids)
        self._viewport.update()

    def set_range(
        self, chosen: FrameRange | None, object_ids: frozenset[int] | None = None
    ) -> None:
        """Draw the chosen range, of some objects or (None) of all."""
        self.content.chosen, self.content.block = chosen, object_ids
        self._viewport.update()

    @property
    def states(self) -> TimelineStates | None:
        """The states that are painted; None where no video is open."""
        return self.content.states

    @property
    def playhead(self) -> int:
        """The frame that the playhead is drawn at."""
        return self.content.playhead

    @property
    def chosen(self) -> FrameRange | None:
        """The range that is drawn."""
        return self.content.chosen

    def scene(self) -> Scene | None:
        """What is shown now, or None where no video is open."""
        return self.content.scene(self.scale, self.layout_of_rows)

    def sizeHint(self) -> QSize:
        return QSize(800, LEAST_HEIGHT)

    # -- time ----------------------------------------------------------------------------------

    @property
    def scale(self) -> TimeScale:
        """Which frames are shown."""
        return self._time.scale

    def frame_x(self, frame: int) -> int:
        """The middle of a frame's column in viewport pixels."""
        return LABEL_WIDTH + self.scale.x(frame)

    def frame_at(self, x: int) -> int:
        """The frame under a viewport column, clipped to the video."""
        return self.scale.frame(x - LABEL_WIDTH)

    def zoom(self, factor: float, x: int | None = None) -> None:
        """Show less time (a factor above 1) or more, around a viewport column or the playhead."""
        if self.content.project is not None:
            self._time.zoom(factor, self.playhead, None if x is None else x - LABEL_WIDTH)

    def zoom_in(self) -> None:
        """Show less time, around the playhead."""
        self.zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Show more time, around the playhead."""
        self.zoom(1 / ZOOM_STEP)

    def show_whole(self) -> None:
        """Show the whole video."""
        self._time.show_whole(self._track_width())

    def _track_width(self) -> int:
        return max(self._viewport.width() - LABEL_WIDTH - RIGHT_MARGIN, 1)

    def _time_changed(self) -> None:
        self._update_bars()
        self._viewport.update()
        self.scale_changed.emit()

    # -- rows ----------------------------------------------------------------------------------

    @property
    def layout_of_rows(self) -> RowLayout:
        """Where the rows lie now."""
        scroll = self._bar(Qt.Orientation.Vertical).value()
        return self.content.layout(self._viewport.height(), scroll)

    def object_at(self, y: int) -> int | None:
        """The object whose row is at a height of the viewport, or None."""
        scene = self.scene()
        return scene.object_at(y) if scene is not None else None

    def _scroll_rows(self, pixels: int) -> None:
        bar = self._bar(Qt.Orientation.Vertical)
        bar.setValue(bar.value() + pixels)

    def _update_bars(self) -> None:
        rows = self.layout_of_rows
        down = self._bar(Qt.Orientation.Vertical)
        down.setRange(0, rows.farthest)
        down.setPageStep(max(rows.room, 1))
        down.setSingleStep(rows.row_height)
        self._time.update_bar()

    # -- events --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._time.resize(self._track_width())
        self._update_bars()
        self.scale_changed.emit()

    def viewportEvent(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            scene = self.scene()
            text = scene.describe(event.pos()) if scene is not None else ""
            QToolTip.showText(event.globalPos(), text, self._viewport)
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        scene = self.scene()
        if event is not None and scene is not None:
            self._mouse.press(event, scene)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        scene = self.scene()
        if event is not None and scene is not None:
            self._mouse.move(event, scene)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            self._mouse.release(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        scene = self.scene()
        if event is not None and scene is not None:
            self._mouse.wheel(event, scene)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        if event is not None and self.content.project is not None:
            self.menu_wanted.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self._viewport)
        colours = TimelineColours.of(self.palette())
        painter.fillRect(self._viewport.rect(), self.palette().base())
        scene = self.scene()
        if scene is not None:
            ScenePainter(painter, scene, colours, self.pictures).paint()
        painter.end()

    # -- helpers -------------------------------------------------------------------------------

    @property
    def _viewport(self) -> QWidget:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def _bar(self, orientation: Qt.Orientation) -> QScrollBar:
        upright = orientation is Qt.Orientation.Vertical
        bar = self.verticalScrollBar() if upright else self.horizontalScrollBar()
        assert bar is not None
        return bar

    def _connect_mouse(self) -> None:
        mouse = self._mouse
        mouse.scrubbed.connect(self.scrubbed)
        mouse.stepped.connect(self.stepped)
        mouse.object_pressed.connect(self.object_pressed)
        mouse.range_dragged.connect(self.range_dragged)
        mouse.block_dragged.connect(self.block_dragged)
        mouse.panned.connect(self._time.pan)
        mouse.zoomed.connect(self.zoom)
        mouse.rows_scrolled.connect(self._scroll_rows)
        mouse.grip_shown.connect(self._show_grip)

    def _show_grip(self, shown: bool) -> None:
        shape = Qt.CursorShape.SizeHorCursor if shown else Qt.CursorShape.ArrowCursor
        self._viewport.setCursor(shape)

    def _repaint_soon(self) -> None:
        if not self._repaint.isActive():
            self._repaint.start()
