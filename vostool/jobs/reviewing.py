"""The review queue over many projects: what is likely wrong in any of them, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vostool.io.project.reading import read_project
from vostool.progress import Progress, silent
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.review.events import ReviewEvent
from vostool.review.queue import ReviewQueue
from vostool.review.reasons import Reason

SLICE_SECONDS = 0.05
"""Measured between two looks whether to go on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of masks of one project that is likely wrong.

    Attributes:
        project: its file.
        first, last: the frames, both included.
        frame, object_id: of the mask to look at, where a correction would mend most.
        objects: the names of the objects.
        reasons: what weighs most first.
        gain: how much that is; measured within its project, so that it compares with those of
            other projects only roughly.
        masks: how many are in question.
    """

    project: Path
    first: int
    last: int
    frame: int
    object_id: int
    objects: tuple[str, ...]
    reasons: tuple[Reason, ...]
    gain: float
    masks: int

    @property
    def rank(self) -> tuple[float, str, int, int]:
        """Sorts places: where most is to be mended first, then by project, frame and object."""
        return -self.gain, str(self.project), self.frame, self.object_id


def places_of(path: Path, progress: Progress = silent) -> list[Place]:
    """What is likely wrong in a project, as its file has it now, most urgent first.

    Raises:
        ProjectFileError: it cannot be read.
        Cancelled: through ``progress``.
    """
    project, _ = read_project(path, progress)
    queue = ReviewQueue(project)
    while not queue.work(SLICE_SECONDS):
        progress(0, 0, path.stem)
    return [_place(path, project, event) for event in queue.events()]


def _place(path: Path, project: Project, event: ReviewEvent) -> Place:
    known = project.objects
    names = [object_title(project, known[oid]) for oid in event.object_ids if oid in known]
    frame, oid = event.worst.place
    return Place(
        path, event.first, event.last, frame, oid, tuple(names), event.reasons,
        event.gain, event.masks,
    )  # fmt: skip
