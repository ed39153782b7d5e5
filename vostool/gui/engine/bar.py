"""Says honestly which engine answers, and offers the better one where none is installed."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QPushButton, QWidget

from vostool.gui.widgets.line_bar import LineBar
from vostool.models.registry import smallest_download
from vostool.words import mark, tr

NO_CHECKPOINT = mark(
    "No checkpoint: optical-flow engine. It follows colour and "
    "motion only; MobileSAM is better, SAM 2 far better."
)


class EngineBar(LineBar):
    """A line above the canvas while the embedded engine stands in for SAM 2.

    Signals:
        fetch_requested(): show what there is.
        small_requested(): fetch the smallest engine's weights and use it.
    """

    fetch_requested = pyqtSignal()
    small_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        small = smallest_download()
        self.small = QPushButton(
            tr(
                "Get {small_title} ({size:.0f} MB)",
                small_title=small.title,
                size=small.size / 1000000.0,
            )
        )
        self.fetch = QPushButton(tr("Get SAM 2…"))
        super().__init__(tr(NO_CHECKPOINT), (self.small, self.fetch), parent)
        self.setObjectName("engine_bar")
        self.small.clicked.connect(self.small_requested)
        self.fetch.clicked.connect(self.fetch_requested)
