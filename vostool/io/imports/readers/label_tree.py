"""One file, a folder or a zip archive as a set of named files.

A zip is never unpacked: its files are read one by one, as
:mod:`vostool.io.imports.readers.archive` lets them. A folder's links to other folders are not
followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from vostool.errors import LabelsError
from vostool.files import is_special, open_regular
from vostool.io.imports.readers.archive import LabelArchive, opened_archive
from vostool.words import tr

MOST_FILES = 500_000
MOST_BYTES = 4 << 30
"""Of one file; an hour of five objects as COCO takes about 1 GiB."""

_DEPTH = 8
_PEEKED_FILES = 5_000


@dataclass(frozen=True, slots=True)
class LabelTree:
    """Named files below one place.

    Attributes:
        path: what the person gave: a file, a folder or a zip.
        files: relative names with forward slashes, sorted; hidden ones are left out. A single
            file is a tree of itself.
    """

    path: Path
    files: tuple[str, ...]
    _archive: LabelArchive | None = field(default=None, repr=False)

    def read(self, name: str, limit: int = MOST_BYTES) -> bytes:
        """A whole file.

        Raises:
            LabelsError: it is larger than ``limit`` bytes, or the archive is damaged there.
        """
        with self.open(name) as handle:
            data = handle.read(limit + 1)
        if len(data) > limit:
            raise LabelsError(
                tr(
                    "{shown} is larger than {limit} MB: no labels.",
                    shown=self.shown(name),
                    limit=limit >> 20,
                )
            )
        return data

    def ends(self, name: str, size: int) -> bytes:
        """The first and the last ``size`` bytes of a file; the whole of a short one.

        Of a packed file only the beginning, twice as much.
        """
        with self.open(name) as handle:
            head = handle.read(2 * size)
            if len(head) < 2 * size or self._archive is not None:
                return head
            handle.seek(-size, os.SEEK_END)
            return head[:size] + handle.read(size)

    def ending(self, *suffixes: str) -> list[str]:
        """Names with one of the endings, in any case, ".json"."""
        return [name for name in self.files if name.lower().endswith(suffixes)]

    def shown(self, name: str) -> str:
        """A name for messages."""
        return f"'{name}'" if self._archive or self.path.is_dir() else f"'{self.path.name}'"

    def open(self, name: str) -> IO[bytes]:
        """A stream of a file, for the caller to close."""
        if self._archive is not None:
            return self._archive.open(name)
        return open_regular(self.path / name if self.path.is_dir() else self.path)


@contextmanager
def open_tree(path: Path, *, most: int = MOST_FILES) -> Iterator[LabelTree]:
    """The files of a file, folder or zip, for as long as the context lasts.

    Args:
        most: the walk through a folder stops with an error beyond this many files.

    Raises:
        LabelsError: the archive is damaged or not to be trusted, or there are too many files.
        OSError: it cannot be read.
    """
    if path.is_dir():
        names = []
        for name in _walk(path):
            names.append(name)
            if len(names) > most:
                raise LabelsError(
                    tr(
                        "'{path}' holds more than {most} files; give its label folder.",
                        path=path,
                        most=most,
                    )
                )
        yield LabelTree(path, tuple(sorted(names)))
    elif path.suffix.lower() == ".zip":
        with opened_archive(path) as archive:
            names = [name for name in archive.names if not _hidden(name)]
            yield LabelTree(path, tuple(sorted(names)), archive)
    else:
        yield LabelTree(path, (path.name,))


@contextmanager
def peek_tree(path: Path) -> Iterator[LabelTree]:
    """Like :func:`open_tree`, but only some thousand files of a folder: enough for a look."""
    if not path.is_dir():
        with open_tree(path) as tree:
            yield tree
        return
    names = []
    for name in _walk(path):
        names.append(name)
        if len(names) == _PEEKED_FILES:
            break
    yield LabelTree(path, tuple(sorted(names)))


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        deeper = len(inside.parts) < _DEPTH
        folders[:] = sorted(f for f in folders if deeper and not f.startswith("."))
        for name in sorted(files):
            # A pipe or a device among the labels is none of them.
            if not name.startswith(".") and not is_special(os.path.join(folder, name)):
                yield (inside / name).as_posix()


def _hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)
