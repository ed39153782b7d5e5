"""A thread that works on the latest request only."""

from __future__ import annotations

import threading
from typing import ClassVar, Generic, TypeVar

from PyQt6.QtCore import QThread, pyqtSignal

from vostool.gui.threads.left import leave_to_end
from vostool.gui.threads.unforeseen import unforeseen

Request = TypeVar("Request")


class LatestThread(QThread, Generic[Request]):
    """Takes requests one at a time; one that waits is replaced by a newer one.

    Subclasses implement :meth:`work`, and :meth:`idle` for what may be done while nothing is asked.
    An exception of theirs is told and costs its request; the thread goes on.

    Attributes:
        doing: what the thread does, as the person calls it, such as "drawing the masks".

    Signals:
        broke(str): one sentence about such an exception, once for each sentence.
    """

    broke = pyqtSignal(str)
    doing: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Condition()
        self._request: Request | None = None
        self._stop = False
        self._told: set[str] = set()

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Begin; whoever started it may go before it ends."""
        leave_to_end(self)
        super().start(priority)

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
            if not self._try(request):
                with self._wake:
                    if self._request is None and not self._stop:
                        self._wake.wait()
        try:
            self.finish()
        except Exception as error:
            unforeseen(self.doing, error)  # the video is closed: the log is enough

    def _try(self, request: Request | None) -> bool:
        """Work or idle; False where nothing is left to be done."""
        try:
            if request is None:
                return self.idle()
            self.work(request)
        except Exception as error:
            sentence = unforeseen(self.doing, error)
            if sentence not in self._told:
                self._told.add(sentence)
                self.broke.emit(sentence)
            return request is not None
        return True

    def work(self, request: Request) -> None:
        """Answer one request, in the thread."""
        raise NotImplementedError

    def idle(self) -> bool:
        """Do a small piece of work ahead of what may be asked; False when there is none."""
        return False

    def finish(self) -> None:
        """Give back what the thread holds."""
