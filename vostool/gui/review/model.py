"""The rows of the review panel: one for each stretch of masks that are likely wrong."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PyQt6.QtGui import QColor

from vostool.gui.session.review_work import Review
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.review.events import ReviewEvent
from vostool.words import counted

FRAME, OBJECT, WHY = range(3)
HEADINGS = ("Frames", "Objects", "Why")


class ReviewModel(QAbstractTableModel):
    """A table over the queue, as it was at the last :meth:`refresh`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: Review | None = None
        self._project: Project | None = None
        self._events: list[ReviewEvent] = []

    def set_review(self, review: Review | None, project: Project | None) -> None:
        """Show another queue, or none."""
        self._review, self._project = review, project
        self.refresh()

    def refresh(self) -> bool:
        """Read the queue again; True where the rows are others."""
        review = self._review
        events: list[ReviewEvent] = []
        if review is not None:
            events = review.queue.events(review.only, in_time=review.in_time)
        if events == self._events:
            return False
        self.beginResetModel()
        self._events = events
        self.endResetModel()
        return True

    def event_at(self, row: int) -> ReviewEvent | None:
        """The event in a row."""
        return self._events[row] if 0 <= row < len(self._events) else None

    def row_of(self, event: ReviewEvent | None) -> int:
        """The row of an event, -1 where it is in none."""
        return self._events.index(event) if event in self._events else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._events)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        event = self.event_at(index.row())
        if event is None or self._review is None or self._project is None:
            return None
        shown = self._project.objects.get(event.worst.object_id)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(event, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == OBJECT and shown:
            return colour_icon(QColor(*shown.colour))
        if role == Qt.ItemDataRole.ToolTipRole:
            long = f"{counted(len(event), 'frame')}, {counted(event.masks, 'mask')} to look at"
            found = self._review.queue.findings(*event.worst.place)
            worst = f"Worst on frame {event.worst.frame}:"
            return "\n".join([long, worst, *(f.text for f in found)])
        return None

    def _text(self, event: ReviewEvent, column: int) -> str:
        if column == FRAME:
            one = event.first == event.last
            return str(event.first) if one else f"{event.first}–{event.last}"
        if column == OBJECT:
            return ", ".join(map(self._name, event.object_ids))
        return ", ".join(reason.value for reason in event.reasons)

    def _name(self, object_id: int) -> str:
        shown = self._project.objects.get(object_id) if self._project is not None else None
        return (
            object_title(self._project, shown)
            if shown is not None and self._project is not None
            else str(object_id)
        )
