"""Which video a project belongs to, and finding it again when either was moved."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import get_args

from vostool.errors import ProjectFileError, SourceError
from vostool.files import is_there
from vostool.frames import SourceKind, SourceRef
from vostool.io.project.connection import connect, watched
from vostool.io.video.fingerprint import fingerprint
from vostool.io.video.kinds import kind_named
from vostool.progress import Progress, silent
from vostool.project.project import Project
from vostool.words import tr

_COLUMNS = (
    "path", "relative", "kind", "size_bytes", "fingerprint", "width", "height", "frame_count",
    "rate",
)  # fmt: skip


def locate_source(
    project: Project, project_path: str | Path, progress: Progress = silent
) -> Path | None:
    """Where the project's video lies now, or None when it has to be asked for.

    Looked at in this order: relative to the project file (a folder that was moved or copied as a
    whole), where it was last seen, and beside the project file under its own name. The first one
    with the right fingerprint counts.

    Raises:
        Cancelled: through ``progress``.
        SourceError: a video is there, but it is another one or has been changed.
    """
    kind = kind_named(project.source.kind)
    if kind is not None:
        return kind.locate(project)
    other: Path | None = None
    for candidate in _candidates(project.source, Path(os.path.abspath(project_path)), progress):
        progress(0, 0, tr("looking for the video"))  # each may lie on a disk that answers slowly
        if not is_there(candidate):
            continue
        if _is_same(project.source, candidate):
            return candidate
        other = other or candidate
    if other is not None:
        raise SourceError(
            tr(
                "'{other}' is not the video that '{name}' was made with, or it "
                "was changed since; put the original back or point to it.",
                other=other,
                name=Path(project_path).name,
            )
        )
    return None


def missing_source(project: Project, project_path: str | Path) -> str:
    """The sentence that asks for a video that was not found."""
    what = {"video": "video", "images": tr("image folder"), "cvat": tr("CVAT job")}[
        project.source.kind
    ]
    return tr(
        "The {what} '{path}' of the project '{name}' is not there any more; say where it lies now.",
        what=what,
        path=project.source.path,
        name=Path(project_path).name,
    )


def relink(project: Project, new_path: str | Path) -> SourceRef:
    """Point a project at its video's new place; store the answer with ``write_source``.

    Raises:
        SourceError: it cannot be read, or it is another video; the project is unchanged.
    """
    place = Path(os.path.abspath(new_path))
    if not is_there(place):
        raise SourceError(tr("There is no '{place}'; check the name.", place=place))
    if not _is_same(project.source, place):
        raise SourceError(
            tr(
                "'{place}' is not the video that this project was made with; "
                "its masks would not fit.",
                place=place,
            )
        )
    project.source = replace(project.source, path=place)
    return project.source


def write_source(connection: sqlite3.Connection, source: SourceRef, project_path: Path) -> None:
    """Store the source's one row; the relative path counts from the project file's folder."""
    values = (
        _storable(os.path.abspath(source.path)),
        _storable(_relative(source.path, project_path)),
        source.kind,
        source.size_bytes,
        source.fingerprint,
        source.width,
        source.height,
        source.frame_count,
        source.rate,
    )
    connection.execute(
        f"INSERT OR REPLACE INTO source (id, {', '.join(_COLUMNS)}) "
        f"VALUES (1, {', '.join('?' * len(_COLUMNS))})",
        values,
    )


def read_source(connection: sqlite3.Connection) -> SourceRef:
    """The source's row.

    Raises:
        sqlite3.DatabaseError: it is missing or makes no sense; nothing can be done without it.
    """
    row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM source").fetchone()
    if row is None:
        raise sqlite3.DatabaseError(tr("malformed: no source"))
    path, _, kind, size, hashed, width, height, frames, rate = row
    place = _path(path)
    numbers = (size, width, height, frames)
    if (
        place is None
        or not all(isinstance(n, int) and n > 0 for n in numbers)
        or kind not in get_args(SourceKind)
        or not isinstance(rate, float)
        or not math.isfinite(rate)
        or not isinstance(hashed, str)
    ):
        raise sqlite3.DatabaseError(tr("malformed: source"))
    return SourceRef(place, kind, size, hashed, width, height, frames, rate)


def _candidates(source: SourceRef, project_path: Path, progress: Progress) -> list[Path]:
    folder = project_path.parent
    found = [source.path, folder / source.path.name]
    relative = _stored_relative(project_path, progress)
    if relative is not None:
        found.insert(0, Path(os.path.normpath(folder / relative)))
    return list(dict.fromkeys(found))


def _is_same(source: SourceRef, place: Path) -> bool:
    if place.is_dir() != (source.kind != "video"):
        return False
    try:
        return fingerprint(place) == (source.size_bytes, source.fingerprint)
    except SourceError:
        return False


def _stored_relative(project_path: Path, progress: Progress) -> Path | None:
    """The relative path as the project file has it; None for a project not stored yet."""
    if not project_path.is_file():
        return None
    with (
        contextlib.suppress(sqlite3.Error, ProjectFileError, UnicodeError),
        contextlib.closing(connect(project_path)) as file,
        watched(file, progress),
    ):
        row = file.execute("SELECT relative FROM source").fetchone()
        return None if row is None else _path(row[0])
    return None


def _relative(source: Path, project_path: Path) -> str | None:
    try:
        return Path(os.path.relpath(source, project_path.parent)).as_posix()
    except ValueError:  # another drive
        return None


def _storable(text: str | None) -> str | bytes | None:
    """A file name that is no valid text is stored as its bytes."""
    if text is None:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def _path(stored: object) -> Path | None:
    """The path in a column, which may hold anything; None where it holds no path."""
    if not isinstance(stored, str | bytes):
        return None
    name = os.fsdecode(stored)
    return Path(name) if name and "\0" not in name else None
