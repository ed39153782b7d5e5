"""The runs that wait for the one that goes: how many, and a list to take each of them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from vostool.words import tr

Waiting = tuple[str, Callable[[], object]]
"""What a run is about, and what takes it out of the queue."""


class QueueButton(QToolButton):
    """Says how many runs wait; its menu has one line for each, which takes it out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(tr("Runs that wait"))
        self.setToolTip(
            tr("Runs that begin after this one, in this order; choose one to take it out")
        )
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.show_waiting(())

    def show_waiting(self, waiting: Sequence[Waiting]) -> None:
        """List these."""
        self._menu.clear()
        for number, (said, drop) in enumerate(waiting, 1):
            line = self._menu.addAction(f"✕  {number}. {said}".replace("&", "&&"))
            assert line is not None
            line.setToolTip(tr("Take this run out of the queue"))
            line.triggered.connect(lambda _checked=False, drop=drop: drop())
        if len(waiting) > 1:
            self._menu.addSeparator()
            every = self._menu.addAction(tr("Take all out"))
            assert every is not None
            every.triggered.connect(lambda _checked=False: [drop() for _, drop in waiting])
        self.setText(tr("{count} waiting", count=len(waiting)))
        self.setVisible(bool(waiting))
