"""Which files of a folder are images, and in which order a person expects them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vostool.errors import SourceError
from vostool.words import tr

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""Endings, in lower case, that are read as images; a file's own ending may be in any case."""

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sort key that puts ``2.png`` before ``10.png``; the name itself breaks ties (1 and 01)."""
    parts = _DIGITS.split(name.casefold())
    return tuple(int(p) if i % 2 else p for i, p in enumerate(parts)), name


def image_files(folder: Path) -> list[Path]:
    """The images directly in ``folder`` in natural order; hidden files are left out.

    Raises:
        SourceError: the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _is_image(entry)]
    except OSError as error:
        reason = error.strerror or error
        raise SourceError(
            tr("The folder '{folder}' cannot be read ({reason}).", folder=folder, reason=reason)
        ) from error
    return [folder / name for name in sorted(names, key=natural_key)]


def _is_image(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name.startswith(".") or os.path.splitext(name)[1].lower() not in IMAGE_SUFFIXES:
        return False
    return entry.is_file()
