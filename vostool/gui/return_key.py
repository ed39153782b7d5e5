"""Text boxes keep the Return key, which is a shortcut everywhere else."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QSpinBox, QStyledItemDelegate


class LabelDelegate(QStyledItemDelegate):
    """Return ends the editing of a label, and nothing else."""

    def eventFilter(self, editor: QObject | None, event: QEvent | None) -> bool:
        return _claim_return(event) or super().eventFilter(editor, event)


class NumberBox(QSpinBox):
    """Return enters the number, and nothing else."""

    def event(self, event: QEvent | None) -> bool:
        return _claim_return(event) or super().event(event)


def _claim_return(event: QEvent | None) -> bool:
    """Qt asks the focused widget before it takes a key for a shortcut; True where it was Return."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    event.accept()
    return True
