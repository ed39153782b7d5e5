"""Keys that mean something at the picture for a while, and are no shortcuts then."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence


class KeyClaims(QObject):
    """The keys that one thing on the canvas has claimed, while the canvas has the focus.

    Signals:
        pressed(str): one of them was pressed ("Esc", "Ctrl+Z").
    """

    pressed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._keys: frozenset[str] = frozenset()

    def claim(self, keys: Iterable[str]) -> None:
        """These keys from now on, and no others."""
        self._keys = frozenset(keys)

    def take(self, event: QKeyEvent) -> bool:
        """True where the event is about a claimed key; its press is told."""
        name = key_name(event) if self._keys else ""
        if name not in self._keys:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:  # asked before it becomes a shortcut
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self.pressed.emit(name)
            return True
        return False


def key_name(event: QKeyEvent) -> str:
    """A key with its modifiers, as shortcuts are written; the keypad's are those of the board."""
    keys = QKeySequence(event.keyCombination())
    return keys.toString(QKeySequence.SequenceFormat.PortableText).removeprefix("Num+")
