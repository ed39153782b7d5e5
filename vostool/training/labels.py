"""What a person taught in their projects: the masks that somebody drew, clicked or confirmed.

A machine's mask that nobody confirmed is never among them: a network would learn its own mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vostool.errors import LabelsError, SourceError
from vostool.io.project.file import locate_source, missing_source, read_project, relink
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.trainer import TaughtVideo
from vostool.progress import Progress, silent
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.words import counted, tr


@dataclass(frozen=True, slots=True)
class Taught:
    """What several projects teach.

    Attributes:
        videos: those with something to learn, in the order of the projects.
        notes: a sentence for each thing that was left out.
    """

    videos: tuple[TaughtVideo, ...]
    notes: tuple[str, ...]


def is_taught(record: MaskRecord, prompted: bool, imported: bool = False) -> bool:
    """True for a mask that a person vouches for.

    Args:
        prompted: there are prompts of the object on the frame.
        imported: masks of label files count, too; who made those is not known.
    """
    if record.confirmed or record.provenance is Provenance.EDITED:
        return True
    if record.provenance is Provenance.PROMPTED:
        return prompted and not record.mask.is_empty  # an empty answer is the engine's failure
    return imported and record.provenance is Provenance.IMPORTED


def taught_masks(project: Project, imported: bool = False) -> dict[int, dict[int, Mask]]:
    """The masks of a project that a person vouches for, by frame and object id, ascending."""
    found: dict[int, dict[int, Mask]] = {}
    cells = sorted(project.masks.items(), key=lambda cell: cell[:2])
    for frame, object_id, record in cells:
        prompted = (frame, object_id) in project.prompts
        if object_id in project.objects and is_taught(record, prompted, imported):
            found.setdefault(frame, {})[object_id] = record.mask
    return found


def taught_video(
    project: Project, video: Path, name: str | None = None, imported: bool = False
) -> TaughtVideo:
    """What a project that is open teaches.

    Args:
        video: where its video lies now.
        name: for people; None takes the video's.
    """
    titles = {oid: object_title(project, known) for oid, known in project.objects.items()}
    return TaughtVideo(
        name or video.name,
        project.source.fingerprint,
        partial(open_source, video),
        taught_masks(project, imported),
        titles,
    )


def read_taught(
    paths: Sequence[Path], imported: bool = False, progress: Progress = silent
) -> Taught:
    """Read what project files teach; they are not changed, and may be open elsewhere.

    Args:
        imported: masks of label files count, too.

    Raises:
        ProjectFileError: a project cannot be read.
        LabelsError: none of them teaches anything.
        Cancelled: through ``progress``.
    """
    videos: list[TaughtVideo] = []
    notes: list[str] = []
    names = video_names(paths)
    for number, path in enumerate(paths):
        progress(number, len(paths), path.name)
        video = _read(path, names[path], imported, notes, progress)
        if video is not None:
            videos.append(video)
    merged = _merged(videos, notes)
    if not merged:
        raise LabelsError(
            tr(
                "There is nothing to learn: {why} Click, draw or confirm masks first.",
                why=" ".join(notes),
            )
        )
    return Taught(tuple(merged), tuple(notes))


def video_names(paths: Sequence[Path]) -> dict[Path, str]:
    """What :func:`read_taught` calls the video of each project: the file's stem, if it is alone."""
    stems = [path.stem for path in paths]
    return {path: path.stem if stems.count(path.stem) == 1 else str(path) for path in paths}


def _read(
    path: Path, name: str, imported: bool, notes: list[str], progress: Progress
) -> TaughtVideo | None:
    project, warning = read_project(path, progress)
    if warning is not None:
        notes.append(warning)
    video = _video_of(project, path, notes, progress)
    if video is None:
        return None
    taught = taught_video(project, video, name, imported)
    left = len(project.masks) - len(taught.cells)
    if not taught.masks:
        notes.append(tr("{name} has no mask that a person made or confirmed.", name=path.name))
        return None
    if left:
        notes.append(
            tr(
                "{name}: left out, as nobody confirmed it: {masks}.",
                name=path.name,
                masks=counted(left, "mask"),
            )
        )
    return taught


def _video_of(project: Project, path: Path, notes: list[str], progress: Progress) -> Path | None:
    try:
        place = locate_source(project, path, progress)
        if place is None:
            notes.append(missing_source(project, path))
            return None
        return relink(project, place).path if place != project.source.path else place
    except SourceError as error:
        notes.append(str(error))
        return None


def _merged(videos: Sequence[TaughtVideo], notes: list[str]) -> list[TaughtVideo]:
    """Each video once: a second project of the same pictures could be held out from the first."""
    found: dict[str, TaughtVideo] = {}
    for video in videos:
        first = found.setdefault(video.digest, video)
        if first is not video:
            notes.append(
                tr(
                    "{name} is of the same video as {first}, and is left out.",
                    name=video.name,
                    first=first.name,
                )
            )
    return list(found.values())
