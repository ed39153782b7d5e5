"""The project file: one SQLite file (`.vos`) that is safe to kill at any moment.

Decisions:

- A rollback journal that is deleted after each transaction: the project is one file at rest, and
  a process killed while writing leaves a journal that SQLite rolls back by itself at the next
  opening. (TRUNCATE would leave an empty second file lying beside it, WAL two.)
- ``synchronous=FULL``: a power cut loses what a kill loses. At two writes a second on a thread of
  their own the price does not show.
- Who has a project open for writing keeps SQLite's RESERVED lock between transactions, and a mark
  that cannot be given up by accident (hold.py): others can read it (`vostool info` while tracking),
  a second window is refused at once, and both go with the process.
- Rows that make no sound value are left out and counted; the file keeps them until their cell is
  written again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from vostool.errors import ProjectFileError
from vostool.frames import SourceRef
from vostool.io.project import rows as project_rows
from vostool.io.project.beside import write_beside
from vostool.io.project.connection import BUSY_SECONDS, connect, watched
from vostool.io.project.errors import (
    explained,
    refuse_foreign,
    refuse_place,
    refuse_read_only_folder,
)
from vostool.io.project.hold import Hold
from vostool.io.project.moved import identity_of, moved_sentence
from vostool.io.project.reading import AT_ONCE, read_all, read_project
from vostool.io.project.schema import SCHEMA_VERSION, create_tables, migrate, versions
from vostool.io.project.source import (
    locate_source,
    missing_source,
    read_source,
    relink,
    write_source,
)
from vostool.progress import Progress, silent
from vostool.project.changes import Cell, Table, Value
from vostool.project.project import Project
from vostool.words import tr

__all__ = [
    "SUFFIX", "ProjectFile", "create", "locate_source", "missing_source", "open_project",
    "read_project", "relink",
]  # fmt: skip

SUFFIX = ".vos"


class ProjectFile:
    """An open project file that this process alone may write to.

    Any thread may call it, one at a time: a lock sees to that.

    Attributes:
        path: the file, absolute.
        warning: one sentence about damaged rows that were left out, or None.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """For :func:`create` and :func:`open_project`; takes the reservation."""
        self.path = path
        self.warning: str | None = None
        self._connection = connection
        self._lock = threading.Lock()
        self._open = True
        self._identity = identity_of(path)
        self._reserve(wait=False)
        self._hold = Hold(path)

    def write(self, values: Iterable[tuple[Cell, Value]]) -> None:
        """Store cells in one transaction, all or none; None deletes. The last value of one counts.

        Raises:
            ProjectFileError: nothing of this call was stored, and it may be tried again.
        """
        latest = dict(values)
        if latest:
            with self._transaction() as connection:
                _write_cells(connection, latest)

    def write_source(self, source: SourceRef) -> None:
        """Store where the source lies now (after it was found at another place).

        Raises:
            ProjectFileError: it was not stored.
        """
        with self._transaction() as connection:
            write_source(connection, source, self.path)

    def save_as(self, path: str | Path, *, overwrite: bool = False) -> ProjectFile:
        """Copy everything to another file and return that one, open; this one stays open too.

        Raises:
            ProjectFileError: the copy could not be made; a file that was there is untouched.
        """
        target = Path(os.path.abspath(path))

        def fill(copy: sqlite3.Connection) -> None:
            # A backup is refused while its source is in a write transaction, so let go for it.
            self._connection.execute("COMMIT")
            try:
                self._connection.backup(copy)
            finally:
                self._reserve(wait=True)
            write_source(copy, read_source(copy), target)

        with self._lock, explained(target, "save"):
            self._check_open()
            if target.exists() and target.samefile(self.path):
                raise ProjectFileError(
                    tr("The project is already stored in '{target}'.", target=target)
                )
            write_beside(target, fill, overwrite)
        return open_project(target)[0]

    def close(self) -> None:
        """Give the file back; a second call does nothing."""
        with self._lock:
            if self._open:
                self._open = False
                self._connection.close()
                self._hold.release()

    def __enter__(self) -> ProjectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self.path, "save"):
            self._check_open()
            try:
                # Taken anew: something in this process may have given it up (see hold.py).
                self._connection.rollback()
                self._reserve(wait=True)
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._connection.rollback()
                moved = moved_sentence(self.path, self._identity)
                if isinstance(error, sqlite3.Error) and moved is not None:
                    raise ProjectFileError(moved) from error
                raise
            finally:
                # Failing here loses nothing; the next write tries again and says so.
                with contextlib.suppress(sqlite3.Error):
                    self._reserve(wait=False)

    def _reserve(self, *, wait: bool) -> None:
        milliseconds = int(BUSY_SECONDS * 1000)
        self._connection.execute(f"PRAGMA busy_timeout = {milliseconds if wait else 0}")
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _check_open(self) -> None:
        if not self._open:
            raise ProjectFileError(
                tr("The project '{path}' is closed; open it again.", path=self.path)
            )


def create(path: str | Path, project: Project, *, overwrite: bool = False) -> ProjectFile:
    """Write a project to a new file (beside, then renamed into place) and keep it open.

    Raises:
        ProjectFileError: a file is there already and ``overwrite`` is False, it is open in another
            window, or the place cannot be written; what was there is untouched.
    """
    target = Path(os.path.abspath(path))

    def fill(connection: sqlite3.Connection) -> None:
        create_tables(connection)
        connection.execute("BEGIN")
        write_source(connection, project.source, target)
        for part in _parts(project.walk()):
            _write_cells(connection, part)
        connection.execute("COMMIT")

    with explained(target, "save"):
        write_beside(target, fill, overwrite)
        return ProjectFile(target, connect(target))


def open_project(path: str | Path, progress: Progress = silent) -> tuple[ProjectFile, Project]:
    """Open a project for writing; an older version of the format is brought up to date.

    The caller shows ``ProjectFile.warning`` where there is one.

    Raises:
        Cancelled: through ``progress``.
        ProjectFileError: no such file, not a project, broken, written by a newer VOSTool, open in
            another window, or read-only. The file is untouched.
    """
    place = Path(os.path.abspath(path))
    with explained(place, "open"):
        refuse_place(place)
        refuse_read_only_folder(place)
        connection = connect(place)
        give_back = connection.close
        try:
            refuse_foreign(place, connection)
            file = ProjectFile(place, connection)
            give_back = file.close
            if versions(connection)[1] < SCHEMA_VERSION:
                with file._transaction():
                    migrate(connection)
            with watched(connection, progress):
                project, file.warning = read_all(place, connection, progress)
        except BaseException:
            give_back()
            raise
    return file, project


def _parts(values: Iterator[tuple[Cell, Value]]) -> Iterator[dict[Cell, Value]]:
    while part := dict(itertools.islice(values, AT_ONCE)):
        yield part


def _write_cells(connection: sqlite3.Connection, values: Mapping[Cell, Value]) -> None:
    """Rows are made one by one as SQLite takes them: long lists would stop other threads."""
    for table in Table:
        columns, keys = project_rows.COLUMNS[table], project_rows.KEYS[table]
        mine = [cell for cell in values if cell.table is table]
        connection.executemany(
            f"DELETE FROM {table.value} WHERE " + " AND ".join(f"{k} = ?" for k in keys),
            (project_rows.key_row(cell) for cell in mine if values[cell] is None),
        )
        connection.executemany(
            f"INSERT OR REPLACE INTO {table.value} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))})",
            (project_rows.to_row(cell, values[cell]) for cell in mine if values[cell] is not None),
        )
