"""A connection to a project file of a stranger, and what its schema may hold.

SQLite runs what a database brings along: a trigger at every change, a view or a computed column at
every look. A project has none of these, so one that has is refused before anything of it is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from vostool.errors import Cancelled, ProjectFileError
from vostool.io.project.schema import create_tables
from vostool.progress import Progress
from vostool.words import shortened, tr

BUSY_SECONDS = 10.0
"""How long one process waits for another that is reading or writing the same file."""

_LOOK_AFTER = 200_000
"""Steps of SQLite's machine between two looks whether the person has cancelled."""

_LARGEST_VALUE = 64 << 20
"""Bytes of one column; the mask of a frame takes kilobytes."""
_WORDS = {"trigger": "a trigger", "view": "a view", "index": "an index", "table": "a table"}


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there, for reading and, where allowed, writing."""
    # mode=rw never creates a file, and falls back to reading where writing is not allowed.
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if hasattr(connection, "setconfig"):  # Python 3.12
        connection.setconfig(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), True)  # noqa: B009
    if hasattr(connection, "setlimit"):  # Python 3.11
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.text_factory = _text
    return connection


@contextmanager
def watched(connection: sqlite3.Connection, progress: Progress) -> Iterator[None]:
    """Let the person cancel a statement of SQLite that takes long, such as its own check.

    Raises:
        Cancelled: through ``progress``.
    """
    stopped: list[Cancelled] = []

    def look() -> int:
        try:
            progress(0, 0, tr("reading the project"))
        except Cancelled as error:
            stopped.append(error)  # an exception does not pass through SQLite
        return len(stopped)

    connection.set_progress_handler(look, _LOOK_AFTER)
    try:
        yield
    except sqlite3.OperationalError as error:
        if stopped:
            raise stopped[0] from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def refuse_strange_schema(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Raise where the file holds more than a project's tables and the indexes of their keys.

    Args:
        version: that the file says it has, not newer than this program's.

    Raises:
        ProjectFileError: one sentence that names the first such thing.
        sqlite3.Error: the schema cannot be read.
    """
    allowed = _allowed(version)
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if allowed.get((kind, name)) != _plain(sql):
            what = _WORDS.get(kind, "something")
            if kind == "table" and (kind, name) in allowed:
                what = tr("a changed table")
            raise ProjectFileError(
                tr(
                    "The project '{path}' was not opened: it holds {what} '{name}' "
                    "that VOSTool does not write and that could change or fake "
                    "labels; open a copy of the project from its maker or from a "
                    "backup.",
                    path=path,
                    what=what,
                    name=shortened(str(name), 60),
                )
            )


def _allowed(version: int) -> dict[tuple[str, str], str]:
    """Type and name of everything in a project's schema, with what made it."""
    with closing(sqlite3.connect(":memory:")) as model:
        create_tables(model, version)
        rows = model.execute("SELECT type, name, sql FROM sqlite_master")
        return {(kind, name): _plain(sql) for kind, name, sql in rows}


def _plain(sql: object) -> str:
    """A statement without what spaces and lines make of it; SQLite's own indexes have none."""
    return " ".join(sql.split()) if isinstance(sql, str) else ""


def _text(stored: bytes) -> str | bytes:
    """A column's text; damaged text stays bytes, so that it costs one value and not the project."""
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        return stored
