"""Looking for objects on the engine's thread: the finder there, and the job that it works on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.errors import DeviceLostError, VosToolError
from vostool.finders.choice import Overlaps, overlaps_of
from vostool.finders.finder import Candidate, Finder, Look, Question, View
from vostool.finders.same_things import SameThings
from vostool.frames import FrameSource
from vostool.gui.engine.answering import close_quietly
from vostool.gui.engine.previews import Outline, outlines_of
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Engine
from vostool.words import mark, tr

Outlines = tuple[Outline, ...]
AGAIN = 0.8
"""From this IoU on a candidate is one that is known."""
OUT_OF_MEMORY = mark(
    "There is not enough memory to look for objects this way; "
    "choose a smaller model or a coarser grid, or close other "
    "programs."
)


@dataclass(frozen=True, eq=False)
class FindJob:
    """Look at some frames, one after the other.

    Attributes:
        finder: with its model loaded; from now on it belongs to the engine's thread.
        frames: in the order in which they are looked at.
        before: candidates that are known, by frame; what is found joins them.
        cancel: set it, and the job ends after the piece of work it is at.
    """

    finder: Finder
    question: Question
    frames: tuple[int, ...]
    before: Mapping[int, tuple[Candidate, ...]] = field(default_factory=dict)
    cancel: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, eq=False)
class FrameLook:
    """How far a job is, and what is known of one frame.

    Attributes:
        place: of the frame among those of the job, from 0.
        look: with all candidates of the frame, those known before among them.
        outlines: of each, for the canvas; overlaps: for choosing among them. Both are worked out
            here, and not on the window's thread.
        final: nothing more will be found on this frame.
        same: where several frames are looked at, and this one to its end: the number of the thing
            that each candidate is, shared with those of other frames.
    """

    job: FindJob
    frame: int
    place: int
    look: Look
    outlines: tuple[Outlines, ...]
    overlaps: Overlaps
    final: bool
    same: tuple[int, ...] = ()

    @property
    def done(self) -> float:
        """The part of the whole job that is done, 0..1."""
        here = 1.0 if self.final else self.look.done / max(self.look.total, 1)
        return (self.place + min(here, 1.0)) / len(self.job.frames)


@dataclass(frozen=True)
class FindEnd:
    """How a job ended: to its end, cancelled, or with one sentence about what went wrong.

    Attributes:
        lost: the finder's GPU answers no more.
    """

    job: FindJob
    cancelled: bool
    problem: str | None = None
    lost: bool = False


class RunningFind:
    """One job with one engine. Only the engine's thread steps it."""

    def __init__(self, engine: Engine, source: FrameSource, job: FindJob) -> None:
        self.job = job
        self._looks = _looks(engine, source, job)

    def step(self) -> FrameLook | FindEnd:
        """The next look, or how the job ended."""
        job = self.job
        look: FrameLook | None = None
        problem: str | None = None
        lost = False
        try:
            look = None if job.cancel.is_set() else next(self._looks, None)
        except VosToolError as error:
            problem, lost = str(error), isinstance(error, DeviceLostError)
        except Exception as error:  # a failed finder must not end the thread
            problem = find_problem(error)
        return FindEnd(job, job.cancel.is_set(), problem, lost) if look is None else look

    def close(self) -> None:
        """Let the finder stop where it is."""
        with contextlib.suppress(Exception):  # what is given up concerns the person no more
            self._looks.close()


def find_problem(error: Exception) -> str:
    """One sentence about an exception of a finder's library."""
    said = str(error)
    lack = ("out of memory", "not enough memory", "can't allocate memory")
    if isinstance(error, MemoryError) or any(words in said.lower() for words in lack):
        return tr(OUT_OF_MEMORY)
    return tr("Looking for objects stopped: {said}", said=said or type(error).__name__)


