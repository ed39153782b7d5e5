"""Which places are there, asked in threads: a mount that hangs answers never, and stops nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from vostool.files import is_there

WAIT_S = 0.01
"""All answers together are waited for so long; a local disk needs far less."""

_known: dict[Path, bool] = {}
_asked: dict[Path, threading.Thread] = {}


def present(paths: Sequence[Path]) -> list[Path]:
    """Those that are there; one that does not answer counts as it last did, at first as absent."""
    for path in paths:
        if path not in _asked:
            # Left alone at the end of the program, as nothing can wake it.
            _asked[path] = threading.Thread(target=_look, args=(path,), daemon=True)
            _asked[path].start()
    until = time.monotonic() + WAIT_S
    for path in paths:
        thread = _asked.get(path)
        if thread is not None:
            thread.join(max(0.0, until - time.monotonic()))
            if not thread.is_alive():
                _asked.pop(path, None)
    return [path for path in paths if _known.get(path, False)]


def _look(path: Path) -> None:
    _known[path] = is_there(path)
