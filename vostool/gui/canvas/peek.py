"""The bare frame for as long as a key is held."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Chosen with one of these in a menu or the palette, it must outlast the key's release."""


class Peek(QObject):
    """Holds something shown from :meth:`begin` until a key is released.

    Begun from a menu, where no key is held, it lasts until the next key or press. Another window
    in front ends it too, because its keys are not heard of there.

    Args:
        show: called with True at the beginning and with False at the end.
    """

    def __init__(self, window: QWidget, show: Callable[[bool], object]) -> None:
        super().__init__(window)
        self._window = window
        self._show = show
        self.going = False

    def begin(self) -> None:
        """Show it; once more does nothing."""
        app = QApplication.instance()
        if not self.going and app is not None:
            self.going = True
            app.installEventFilter(self)
            self._show(True)

    def end(self) -> None:
        """Show it no more."""
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
