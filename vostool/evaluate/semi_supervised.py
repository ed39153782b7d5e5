"""The semi-supervised protocol: every object's first mask is given, the engine does the rest."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass

from vostool.errors import LabelsError
from vostool.evaluate.headless import HeadlessSession, Stepped, Stopped
from vostool.evaluate.measured import Measure, Quality, by_object, measure_frames, overall
from vostool.evaluate.peak_memory import peak_bytes, reset_peak
from vostool.evaluate.sequence import TruthSequence
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Engine
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.project.project import Project


@dataclass(frozen=True, slots=True)
class SequenceRun:
    """One sequence, done.

    Attributes:
        project: what the engine answered.
        measures: of every object on every frame that counts.
        objects: the quality of each object, by id; one without a frame that counts is missing.
        quality: of the sequence.
        seconds_per_frame: in the engine, reading frames included.
        peak_bytes: resident memory of the process at its peak, or None where unknown.
        problems: a sentence for each frame that could not be worked on.
    """

    sequence: TruthSequence
    project: Project
    measures: tuple[Measure, ...]
    objects: dict[int, Quality]
    quality: Quality
    seconds_per_frame: float
    peak_bytes: int | None
    problems: tuple[str, ...]


def counted(sequence: TruthSequence) -> dict[int, list[int]]:
    """The objects that count on each annotated frame.

    By DAVIS 2017 the first and the last frame are left out. The same goes for all up to the frame
    on which an object's mask is given, where nothing was asked of the engine.
    """
    last = sequence.frame_count - 1
    rows = {
        frame: [oid for oid, given in sequence.given.items() if given < frame]
        for frame in sequence.annotated
        if 0 < frame < last
    }
    return {frame: objects for frame, objects in rows.items() if objects}


def run_sequence(
    sequence: TruthSequence,
    engine: Engine,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
    *,
    memory: Memory = STANDARD,
) -> SequenceRun:
    """Give the first masks, track to the end, and measure.

    Raises:
        LabelsError: no object is given, or a mask cannot be read.
        ModelError, SourceError: from the engine and the pictures.
        Cancelled: as ``stopped`` asked.
    """
    if not sequence.given:
        raise LabelsError(f"{sequence.name}: no object has a mask to start from.")
    reset_peak()
    with closing(sequence.open()) as source:
        session = HeadlessSession(source, engine, sequence.given, stopped, memory)
        for object_id, frame in sequence.given.items():
            session.give(frame, object_id, Mask.from_array(sequence.truth(frame) == object_id))
        session.track(Direction.FORWARD, stepped=stepped)
    peak = peak_bytes()
    measures = tuple(measure_frames(sequence, session.project, counted(sequence)))
    objects = by_object(measures)
    return SequenceRun(
        sequence,
        session.project,
        measures,
        objects,
        overall(objects.values(), measures),
        session.seconds / session.steps if session.steps else math.nan,
        peak,
        tuple(session.problems),
    )


def total(runs: list[SequenceRun]) -> Quality:
    """All objects of all sequences, each weighing the same, as DAVIS has it."""
    objects = [quality for run in runs for quality in run.objects.values()]
    return overall(objects, [m for run in runs for m in run.measures])
