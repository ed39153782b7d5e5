"""Python's garbage collector: only on the GUI's thread, and kept from stopping the window.

Python collects in whichever thread happens to reach the threshold. A closed dialog is garbage in
cycles; when a worker's thread frees it, Qt's widgets are destroyed outside the GUI's thread and the
process may crash at the next change of style. So the collector is turned off and a timer of the
GUI's thread does its work.

A full collection looks at every container that lives. With the masks of a long video, a million and
more of them, it takes half a second, and nothing else runs then. What is in no cycle is freed
without it, and a project's values are in none.
"""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

FEW = 2_000
"""Containers made and not freed since the last look; fewer are not worth a collection."""
FULL_AFTER = 10_000_000
"""So many until all that live are looked at; that is very rare."""
LOOK_MS = 20
"""Between two looks; what other threads make meanwhile is the most that one has to go through."""


class Collector(QObject):
    """Collects on the thread that made it, as long as its event loop runs, and on no other."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._made = 0
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect where enough has come together: the new containers, very rarely all of them."""
        new = gc.get_count()[0]
        if new <= FEW:
            return
        self._made += new
        if self._made > FULL_AFTER:
            self._made = 0
            gc.collect()
        else:
            gc.collect(1)  # looked at once each, so that no later look has more to go through

    def stop(self) -> None:
        """Give it back to Python."""
        self._timer.stop()
        gc.enable()


def forget_closed() -> None:
    """Free what a closed video leaves behind in cycles; takes a quarter of a second with torch."""
    gc.collect()
