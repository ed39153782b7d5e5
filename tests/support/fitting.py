"""Texts that do not fit: cut by an edge, or ended by dots without the whole as a tooltip."""

from __future__ import annotations

from painted import Mark, marks_of
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

SLACK = 2
"""Pixels of a line's height or of a letter's side that have no ink."""
_SCROLLS_SIDEWAYS = (QGraphicsView, QPlainTextEdit, QTextEdit)


def faults_of(window: QWidget, marks: list[Mark] | None = None) -> list[str]:
    """A sentence for each text of a window that does not fit."""
    found = []
    for mark in marks_of(window) if marks is None else marks:
        if mark.text and (why := _fault(window, mark)):
            found.append(f"{mark.text!r} in {_name(mark.owner)} {why}")
    return found


def _fault(window: QWidget, mark: Mark) -> str:
    around = _scroll_area(mark.owner)
    place, room = mark.place, mark.room
    sideways = place.left() < room.left() - SLACK or place.right() > room.right() + SLACK
    scrolls = isinstance(mark.owner, QLineEdit) or isinstance(around, _SCROLLS_SIDEWAYS)
    if sideways and not scrolls:
        return f"is cut at a side: {place.getRect()} in {room.getRect()}"
    high = place.top() < room.top() - SLACK or place.bottom() > room.bottom() + SLACK
    if high and around is None:
        return f"is cut above or below: {place.getRect()} in {room.getRect()}"
    if mark.text.rstrip().endswith("…") and not _is_whole(mark) and not _tip(window, mark):
        return "ends in dots, and no tooltip has the whole"
    return ""


def _is_whole(mark: Mark) -> bool:
    """True where the dots are the text's own."""
    owner = mark.owner
    texts: list[str] = []
    if isinstance(owner, (QLabel, QAbstractButton)):
        texts = [owner.text().replace("&", "")]
    elif isinstance(owner, QMenu):
        texts = [action.text().replace("&", "") for action in owner.actions()]
    elif isinstance(owner, QLineEdit):
        texts = [owner.placeholderText(), owner.text()]
    elif isinstance(owner, QComboBox):
        texts = [owner.currentText(), owner.placeholderText()]
    view = owner.parentWidget()
    if isinstance(view, QAbstractItemView):
        index = view.indexAt(owner.mapFrom(owner.window(), mark.place.center()))
        texts = [str(index.data(Qt.ItemDataRole.DisplayRole) or "")]
    return any(mark.text.strip() in text for text in texts)


def _tip(window: QWidget, mark: Mark) -> str:
    owner = mark.owner
    view = owner.parentWidget()
    if isinstance(view, QAbstractItemView):
        index = view.indexAt(owner.mapFrom(window, mark.place.center()))
        if tip := index.data(Qt.ItemDataRole.ToolTipRole):
            return str(tip)
    if hasattr(view, "describe") or hasattr(owner, "describe"):
        return "painted, and says what is under the mouse"
    return owner.toolTip()


def _scroll_area(widget: QWidget) -> QAbstractScrollArea | None:
    """The one whose contents the widget is, or is in."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea) and above.viewport() is not None:
            return above
        above = above.parentWidget()
    return None


def _name(widget: QWidget) -> str:
    known = widget.objectName() or widget.accessibleName()
    above = widget.parentWidget()
    of = f" of {type(above).__name__}" if above is not None else ""
    return f"{type(widget).__name__} {known}{of}"
