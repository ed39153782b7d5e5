"""What a thread says about an exception that nothing foresaw."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)


def unforeseen(where: str, error: Exception) -> str:
    """One sentence, with the traceback in the log; to be called where the error is handled.

    Args:
        where: "the frame loader" say.
    """
    _log.exception("%s failed", where)
    return (
        f"Something unforeseen went wrong in {where} ({type(error).__name__}: {error}). "
        "What you did until now is kept, and the program goes on."
    )
