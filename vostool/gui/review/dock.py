"""The dock of the review queue, with the count that is left in its title and in the status bar."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QToolButton

from vostool.gui.review.panel import ReviewPanel


class ReviewDock(QDockWidget):
    """The panel beside the list of objects, with the count in its title."""

    def __init__(self, window: QMainWindow, actions: Mapping[str, QAction]) -> None:
        super().__init__("Review", window)
        self.setObjectName("Review")
        self.panel = ReviewPanel(actions)
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        beside = window.findChild(QDockWidget, "Objects")
        if beside is not None:
            window.tabifyDockWidget(beside, self)
            beside.raise_()
        self.button = QToolButton()
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setAccessibleName("Left to review")
        self.button.setToolTip("Places that are likely wrong; shows the review queue")
        self.button.clicked.connect(self.reveal)
        bar = window.statusBar()
        assert bar is not None
        bar.addPermanentWidget(self.button)
        self.show_count(None)

    def show_count(self, count: int | None) -> None:
        """How many places are left; None where nothing is open."""
        self.setWindowTitle(f"Review ({count})" if count else "Review")
        self.button.setText(f"{count} to review" if count else "Nothing to review")
        self.button.setVisible(count is not None)

    def reveal(self) -> None:
        """Bring the panel to the front."""
        self.show()
        self.raise_()
