"""What can be wrong with a project file, each in one sentence that says what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from vostool.errors import ProjectBusyError, ProjectFileError
from vostool.files import open_regular
from vostool.io.project.connection import refuse_strange_schema
from vostool.io.project.hold import is_held_here
from vostool.io.project.schema import APPLICATION_ID, SCHEMA_VERSION, versions
from vostool.words import mark, shortened, tr

_BUSY = ("locked", "busy")
_SENTENCES = (
    (("not a database", "encrypted"), mark("'{path}' is not a VOSTool project.")),
    (
        ("malformed", "no such table", "no such column", "corrupt"),
        mark("The project '{path}' is broken and cannot be read; open a copy of it from a backup."),
    ),
    (
        _BUSY,
        mark("The project '{path}' is open in another window or command; close it there first."),
    ),
    (
        ("too big",),
        mark("The project '{path}' holds a value that is too large for any label; open a copy of "
             "it from a backup."),
    ),
    (
        ("readonly",),
        mark("The project '{path}' is read-only; make it and its folder writable, or copy it "
             "elsewhere."),
    ),
    (
        ("disk is full",),
        mark("There is no space left for '{path}'; free some, nothing that was stored is lost."),
    ),
    (
        ("unable to open",),
        mark("The project '{path}' cannot be {done}; check that its folder exists and is yours to "
             "use."),
    ),
)  # fmt: skip


@contextlib.contextmanager
def explained(path: Path, action: str) -> Iterator[None]:
    """Turn errors of SQLite and of the system into a :class:`ProjectFileError`.

    Args:
        path: the project file, for the sentence.
        action: "open" or "save".
    """
    done = "opened" if action == "open" else "saved"
    try:
        yield
    except sqlite3.Error as error:
        kind = ProjectBusyError if _is_busy(error) else ProjectFileError
        raise kind(_sentence(path, str(error), done)) from error
    except OSError as error:
        raise ProjectFileError(_system_sentence(path, error, done)) from error
    except (ValueError, TypeError, OverflowError) as error:
        # Damage that SQLite lets through: text that is none in the encoding that the header names
        # (UnicodeDecodeError), numbers where names belong, file names with a zero byte.
        raise ProjectFileError(_sentence(path, "malformed", done)) from error


def refuse_place(path: Path) -> None:
    """Raise where there is no file that could be a project."""
    if os.path.isdir(path):
        raise ProjectFileError(tr("'{path}' is a folder, not a project file.", path=path))
    if is_held_here(path):
        return  # it is one; and to close a descriptor of it would give SQLite's locks up
    try:
        with open_regular(path) as file:
            head = file.read(16)
    except (FileNotFoundError, NotADirectoryError):
        shown = shortened(str(path))
        raise ProjectFileError(
            tr("There is no project file '{shown}'; check the name.", shown=shown)
        ) from None
    if not head:
        raise ProjectFileError(
            tr("The project file '{path}' is empty; open a copy from a backup.", path=path)
        )
    if head != b"SQLite format 3\0":
        raise ProjectFileError(tr("'{path}' is not a VOSTool project.", path=path))


def refuse_read_only_folder(path: Path) -> None:
    """Raise where the journal could not be written beside the file; SQLite says so too late."""
    if not os.access(path.parent, os.W_OK):
        raise ProjectFileError(_sentence(path, "readonly", "opened"))


def refuse_foreign(path: Path, connection: sqlite3.Connection) -> None:
    """Raise for a database of another program and for a project of a newer version."""
    application, version = versions(connection)
    if application != APPLICATION_ID or version < 1:
        raise ProjectFileError(
            tr("'{path}' is a database of another program, not a VOSTool project.", path=path)
        )
    if version <= SCHEMA_VERSION:
        refuse_strange_schema(path, connection, version)
    else:
        raise ProjectFileError(
            tr(
                "The project '{path}' was written by a newer VOSTool (format "
                "{version}, this one reads up to {schema_version}); update "
                "VOSTool to open it.",
                path=path,
                version=version,
                schema_version=SCHEMA_VERSION,
            )
        )


def _is_busy(error: sqlite3.Error) -> bool:
    return any(word in str(error) for word in _BUSY)


def _sentence(path: Path, reason: str, done: str) -> str:
    for words, sentence in _SENTENCES:
        if any(word in reason for word in words):
            return tr(sentence, path=path, done=done)
    return tr(
        "The project '{path}' could not be {done} ({reason}); nothing that was there is lost.",
        path=path,
        done=done,
        reason=reason,
    )


def _system_sentence(path: Path, error: OSError, done: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _sentence(path, "disk is full", done)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return tr(
            "The project '{path}' cannot be {done}: permission denied; "
            "check the rights of the file and of its folder.",
            path=path,
            done=done,
        )
    return tr(
        "The project '{path}' cannot be {done} ({strerror}).",
        path=path,
        done=done,
        strerror=error.strerror or error,
    )
