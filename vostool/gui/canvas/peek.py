"""The bare frame for as long as a key is held."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Their release does not end it: with these it is chosen in a menu or in the palette."""


class Peek(QObject):
    """Keeps the bare frame on the canvas from :meth:`begin` until a key is released.

    Chosen in a menu, where no key is held, it lasts until the next key or mouse press. Another
    window that comes to the front ends it too, because that one gets the key's release.

    Args:
        show: called with True at the beginning and with False at the end.
    """

    def __init__(self, window: QWidget, show: Callable[[bool], object]) -> None:
        super().__init__(window)
        self._window = window
        self._show = show
        self.going = False

    def begin(self) -> None:
        """Show the bare frame; does nothing where it is shown already."""
        app = QApplication.instance()
        if not self.going and app is not None:
            self.going = True
            app.installEventFilter(self)
            self._show(True)

    def end(self) -> None:
        """Show the masks again."""
        app = QApplication.instance()
        if self.going and app is not None:
            self.going = False
            app.removeEventFilter(self)
            self._show(False)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kind = event.type() if event is not None else None
        released = (
            kind == QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and not event.isAutoRepeat()
            and event.key() not in _CHOOSING
        )
        left = kind == QEvent.Type.WindowDeactivate and watched is self._window
        if released or left or kind == QEvent.Type.MouseButtonPress:
            self.end()
        return False
