"""The tables of a project file, their version, and the steps from older versions to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial

APPLICATION_ID = 0x564F5354  # "VOST", in the SQLite header, so that `file` and we can tell it
SCHEMA_VERSION = 4

_OTHERS = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    path NOT NULL, relative,
    kind TEXT NOT NULL, size_bytes INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL,
    frame_count INTEGER NOT NULL, rate REAL NOT NULL
);
CREATE TABLE objects (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL, colour TEXT NOT NULL, visible INTEGER NOT NULL, attributes TEXT NOT NULL
);
CREATE TABLE masks (
    frame INTEGER NOT NULL, object_id INTEGER NOT NULL,
    height INTEGER NOT NULL, width INTEGER NOT NULL, counts BLOB NOT NULL,
    provenance TEXT NOT NULL, score REAL, confirmed INTEGER NOT NULL,
    PRIMARY KEY (object_id, frame)
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_LEARNED = """
CREATE TABLE adapters (
    object_id INTEGER PRIMARY KEY,
    engine TEXT NOT NULL, frames TEXT NOT NULL, state BLOB NOT NULL
);
"""

_PROMPTS = """
CREATE TABLE prompts (
    frame INTEGER NOT NULL, object_id INTEGER NOT NULL,
    points TEXT NOT NULL, box TEXT,
    mask_height INTEGER, mask_width INTEGER, mask BLOB,
    base_height INTEGER, base_width INTEGER, base BLOB,
    {added}
    PRIMARY KEY (object_id, frame)
) WITHOUT ROWID;
"""
_ADDED = {
    2: ("choice INTEGER",),
    3: ("together INTEGER NOT NULL DEFAULT 0", "way TEXT", "engine TEXT", "evidence BLOB"),
}
"""Columns of prompts by the version that has them first: which of an engine's masks a click chose;
how many points were given together, and how a correction was answered. Before there were they,
the best mask was taken, points were told in turn, and no memory was read."""


def _add(version: int, connection: sqlite3.Connection) -> None:
    # SQLite writes a column behind the others, so the file's schema reads as that of a new one.
    for column in _ADDED[version]:
        connection.execute(f"ALTER TABLE prompts ADD COLUMN {column}")


def _add_learned(connection: sqlite3.Connection) -> None:
    """Before, no engine learned anything of an object."""
    connection.execute(_LEARNED)


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: partial(_add, 2),
    2: partial(_add, 3),
    3: _add_learned,
}
"""From version n to n + 1; each runs inside the transaction of :func:`migrate`."""


def create_tables(connection: sqlite3.Connection, version: int = SCHEMA_VERSION) -> None:
    """Lay out an empty project file, as programs of that version did."""
    added = (column for first, columns in _ADDED.items() if first <= version for column in columns)
    prompts = _PROMPTS.format(added="".join(f"{column}, " for column in added))
    connection.executescript(_OTHERS + prompts + (_LEARNED if version >= 4 else ""))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")


def versions(connection: sqlite3.Connection) -> tuple[int, int]:
    """(application id, schema version) as the file says."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    return application, int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an older file to this version, inside the transaction that the caller has begun."""
    version = versions(connection)[1]
    while version < SCHEMA_VERSION:
        MIGRATIONS[version](connection)
        version += 1
        connection.execute(f"PRAGMA user_version = {version}")
