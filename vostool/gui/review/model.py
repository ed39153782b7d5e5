"""The rows of the review panel: one for each stretch of masks that are likely wrong."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QThread
from PyQt6.QtGui import QColor

from vostool.frames import FrameSource
from vostool.gui.review.pictures import PictureMaker, PictureWish
from vostool.gui.session.review_work import Review
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.review.events import ReviewEvent
from vostool.words import counted, mark, tr

FRAME, OBJECT, WHY = range(3)
HEADINGS = (mark("Frames"), mark("Objects"), mark("Why"))
PICTURE, LENGTH, COLOURS = (int(Qt.ItemDataRole.UserRole) + n for n in range(3))
"""Roles: a picture of the worst mask, how many frames, and the colours of the objects."""
NEAR = 30
"""Frames within which another mask of the object says where to look for one that is gone."""


class ReviewModel(QAbstractTableModel):
    """A table over the queue, as it was at the last :meth:`refresh`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: Review | None = None
        self._project: Project | None = None
        self._events: list[ReviewEvent] = []
        self._pictures: PictureMaker | None = None

    def show_pictures_of(self, source: FrameSource | None) -> None:
        """Make the rows' pictures from this source, which belongs to them now; None: no more."""
        old, self._pictures = self._pictures, None
        if old is not None:
            old.made.disconnect(self._picture_made)
            old.shut_down()
        if source is not None:
            self._pictures = PictureMaker(source)
            self._pictures.made.connect(self._picture_made)
            self._pictures.start(QThread.Priority.LowestPriority)

    def ask_for_pictures(self, first: int, last: int) -> None:
        """Make the pictures of these rows, both included, which are in sight."""
        if self._pictures is not None and self._project is not None:
            seen = self._events[max(first, 0) : last + 1]
            self._pictures.ask(tuple(self._wish(event) for event in seen))

    def _picture_made(self) -> None:
        if self._events:
            ends = self.index(0, FRAME), self.index(len(self._events) - 1, FRAME)
            self.dataChanged.emit(*ends, [PICTURE])

    def _wish(self, event: ReviewEvent) -> PictureWish:
        """Of the worst mask, or where that is empty, of the place where the object last was."""
        assert self._project is not None
        frame, oid = event.worst.place
        row = self._project.masks.row(oid)
        near = sorted(range(frame - NEAR, frame + NEAR + 1), key=lambda f: abs(f - frame))
        found = (row[f].mask for f in near if f in row and not row[f].mask.is_empty)
        shown = self._project.objects.get(oid)
        return PictureWish(frame, oid, next(found, None), shown.colour if shown else (128,) * 3)

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
            return tr(HEADINGS[section])
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
        if role in (PICTURE, LENGTH, COLOURS):
            return self._of_row(event, role, self._project)
        if role == Qt.ItemDataRole.ToolTipRole:
            long = tr(
                "{frames}, {masks} to look at",
                frames=counted(len(event), "frame"),
                masks=counted(event.masks, "mask"),
            )
            found = self._review.queue.findings(*event.worst.place)
            worst = tr("Look at frame {frame}:", frame=event.worst.frame)
            whole = [self._text(event, column) for column in (OBJECT, WHY)]  # a row may cut them
            return "\n".join([long, *whole, worst, *(f.text for f in found)])
        return None

    def _of_row(self, event: ReviewEvent, role: int, project: Project) -> Any:
        """What the row is painted with beside the texts of its columns."""
        if role == PICTURE:
            return self._pictures.picture(self._wish(event)) if self._pictures else None
        if role == LENGTH:
            return counted(len(event), "frame")
        known = project.objects
        return [known[oid].colour for oid in event.object_ids if oid in known]

    def _text(self, event: ReviewEvent, column: int) -> str:
        if column == FRAME:
            one = event.first == event.last
            return str(event.first) if one else f"{event.first}–{event.last}"
        if column == OBJECT:
            return ", ".join(map(self._name, event.object_ids))
        return ", ".join(tr(reason.value) for reason in event.reasons)

    def _name(self, object_id: int) -> str:
        shown = self._project.objects.get(object_id) if self._project is not None else None
        return (
            object_title(self._project, shown)
            if shown is not None and self._project is not None
            else str(object_id)
        )
