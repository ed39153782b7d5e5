"""What a batch export is asked to do: which projects, which formats, how and where to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from vostool.errors import SourceError, UsageError, VosToolError
from vostool.frames import FrameSource
from vostool.io.exports.dataset import ExportItem
from vostool.io.exports.exporters import check_options
from vostool.io.exports.names import unique_names
from vostool.io.exports.options import ExportOptions, SplitBy
from vostool.io.project.file import (
    SUFFIX,
    locate_source,
    missing_source,
    read_project,
    relink,
)
from vostool.io.video.sources import open_source
from vostool.progress import Progress
from vostool.project.project import Project
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class HeldProject:
    """A project that is open in a window, so that it need not be read from its file.

    Attributes:
        project: a snapshot, which does not change meanwhile.
        source: stays open as long as the batch is used; each use takes a clone.
        name: what its folder is called.
    """

    project: Project
    source: FrameSource
    name: str


@dataclass(frozen=True, slots=True)
class BatchProject:
    """One row of a batch.

    Attributes:
        path: the project file, absolute.
        video: where its video lies now, None to find it as the project remembers it.
        held: the project as it is open now; the file is not read then. Recipes leave it out.
    """

    path: Path
    video: Path | None = None
    held: HeldProject | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What it is called: the file's name without ending, or the held project's own name."""
        return self.path.stem if self.held is None else self.held.name


@dataclass(frozen=True, slots=True)
class Batch:
    """A whole run; :mod:`vostool.io.batch.recipe` stores it in a file.

    Attributes:
        projects: at least one, in the order that they are written.
        formats: names of :data:`vostool.io.exports.exporters.FORMATS`.
        destination: the folder that everything goes to, absolute.
        options: the same for every project.
        merge: write one data set of all videos instead of one a project.
    """

    projects: tuple[BatchProject, ...]
    formats: tuple[str, ...]
    destination: Path
    options: ExportOptions = field(default_factory=ExportOptions)
    merge: bool = False

    def check(self) -> None:
        """Refuse formats and options that no project could be exported with.

        Raises:
            UsageError: one sentence.
        """
        if not self.projects:
            raise UsageError(tr("No project is given; name at least one."))
        check_options(self.formats, self.options)
        if self.options.split.by is SplitBy.VIDEO and not self.merge:
            raise UsageError(
                tr(
                    "A split by video needs several videos in one data set; merge "
                    "them or split by time."
                )
            )

    def names(self) -> list[str]:
        """A name for each project, safe as a folder and unique: its file's without ending."""
        return unique_names(project.name for project in self.projects)

    def folders(self) -> list[Path]:
        """The folder of each project, in which each format has its own.

        Several projects that are not merged get one each, named after the project; otherwise it
        is the destination.
        """
        if self.merge or len(self.projects) == 1:
            return [self.destination] * len(self.projects)
        return [self.destination / name for name in self.names()]

    def project_options(self) -> ExportOptions:
        """The options for looking at one project alone: a split by video needs all of them."""
        split = self.options.split
        if split.by is not SplitBy.VIDEO:
            return self.options
        return replace(self.options, split=replace(split, by=SplitBy.NONE))


@dataclass(frozen=True, slots=True)
class OpenedProject:
    """A project with its source, as long as :func:`opened` keeps it open."""

    project: Project
    source: FrameSource
    warnings: tuple[str, ...]

    def item(self, name: str = "") -> ExportItem:
        """The project as the exporters take it."""
        return ExportItem(self.project, self.source, name)


@contextmanager
def opened(entry: BatchProject, progress: Progress) -> Iterator[OpenedProject]:
    """Open a project for reading, with its video; both are closed at the end.

    Raises:
        ProjectFileError: the project is missing or damaged.
        SourceError: its video is missing, another one, or unreadable.
        Cancelled: from ``progress``.
    """
    with ExitStack() as stack:
        if entry.held is not None:
            source = entry.held.source.clone()
            stack.callback(source.close)
            yield OpenedProject(entry.held.project, source, _warnings(source))
            return
        project, warning = read_project(entry.path)
        source = open_source(_place(project, entry), progress)
        stack.callback(source.close)
        yield OpenedProject(project, source, _warnings(source, warning))


def find_projects(places: Iterable[Path]) -> tuple[BatchProject, ...]:
    """The projects that these files and folders hold, each once, folders searched through.

    Raises:
        UsageError: a folder holds no project.
    """
    found: dict[Path, BatchProject] = {}
    for place in places:
        inside = sorted(place.rglob(f"*{SUFFIX}")) if os.path.isdir(place) else [place]
        files = [path for path in inside if not os.path.isdir(path)]
        if not files:
            raise UsageError(
                tr(
                    "There is no project (*{suffix}) in the folder '{place}'.",
                    suffix=SUFFIX,
                    place=place,
                )
            )
        for path in files:
            found.setdefault(path.resolve(), BatchProject(path.absolute()))
    return tuple(found.values())


def sentence(error: Exception) -> str:
    """The sentence about a project that failed; a batch goes on after any error."""
    text = str(error).replace("\n", " ")
    if isinstance(error, VosToolError):
        return text
    if isinstance(error, OSError):
        return f"{text.rstrip('.')}."
    if isinstance(error, MemoryError):
        return tr("There is not enough memory; close other programs and try again.")
    return tr(
        "Something unforeseen went wrong: {name}: {text}.", name=type(error).__name__, text=text
    )


def _warnings(source: FrameSource, *more: str | None) -> tuple[str, ...]:
    return tuple(text for text in (*more, source.info.warning) if text)


def _place(project: Project, entry: BatchProject) -> Path:
    if entry.video is not None:
        return relink(project, entry.video).path
    place = locate_source(project, entry.path)
    if place is None:
        raise SourceError(missing_source(project, entry.path))
    return place
