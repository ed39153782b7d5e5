"""Files written beside their place and renamed into it, so that a half export is never seen.

Everything goes to one hidden folder inside the destination (the same disk, so a rename is
enough); :meth:`Staging.publish` then puts each folder into place. Each folder carries a list of
the files in it (:data:`MANIFEST`): an overwriting export deletes what that list names and nothing
else, so a file that a person put there stays.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from vostool.errors import ExportError
from vostool.words import tr

MANIFEST = ".vostool-export.txt"
"""In each exported folder: relative paths of the files an export wrote, one per line, in UTF-8."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def one_sentence(destination: Path) -> Iterator[None]:
    """Turn errors of the file system into one :class:`ExportError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            text = tr("The disk is full; free some space or choose another folder.")
        elif error.errno in FORBIDDEN:
            text = tr("It cannot be written to; choose another folder or change its permissions.")
        else:
            text = tr(
                "{rstrip}; choose another folder.",
                rstrip=(error.strerror or str(error)).rstrip("."),
            )
        raise ExportError(
            tr(
                "The export to {destination} failed and changed nothing: {text}",
                destination=destination,
                text=text,
            )
        ) from (error)


class StagedFolder:
    """One folder in the making; remembers what was written into it.

    Attributes:
        go_on: raises :class:`~vostool.errors.Cancelled` where the export was cancelled; a
            writer asks now and then while it completes its files.
    """

    def __init__(self, path: Path, go_on: Callable[[], None] = lambda: None) -> None:
        self.path = path
        self.go_on = go_on
        self.file_count = 0
        self.byte_count = 0
        self._made: set[Path] = set()
        path.mkdir()
        self._manifest = open(  # noqa: SIM115 - open as long as the folder grows
            path / MANIFEST, "w", encoding="utf-8", errors="surrogateescape", newline="\n"
        )

    def open(self, relative: str) -> IO[bytes]:
        """A new binary file; ``relative`` uses forward slashes. The caller closes it."""
        target = self.path / PurePosixPath(relative)
        if target.parent not in self._made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(target.parent)
        handle = open(target, "xb")  # noqa: SIM115 - handed to the caller
        self.file_count += 1
        self._manifest.write(relative + "\n")
        return handle

    def write(self, relative: str, data: bytes) -> None:
        """Write a whole file."""
        with self.open(relative) as handle:
            handle.write(data)

    def close(self) -> None:
        """Complete the list of files."""
        self._manifest.close()


class Staging:
    """The folders of one export, from the first file to their place.

    Use as a context manager: without :meth:`publish` nothing is left, the destination included
    where it was made for this export.

    Raises:
        ExportError: a folder is there already and ``overwrite`` is false, or is a file.
    """

    def __init__(
        self,
        destination: Path,
        names: Sequence[str],
        overwrite: bool,
        go_on: Callable[[], None] = lambda: None,
    ) -> None:
        self.destination = destination.absolute()
        self._go_on = go_on
        self._names = tuple(names)
        self._overwrite = overwrite
        self._made: list[Path] = []
        self._stage: Path | None = None
        self._folders: dict[str, StagedFolder] = {}
        self._check()

    def __enter__(self) -> Staging:
        with one_sentence(self.destination):
            try:
                self._make_destination()
                stage = tempfile.mkdtemp(".partial", ".vostool-", self.destination)
                self._stage = Path(stage)
                for name in self._names:
                    self._folders[name] = StagedFolder(self._stage / name, self._go_on)
            except BaseException:
                self._clean()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clean()

    def folder(self, name: str) -> StagedFolder:
        """The folder that will become ``destination / name``."""
        return self._folders[name]

    def publish(self) -> list[str]:
        """Put all folders into place, or none; returns warnings about what was kept."""
        assert self._stage is not None
        for folder in self._folders.values():
            folder.close()
            folder.byte_count = sum(f.stat().st_size for f in folder.path.rglob("*"))
        self._check()
        swapped: list[tuple[Path, Path | None]] = []
        try:
            for name, folder in self._folders.items():
                swapped.append(self._swap(folder.path, name))
        except BaseException:
            for place, old in reversed(swapped):
                os.rename(place, self._stage / place.name)
                if old is not None:
                    os.rename(old, place)
            raise
        self._made.clear()
        return [w for place, old in swapped if old is not None and (w := _settle(place, old))]

    def _check(self) -> None:
        if self.destination.exists() and not self.destination.is_dir():
            raise ExportError(
                tr(
                    "{destination} is a file; choose a folder to export to.",
                    destination=self.destination,
                )
            )
        for name in self._names:
            place = self.destination / name
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise ExportError(
                    tr("{place} is not a folder; move it away or export elsewhere.", place=place)
                )
            if place.is_dir() and not self._overwrite and any(place.iterdir()):
                raise ExportError(
                    tr(
                        "{place} exists already; choose another folder or allow overwriting.",
                        place=place,
                    )
                )

    def _make_destination(self) -> None:
        missing = []
        folder = self.destination
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for folder in reversed(missing):
            folder.mkdir()
            self._made.append(folder)

    def _swap(self, new: Path, name: str) -> tuple[Path, Path | None]:
        place = self.destination / name
        if not place.is_dir():
            os.rename(new, place)
            return place, None
        assert self._stage is not None
        old = self.destination / f"{self._stage.name}.{name}.old"
        os.rename(place, old)
        try:
            os.rename(new, place)
        except BaseException:
            os.rename(old, place)
            raise
        return place, old

    def _clean(self) -> None:
        for folder in self._folders.values():
            # A full disk fails here a second time; the first failure is the one to tell.
            try:
                folder.close()
            except OSError:
                continue
        if self._stage is not None:
            shutil.rmtree(self._stage, ignore_errors=True)
        for made in reversed(self._made):
            try:
                made.rmdir()
            except OSError:  # another program put a file there meanwhile, which stays
                break


def _settle(place: Path, old: Path) -> str | None:
    """Take over a person's own files from the replaced folder, then remove what was ours."""
    ours = _listed(old)
    kept = 0
    try:
        for path in sorted(p for p in old.rglob("*") if p.is_symlink() or not p.is_dir()):
            relative = path.relative_to(old)
            target = place / relative
            if relative.as_posix() in ours or target.exists():
                path.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(path, target)
            kept += 1
        shutil.rmtree(old)
    except OSError:
        return tr(
            "Files of an earlier export could not all be removed; they are in {old}.", old=old
        )
    if kept:
        return tr(
            "{kept} files in {place} that no export of ours had written were kept.",
            kept=kept,
            place=place,
        )
    return None


def _listed(folder: Path) -> set[str]:
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return set()
    return {MANIFEST, *text.split("\n")}
