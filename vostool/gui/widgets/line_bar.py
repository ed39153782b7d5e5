"""A line above the canvas that a person can close: a sentence, and buttons beside it."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from vostool.gui.look.tokens import Space
from vostool.words import tr


class LineBar(QFrame):
    """Hidden at first.

    Attributes:
        text: the sentence.
        close_button: hides the line.
    """

    def __init__(
        self, sentence: str, buttons: tuple[QPushButton, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.text = QLabel(sentence)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip(tr("Hide this line"))
        self.close_button.setAccessibleName(tr("Hide this line"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        layout.addWidget(self.text, 1)
        for button in buttons:
            layout.addWidget(button)
        layout.addWidget(self.close_button)
        self.close_button.clicked.connect(self.hide)
        self.hide()
