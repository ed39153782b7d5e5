"""Where the projects of jobs go: a folder, which machines may share, or an address of fsspec.

A project appears under its name when it is whole, and not before: on a disk it is renamed into
place, on an object store it is one upload. So what is there is done, whoever died meanwhile.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from vostool.errors import ProjectFileError, SourceError, UsageError
from vostool.files import is_there
from vostool.io.project.file import create
from vostool.io.project.reading import read_project
from vostool.project.project import Project
from vostool.words import mark, tr

SUFFIX = ".vos"
NOT_READ = mark("'{place}' cannot be read ({reason}); check the address.")
NOT_STORED = mark("'{place}' cannot be stored ({reason}); check the address.")


class Store(Protocol):
    """The projects of a batch by name."""

    def place(self, name: str) -> str:
        """Where the project of this name lies, or will lie."""
        ...

    def read(self, name: str) -> Project | None:
        """The project of this name, None where there is none.

        Raises:
            ProjectFileError: what is there is no project that can be read.
        """
        ...

    def put(self, name: str, project: Project) -> None:
        """Store a project under a name that is free.

        Raises:
            ProjectFileError: the name is taken, or the place is full, gone or read-only.
        """
        ...


def is_address(text: str) -> bool:
    """True for what fsspec is asked for, such as "s3://bucket/labels"; a path has no "://"."""
    return "://" in text


def store_of(projects: str) -> Store:
    """The store at a folder or an address.

    Raises:
        UsageError: an address, and fsspec or its part for this kind of address is not installed.
    """
    return _Remote(projects) if is_address(projects) else _Folder(Path(projects))


@contextmanager
def local_video(video: str) -> Iterator[Path]:
    """The video as a file of this machine; one at an address is fetched, and removed at the end.

    Raises:
        SourceError: it cannot be fetched.
        UsageError: as :func:`store_of`.
    """
    if not is_address(video):
        yield Path(video)
        return
    system, path = _filesystem(video)
    with tempfile.TemporaryDirectory(prefix="vostool-") as folder:
        target = Path(folder) / path.rstrip("/").rsplit("/", 1)[-1]
        try:
            system.get(path, str(target))
        except Exception as error:  # each kind of address has errors of its own
            raise SourceError(
                tr("'{video}' cannot be fetched ({reason}); check it.", video=video, reason=error)
            ) from error
        yield target


class _Folder:
    """A folder of this machine, or one that machines share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str) -> str:
        return str(self._folder / f"{name}{SUFFIX}")

    def read(self, name: str) -> Project | None:
        path = Path(self.place(name))
        return read_project(path)[0] if is_there(path) else None

    def put(self, name: str, project: Project) -> None:
        path = Path(self.place(name))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ProjectFileError(
                tr(
                    "The folder '{folder}' cannot be made ({reason}); choose another.",
                    folder=self._folder,
                    reason=error.strerror,
                )
            ) from error
        create(path, project).close()


class _Remote:
    """An address of fsspec; a project is made here first and then sent as a whole."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._system, self._path = _filesystem(self._address)

    def place(self, name: str) -> str:
        return f"{self._address}/{name}{SUFFIX}"

    def read(self, name: str) -> Project | None:
        path = f"{self._path}/{name}{SUFFIX}"
        with self._explained(name, NOT_READ), tempfile.TemporaryDirectory() as folder:
            if not self._system.exists(path):
                return None
            local = Path(folder) / f"{name}{SUFFIX}"
            self._system.get(path, str(local))
            return read_project(local)[0]

    def put(self, name: str, project: Project) -> None:
        path = f"{self._path}/{name}{SUFFIX}"
        with self._explained(name, NOT_STORED), tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / f"{name}{SUFFIX}"
            create(local, project).close()
            self._system.makedirs(self._path, exist_ok=True)
            if self._system.exists(path):
                raise ProjectFileError(
                    tr("There is something at '{place}' already.", place=self.place(name))
                )
            # Sent beside and moved, since a part of an upload may be seen on a plain file system.
            beside = f"{self._path}/.{name}.{os.getpid()}.partial"
            self._system.put(str(local), beside)
            self._system.mv(beside, path)

    @contextmanager
    def _explained(self, name: str, said: str) -> Iterator[None]:
        try:
            yield
        except ProjectFileError:
            raise
        except Exception as error:  # each kind of address has errors of its own
            raise ProjectFileError(tr(said, place=self.place(name), reason=error)) from error


def _filesystem(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it."""
    try:
        import fsspec
    except ImportError:
        raise UsageError(
            tr(
                "'{address}' is an address; add what opens it with "
                "`pip install 'vostool[cluster]'`.",
                address=address,
            )
        ) from None
    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UsageError(
            tr("'{address}' cannot be opened: {reason}.", address=address, reason=error)
        ) from error
    return system, path
