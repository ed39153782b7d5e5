"""Says honestly which engine answers, and offers the better one where none is installed."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

NO_CHECKPOINT = (
    "No SAM 2 checkpoint: optical-flow engine. It follows colour and motion only; "
    "SAM 2 is far better."
)


class EngineBar(QFrame):
    """A line above the canvas while the embedded engine stands in for SAM 2.

    Signals:
        fetch_requested()
    """

    fetch_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("engine_bar")
        self.text = QLabel(NO_CHECKPOINT)
        self.fetch = QPushButton("Get SAM 2…")
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Hide this line")
        close.setAccessibleName("Hide this line")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.fetch)
        layout.addWidget(close)
        self.fetch.clicked.connect(self.fetch_requested)
        close.clicked.connect(self.hide)
        self.hide()