def _looks(engine: Engine, source: FrameSource, job: FindJob) -> Generator[FrameLook, None, None]:
    known: dict[Candidate, Outlines] = {}
    things = SameThings()
    for place, frame in enumerate(job.frames):
        view = View(frame, source.frame(frame), engine)
        last = Look(0, 1)
        known.clear()
        looks = job.finder.find(view, job.question)
        try:
            for last in looks:
                yield _frame_look(job, place, last, known, view)
        finally:
            if close := getattr(looks, "close", None):
                close()
        whole = _frame_look(job, place, last, known, view)
        same: tuple[int, ...] = ()
        if len(job.frames) > 1:
            same = things.numbers(frame, view.picture, whole.look.candidates)
        yield replace(whole, final=True, same=same)


def _frame_look(
    job: FindJob, place: int, look: Look, known: dict[Candidate, Outlines], view: View
) -> FrameLook:
    candidates = joined(job.before.get(view.frame, ()), look.candidates)
    look = replace(look, candidates=candidates)
    for each in candidates:
        if each not in known:
            known[each] = (
                (_corners(each.box),) if each.mask is None else _simple(outlines_of(each.mask))
            )
    overlaps = overlaps_of(candidates, *view.picture.shape[:2])
    outlines = tuple(known[each] for each in candidates)
    return FrameLook(job, view.frame, place, look, outlines, overlaps, False)


def joined(old: Sequence[Candidate], new: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Both; what is found again is not there twice, and parts still know their wholes."""
    if not old or not new:
        return (*old, *new)
    table = alike([each.mask for each in new], [each.mask for each in old])
    places: dict[int | None, int] = {}
    for index in np.flatnonzero(table.max(1) < AGAIN).tolist():
        places[index] = len(old) + len(places)
    more = [replace(new[i], whole=places.get(new[i].whole)) for i in places if i is not None]
    return (*old, *more)


def alike(ours: Sequence[Mask | None], theirs: Sequence[Mask | None]) -> NDArray[np.float64]:
    """(N, M) intersection over union; 0 where one of both has no mask."""
    rows = {i: mask.rle() for i, mask in enumerate(ours) if mask is not None}
    columns = {i: mask.rle() for i, mask in enumerate(theirs) if mask is not None}
    table = np.zeros((len(ours), max(len(theirs), 1)))
    if rows and columns:
        found = coco_mask.iou(list(rows.values()), list(columns.values()), [0] * len(columns))
        table[np.ix_(list(rows), list(columns))] = found
    return table


def _simple(outlines: Outlines) -> Outlines:
    """With fewer corners, none further than half a pixel from where it was."""
    short = (cv2.approxPolyDP(ring[:, None], 0.5, True)[:, 0] for ring in outlines)
    return tuple(np.asarray(ring, np.float32) for ring in short)


def _corners(box: Box) -> Outline:
    corners = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
    return np.array(corners, np.float32)


class Finds:
    """What the engine's thread does for finders, and the finder that it keeps between jobs.

    Attributes:
        is_next: beside a run that goes, the next piece of work is the finder's.
    """

    def __init__(self) -> None:
        self.is_next = False
        self._running: RunningFind | None = None
        self._finder: Finder | None = None

    @property
    def job(self) -> FindJob | None:
        """The job in work, or None."""
        return None if self._running is None else self._running.job

    def start(self, engine: Engine, source: FrameSource, job: FindJob) -> None:
        """Begin a job; another finder than the last one's takes its place."""
        if job.finder is not self._finder:
            self.close_finder()
            self._finder = job.finder
        self._running = RunningFind(engine, source, job)

    def step(self) -> FrameLook | FindEnd:
        """Go on with the job; to be called only where there is one."""
        assert self._running is not None
        result = self._running.step()
        if isinstance(result, FindEnd):
            self.drop()
        return result

    def drop(self) -> None:
        """End the job where it is, without a word."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def close_finder(self) -> None:
        """Give the memory of the kept finder back."""
        self.drop()
        finder, self._finder = self._finder, None
        close_quietly(finder)
