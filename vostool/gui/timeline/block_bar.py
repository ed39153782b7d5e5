"""What can be done with a block that was dragged on the timeline, in a row of buttons beside it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from vostool.gui.look.tokens import Space
from vostool.words import mark, tr

BUTTONS = (
    ("range_confirm", mark("Confirm")), ("track_range", mark("Track")),
    ("range_move", mark("Move…")), ("range_delete", mark("Delete")), ("range_clear", "✕"),
)  # fmt: skip
"""Actions, and what they are called here; each is about the block alone."""
GAP = 10


class BlockBar(QFrame):
    """Floats over a window beside the mouse, and takes no keys."""

    def __init__(self, actions: Mapping[str, QAction], window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("block_bar")
        self.setAccessibleName(tr("What to do with the block"))
        self.setAutoFillBackground(True)
        self.text = QLabel()
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.XS, Space.S, Space.XS)
        row.setSpacing(Space.XS)
        row.addWidget(self.text)
        for name, text in BUTTONS:
            button = QToolButton()
            button.setText(tr(text))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(actions[name].text())
            button.setToolTip(actions[name].toolTip())
            button.clicked.connect(lambda _checked=False, action=actions[name]: action.trigger())
            row.addWidget(button)
            self.buttons[name] = button
        self.hide()

    def show_block(self, words: str, at: QPoint) -> None:
        """Say what the block is, above a global place."""
        window = self.parentWidget()
        assert window is not None
        self.text.setText(words)
        self.adjustSize()
        place = window.mapFromGlobal(at) - QPoint(self.width() // 2, self.height() + GAP)
        left = min(max(place.x(), GAP), window.width() - self.width() - GAP)
        self.move(left, max(place.y(), GAP))
        self.show()
        self.raise_()
