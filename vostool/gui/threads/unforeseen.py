"""What a thread says about an exception that nothing foresaw."""

from __future__ import annotations

import logging

from vostool.words import tr

_log = logging.getLogger(__name__)


def unforeseen(doing: str, error: Exception) -> str:
    """One sentence, with the traceback in the log; to be called where the error is handled.

    Args:
        doing: what the thread was at, such as "reading a frame".
    """
    _log.exception("%s failed", doing)
    return tr(
        "Something unforeseen went wrong while {doing} ({name}: "
        "{error}). What you did until now is kept, and the program "
        "goes on.",
        doing=tr(doing),
        name=type(error).__name__,
        error=error,
    )
