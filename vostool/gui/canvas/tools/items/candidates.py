"""What a finder proposes, drawn over the picture: outlines, and chips with label and score."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vostool.gui.canvas.tools.items.candidate_picture import (
    CandidatesPainter,
    CandidatesPicture,
    CandidatesWish,
    Shape,
    smallest_at,
)
from vostool.gui.look.tokens import Over, Type
from vostool.gui.widgets import theme
from vostool.masks.colours import text_on

PAD, LONGEST = 4.0, 180.0


class CandidatesItem(QGraphicsItem):
    """All candidates of one frame (image pixels); clicks go through to the tool.

    The outlines come as a picture from a thread; until it is there, the one before is shown where
    it belongs now. Chips have the size of the screen's pixels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.shapes: tuple[Shape, ...] = ()
        self.picture: CandidatesPicture | None = None
        self._painter: CandidatesPainter | None = None
        self._asked: CandidatesWish | None = None
        self._serial = 0
        self._hovered: int | None = None
        self._font = theme.sized(QFont(), Type.BODY)
        self._size = QRectF()
        self._frame: int | None = None

    def use(self, painter: CandidatesPainter | None) -> None:
        """Have the outlines painted by this thread; None: no more, and nothing is shown."""
        self._painter, self._asked, self.picture = painter, None, None

    def put(self, shapes: Sequence[Shape], frame: int, width: int, height: int) -> None:
        """Draw these, the best first, on a frame of this size."""
        self.prepareGeometryChange()
        self._size = QRectF(0, 0, width, height)
        if frame != self._frame:
            self.picture = None  # the outlines of one frame are nowhere on another
        self._frame = frame
        self.shapes = tuple(shapes)
        self._serial += 1
        self.update()

    def show_picture(self, picture: CandidatesPicture) -> None:
        """What the thread has painted; of a frame that was left it is of no use."""
        if self._asked is not None and picture.wish.serial == self._serial:
            self.picture = picture
            self.update()

    def hover(self, index: int | None) -> None:
        """Stress the one under the mouse."""
        if index != self._hovered:
            self._hovered = index
            self.update()

    def at(self, x: float, y: float) -> int | None:
        """The index of the smallest candidate at a place, or None."""
        shape = smallest_at(self.shapes, x, y)
        return None if shape is None else shape.index

    def boundingRect(self) -> QRectF:
        return self._size.adjusted(-200, -40, 200, 40)  # chips reach over the frame's border

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        if painter is None or widget is None:
            return
        to_screen = painter.worldTransform()
        ratio = widget.devicePixelRatioF()
        width, height = round(widget.width() * ratio), round(widget.height() * ratio)
        pixels = to_screen * to_screen.fromScale(ratio, ratio)
        self._ask(CandidatesWish(self._serial, self.shapes, self._hovered, pixels, width, height))
        if self.picture is not None:
            back, known = self.picture.wish.to_screen.inverted()
            if known:
                painter.setWorldTransform(back * to_screen)
                painter.drawImage(QPointF(0, 0), self.picture.image)
        painter.resetTransform()
        self._paint_chips(painter, to_screen.map, QRectF(widget.rect()))
        painter.setWorldTransform(to_screen)

    def _ask(self, wish: CandidatesWish) -> None:
        if self._painter is not None and not wish.same(self._asked):
            self._asked = wish
            self._painter.ask(wish)

    def _paint_chips(self, painter: QPainter, to_screen: object, seen: QRectF) -> None:
        """Where two would lie over each other, the better candidate's is drawn."""
        assert callable(to_screen)
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        free: list[QRectF] = []
        for shape in sorted(self.shapes, key=lambda each: each.index != self._hovered):
            left, top, right, bottom = shape.box
            corner, end = to_screen(QPointF(left, top)), to_screen(QPointF(right, bottom))
            if not seen.intersects(QRectF(corner, end).adjusted(-1, -1, 1, 1)):
                continue
            chip = _chip_rect(metrics, shape.text, corner, seen)
            if not any(chip.intersects(other) for other in free):
                free.append(chip)
                self._paint_chip(painter, metrics, shape, chip)

    def _paint_chip(
        self, painter: QPainter, metrics: QFontMetricsF, shape: Shape, chip: QRectF
    ) -> None:
        ground = Over.LEFT_OUT if shape.left_out else shape.colour
        painter.setPen(QColor(*(Over.LIGHT if shape.index == self._hovered else (*Over.DARK, 90))))
        painter.setBrush(QColor(*ground))
        painter.drawRect(chip.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(*text_on(ground)))
        text = metrics.elidedText(shape.text, Qt.TextElideMode.ElideRight, LONGEST)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def _chip_rect(metrics: QFontMetricsF, text: str, corner: QPointF, seen: QRectF) -> QRectF:
    """Above the corner, and inside what is seen."""
    wide = min(metrics.horizontalAdvance(text), LONGEST) + 2 * PAD
    high = metrics.height() + 2
    x = max(min(corner.x(), seen.right() - wide), seen.left())
    return QRectF(x, max(corner.y() - high, seen.top()), wide, high)
