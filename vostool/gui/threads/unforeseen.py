"""What a thread says about an exception that nothing foresaw."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)


def unforeseen(doing: str, error: Exception) -> str:
    """One sentence, with the traceback in the log; to be called where the error is handled.

    Args:
        doing: what the thread was at, such as "reading a frame".
    """
    _log.exception("%s failed", doing)
    return (
        f"Something unforeseen went wrong while {doing} ({type(error).__name__}: {error}). "
        "What you did until now is kept, and the program goes on."
    )
