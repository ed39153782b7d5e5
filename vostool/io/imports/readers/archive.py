"""Zip files of strangers: names that leave the folder, bombs and encrypted entries are refused."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from vostool.errors import LabelsError
from vostool.files import refuse_special
from vostool.words import tr

MAX_RATIO = 400
"""Labels of a video shrink up to about 150 times; deflate's own limit is 1032."""

FREE_BYTES = 16 * 1024 * 1024
"""Below this size no ratio is suspicious."""

MAX_BYTES = 8 * 1024**3
MAX_ENTRIES = 1_000_000


class LabelArchive:
    """A zip file whose directory was checked; entries are streamed and never unpacked to disk.

    Attributes:
        names: the files in it, as the archive spells them, without folders.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise LabelsError(
                tr(
                    "'{path_name}' has {count} entries; it is no label archive.",
                    path_name=path.name,
                    count=len(entries),
                )
            )
        for entry in entries:
            _check(path, entry)
        if sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise LabelsError(
                tr(
                    "'{path_name}' unpacks to more than {max_bytes} GB; unpack it "
                    "yourself if it can be trusted, and give the folder or the "
                    "label file.",
                    path_name=path.name,
                    max_bytes=MAX_BYTES >> 30,
                )
            )
        self.names = tuple(entry.filename for entry in entries if not entry.is_dir())

    def open(self, name: str) -> IO[bytes]:
        """A stream of one entry, which stops where it gives more than its directory says.

        Raises:
            LabelsError: the entry is damaged; also while it is read.
        """
        try:
            raw = self._archive.open(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, KeyError) as error:
            raise LabelsError(
                tr(
                    "'{name}' in '{path_name}' cannot be read: {error}.",
                    name=name,
                    path_name=self._path.name,
                    error=error,
                )
            ) from None
        return io.BufferedReader(_Guarded(raw, f"'{name}' in '{self._path.name}'"))

    def size(self, name: str) -> int:
        """Unpacked bytes of one entry, as the directory says."""
        return self._archive.getinfo(name).file_size

    def read(self, name: str) -> bytes:
        """One entry as a whole.

        Raises:
            LabelsError: it is damaged.
        """
        with self.open(name) as file:
            return file.read()


@contextmanager
def opened_archive(path: Path) -> Iterator[LabelArchive]:
    """Open a zip file for reading.

    Raises:
        LabelsError: it is damaged, encrypted, a bomb, or holds paths that leave its folder.
        OSError: it cannot be opened.
    """
    refuse_special(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise LabelsError(
            tr(
                "'{path_name}' is no zip file that can be read ({error}).",
                path_name=path.name,
                error=error,
            )
        ) from None
    with archive:
        yield LabelArchive(path, archive)


def _check(path: Path, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    link = stat.S_ISLNK(entry.external_attr >> 16)
    if name.startswith("/") or ".." in parts or (parts and ":" in parts[0]) or link:
        raise LabelsError(
            tr(
                "'{path_name}' holds the path {filename!r}, which leaves its "
                "folder; nothing of it was read.",
                path_name=path.name,
                filename=entry.filename,
            )
        )
    if entry.flag_bits & 0x1:
        raise LabelsError(
            tr(
                "'{path_name}' is encrypted; unpack it and give the label file.",
                path_name=path.name,
            )
        )
    if entry.file_size > FREE_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
        raise LabelsError(
            tr(
                "{filename!r} in '{path_name}' unpacks to {file_size} MB from "
                "{compress_size} KB; that is a zip bomb, and nothing of it was "
                "read.",
                filename=entry.filename,
                path_name=path.name,
                file_size=entry.file_size >> 20,
                compress_size=entry.compress_size >> 10,
            )
        )


class _Guarded(io.RawIOBase):
    """Reads an entry and tells its damage as one sentence. zipfile itself never gives more bytes
    than the directory states.
    """

    def __init__(self, raw: IO[bytes], what: str) -> None:
        self._raw = raw
        self._what = what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._raw.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise LabelsError(
                tr("{what} is damaged ({error}); export it again.", what=self._what, error=error)
            ) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()
