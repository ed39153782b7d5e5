"""The rows of the review panel: the first places of the queue, more as the person scrolls."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PyQt6.QtGui import QColor

from vostool.gui.session.review_work import Review
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project.project import Project
from vostool.review.order import ReviewItem

FRAME, OBJECT, WHY = range(3)
HEADINGS = ("Frame", "Object", "Why")
PAGE = 200
"""Rows that are added at once; the places of a long video are never all looked at."""


class ReviewModel(QAbstractTableModel):
    """A table over the queue, as it was at the last :meth:`refresh`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: Review | None = None
        self._project: Project | None = None
        self._items: list[ReviewItem] = []
        self._limit = PAGE

    def set_review(self, review: Review | None, project: Project | None) -> None:
        """Show another queue, or none."""
        self._review, self._project, self._limit = review, project, PAGE
        self.refresh()

    def refresh(self) -> bool:
        """Read the queue again; True where the rows are others."""
        review = self._review
        items: list[ReviewItem] = []
        if review is not None:
            items = review.queue.items(self._limit, review.only, in_time=review.in_time)
        if items == self._items:
            return False
        self.beginResetModel()
        self._items = items
        self.endResetModel()
        return True

    def item_at(self, row: int) -> ReviewItem | None:
        """The place in a row."""
        return self._items[row] if 0 <= row < len(self._items) else None

    def row_of(self, item: ReviewItem | None) -> int:
        """The row of a place, -1 where it is in none."""
        places = [each.place for each in self._items]
        return places.index(item.place) if item is not None and item.place in places else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._items)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(HEADINGS)

    def canFetchMore(self, parent: QModelIndex) -> bool:
        return self._review is not None and len(self._items) >= self._limit

    def fetchMore(self, parent: QModelIndex) -> None:
        review = self._review
        if review is None:
            return
        self._limit = len(self._items) + PAGE
        items = review.queue.items(self._limit, review.only, in_time=review.in_time)
        if items[: len(self._items)] != self._items:
            return  # the order is another one; all rows are read anew in a moment
        if len(items) > len(self._items):
            self.beginInsertRows(QModelIndex(), len(self._items), len(items) - 1)
            self._items = items
            self.endInsertRows()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item_at(index.row())
        if item is None or self._review is None or self._project is None:
            return None
        shown = self._project.objects.get(item.object_id)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == OBJECT and shown:
            return colour_icon(QColor(*shown.colour))
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(f.text for f in self._review.queue.findings(*item.place))
        return None

    def _text(self, item: ReviewItem, column: int) -> str:
        assert self._review is not None and self._project is not None
        if column == FRAME:
            return str(item.frame)
        if column == OBJECT:
            shown = self._project.objects.get(item.object_id)
            return f"{item.object_id} {shown.label}" if shown is not None else str(item.object_id)
        return ", ".join(reason.value for reason in self._review.queue.reasons(*item.place))
