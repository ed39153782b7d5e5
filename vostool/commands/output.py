"""What a command prints: progress and warnings on stderr, results on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from vostool.progress import Progress

_LOG_SECONDS = 10.0  # between two states of a bar that goes to a log file
_DELAY_SECONDS = 0.5


def say(text: str) -> None:
    """A line of a result."""
    print(text, flush=True)


def say_json(value: Mapping[str, object]) -> None:
    """A result for a script: one JSON document."""
    print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)


def warn(sentences: Iterable[str]) -> None:
    """Sentences on what the person should know, on stderr; bars are not torn apart."""
    for sentence in sentences:
        tqdm.write(f"vostool: {sentence}", file=sys.stderr)


def bar(total: int, title: str, unit: str, quiet: bool, delay: float = 0.0) -> tqdm[Any]:
    """A progress bar with rate and time left; to a log it writes rarely.

    Args:
        delay: seconds until it is shown at all.
    """
    options: dict[str, Any] = {"delay": delay}
    if not sys.stderr.isatty() and "TQDM_MININTERVAL" not in os.environ:
        options["mininterval"] = _LOG_SECONDS
    return tqdm(
        total=total or None,
        desc=title,
        unit=unit,
        disable=quiet,
        dynamic_ncols=True,
        file=sys.stderr,
        **options,
    )


@contextmanager
def progress(title: str, unit: str, quiet: bool) -> Iterator[Progress]:
    """A bar for work that tells how far it is; what is done in a moment shows none."""
    shown: list[tqdm[Any]] = []

    def tell(done: int, total: int, what: str = "") -> None:
        if not shown:
            shown.append(bar(total, title, unit, quiet, _DELAY_SECONDS))
        if total and shown[0].total != total:
            shown[0].total = total
        shown[0].update(done - shown[0].n)

    try:
        yield tell
    finally:
        for opened in shown:
            opened.close()
