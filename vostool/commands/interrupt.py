"""Ctrl+C as a request to stop between two frames, so that what is done is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from vostool.errors import Cancelled

INTERRUPTED = 130  # a shell's status for a command ended by SIGINT (128 + 2)


class Interrupt:
    """While entered, the first SIGINT or SIGTERM only sets a flag; a second one ends at once.

    Outside the main thread, where Python allows no signal handlers, it never fires.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._before: dict[int, Any] = {}
        self._asking = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a question waits for its answer, the first signal ends at once.

        Raises:
            Cancelled: the person pressed Ctrl+C instead of answering.
        """
        self._asking = True
        try:
            yield
        except KeyboardInterrupt:
            raise Cancelled("Stopped at the question.") from None
        finally:
            self._asking = False

    def __call__(self) -> bool:
        """True when the person asked to stop."""
        return self._event.is_set()

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._event.is_set() or self._asking:
            raise KeyboardInterrupt
        self._event.set()
