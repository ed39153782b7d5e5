"""A panel that opens at a button over the window and goes with the next click beside it."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from vostool.gui.look.tokens import LINE


class Popover(QFrame):
    """Takes no room of the window; Esc, its button or a click beside it closes it.

    It is no window of its own: not every platform lets one have its place and the keyboard.
    """

    def __init__(self, panel: QWidget, title: str, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("popover")
        self.setAccessibleName(title)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._button: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(LINE, LINE, LINE, LINE)
        column.addWidget(panel)
        self.hide()

    def toggle_at(self, button: QWidget) -> None:
        """Show it under a button; hide it where it is shown.

        It has the button's left edge in the left half of the window, and its right edge in the
        right half, so that it covers nothing at the window's sides. Where there is no room
        below, it is shown above.
        """
        if self.isVisible():
            self._leave()
            return
        window = self.parentWidget()
        assert window is not None
        self._button = button
        self.adjustSize()
        corner = button.mapTo(window, QPoint(0, button.height() + 2))
        if corner.x() + button.width() // 2 > window.width() // 2:
            corner.setX(corner.x() + button.width() - self.width())
        left = max(0, min(corner.x(), window.width() - self.width()))
        top = corner.y()
        if top + self.height() > window.height():
            top -= button.height() + self.height() + 4
        top = max(0, min(top, window.height() - self.height()))
        self.move(left, top)
        self.show()
        self.raise_()
        self.setFocus()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def _leave(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.hide()

    def event(self, event: QEvent | None) -> bool:
        # Esc is a shortcut elsewhere; while this has the keyboard it closes this alone.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            self._leave()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        pressed = event is not None and event.type() == QEvent.Type.MouseButtonPress
        if pressed and isinstance(watched, QWidget) and self._is_beside(watched):
            self._leave()
        return super().eventFilter(watched, event)

    def _is_beside(self, widget: QWidget) -> bool:
        """False for the panel, the lists that its boxes open, and the button, which toggles it."""
        mine = widget is self or self.isAncestorOf(widget) or widget is self._button
        return not mine and widget.window() is self.window()
