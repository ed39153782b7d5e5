"""Writing a whole project file beside its place and renaming it there."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

from vostool.errors import ProjectFileError
from vostool.files import is_there
from vostool.io.project.hold import Hold
from vostool.words import tr


def write_beside(target: Path, fill: Callable[[sqlite3.Connection], None], overwrite: bool) -> None:
    """Let ``fill`` write a new database, and rename it to ``target`` when it is whole.

    Raises:
        ProjectFileError: something is there already and ``overwrite`` is False, or what is there
            is open in another window.
        OSError, sqlite3.Error: it could not be written; what was there is untouched.
    """
    if os.path.isdir(target):
        raise ProjectFileError(
            tr("'{target}' is a folder; give the name of a project file.", target=target)
        )
    if is_there(target):
        if not overwrite:
            raise ProjectFileError(
                tr(
                    "The file '{target}' exists already; choose another name, or "
                    "open and continue it.",
                    target=target,
                )
            )
        _settle(target)
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with contextlib.closing(sqlite3.connect(beside, isolation_level=None)) as connection:
            fill(connection)
        os.replace(beside, target)
    finally:
        for leftover in (beside, Path(f"{beside}-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _settle(old: Path) -> None:
    """Refuse to replace a project that is open elsewhere, and bring its journal to an end.

    A journal left by a killed process would otherwise be rolled back into the new file.
    """
    try:
        with contextlib.closing(
            sqlite3.connect(f"{old.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            Hold(old).release()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise ProjectFileError(
                tr(
                    "The project '{old}' is open in another window or command; "
                    "close it there first.",
                    old=old,
                )
            ) from error
        raise
    except sqlite3.DatabaseError:
        pass  # no database, or a broken one: the caller was told to replace it
    Path(f"{old}-journal").unlink(missing_ok=True)
