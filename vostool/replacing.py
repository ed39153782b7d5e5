"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path, *, lasting: bool = False) -> Iterator[Path]:
    """A path beside ``target`` to write a file to, which then takes the target's place.

    Where writing fails, what was there stays and nothing is left beside it.

    Args:
        lasting: have it on the disk before it takes the place, so that a power cut leaves one
            or the other.

    Raises:
        OSError: the file cannot take its place.
    """
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield beside
        if lasting:
            with beside.open("rb") as file:
                os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
