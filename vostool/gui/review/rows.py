"""How a row of the review is painted: picture, frames and length, objects, and why."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPalette
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from vostool.gui.review.model import COLOURS, FRAME, LENGTH, OBJECT, PICTURE, WHY
from vostool.gui.review.pictures import HEIGHT, WIDTH

MARGIN, DOT, GAP = 3, 9, 10
ROW = HEIGHT + 2 * MARGIN


class ReviewRow(QStyledItemDelegate):
    """Two lines beside the picture: where and how long with the objects; below it the reasons."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(200, ROW)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        if painter is None:
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole
        if chosen:
            painter.fillRect(option.rect, option.palette.brush(role.Highlight))
        text = option.palette.color(role.HighlightedText if chosen else role.Text)
        place = QRect(option.rect.left() + MARGIN, option.rect.top() + MARGIN, WIDTH, HEIGHT)
        self._picture(painter, index.data(PICTURE), place, option)
        left = place.right() + 8
        room = option.rect.right() - left - 4
        line = HEIGHT // 2
        first = QRect(left, place.top(), room, line)
        used = self._where(painter, index, first, text, option.font)
        self._objects(painter, index, first.adjusted(used + GAP, 0, 0, 0), text)
        why = index.siblingAtColumn(WHY).data() or ""
        self._say(painter, QRect(left, place.top() + line, room, line), why, text)

    def _picture(
        self, painter: QPainter, picture: object, place: QRect, option: QStyleOptionViewItem
    ) -> None:
        if isinstance(picture, QImage):
            painter.drawImage(place, picture)
        else:
            painter.fillRect(place, option.palette.brush(QPalette.ColorRole.AlternateBase))

    def _where(
        self, painter: QPainter, index: QModelIndex, room: QRect, text: QColor, font: QFont
    ) -> int:
        """The frames, and how many where the objects have room beside; returns the pixels taken."""
        bold = QFont(font)
        bold.setBold(True)
        painter.setFont(bold)
        frames = index.siblingAtColumn(FRAME).data() or ""
        used = painter.fontMetrics().horizontalAdvance(frames) + 6
        self._say(painter, room, frames, text)
        painter.setFont(font)
        length = index.data(LENGTH) or ""
        wide = painter.fontMetrics().horizontalAdvance
        named = wide(index.siblingAtColumn(OBJECT).data() or "")
        dots = (DOT + 3) * len(index.data(COLOURS) or ())
        if used + wide(length) + GAP + dots + named + MARGIN > room.width():
            return used
        self._say(painter, room.adjusted(used, 0, 0, 0), length, text)
        return used + wide(length)

    def _objects(self, painter: QPainter, index: QModelIndex, room: QRect, text: QColor) -> None:
        left = room.left()
        for colour in index.data(COLOURS) or ():
            painter.fillRect(left, room.center().y() - DOT // 2, DOT, DOT, QColor(*colour))
            left += DOT + 3
        named = index.siblingAtColumn(OBJECT).data() or ""
        self._say(
            painter, QRect(left + 2, room.top(), room.right() - left, room.height()), named, text
        )

    def _say(self, painter: QPainter, room: QRect, text: str, colour: QColor) -> None:
        painter.setPen(colour)
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, short)
