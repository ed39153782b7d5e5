"""Whether a video is still the file that was opened, while it is open."""

from __future__ import annotations

import os
from pathlib import Path

from vostool.errors import SourceChanged, SourceError
from vostool.io.video.fingerprint import fingerprint
from vostool.words import tr

Facts = tuple[int, int, int, int]


class UnchangedFile:
    """What a file was when it was opened; shared by all its readers.

    Args:
        path: the file.
        fingerprint: its hash at opening, from :func:`~vostool.io.video.fingerprint.fingerprint`.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._facts = _facts(path)

    def check(self) -> None:
        """Say what happened to the file; costs one look at its folder entry.

        A file that only grows is one that is still written: what was indexed of it stays.

        Raises:
            SourceChanged: it was cut, replaced or taken away.
        """
        try:
            now = _facts(self._path)
        except FileNotFoundError:
            raise SourceChanged(
                tr(
                    "The file '{path_name}' was moved or deleted while it was "
                    "open; put it back, or open it where it is now.",
                    path_name=self._path.name,
                )
            ) from None
        except OSError:
            return  # a disk that does not answer says so when it is read
        if now == self._facts or (now[:2] == self._facts[:2] and now[2] > self._facts[2]):
            return
        if now[2] < self._facts[2]:
            raise SourceChanged(
                tr(
                    "The file '{path_name}' was cut short while it was open; open it again.",
                    path_name=self._path.name,
                )
            )
        if not self._is_same():
            raise SourceChanged(
                tr(
                    "The file '{path_name}' was replaced by another one while it "
                    "was open; open it again.",
                    path_name=self._path.name,
                )
            )
        self._facts = now

    def _is_same(self) -> bool:
        try:
            return fingerprint(self._path)[1] == self._fingerprint
        except SourceError:
            return False


def _facts(path: Path) -> Facts:
    facts = os.stat(path)
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns
