"""What may be wrong with the picture that is seen, as a line at the canvas' top left."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QLabel, QWidget

EDGE, BETWEEN = 10, 4
"""Pixels from the canvas' edge, and between two badges."""
NARROWEST = 80
_PLACES = (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class DoubtBadge(QLabel):
    """Stays below another badge where that is shown, in as many lines as the canvas' width wants.

    Args:
        canvas: lies below both.
        above: the other badge.
    """

    def __init__(self, canvas: QWidget, above: QWidget) -> None:
        super().__init__(canvas)
        self._canvas, self._above = canvas, above
        self.setObjectName("doubt_badge")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        for widget in (canvas, above):
            widget.installEventFilter(self)

    def tell(self, text: str) -> None:
        """Show a sentence; nothing where it is empty."""
        self.setText(text)
        self.setVisible(bool(text))
        self._place()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in _PLACES and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        widest = max(self._canvas.width() - 2 * EDGE, NARROWEST)
        self.setWordWrap(False)
        size = self.sizeHint()
        if size.width() > widest:
            self.setWordWrap(True)
            size.setWidth(widest)
            size.setHeight(self.heightForWidth(widest))
        self.resize(size)
        below = 0 if self._above.isHidden() else self._above.height() + BETWEEN
        self.move(EDGE, EDGE + below)
