"""The dock of the Find panel, beside the list of objects; hidden until something is to be found."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent
from PyQt6.QtWidgets import QDockWidget, QMainWindow

from vostool.gui.find.panel import FindPanel


class FindDock(QDockWidget):
    """Holds the panel.

    Args:
        more: looks on more frames than the one that is shown.

    Signals:
        closed(): a person closed the dock.
    """

    closed = pyqtSignal()

    def __init__(self, window: QMainWindow, more: QAction) -> None:
        super().__init__("Find", window)
        self.setObjectName("Find")
        self.panel = FindPanel()
        more.setIconText("Track and find…")
        self.panel.more_button.setDefaultAction(more)
        self.panel.setEnabled(False)
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        beside = window.findChild(QDockWidget, "Objects")
        if beside is not None:
            window.tabifyDockWidget(beside, self)
            beside.raise_()
        self.hide()

    def reveal(self) -> None:
        """Bring the panel to the front."""
        self.show()
        self.raise_()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        super().closeEvent(event)
        self.closed.emit()
