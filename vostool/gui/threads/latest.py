"""A thread that works on the latest request only."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from PyQt6.QtCore import QThread

Request = TypeVar("Request")


class LatestThread(QThread, Generic[Request]):
    """Takes requests one at a time; one that waits is replaced by a newer one.

    Subclasses implement :meth:`work`, and :meth:`idle` for what may be done while nobody waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Condition()
        self._request: Request | None = None
        self._stop = False

    def ask(self, request: Request) -> None:
        """Replace whatever waits."""
        with self._wake:
            self._request = request
            self._wake.notify()

    def shut_down(self) -> None:
        """End the thread after what it works on."""
        with self._wake:
            self._stop = True
            self._wake.notify()

    def run(self) -> None:  # the thread
        while True:
            with self._wake:
                request, self._request = self._request, None
                if self._stop:
                    break
            if request is not None:
                self.work(request)
            elif not self.idle():
                with self._wake:
                    if self._request is None and not self._stop:
                        self._wake.wait()
        self.finish()

    def work(self, request: Request) -> None:
        """Answer one request, in the thread."""
        raise NotImplementedError

    def idle(self) -> bool:
        """Do a small piece of work that nobody waits for; False when there is none."""
        return False

    def finish(self) -> None:
        """Give back what the thread holds."""
