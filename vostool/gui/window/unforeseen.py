"""Exceptions that nothing caught: shown in the window, from whichever thread they come."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.words import tr

Show = Callable[[str, str, str], object]
"""Title, sentence and details."""


class Unforeseen(QObject):
    """Hands exceptions on to the GUI thread, in which it was made.

    PyQt ends the program over an exception in a slot where no hook is set.
    """

    _raised = pyqtSignal(str, str, str)

    def __init__(self, show: Show) -> None:
        super().__init__()
        self._show = show
        self._raised.connect(self._tell)

    def hook(
        self, kind: type[BaseException], value: BaseException, trace: TracebackType | None
    ) -> None:
        """For ``sys.excepthook``; any thread."""
        traceback.print_exception(kind, value, trace)
        self._raised.emit(
            tr("This should not have happened"),
            tr(
                "Something unforeseen went wrong ({kind}: {value}). What you "
                "did until now is stored.",
                kind=kind.__name__,
                value=value,
            ),
            "".join(traceback.format_exception(kind, value, trace)),
        )

    def thread_hook(self, args: threading.ExceptHookArgs) -> None:
        """For ``threading.excepthook``."""
        if args.exc_value is not None:
            self.hook(args.exc_type, args.exc_value, args.exc_traceback)

    def _tell(self, title: str, sentence: str, details: str) -> None:
        self._show(title, sentence, details)
