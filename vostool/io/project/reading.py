"""Reading a project file: every value is checked; what makes no sense is left out and counted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import defaultdict
from pathlib import Path

from vostool.io.project import rows as project_rows
from vostool.io.project.connection import connect, watched
from vostool.io.project.errors import explained, refuse_foreign, refuse_place
from vostool.io.project.schema import SCHEMA_VERSION, migrate, versions
from vostool.io.project.source import read_source
from vostool.progress import Progress, silent
from vostool.project.changes import Cell, Table, Value
from vostool.project.project import Project
from vostool.words import counted, tr

AT_ONCE = 5_000
"""Cells that are read or written together: freeing one list of 400,000 stops all threads."""
_REPORT_EVERY = 1_000


def read_project(path: str | Path, progress: Progress = silent) -> tuple[Project, str | None]:
    """Read a project without keeping it open, also while another process writes to it.

    Returns:
        The project, and one sentence about damaged rows or None.

    Raises:
        Cancelled: through ``progress``.
        ProjectFileError: as :func:`open_project`, but a read-only file or one that is open
            elsewhere is no obstacle.
    """
    place = Path(os.path.abspath(path))
    with explained(place, "open"):
        refuse_place(place)
        with contextlib.closing(connect(place)) as connection, watched(connection, progress):
            refuse_foreign(place, connection)
            if versions(connection)[1] == SCHEMA_VERSION:
                return read_all(place, connection, progress)
            with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                connection.backup(copy)
                migrate(copy)
                return read_all(place, copy, progress)


def read_all(
    path: Path, connection: sqlite3.Connection, progress: Progress = silent
) -> tuple[Project, str | None]:
    """Everything that is sound, from one consistent view of the file.

    Raises:
        Cancelled: through ``progress``.
    """
    within = connection.in_transaction
    if not within:
        connection.execute("BEGIN")
    try:
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise sqlite3.DatabaseError(tr("malformed: {verdict}", verdict=verdict))
        project = Project(read_source(connection))
        damaged, mended = _load(connection, project, progress)
    finally:
        if not within:
            connection.execute("COMMIT")
    told = [
        tr(
            "Damaged entries in '{path_name}' were {what} ({listed})",
            path_name=path.name,
            what=what,
            listed=_listed(rows),
        )
        for what, rows in ((tr("left out"), damaged), (tr("mended or cut"), mended))
        if rows
    ]
    return project, tr("{names}; check the result.", names="; ".join(told)) if told else None


def _listed(rows: dict[str, int]) -> str:
    return ", ".join(counted(count, name.removesuffix("s")) for name, count in rows.items())


def _load(
    connection: sqlite3.Connection, project: Project, progress: Progress
) -> tuple[dict[str, int], dict[str, int]]:
    """Fill the project; returns how many rows of which table were left out, and mended."""
    size = project.source.height, project.source.width
    damaged: dict[str, int] = defaultdict(int)
    mended: dict[str, int] = defaultdict(int)
    for table in Table:
        columns = ", ".join(project_rows.COLUMNS[table])
        good: list[tuple[Cell, Value]] = []
        rows = connection.execute(f"SELECT {columns} FROM {table.value}")
        for number, row in enumerate(rows):
            if number % _REPORT_EVERY == 0:
                progress(number, 0, tr("reading the project"))
            try:
                cell, value, changed = project_rows.from_row(table, row, size)
                _check_belongs(project, cell)
            except project_rows.BadRow:
                damaged[table.value] += 1
                continue
            if changed:
                mended[table.value] += 1
            good.append((cell, value))
            if len(good) == AT_ONCE:
                project.load(good)
                good.clear()
        project.load(good)
    return damaged, mended


def _check_belongs(project: Project, cell: Cell) -> None:
    """Refuse what is kept of an object or a frame that does not exist."""
    if cell.table is Table.LEARNED and cell.key not in project.objects:
        raise project_rows.BadRow(tr("{cell} belongs to nothing", cell=cell))
    if isinstance(cell.key, tuple):
        frame, object_id = cell.key
        if object_id not in project.objects or frame >= project.source.frame_count:
            raise project_rows.BadRow(tr("{cell} belongs to nothing", cell=cell))
