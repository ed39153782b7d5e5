"""Opening what a command was given: a video, an image folder or a project with its video."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vostool.commands import output
from vostool.commands.arguments import is_project
from vostool.errors import SourceError
from vostool.frames import FrameSource, TellsDamage
from vostool.io.project.file import (
    ProjectFile,
    locate_source,
    missing_source,
    open_project,
    read_project,
    relink,
)
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.project.project import Project


@dataclass
class Workspace:
    """A project and its opened source.

    Attributes:
        file: the project's file where it was opened for writing, else None.
        warnings: sentences for the person.
    """

    project: Project
    source: FrameSource
    file: ProjectFile | None = None
    warnings: list[str] = field(default_factory=list)


@contextmanager
def opened(
    path: Path, *, video: Path | None = None, write: bool = False, quiet: bool = False
) -> Iterator[Workspace]:
    """Open ``path`` and close everything at the end.

    Args:
        path: a video, a folder of images or a project.
        video: where a project's video lies now, if not where it was.
        write: open a project for writing.

    Raises:
        SourceError, ProjectFileError: one sentence each.
    """
    with ExitStack() as stack:
        if not is_project(path):
            source = _source(path, quiet)
            stack.callback(source.close)
            space = Workspace(Project(source_ref(source)), source)
        elif write:
            file, project = open_project(path)
            stack.enter_context(file)
            stored = project.source
            space = _with_source(project, path, video, quiet)
            stack.callback(space.source.close)
            space.file = file
            space.warnings += [file.warning] if file.warning else []
            if project.source != stored:
                file.write_source(project.source)
        else:
            project, warning = read_project(path)
            space = _with_source(project, path, video, quiet)
            stack.callback(space.source.close)
            space.warnings += [warning] if warning else []
        if space.source.info.warning:
            space.warnings.append(space.source.info.warning)
        yield space
        if isinstance(space.source, TellsDamage):
            output.warn(filter(None, [space.source.damage_so_far()]))


def find_video(project: Project, path: Path, video: Path | None = None) -> Path:
    """Where the project's video lies.

    Raises:
        SourceError: it is not there, or it is another one.
    """
    if video is not None:
        return relink(project, video).path
    place = locate_source(project, path)
    if place is None:
        raise SourceError(
            missing_source(project, path).replace("say where", "say with --video where")
        )
    return relink(project, place).path if place != project.source.path else place


def _with_source(project: Project, path: Path, video: Path | None, quiet: bool) -> Workspace:
    return Workspace(project, _source(find_video(project, path, video), quiet))


def _source(path: Path, quiet: bool) -> FrameSource:
    with output.progress("Reading", "frame", quiet) as tell:
        return open_source(path, progress=tell)
