"""Opening off the GUI thread: a video, a folder or a project becomes everything a session needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vostool.errors import ProjectBusyError, ProjectFileError, SourceError
from vostool.frames import FrameSource, SourceKind
from vostool.gui.window.start.recent import remember_opened
from vostool.gui.window.start.sample_clip import make_where_missing
from vostool.io.project import file as project_file
from vostool.io.project.drafts import draft_path
from vostool.io.project.file import SUFFIX, ProjectFile
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.progress import Progress
from vostool.project.project import Project
from vostool.words import mark, tr

_CONTINUED: dict[SourceKind, str] = {
    "video": mark("Continued where this video was left; nothing was saved under a name yet."),
    "images": mark("Continued where this folder was left; nothing was saved under a name yet."),
    "cvat": mark("The job's labels are kept on this computer until they are pushed."),
}


@dataclass(frozen=True)
class Opened:
    """An opened source with its project.

    Attributes:
        file: where changes are stored, or None when no place could be written (see ``notes``).
        notes: sentences for the person.
        unstored: why nothing is stored, where ``file`` is None.
    """

    source: FrameSource
    project: Project
    file: ProjectFile | None
    notes: tuple[str, ...] = ()
    unstored: str = ""

    def close(self) -> None:
        """Give everything back: the window asked for another place meanwhile."""
        self.source.close()
        if self.file is not None:
            self.file.close()


@dataclass(frozen=True)
class SourceWanted:
    """The project's video is not where it was, or not as it was; ask, and open again with it."""

    project_path: Path
    sentence: str


@dataclass(frozen=True)
class OpenElsewhere:
    """Another window or command has the project, or the draft of the video, open."""

    project_path: Path
    sentence: str


def opening(path: Path, source_path: Path | None = None) -> Callable[[Progress], object]:
    """The work that opens ``path``.

    Its result is :class:`Opened`, :class:`SourceWanted` or :class:`OpenElsewhere`.

    Args:
        source_path: where the person says the project's video lies now.
    """

    def work(progress: Progress) -> object:
        if path.suffix.lower() == SUFFIX:
            result = _open_project(path, source_path, progress)
        else:
            result = _open_new(make_where_missing(path, progress), progress)
        if isinstance(result, Opened):
            remember_opened(path)  # here, because it writes to the disk
        return result

    return work


def _open_project(path: Path, source_path: Path | None, progress: Progress) -> object:
    try:
        file, project = project_file.open_project(path, progress)
    except ProjectBusyError as error:
        return OpenElsewhere(path, str(error))
    try:
        if source_path is not None:
            file.write_source(project_file.relink(project, source_path))
        try:
            found = project_file.locate_source(project, path, progress)
        except SourceError as error:  # another video lies there now
            file.close()
            return SourceWanted(path, str(error))
        if found is None:
            file.close()
            return SourceWanted(path, project_file.missing_source(project, path))
        source = open_source(found, progress)
    except BaseException:
        file.close()
        raise
    return Opened(source, project, file, _notes(source, file.warning))


def _open_new(path: Path, progress: Progress) -> Opened | OpenElsewhere:
    source = open_source(path, progress)
    try:
        ref = source_ref(source)
        draft = draft_path(ref)
    except BaseException:
        source.close()
        raise
    try:
        if draft.exists():
            file, project = project_file.open_project(draft, progress)
            project.source = ref
            note = tr(_CONTINUED[ref.kind])
            labelled = bool(project.objects)
            notes = _notes(source, file.warning, note if labelled else None)
            return Opened(source, project, file, notes)
        project = Project(ref)
        draft.parent.mkdir(parents=True, exist_ok=True)
        return Opened(source, project, project_file.create(draft, project), _notes(source))
    except ProjectBusyError:
        source.close()
        return OpenElsewhere(
            draft, tr("'{path_name}' is open in another window or command.", path_name=path.name)
        )
    except (ProjectFileError, OSError) as error:
        unstored = tr(
            "What you do here is stored nowhere until you save it with Ctrl+S ({error})",
            error=error,
        )
        return Opened(source, Project(ref), None, _notes(source), unstored)
    except BaseException:
        source.close()
        raise


def _notes(source: FrameSource, *more: str | None) -> tuple[str, ...]:
    return tuple(note for note in (source.info.warning, *more) if note)
