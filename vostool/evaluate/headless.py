"""An engine used as the window and the command line use it: through edits of a project."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from vostool.errors import Cancelled
from vostool.evaluate.sequence import Ids
from vostool.frames import FrameSource, SourceInfo, SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import (
    Direction,
    Engine,
    Learns,
    Recalls,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.carrying import correction_parts
from vostool.runs.learning import learn
from vostool.runs.parts import Steps, StepsToEdit
from vostool.runs.request import (
    choose_memory,
    keyframes,
    may_recall,
    plan_run,
    run_edit,
    segment_edit,
    segment_request,
)

Stopped = Callable[[], bool]
Stepped = Callable[[], None]


class HeadlessSession:
    """A project of one source, and an engine that answers what is asked of it.

    Args:
        source: opened; it stays the caller's.
        engine: opened on ``source`` here.
        object_ids: the objects to make.
        stopped: asked between frames; True ends the work with :class:`vostool.errors.Cancelled`.
        memory: what its runs remember by.
        opened: the engine is open on ``source`` already.

    Attributes:
        project: what has been labelled.
        seconds: spent in the engine so far, reading frames included.
        steps: frames tracked so far, counted once a leg.
        problems: a sentence for each frame that could not be worked on.
    """

    def __init__(
        self,
        source: FrameSource,
        engine: Engine,
        object_ids: Iterable[int],
        stopped: Stopped = lambda: False,
        memory: Memory = STANDARD,
        *,
        opened: bool = False,
    ) -> None:
        self.project = Project(reference(source.info))
        self.project.apply(choose_memory(self.project, memory))
        self._source, self._engine = source, engine
        self._stopped = stopped
        self.seconds = 0.0
        self.steps = 0
        self.problems: list[str] = []
        for object_id in object_ids:
            cell = Cell(Table.OBJECTS, object_id)
            change = self.project.change(cell, AnnotatedObject.new(object_id))
            self.project.apply(Edit("Add object", (change,)))
        if not opened:
            with self._timed():
                engine.open(source)

    def give(self, frame: int, object_id: int, mask: Mask) -> None:
        """Give an object's true mask, as an import of labels does."""
        record = MaskRecord(mask, Provenance.IMPORTED)
        self.project.apply(edits.set_masks(self.project, [((frame, object_id), record)], "Import"))

    def prompt(self, frame: int, object_id: int, prompts: Prompts) -> None:
        """Set an object's prompts on a frame and take the engine's mask for them.

        Raises:
            ModelError, PromptError: from the engine.
        """
        edit = edits.set_prompts(self.project, frame, object_id, prompts, "Prompt")
        self.project.apply(edit)
        request = segment_request(self.project, frame, object_id, prompts)
        with self._timed():
            reply = self._engine.segment(request)
            if may_recall(reply) and isinstance(self._engine, Recalls):
                reply = self._engine.recall(request, self._stopped) or reply
        answer = segment_edit(self.project, frame, object_id, prompts, reply)
        if answer is not None:
            self.project.apply(answer)

    def learn(self, object_ids: Collection[int]) -> None:
        """Let the engine learn of each object what was said of it, as the window does.

        Raises:
            ModelError: from the engine.
        """
        if isinstance(self._engine, Learns):
            with self._timed():
                edit = learn(self.project, self._engine, object_ids, self._stopped)
            self.project.apply(edit)

    def track(
        self,
        direction: Direction,
        origin: int | None = None,
        stepped: Stepped = lambda: None,
        last: int | None = None,
    ) -> None:
        """Track every object that has a keyframe over the whole source.

        Args:
            last: go no farther than this frame.

        Raises:
            ModelError, PromptError: from the engine, or nothing to start from.
            Cancelled: as ``stopped`` asked.
        """
        request = plan_run(self.project, direction, origin=origin, last=last)
        self._run(request, run_edit, stepped)

    def track_corrected(
        self, frame: int, object_ids: Collection[int], stepped: Stepped = lambda: None
    ) -> None:
        """Track what corrections of these objects on a frame change, as the window does.

        Up to the object's next keyframe on either side, or to the end of what was tracked, the
        change is carried on (:mod:`vostool.runs.carrying`); so a correction changes nothing beyond
        its neighbours (after MiVOS, arXiv:2103.07941). An object without another keyframe is
        tracked over the whole source.

        Raises:
            ModelError, PromptError: from the engine.
            Cancelled: as ``stopped`` asked.
        """
        project = self.project
        fresh = [oid for oid in object_ids if len(keyframes(project, [oid])) == 1]
        known = sorted(set(object_ids).difference(fresh))
        if fresh:
            request = plan_run(project, Direction.BOTH, origin=frame, object_ids=fresh)
            self._run(request, run_edit, stepped)
        for part in correction_parts(project, frame, known):
            planned = part.plan()
            if planned is not None:
                self._run(planned, part.to_edit, stepped, part.steps)

    def _run(
        self,
        request: TrackRequest,
        to_edit: StepsToEdit,
        stepped: Stepped,
        steps: Steps | None = None,
    ) -> None:
        with self._timed():
            for step in self._tracked(request, steps):
                if step is None:
                    continue
                self.project.apply(to_edit(self.project, [step]))
                self.steps += not step.revised
                if step.problem is not None:
                    self.problems.append(f"Frame {step.frame}: {step.problem}")
                if not step.revised:
                    stepped()
        if self._stopped():
            raise Cancelled("Stopped.")

    def _tracked(self, request: TrackRequest, steps: Steps | None) -> Iterator[TrackedFrame | None]:
        if steps is None:
            return self._engine.track(request, self._stopped)
        return steps(request, self._engine, self._source, self._stopped)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - start


def ids_of(project: Project, frame: int) -> Ids:
    """The frame's masks as one id picture; where they overlap the lower id is in front."""
    ids = np.zeros((project.source.height, project.source.width), np.int32)
    for object_id, record in sorted(project.masks.at(frame).items(), reverse=True):
        ids[record.mask.to_array()] = object_id
    return ids


def reference(info: SourceInfo) -> SourceRef:
    """The project of an evaluation is never stored, so nothing needs to recognise its source."""
    return SourceRef(
        info.path, info.kind, 0, "", info.width, info.height, info.frame_count, info.rate
    )
