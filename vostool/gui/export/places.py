"""Where an export goes to: the folder that is proposed, and exports that lie there already."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from vostool.frames import FrameSource
from vostool.gui.session.document import Document
from vostool.io.batch.run import Batch, BatchProject, HeldProject
from vostool.io.project.drafts import is_draft
from vostool.io.project.file import SUFFIX


def open_project_row(document: Document, source: FrameSource, path: Path | None) -> BatchProject:
    """The open project as it is now.

    Args:
        path: its file, or None where it was not saved under a name yet.
    """
    project = document.snapshot()
    place = path or project.source.path.with_suffix(SUFFIX)
    name = path.stem if path is not None else project.source.path.stem
    return BatchProject(place, held=HeldProject(project, source, name))


def is_stored(project: BatchProject) -> bool:
    """False for an open project that has no file of its own yet."""
    return project.held is None or (project.path.is_file() and not is_draft(project.path))


def proposed_folder(projects: Sequence[BatchProject]) -> Path:
    """Beside the video of one open project; "labels" in the folder that holds several."""
    if not projects:
        return Path.home() / "labels"
    first = projects[0]
    if len(projects) == 1 and first.held is not None:
        video = first.held.project.source.path
        return video.with_name(f"{video.stem}-labels")
    if len(projects) == 1:
        return first.path.with_name(f"{first.path.stem}-labels")
    return first.path.parent / "labels"


def earlier_exports(batch: Batch) -> list[Path]:
    """Folders of this batch's formats that hold something already."""
    folders = dict.fromkeys(batch.folders())
    places = [folder / name for folder in folders for name in batch.formats]
    return [place for place in places if _holds_something(place)]


def _holds_something(place: Path) -> bool:
    try:
        with os.scandir(place) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
