"""Ctrl+C in the terminal: the event loop is asked to close the window, once."""

from __future__ import annotations

import signal
from types import FrameType

from PyQt6.QtCore import QTimer

from vostool.gui.window.workbench import Workbench

LOOK_MS = 100


class Interrupt:
    """Takes note of SIGINT from when it is made, and closes the window from the event loop.

    Python runs a signal's handler between any two steps of whatever goes on, also while Qt paints
    or the window is being made. An exception there ends the process with threads that still run,
    so the handler only takes note.
    """

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGINT, self._note)

    def serve(self, bench: Workbench) -> None:
        """Close this window from now on; also where Ctrl+C came before.

        The timer is also what lets Python run at all while the person does nothing.
        """
        timer = QTimer(bench)
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(lambda: self._look(bench))
        timer.start()

    def ignore(self) -> None:
        """The process is ending; Python gives the signal back to the system before it has ended."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _look(self, bench: Workbench) -> None:
        asked, self._asked = self._asked, False
        if asked and not bench.window.may_close:
            bench.stop()
