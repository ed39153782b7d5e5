"""What the object list says while a video has no object yet: the two ways to begin."""

from __future__ import annotations

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Space
from vostool.words import tr


class EmptyHint(QWidget):
    """A sentence, and a button that lets the program look for objects."""

    def __init__(self, find: QAction) -> None:
        super().__init__()
        text = QLabel(tr("No objects yet. Click one in the picture, or let the program find some."))
        text.setWordWrap(True)
        self.button = QPushButton(tr("Find objects"))
        self.button.setAccessibleName(tr("Find objects"))
        self.button.clicked.connect(lambda _checked=False: find.trigger())
        find.changed.connect(lambda: self.button.setToolTip(find.toolTip()))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        column.addWidget(text)
        column.addWidget(self.button)
        self.hide()
