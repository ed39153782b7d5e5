"""Job files written for a person: chosen videos, what to begin from, the engine and the exports."""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vostool.errors import UsageError
from vostool.files import is_there
from vostool.io.batch import toml
from vostool.jobs.job_file import VERSION, jobs_of
from vostool.replacing import replacing
from vostool.words import mark, tr


class Begin(enum.Enum):
    """What all jobs begin from; the value is what a person reads."""

    EVERYTHING = mark("Everything that is found")
    TEXT = mark("What a text names")
    LABELS = mark("Labels of another program")


@dataclass(frozen=True)
class NewJobs:
    """A job file that is to be made: one job for each video.

    Attributes:
        words: of :attr:`Begin.TEXT` the text, "person. dog"; of :attr:`Begin.LABELS` a path in
            which ``{name}`` stands for a video's name, "first/{name}.xml".
        every: a finder looks at every so many frames.
        engine: its name.
        formats, out: exports of each project, and in which folder; none where empty.
    """

    videos: tuple[Path, ...]
    begin: Begin
    projects: Path
    engine: str
    words: str = ""
    every: int = 30
    formats: tuple[str, ...] = ()
    out: Path | None = None


def plain_jobs(new: NewJobs, folder: Path) -> dict[str, Any]:
    """The values of the file; what lies below ``folder`` is named from there.

    Raises:
        UsageError: one sentence about what is missing or makes no sense.
    """
    if not new.videos:
        raise UsageError(tr("Choose at least one video."))
    common: dict[str, Any] = {
        "vostool_jobs": VERSION,
        "projects": _named(new.projects, folder),
        "engine": new.engine,
    }
    if new.formats:
        if new.out is None:
            raise UsageError(tr("Say in which folder the exports go."))
        common |= {"exports": list(new.formats), "out": _named(new.out, folder)}
    begin = _begin(new)
    return common | {"jobs": [{"video": _named(v, folder)} | begin for v in new.videos]}


def write_job_file(new: NewJobs, path: Path) -> None:
    """Write a job file, after it was read as every job file is.

    Raises:
        UsageError: it would make no sense, or cannot be written; what was there is as it was.
        ModelError: nothing here can look for what is asked.
    """
    folder = Path(os.path.abspath(path)).parent
    plain = plain_jobs(new, folder)
    jobs_of(plain, folder)
    _check_labels(new, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside:
            beside.write_text(toml.dumps(plain), encoding="utf-8", newline="\n")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(
            tr("'{path}' cannot be written ({reason}); choose another.", path=path, reason=reason)
        ) from error


def _begin(new: NewJobs) -> dict[str, Any]:
    words = new.words.strip()
    if new.begin is Begin.EVERYTHING:
        return {"everything": True, "every": new.every}
    if not words:
        raise UsageError(
            tr("Type what to look for, such as 'person. dog'.")
            if new.begin is Begin.TEXT
            else tr("Say where the labels lie; {name} stands for each video's name.")
        )
    if new.begin is Begin.TEXT:
        return {"text": words, "every": new.every}
    return {"import": words}


def _check_labels(new: NewJobs, folder: Path) -> None:
    """Each video has its labels: a pattern with a slip would cost every job."""
    if new.begin is not Begin.LABELS:
        return
    pattern = new.words.strip()
    places = [toml.absolute(pattern.replace("{name}", v.stem), folder) for v in new.videos]
    missing = [place for place in places if not is_there(place)]
    if missing:
        raise UsageError(tr("There are no labels '{place}'; check the path.", place=missing[0]))


def _named(path: Path, folder: Path) -> str:
    try:
        return path.absolute().relative_to(folder).as_posix()
    except ValueError:
        return str(path.absolute())
