"""Names and numbers at the masks: plates on the canvas that keep their size at every zoom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PyQt6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from vostool.gui.canvas.overlay_renderer import Rectangle
from vostool.gui.look.tokens import Over, Type
from vostool.gui.widgets import theme
from vostool.masks.colours import Colour, text_on
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.words import tr

_Z, _PAD, _LONGEST = 1.5, 4.0, 180.0
"""Above the masks and below the marks of clicks; pixels around the text; pixels of a plate."""


class _Plate(QGraphicsObject):
    """A line of text on a plate of the object's colour, its lower left corner at the position."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)  # clicks go through to the mask
        self.setZValue(_Z)
        self.text = ""
        self._colour: Colour = (0, 0, 0)
        self._selected = False
        self._font = theme.sized(QFont(), Type.BODY)

    def show_text(self, text: str, colour: Colour, selected: bool) -> None:
        metrics = QFontMetricsF(self._font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, _LONGEST)
        if (text, colour, selected) != (self.text, self._colour, self._selected):
            self.prepareGeometryChange()
            self.text, self._colour, self._selected = text, colour, selected
            self.update()

    def boundingRect(self) -> QRectF:
        metrics = QFontMetricsF(self._font)
        height = metrics.height() + 2
        return QRectF(0, -height, metrics.horizontalAdvance(self.text) + 2 * _PAD, height)

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        if painter is None:
            return
        plate = self.boundingRect()
        painter.setPen(QColor(*Over.LIGHT) if self._selected else QColor(*Over.DARK, 90))
        painter.setBrush(QColor(*self._colour))
        painter.drawRect(plate.adjusted(0, 0, -1, -1))
        painter.setFont(self._font)
        painter.setPen(QColor(*text_on(self._colour)))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.text)


class MaskLabels:
    """The plates on one canvas' view, which is pyqtgraph's."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self._plates: list[_Plate] = []

    @property
    def texts(self) -> list[str]:
        """What is shown, the front object last."""
        return [plate.text for plate in self._plates if plate.isVisible()]

    def show(
        self,
        boxes: Mapping[int, Rectangle],
        project: Project,
        selected: int | None,
        occluded: Collection[int] = (),
        *,
        names: bool = True,
    ) -> None:
        """A plate above each box (pixels of the frame), the selected object's in front.

        Args:
            occluded: ids of those that are marked as partly hidden, which their plates say.
            names: False leaves only plates of the occluded ones, without names.
        """
        objects = project.objects
        there = (oid for oid in boxes if oid in objects and (names or oid in occluded))
        ids = sorted(there, key=lambda oid: oid == selected)
        while len(self._plates) < len(ids):
            plate = _Plate()
            self._view.addItem(plate, ignoreBounds=True)
            self._plates.append(plate)
        for plate, oid in zip(self._plates, ids, strict=False):
            shown = objects[oid]
            words = [object_title(project, shown)] * names + [tr("occluded")] * (oid in occluded)
            plate.show_text(", ".join(words), shown.colour, oid == selected)
            plate.setPos(QPointF(boxes[oid][0], boxes[oid][1]))
            plate.setZValue(_Z + (0.1 if oid == selected else 0))
            plate.show()
        for plate in self._plates[len(ids) :]:
            plate.hide()

    def hide(self) -> None:
        """Take all plates away."""
        for plate in self._plates:
            plate.hide()
