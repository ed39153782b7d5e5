"""What a widget really paints: each text and icon, where, what it is cut to, and its contrast.

A paint device of our own writes down every text and every small picture that Qt hands to it, from
whatever widget, style or hand-written paint event; the colours are then read from the pixels of the
same widget painted as people see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QRectF, Qt
from PyQt6.QtGui import (
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainterPath,
    QPixmap,
    QRegion,
    QTextItem,
    QTransform,
)
from PyQt6.QtWidgets import QMenu, QTabBar, QWidget

ICON = 40
"""Pixels; larger pictures are no icons."""
_Dirty = QPaintEngine.DirtyFlag


@dataclass(frozen=True)
class Mark:
    """A text or an icon.

    Attributes:
        text: "" for an icon.
        place: in pixels of the window that was looked at; of a text, its letters' box.
        owner: the widget that painted it.
        room: what can be seen of that widget, in the same pixels.
    """

    text: str
    place: QRect
    owner: QWidget
    room: QRect


class _Engine(QPaintEngine):
    """Takes no pixel: it keeps the marks that nothing painted over later."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.marks: list[tuple[str, QRect]] = []
        self._transform, self._covers, self._opaque = QTransform(), False, True

    def begin(self, device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        changed = state.state()
        if changed & _Dirty.DirtyTransform:
            self._transform = state.transform()
        if changed & _Dirty.DirtyBrush:
            brush = state.brush()
            self._covers = brush.style() != Qt.BrushStyle.NoBrush and brush.color().alpha() == 255
        if changed & _Dirty.DirtyOpacity:
            self._opaque = state.opacity() > 0.99

    def drawTextItem(self, at: QPoint, item: QTextItem) -> None:
        room = QRectF(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent())
        if item.text().strip():
            place = self._transform.mapRect(room).toAlignedRect()
            self.marks.append((item.text(), place))

    def drawRects(self, *rects) -> None:
        for each in rects[0] if isinstance(rects[0], (list, tuple)) else rects:
            if isinstance(each, (QRect, QRectF)):
                self._cover(QRectF(each))

    def drawPath(self, path: QPainterPath) -> None:
        self._cover(path.boundingRect())

    def drawPixmap(self, place: QRectF, pixmap: QPixmap, part: QRectF) -> None:
        self._picture(place, pixmap.toImage() if pixmap.width() <= ICON else None)

    def drawImage(self, place: QRectF, image: QImage, part: QRectF, flags=None) -> None:
        self._picture(place, image)

    def drawTiledPixmap(self, *_) -> None:
        pass

    def drawPolygon(self, *_) -> None:
        pass

    def drawEllipse(self, *_) -> None:
        pass

    def drawLines(self, *_) -> None:
        pass

    def drawPoints(self, *_) -> None:
        pass

    def _picture(self, place: QRectF, image: QImage | None) -> None:
        shown = self._transform.mapRect(place).toAlignedRect()
        if image is None or max(shown.width(), shown.height()) > ICON:
            self.marks = [m for m in self.marks if not shown.contains(m[1])]
        elif min(shown.width(), shown.height()) >= 8 and not _is_swatch(image):
            self.marks.append(("", shown))

    def _cover(self, room: QRectF) -> None:
        if self._covers and self._opaque:
            shown = self._transform.mapRect(room).toAlignedRect()
            self.marks = [m for m in self.marks if not shown.contains(m[1].center())]


class _Device(QPaintDevice):
    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.engine, self._width, self._height = _Engine(), width, height

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        kind = QPaintDevice.PaintDeviceMetric
        known = {
            kind.PdmWidth: self._width, kind.PdmHeight: self._height, kind.PdmDepth: 32,
            kind.PdmWidthMM: self._width // 4, kind.PdmHeightMM: self._height // 4,
            kind.PdmNumColors: 1 << 24, kind.PdmDevicePixelRatio: 1,
        }  # fmt: skip
        return known.get(metric, 65536 if "Scaled" in metric.name else 96)


def marks_of(window: QWidget) -> list[Mark]:
    """The texts and icons that can be seen in a window, of every widget in it."""
    found: list[Mark] = []
    for widget in (window, *window.findChildren(QWidget)):
        if not widget.isVisible() or widget.window() is not window:
            continue
        seen = widget.visibleRegion().boundingRect()
        if seen.isEmpty():
            continue
        device = _Device(widget.width(), widget.height())
        widget.render(device, QPoint(), QRegion(), QWidget.RenderFlag(0))
        corner = widget.mapTo(window, QPoint(0, 0))
        for text, place in device.engine.marks:
            shown = place.translated(corner)
            middle = shown.intersected(seen.translated(corner)).center()
            covering = window.childAt(middle) or window
            if place.intersects(seen) and (covering is widget or _lets_through(widget)):
                found.append(Mark(text, shown, widget, seen.translated(corner)))
    return found


FLOORS = {"text": 4.5, "icon": 3.0, "disabled": 2.5}
"""WCAG 2.2, AA (1.4.3 and 1.4.11), which leaves out what is disabled."""


def too_faint(window: QWidget, marks: list[Mark]) -> list[str]:
    """A sentence for each text and icon whose contrast is too low."""
    return [
        f"{what} is at {ratio:.2f}, not {FLOORS[kind]}"
        for kind, ratio, what in measured(window, marks)
        if ratio < FLOORS[kind]
    ]


def measured(window: QWidget, marks: list[Mark]) -> Iterator[tuple[str, float, str]]:
    """Kind (of :data:`FLOORS`), contrast and description of each mark.

    Marks that are cut are those that scroll, and what lies across is a button's ground: both are
    left out. A dash alone counts as an icon.
    """
    pixels = pixels_of(window)
    for mark in marks:
        place = mark.place
        if not mark.room.contains(place.adjusted(0, 2, 0, -2)):
            continue
        if not mark.text and not 0.6 < place.width() / place.height() < 1.6:
            continue
        kind = "text" if any(sign.isalnum() for sign in mark.text) else "icon"
        owner = f"{type(mark.owner).__name__} {mark.owner.objectName()}".strip()
        what = f"{mark.text!r} in {owner} at {place.getRect()}"
        yield kind if is_enabled(mark) else "disabled", contrast_in(pixels, place), what


def is_enabled(mark: Mark) -> bool:
    """False of a disabled widget's marks, and of a disabled row's or tab's."""
    owner = mark.owner
    middle = owner.mapFrom(owner.window(), mark.place.center())
    if isinstance(owner, QMenu):
        action = owner.actionAt(middle)
        return action is None or action.isEnabled()
    if isinstance(owner, QTabBar):
        return owner.isTabEnabled(owner.tabAt(middle))
    return owner.isEnabled()


def _lets_through(widget: QWidget) -> bool:
    """True of what childAt does not find, since the mouse goes through it."""
    return widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def pixels_of(widget: QWidget) -> NDArray[np.uint8]:
    """What the widget looks like, as RGB (H, W, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asarray(image.sizeInBytes()), np.uint8)
    rows = rows.reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def luminance(rgb: NDArray[np.generic]) -> NDArray[np.float64]:
    """Relative luminance as WCAG 2.2 defines it; RGB 0..255 in the last axis."""
    parts = np.asarray(rgb, float) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast_in(pixels: NDArray[np.uint8], place: QRect) -> float:
    """Between the ground of a place, its commonest colour, and what stands out most from it.

    Letters are mixed with the ground at their edges, so the middle of a stroke is what counts: the
    pixel that stands out most, of those that stand out to the same side as the most do.
    """
    left, top = max(place.left(), 0), max(place.top(), 0)
    part = pixels[top : place.bottom() + 1, left : place.right() + 1].reshape(-1, 3)
    if not len(part):
        return np.inf
    colours, counts = np.unique(part, axis=0, return_counts=True)
    ground = luminance(colours[counts.argmax()])
    light = luminance(colours)
    if len(colours) == 1:
        return 1.0
    ratios = (np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)
    return float(ratios.max())


def _is_swatch(image: QImage) -> bool:
    """True of a square of one colour, which says an object's colour and has a border."""
    inner = image.copy(image.rect().adjusted(4, 4, -4, -4))
    if inner.isNull():
        return False
    first = inner.pixelColor(0, 0)
    if first.alpha() == 0:
        return False
    spots = ((x, y) for x in range(inner.width()) for y in range(inner.height()))
    return all(inner.pixelColor(x, y) == first for x, y in spots)
