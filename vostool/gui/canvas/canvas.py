"""The canvas: the frame, its masks and its prompts, pixel-exact at every zoom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem, QLabel

from vostool.frames import Image
from vostool.gui.canvas.doubt_badge import DoubtBadge
from vostool.gui.canvas.image_view import ImageViewBox
from vostool.gui.canvas.key_claims import KeyClaims
from vostool.gui.canvas.tools.colours import NEGATIVE, POSITIVE
from vostool.gui.canvas.tools.cursors import cursor
from vostool.gui.canvas.tools.options import ToolOptions
from vostool.gui.canvas.tools.pointer import Pointer
from vostool.gui.canvas.tools.previews import Previews
from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.look.tokens import Over
from vostool.masks.colours import Colour
from vostool.project.prompts import Prompts
from vostool.words import tr

CURRENT_MARK, OTHER_MARK = 13, 9
"""Diameter of click marks in screen pixels: the current object's, and the others'."""

SPOT_RINGS = (((255, 255, 255), 5.0), ((217, 119, 6), 2.5))
"""Colours and widths of the ring where a click is asked for; white below, to be seen anywhere."""
SPOT_DIAMETER = 34

FIT_MARGIN = 0.002
"""Of the picture's sides, so that its edge is seen to be its edge."""


class Canvas(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is not typed
    """Shows one frame; zoom and pan stay as they are when the frame changes.

    Attributes:
        pointer: the mouse for the tools; options: what they are set to;
        previews: what they lay over the canvas for a while.
        tool_keys, chip_keys: what the tool has claimed, and the chip at a new mask.

    Signals (image pixels):
        hovered(x, y): where the mouse is; NaN when it is outside the frame.
        tool_changed(ToolSpec): another tool was chosen.
        key_claimed(str): a key of :meth:`claim_keys` was pressed.
        overlay_shown(): the masks have been painted anew.
    """

    hovered = pyqtSignal(float, float)
    tool_changed = pyqtSignal(object)
    key_claimed = pyqtSignal(str)
    overlay_shown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(useOpenGL=False)
        self.view = ImageViewBox()
        self.pointer, self.options = Pointer(TOOLS.first), ToolOptions()
        self.previews = Previews(self.view, self.overlay_shown)
        self.tool_keys, self.chip_keys = KeyClaims(), KeyClaims()
        self.tool_keys.pressed.connect(self.key_claimed)
        self.setCentralItem(self.view)
        self._frame_item = pg.ImageItem(axisOrder="row-major")
        self._overlay_item = pg.ImageItem(axisOrder="row-major")
        self._marks = pg.ScatterPlotItem(pxMode=True)
        self._boxes: list[QGraphicsRectItem] = []
        self._size = (0, 0)
        self._shape: Qt.CursorShape | None = None
        self._tint: Colour | None = None
        for z, item in enumerate((self._frame_item, self._overlay_item, self._marks)):
            item.setZValue(z)
            self.view.addItem(item, ignoreBounds=True)
        self._spot = pg.ScatterPlotItem(pxMode=True)
        self._spot.setZValue(3)
        self.view.addItem(self._spot, ignoreBounds=True)
        self._message = QGraphicsSimpleTextItem(self.view)
        self._message.setBrush(QColor(*Over.VIEW))
        self._message.setPos(12, 10)
        self.confirmed = QLabel(self)
        self.confirmed.setObjectName("confirmed_badge")
        self.confirmed.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.confirmed.move(10, 10)
        self.confirmed.hide()
        self.doubt = DoubtBadge(self, self.confirmed)
        self.scene().sigMouseMoved.connect(self._hover)
        self.set_tool(TOOLS.first)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(tr("Canvas"))

    # -- what is shown -------------------------------------------------------------------------

    def show_frame(self, image: Image | None, overlay: Any | None) -> None:
        """Show a picture (H, W, 3) with an RGBA overlay of the same size or None."""
        if image is None:
            self._frame_item.clear()
        else:
            self._frame_item.setImage(image, autoLevels=False, levels=None)
            if self._size != image.shape[:2]:
                self._size = (image.shape[0], image.shape[1])
                self.fit()
        self.show_overlay(overlay)

    def show_overlay(self, overlay: Any | None) -> None:
        """Lay an RGBA picture over the frame; None takes it away."""
        if overlay is None:
            self._overlay_item.clear()
        else:
            self._overlay_item.setImage(overlay, autoLevels=False, levels=None)
        self.overlay_shown.emit()

    def clear_picture(self) -> None:
        """Show nothing."""
        self.show_frame(None, None)
        self.show_prompts({}, {}, None)
        self.show_confirmed(0, 0)
        self.show_doubt("")
        self.show_spot(None)
        self._size = (0, 0)

    def show_message(self, text: str) -> None:
        """A line at the top left, such as why the frame cannot be shown."""
        self._message.setText(text)

    def show_spot(self, place: tuple[float, float] | None) -> None:
        """A ring around a place in image pixels, where a click is asked for; None takes it away."""
        self._spot.setData([] if place is None else [_ring(place, *look) for look in SPOT_RINGS])

    def show_doubt(self, text: str) -> None:
        """A line over the picture on what may be wrong with it; none where it is empty."""
        self.doubt.tell(text)

    def show_confirmed(self, confirmed: int, masks: int) -> None:
        """A badge that says how many of the frame's masks are confirmed; none where none is."""
        all_of_them = confirmed == masks
        self.confirmed.setText(
            tr("✓ confirmed")
            if all_of_them
            else tr("✓ {confirmed} of {masks}", confirmed=confirmed, masks=masks)
        )
        self.confirmed.adjustSize()
        self.confirmed.setVisible(confirmed > 0)

    def show_prompts(
        self, prompts: Mapping[int, Prompts], colours: Mapping[int, Colour], current: int | None
    ) -> None:
        """Draw the clicks and boxes of one frame, the current object's on top and larger."""
        order = sorted(prompts, key=lambda oid: oid == current)
        self._marks.setData(
            [
                _spot(point.x, point.y, point.positive, oid == current)
                for oid in order
                for point in prompts[oid].points
            ]
        )
        self._show_boxes(
            (prompts[oid].box, colours.get(oid, (255, 255, 255)), oid == current) for oid in order
        )

    def set_tool(self, tool: ToolSpec) -> None:
        """Choose what the left button does."""
        self.pointer.tool = tool
        self.show_cursor(None)
        self.tool_changed.emit(tool)

    @property
    def tool(self) -> ToolSpec:
        """What the left button does."""
        return self.pointer.tool

    def show_cursor(self, shape: Qt.CursorShape | None) -> None:
        """Show this cursor over the canvas; None: the chosen tool's own."""
        self._shape = shape
        own = shape is None
        self.viewport().setCursor(cursor(self.tool, self._tint) if own else QCursor(shape))

    def tint_cursor(self, tint: Colour | None) -> None:
        """Draw the tool's own cursor in the colour of what a click changes; None: as it is."""
        if tint != self._tint:
            self._tint = tint
            self.show_cursor(self._shape)

    def claim_keys(self, keys: Iterable[str]) -> None:
        """While the canvas has the focus these keys ("Esc", "Ctrl+Z") are no shortcuts."""
        self.tool_keys.claim(keys)

    def fit(self) -> None:
        """Show the whole frame."""
        height, width = self._size
        if height and width:
            self.view.setRange(QRectF(0, 0, width, height), padding=FIT_MARGIN)

    def zoom(self, factor: float) -> None:
        """Zoom in (above 1) or out around the middle of what is seen."""
        self.view.scaleBy((1 / factor, 1 / factor))

    def actual_size(self) -> None:
        """One image pixel on one screen pixel, around the middle of what is seen."""
        pixel_width, _ = self.view.viewPixelSize()
        self.zoom(pixel_width)

    # -- gestures ------------------------------------------------------------------------------

    def event(self, event: QEvent | None) -> bool:
        # Before its own keyPressEvent: Tab otherwise moves the focus and is never told.
        # Others come while it is still being made.
        if isinstance(event, QKeyEvent) and any(
            keys.take(event) for keys in (self.tool_keys, self.chip_keys)
        ):
            return True
        return bool(super().event(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.pointer.press(event, self._image_place(event)):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.pointer.press(event, self._image_place(event), double=True):
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._image_place(event)
        if self.pointer.move(event, at):
            self._tell_hovered(at)
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.pointer.release(event, self._image_place(event)):
            super().mouseReleaseEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = self.pointer.wheel_steps(event)
        if steps:
            self.options.step(self.tool.number, steps)
        elif self.tool.zooms_while_held or not self.pointer.is_down:
            super().wheelEvent(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer.leave()
        super().leaveEvent(event)

    def _image_place(self, event: QMouseEvent) -> QPointF:
        """Where the mouse is, in image pixels; finer than a screen pixel where it is known."""
        to_scene, _ = self.viewportTransform().inverted()
        at: QPointF = self.view.mapSceneToView(to_scene.map(event.position()))
        return at

    def _hover(self, scene_position: Any) -> None:
        self._tell_hovered(self.view.mapSceneToView(scene_position))

    def _tell_hovered(self, at: QPointF) -> None:
        height, width = self._size
        inside = 0 <= at.x() < width and 0 <= at.y() < height
        self.hovered.emit(*((at.x(), at.y()) if inside else (float("nan"), float("nan"))))

    def _show_boxes(self, boxes: Iterable[tuple[Any, Colour, bool]]) -> None:
        for item in self._boxes:
            self.view.removeItem(item)
        self._boxes = []
        for box, colour, is_current in boxes:
            if box is None:
                continue
            item = QGraphicsRectItem(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))
            pen = QPen(QColor(*colour), 2.5 if is_current else 1.5)
            pen.setCosmetic(True)
            item.setPen(pen)
            item.setZValue(2)
            self.view.addItem(item, ignoreBounds=True)
            self._boxes.append(item)


def _spot(x: float, y: float, positive: bool, is_current: bool) -> dict[str, Any]:
    return {
        "pos": np.array([x, y]),
        "size": CURRENT_MARK if is_current else OTHER_MARK,
        "symbol": "+" if positive else "x",
        "brush": POSITIVE if positive else NEGATIVE,
        "pen": pg.mkPen(20, 20, 20, width=1),
    }


def _ring(place: tuple[float, float], colour: Colour, width: float) -> dict[str, Any]:
    return {
        "pos": np.array(place),
        "size": SPOT_DIAMETER,
        "symbol": "o",
        "brush": None,
        "pen": pg.mkPen(*colour, width=width),
    }
