"""J and F of what a project holds against a sequence's truth, one frame at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vostool.evaluate.headless import ids_of
from vostool.evaluate.metrics import boundary_measure, region_similarity
from vostool.evaluate.sequence import VOID, TruthSequence
from vostool.evaluate.statistics import Statistics, auroc, mean_of, statistics
from vostool.project.project import Project

BAD_IOU = 0.5
"""Below this the mask is called wrong, which the score should have said."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One object on one frame.

    Attributes:
        j, f: region and boundary measure, 0..1.
        score: the engine's own, 0..1, or None where it gave none.
    """

    frame: int
    object_id: int
    j: float
    f: float
    score: float | None

    @property
    def jf(self) -> float:
        """J&F of this frame."""
        return (self.j + self.f) / 2


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of one object, of a sequence or of all of them.

    Attributes:
        j, f: their statistics.
        frames: values that each of them was made of.
        auroc: how well the score tells IoU below 0.5; nan where it never or always is.
    """

    j: Statistics
    f: Statistics
    frames: int
    auroc: float

    @property
    def jf_mean(self) -> float:
        """J&F: the mean of both means."""
        return (self.j.mean + self.f.mean) / 2


def measure_frames(
    sequence: TruthSequence, project: Project, frames: Mapping[int, Iterable[int]]
) -> list[Measure]:
    """Compare the objects named for each frame; reads one frame's truth at a time.

    Raises:
        LabelsError: a mask has become unreadable.
    """
    measures = []
    for frame, object_ids in frames.items():
        truth, result = sequence.truth(frame), ids_of(project, frame)
        void = truth == VOID
        for object_id in object_ids:
            pair = (truth == object_id, result == object_id, void)
            record = project.masks.get(frame, object_id)
            j, f = region_similarity(*pair), boundary_measure(*pair)
            score = None if record is None else record.score
            measures.append(Measure(frame, object_id, j, f, score))
    return measures


def by_object(measures: Iterable[Measure]) -> dict[int, Quality]:
    """The quality of each object, by ascending id."""
    rows: dict[int, list[Measure]] = {}
    for measure in measures:
        rows.setdefault(measure.object_id, []).append(measure)
    return {object_id: _quality(rows[object_id]) for object_id in sorted(rows)}


def overall(objects: Iterable[Quality], measures: Iterable[Measure]) -> Quality:
    """The mean over objects, each weighing the same; the scores are taken together."""
    each = list(objects)
    return Quality(
        mean_of(q.j for q in each),
        mean_of(q.f for q in each),
        sum(q.frames for q in each),
        auroc(_scored(measures)),
    )


def frame_means(measures: Iterable[Measure]) -> dict[int, float]:
    """J&F of each frame, the mean over its objects."""
    rows: dict[int, list[float]] = {}
    for measure in measures:
        rows.setdefault(measure.frame, []).append(measure.jf)
    return {frame: sum(values) / len(values) for frame, values in sorted(rows.items())}


def _quality(measures: list[Measure]) -> Quality:
    ordered = sorted(measures, key=lambda m: m.frame)
    j, f = statistics([m.j for m in ordered]), statistics([m.f for m in ordered])
    return Quality(j, f, len(ordered), auroc(_scored(ordered)))


def _scored(measures: Iterable[Measure]) -> list[tuple[float, bool]]:
    return [
        (m.score, m.j < BAD_IOU)
        for m in measures
        if m.score is not None and not math.isnan(m.score)
    ]
