"""Text boxes keep the Return key, which is a shortcut everywhere else."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QDoubleSpinBox, QLineEdit, QSpinBox, QStyledItemDelegate, QTableView


class LabelDelegate(QStyledItemDelegate):
    """Return ends the editing of a label, and nothing else."""

    def eventFilter(self, editor: QObject | None, event: QEvent | None) -> bool:
        return _claim_return(event) or super().eventFilter(editor, event)


class NumberBox(QSpinBox):
    """Return enters the number, and nothing else."""

    def event(self, event: QEvent | None) -> bool:
        return _claim_return(event) or super().event(event)


class RealBox(QDoubleSpinBox):
    """Return enters the number, and nothing else."""

    def event(self, event: QEvent | None) -> bool:
        return _claim_return(event) or super().event(event)


class ReturnTable(QTableView):
    """Return activates the row, and nothing else."""

    def event(self, event: QEvent | None) -> bool:
        return _claim_return(event) or super().event(event)


class LineBox(QLineEdit):
    """Return enters the text; Esc, where ``clears`` is set, empties it; both leave the box.

    Signals:
        left(): by one of these keys.
    """

    left = pyqtSignal()
    clears = False

    def event(self, event: QEvent | None) -> bool:
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if (
            escape
            and self.clears
            and event is not None
            and event.type() == QEvent.Type.ShortcutOverride
        ):
            event.accept()
            return True
        return _claim_return(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        super().keyPressEvent(event)
        keys = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event is not None and event.key() in keys:
            if event.key() == Qt.Key.Key_Escape and self.clears:
                self.clear()
            self.left.emit()


def _claim_return(event: QEvent | None) -> bool:
    """Qt asks the focused widget before it takes a key for a shortcut; True where it was Return."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    event.accept()
    return True
