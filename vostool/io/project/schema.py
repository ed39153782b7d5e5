"""The tables of a project file, their version, and the steps from older versions to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x564F5354  # "VOST", in the SQLite header, so that `file` and we can tell it
SCHEMA_VERSION = 2

TABLES = """
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
CREATE TABLE prompts (
    frame INTEGER NOT NULL, object_id INTEGER NOT NULL,
    points TEXT NOT NULL, box TEXT,
    mask_height INTEGER, mask_width INTEGER, mask BLOB,
    base_height INTEGER, base_width INTEGER, base BLOB,
    choice INTEGER,
    PRIMARY KEY (object_id, frame)
) WITHOUT ROWID;
CREATE TABLE masks (
    frame INTEGER NOT NULL, object_id INTEGER NOT NULL,
    height INTEGER NOT NULL, width INTEGER NOT NULL, counts BLOB NOT NULL,
    provenance TEXT NOT NULL, score REAL, confirmed INTEGER NOT NULL,
    PRIMARY KEY (object_id, frame)
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def _add_choice(connection: sqlite3.Connection) -> None:
    """Version 2: which of an engine's masks a click chose; until then always the best."""
    connection.execute("ALTER TABLE prompts ADD COLUMN choice INTEGER")


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _add_choice}
"""From version n to n + 1; each runs inside the transaction of :func:`migrate`."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Lay out an empty project file."""
    connection.executescript(TABLES)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


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
