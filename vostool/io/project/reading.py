"""Reading a project file: every value is checked; what makes no sense is left out and counted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import defaultdict
from pathlib import Path

from vostool.io.project import rows as project_rows
from vostool.io.project.errors import explained, refuse_foreign, refuse_place
from vostool.io.project.schema import SCHEMA_VERSION, migrate, versions
from vostool.io.project.source import read_source
from vostool.project.changes import Cell, Table, Value
from vostool.project.project import Project
from vostool.words import counted

AT_ONCE = 5_000
"""Cells that are read or written together: freeing one list of 400,000 stops all threads."""
BUSY_SECONDS = 10.0
"""How long one process waits for another that is reading or writing the same file."""


def read_project(path: str | Path) -> tuple[Project, str | None]:
    """Read a project without keeping it open, also while another process writes to it.

    Returns:
        The project, and one sentence about damaged rows or None.

    Raises:
        ProjectFileError: as :func:`open_project`, but a read-only file or one that is open
            elsewhere is no obstacle.
    """
    place = Path(os.path.abspath(path))
    with explained(place, "open"):
        refuse_place(place)
        with contextlib.closing(connect(place)) as connection:
            refuse_foreign(place, connection)
            if versions(connection)[1] == SCHEMA_VERSION:
                return read_all(place, connection)
            with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                connection.backup(copy)
                migrate(copy)
                return read_all(place, copy)


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
    connection.text_factory = _text
    return connection


def _text(stored: bytes) -> str | bytes:
    """A column's text; damaged text stays bytes, so that its row is left out and no other one."""
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        return stored


def read_all(path: Path, connection: sqlite3.Connection) -> tuple[Project, str | None]:
    """Everything that is sound, from one consistent view of the file."""
    within = connection.in_transaction
    if not within:
        connection.execute("BEGIN")
    try:
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"malformed: {verdict}")
        project = Project(read_source(connection))
        damaged = _load(connection, project)
    finally:
        if not within:
            connection.execute("COMMIT")
    if not damaged:
        return project, None
    listed = ", ".join(counted(count, name.removesuffix("s")) for name, count in damaged.items())
    return project, f"Damaged entries in '{path.name}' were left out ({listed}); check the result."


def _load(connection: sqlite3.Connection, project: Project) -> dict[str, int]:
    """Fill the project; returns how many rows of which table were left out."""
    size = project.source.height, project.source.width
    damaged: dict[str, int] = defaultdict(int)
    for table in Table:
        columns = ", ".join(project_rows.COLUMNS[table])
        good: list[tuple[Cell, Value]] = []
        for row in connection.execute(f"SELECT {columns} FROM {table.value}"):
            try:
                cell, value = project_rows.from_row(table, row, size)
                _check_belongs(project, cell)
            except project_rows.BadRow:
                damaged[table.value] += 1
                continue
            good.append((cell, value))
            if len(good) == AT_ONCE:
                project.load(good)
                good.clear()
        project.load(good)
    return damaged


def _check_belongs(project: Project, cell: Cell) -> None:
    """Refuse prompts and masks of an object or a frame that does not exist."""
    if isinstance(cell.key, tuple):
        frame, object_id = cell.key
        if object_id not in project.objects or frame >= project.source.frame_count:
            raise project_rows.BadRow(f"{cell} belongs to nothing")
