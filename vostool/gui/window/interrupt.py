"""Ctrl+C in the terminal: the event loop is asked to close the window, once."""

from __future__ import annotations

import signal
from types import FrameType

from PyQt6.QtCore import QObject, QTimer

from vostool.gui.window.workbench import Workbench

LOOK_MS = 100


class Interrupt(QObject):
    """Closes the window after SIGINT, as a click on its cross would.

    Python runs a signal's handler between any two steps of whatever goes on, also while Qt paints.
    So the handler only takes note, and the event loop closes the window. The timer is also what
    lets Python run at all while the person does nothing.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._asked = False
        signal.signal(signal.SIGINT, self._note)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _look(self) -> None:
        asked, self._asked = self._asked, False
        # While one wish to close is being settled, another one would only ask again.
        if asked and not self._bench.leaving.busy and not self._bench.window.may_close:
            self._bench.window.close()
