"""The dock of the review queue, with the count that is left in its title and in the status bar."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QToolButton, QWidget

from vostool.gui.review.panel import ReviewPanel
from vostool.words import tr


class ReviewDock(QDockWidget):
    """The panel below the list of objects, with the count in its title; hidden until wanted."""

    def __init__(self, window: QMainWindow, actions: Mapping[str, QAction]) -> None:
        super().__init__(tr("Review"), window)
        self.setObjectName("Review")
        self.panel = ReviewPanel(actions)
        self.setWidget(self.panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        self._window = window
        self.put_below_objects()
        self.hide()
        self.button = QToolButton()
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setAccessibleName(tr("Left to review"))
        self.button.setToolTip(tr("Places that are likely wrong; shows the review queue"))
        self.button.clicked.connect(self.reveal)
        bar = window.statusBar()
        assert bar is not None
        bar.addPermanentWidget(self.button)
        self.show_count(None)

    def show_count(self, count: int | None) -> None:
        """How many places are left; None where nothing is open."""
        self.setWindowTitle(tr("Review ({count})", count=count) if count else tr("Review"))
        self.button.setText(
            tr("{count} to review", count=count) if count else tr("Nothing flagged")
        )
        self.button.setVisible(count is not None)

    def put_below_objects(self) -> None:
        """Both are seen at once; an earlier window may have had them in tabs."""
        objects = self._window.findChild(QDockWidget, "Objects")
        if objects is not None and not self.isFloating():
            self._window.splitDockWidget(objects, self, Qt.Orientation.Vertical)

    def reveal(self) -> None:
        """Bring the panel to the front, below the list of objects."""
        if self.isHidden():
            self._polish()
        self.show()
        objects = self._window.findChild(QDockWidget, "Objects")
        if objects is not None and self in self._window.tabifiedDockWidgets(objects):
            self._window.removeDockWidget(self)
            area = Qt.DockWidgetArea.RightDockWidgetArea
            self._window.addDockWidget(area, self, Qt.Orientation.Vertical)
            self.show()
        self.raise_()

    def _polish(self) -> None:
        """Let buttons and lists have their style's sizes, or the window would grow for a moment."""
        for widget in (self.panel, *self.panel.findChildren(QWidget)):
            widget.ensurePolished()
        layout = self.panel.layout()
        if layout is not None:
            layout.invalidate()
            layout.activate()
