"""The dock of the Find panel, beside the list of objects; hidden until something is to be found."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent
from PyQt6.QtWidgets import QDockWidget, QMainWindow

from vostool.gui.find.panel import FindPanel
from vostool.words import tr


class FindDock(QDockWidget):
    """Holds the panel.

    Args:
        more: looks on more frames than the one that is shown.

    Signals:
        closed(): a person closed the dock.
    """

    closed = pyqtSignal()

    def __init__(self, window: QMainWindow, more: QAction) -> None:
        super().__init__(tr("Find"), window)
        self.setObjectName("Find")
        self.panel = FindPanel()
        more.setIconText(tr("Track and find…"))
        self.panel.more_button.setDefaultAction(more)
        self.panel.setEnabled(False)
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        self._window = window
        self._before = window.findChild(QDockWidget, "Objects")
        if self._before is not None:
            window.tabifyDockWidget(self._before, self)
            self._before.raise_()
        self.hide()

    def reveal(self) -> None:
        """Bring the panel to the front."""
        for dock in self._window.tabifiedDockWidgets(self):
            if not dock.visibleRegion().isEmpty():
                self._before = dock
        self.show()
        self.raise_()

    def give_way(self) -> None:
        """Hide; what was in front before comes back, and not the neighbour that Qt would take."""
        if self.isVisible():
            self.hide()
            if self._before is not None:
                self._before.raise_()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        super().closeEvent(event)
        self.closed.emit()
