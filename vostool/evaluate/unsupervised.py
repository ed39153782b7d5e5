"""DAVIS 2017's unsupervised protocol: nothing is given, up to 20 proposals a sequence.

Every proposal is compared with every true object over the whole sequence; the Hungarian method
gives each object the proposal with which the sum of J&F is largest (Caelles et al., 2019,
arXiv:1905.00737).
All annotated frames count, the first and the last as well, as in davis2017-evaluation.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.errors import Cancelled, LabelsError, ModelError
from vostool.evaluate.headless import Stepped, Stopped, ids_of, reference
from vostool.evaluate.measured import Measure, by_object, overall
from vostool.evaluate.metrics import BOUNDARY_TOLERANCE, boundary_measure, region_similarity
from vostool.evaluate.peak_memory import peak_bytes, reset_peak
from vostool.evaluate.semi_supervised import SequenceRun
from vostool.evaluate.sequence import VOID, TruthSequence
from vostool.finders.choice import Choice
from vostool.finders.finder import Finder, Question
from vostool.masks.mask import BoolArray
from vostool.models.engine import Direction, Engine
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.project.changes import Cell, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import DiscoveryRules, Found, Looking
from vostool.runs.request import choose_memory

PROPOSALS = 20
Pair = tuple[int, int]
"""(true object, proposal)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How a sequence is looked at."""

    finder: Finder
    question: Question
    choice: Choice
    rules: DiscoveryRules


@dataclass(frozen=True, slots=True)
class UnsupervisedRun:
    """One sequence, done.

    Attributes:
        run: measured with the matched proposals under the true objects' ids.
        matches: the proposal of each true object, or None where there are fewer proposals.
        found_on: by proposal, the frame it was found on.
    """

    run: SequenceRun
    matches: Mapping[int, int | None]
    found_on: Mapping[int, int]


def run_unsupervised(
    sequence: TruthSequence,
    engine: Engine,
    looks: Looks,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
    *,
    memory: Memory = STANDARD,
) -> UnsupervisedRun:
    """Find and track from the first frame to the last, match, and measure.

    Raises:
        LabelsError: the sequence has no object, or a mask cannot be read.
        ModelError, SourceError, UsageError: from engine, finder and pictures.
        Cancelled: as ``stopped`` asked.
    """
    check_matching()
    if not sequence.given:
        raise LabelsError(f"{sequence.name}: no object has ground truth.")
    reset_peak()
    problems: list[str] = []
    with closing(sequence.open()) as source:
        project = Project(reference(source.info))
        project.apply(choose_memory(project, memory))
        edits = DiscoveryEdits(project)
        started = time.perf_counter()
        engine.open(source)
        asked = Asked(looks.finder, looks.question, engine, looks.choice)
        request = plan_discovery(project, Direction.FORWARD)
        for step in discover(project.snapshot(), source, request, looks.rules, asked, stopped):
            if isinstance(step, Looking):
                continue
            project.apply(edits(project, [step]))
            if step.problem is not None:
                problems.append(f"Frame {step.frame}: {step.problem}")
            if not step.traced:
                stepped()
        seconds = time.perf_counter() - started
    if stopped():
        raise Cancelled("Stopped.")
    peak = peak_bytes()
    found_on = {said.object_id: said.frame for said in edits.news if isinstance(said, Found)}
    measures, matches = measured(sequence, project, sorted(project.objects)[:PROPOSALS])
    objects = by_object(measures)
    run = SequenceRun(
        sequence, _renumbered(project, matches), measures, objects,
        overall(objects.values(), measures), seconds / sequence.frame_count, peak, tuple(problems),
    )  # fmt: skip
    return UnsupervisedRun(run, matches, found_on)


def measured(
    sequence: TruthSequence, project: Project, proposals: Sequence[int]
) -> tuple[tuple[Measure, ...], dict[int, int | None]]:
    """The measures of each true object with its proposal, and which proposal that is.

    Raises:
        LabelsError: a mask cannot be read.
    """
    truths = sorted(sequence.given)
    rows: dict[Pair, list[Measure]] = {}
    for frame in sequence.annotated:
        truth, result = sequence.truth(frame), ids_of(project, frame)
        void = truth == VOID
        masks = {proposal: result == proposal for proposal in proposals}
        masks[0] = np.zeros(result.shape, np.bool_)  # what an object has that nothing is left for
        for oid in truths:
            own = truth == oid
            for proposal, mask in masks.items():
                j, f = compare(own, mask, void)
                record = project.masks.get(frame, proposal) if proposal else None
                score = None if record is None else record.score
                rows.setdefault((oid, proposal), []).append(Measure(frame, oid, j, f, score))
    quality = np.array(
        [[_mean_jf(rows[oid, proposal]) for proposal in proposals] for oid in truths]
    ).reshape(len(truths), len(proposals))
    pairs = match(quality)
    matches = {oid: proposals[pairs[i]] if i in pairs else None for i, oid in enumerate(truths)}
    measures = [m for oid in truths for m in rows[oid, matches[oid] or 0]]
    return tuple(measures), matches


def match(quality: NDArray[np.float64]) -> dict[int, int]:
    """Row to column of (objects, proposals) so that the sum is largest; each is taken once."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-quality)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True)}


def check_matching() -> None:
    """Raise :class:`ModelError` where scipy is not installed."""
    try:
        import scipy.optimize  # noqa: F401
    except ImportError as error:
        raise ModelError(
            "The unsupervised protocol needs scipy; add it with `pip install 'vostool[eval]'`."
        ) from error


def compare(truth: BoolArray, result: BoolArray, void: BoolArray) -> tuple[float, float]:
    """J and F of two (H, W) masks; boundaries that are too far apart to match are not drawn."""
    boxes = [_box(mask) for mask in (truth & ~void, result & ~void)]
    if boxes[0] is not None and boxes[1] is not None:
        reach = math.ceil(BOUNDARY_TOLERANCE * math.hypot(*truth.shape)) + 2
        (x0, y0, x1, y1), (u0, v0, u1, v1) = boxes[0], boxes[1]
        if max(u0 - x1, x0 - u1, v0 - y1, y0 - v1) > reach:
            return 0.0, 0.0
    return region_similarity(truth, result, void), boundary_measure(truth, result, void)


def _box(mask: BoolArray) -> tuple[int, int, int, int] | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def _mean_jf(rows: Sequence[Measure]) -> float:
    return sum(m.jf for m in rows) / len(rows)


def _renumbered(project: Project, matches: Mapping[int, int | None]) -> Project:
    """A project with the matched proposals alone, under the true objects' ids, for pictures."""
    other = Project(project.source)
    changes = []
    for truth, proposal in matches.items():
        if proposal is None:
            continue
        changes.append(other.change(Cell(Table.OBJECTS, truth), AnnotatedObject.new(truth)))
        for frame, record in project.masks.row(proposal).items():
            changes.append(other.change(Cell(Table.MASKS, (frame, truth)), record))
    other.apply(Edit("Match", tuple(changes)))
    return other
