"""Long work in a thread of its own that gives way to the window's engine and tells now and then."""

from __future__ import annotations

import threading

from PyQt6.QtCore import QObject, QTimer

from vostool.gui.threads.background import Background

NEWS_MS = 100
"""Between two tellings, however often the work tells how far it is."""
LOOK_SECONDS = 0.05
"""Between two looks whether the window's engine rests, and whether the work is to stop."""


class BesideRun(QObject):
    """At most one work at a time, of which a subclass says what it is and what is told of it.

    Args:
        rests: set while the window's engine has nothing to do; the work waits for it before each
            piece, so that the two never compute at the same time.
    """

    def __init__(self, rests: threading.Event, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rests = rests
        self._job: Background | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._waits = False
        self._news = QTimer(self)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self._tell)

    @property
    def is_running(self) -> bool:
        """True from its start until it has told that it is over."""
        return self._job is not None

    def close(self) -> None:
        """Stop, and tell nothing more; the thread ends by itself."""
        self._stop.set()
        self._news.stop()
        self._job = None

    def _begin(self, job: Background) -> None:
        self._job = job
        self._news.start()
        job.start()

    def _ends(self, job: Background) -> bool:
        """Tell the last news; False where the job is not the one that is heard any more."""
        if self._job is not job:
            return False
        self._job = None
        self._news.stop()
        self._tell()
        return True

    def _tell(self) -> None:
        """Tell what was heard since the last time."""
        raise NotImplementedError

    def _stopped_or_waits(self, stop: threading.Event) -> bool:
        """Asked in the thread between pieces; comes back once the window's engine rests."""
        while not stop.is_set() and not self._rests.wait(LOOK_SECONDS):
            self._waits = True
        self._waits = False
        return stop.is_set()
