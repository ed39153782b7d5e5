"""How good an engine is on held-out labels, asked as the window asks it.

On each labelled frame by itself: J&F after one click into the middle of the object, after a box,
and how many clicks it takes until J&F is 0.9 (the click robot of :mod:`vostool.evaluate.robots`).
An engine that learns to track is measured by tracking besides: each object's first held-out mask
is given, and the others are compared with what it makes of them, within a stretch of each video.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

import numpy as np

from vostool.errors import Cancelled, LabelsError, SourceError
from vostool.evaluate.headless import HeadlessSession, Stopped
from vostool.evaluate.metrics import boundary_measure, region_similarity
from vostool.evaluate.robots import BoxRobot, ClickRobot, Robot
from vostool.frames import FrameSource
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import Direction, Engine, SegmentRequest
from vostool.models.trainer import TaughtVideo
from vostool.project.prompts import Point, Prompts
from vostool.training.chosen import FEWEST_TRACKED, REACH, stretch, thinned
from vostool.words import tr

GOOD = 0.9
"""J&F to be reached by clicks."""
MOST_CLICKS = 10
ENGINES_KEPT = 4
"""Each holds its weights, and features of its video."""
_OBJECT = 1

MakeEngine = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class Cell:
    """One object on one held-out frame."""

    video: str
    frame: int
    object_id: int


@dataclass(frozen=True, slots=True)
class CellMeasure:
    """What an engine makes of one cell; J&F in 0..1.

    Attributes:
        mask: of the first click, or the tracked one where tracking is measured.
        click: J&F after one click.
        box: J&F after a box.
        clicks: needed until J&F is :data:`GOOD`, one more than :data:`MOST_CLICKS` where they do
            not suffice; None where they were not counted.
        tracked: J&F of the tracked mask, or None where it was not tracked.
    """

    cell: Cell
    mask: Mask
    click: float
    box: float
    clicks: int | None = None
    tracked: float | None = None

    @property
    def value(self) -> float:
        """What counts: tracking where that is measured, else click and box alike."""
        return (self.click + self.box) / 2 if self.tracked is None else self.tracked


def what_counts(measures: Sequence[CellMeasure]) -> list[CellMeasure]:
    """Those that were tracked; all of them where none was. The masks that tracking was given, and
    what one click makes of them, say nothing of tracking."""
    return [m for m in measures if m.tracked is not None] or list(measures)


def mean_value(measures: Sequence[CellMeasure]) -> float:
    """The mean of what counts over the objects of the videos, each weighing the same."""
    rows: dict[tuple[str, int], list[float]] = {}
    for measure in what_counts(measures):
        rows.setdefault((measure.cell.video, measure.cell.object_id), []).append(measure.value)
    return float(np.mean([np.mean(row) for row in rows.values()]))


class Measurer:
    """Measures engines of one make on the same labels; what they keep of a video stays between.

    Use as a context manager.

    Args:
        make: makes an engine; a few are kept until the end, each with the video that it was last
            asked about.
        videos: the held-out labels.
        tracks: measure by tracking as well, in a stretch of each video.
        most: at most so many cells, evenly spread; None takes all.
    """

    def __init__(
        self,
        make: MakeEngine,
        videos: Sequence[TaughtVideo],
        tracks: bool = False,
        most: int | None = None,
    ) -> None:
        self._make, self._tracks = make, tracks
        near = [stretch(video, REACH) for video in videos] if tracks else videos
        self._videos = thinned(near, most, FEWEST_TRACKED if tracks else 1)
        self._opened: OrderedDict[str, tuple[Engine, FrameSource]] = OrderedDict()

    def __enter__(self) -> Measurer:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for engine, source in self._opened.values():
                stack.callback(source.close)
                stack.callback(engine.close)
        self._opened.clear()

    @property
    def cells(self) -> tuple[tuple[TaughtVideo, int, int], ...]:
        """Video, frame and object of everything that is clicked on."""
        return tuple((v, f, o) for v in self._videos for f, o in _seen_cells(v))

    def __call__(
        self,
        count_clicks: bool = False,
        stopped: Stopped = lambda: False,
        measured: Callable[[int, int], None] = lambda done, total: None,
    ) -> list[CellMeasure]:
        """Measure everything now.

        Args:
            count_clicks: go on clicking until the mask is good.
            stopped: asked between cells.
            measured: told how many cells are done, and how many there are.

        Raises:
            Cancelled: as ``stopped`` asked.
            ModelError, PromptError: from the engine.
            SourceError: a video cannot be opened.
            LabelsError: no held-out mask has a pixel, or no frame can be read.
        """
        total, found = len(self.cells), list[CellMeasure]()
        if not total:
            raise LabelsError(tr("No held-out mask shows its object, so nothing can be measured."))
        done = 0
        for video in self._videos:
            answers: list[CellMeasure] = []
            for frame, object_id in _seen_cells(video):
                _go_on(stopped)
                engine, _ = self._engine(video)
                with suppress(SourceError):  # a damaged frame says nothing of either side
                    answers.append(_measure_cell(engine, video, frame, object_id, count_clicks))
                done += 1
                measured(done, total)
            if self._tracks and answers:
                tracked = self._track(video, [m.cell for m in answers], stopped)
                answers = [_with_track(m, tracked.get(m.cell)) for m in answers]
            found += answers
        if not found:
            raise LabelsError(tr("No held-out frame can be read, so nothing can be measured."))
        return found

    def _engine(self, video: TaughtVideo) -> tuple[Engine, FrameSource]:
        """An engine with this video; of many, the one that was asked longest ago takes it on."""
        if video.name not in self._opened:
            self._opened[video.name] = self._open(video)
        self._opened.move_to_end(video.name)
        return self._opened[video.name]

    def _open(self, video: TaughtVideo) -> tuple[Engine, FrameSource]:
        with ExitStack() as undo:
            source = video.open()
            undo.callback(source.close)
            before: FrameSource | None = None
            if len(self._opened) < ENGINES_KEPT:
                engine = self._make()
            else:
                _, (engine, before) = self._opened.popitem(last=False)
                undo.callback(before.close)
            undo.callback(engine.close)
            engine.open(source)
            undo.pop_all()
        if before is not None:
            before.close()
        return engine, source

    def _track(
        self, video: TaughtVideo, cells: Sequence[Cell], stopped: Stopped
    ) -> dict[Cell, tuple[Mask, float]]:
        """The tracked mask and its J&F of each cell but an object's first."""
        engine, source = self._engine(video)
        first: dict[int, int] = {}
        for cell in cells:
            first.setdefault(cell.object_id, cell.frame)
        session = HeadlessSession(source, engine, first, stopped)
        for object_id, frame in first.items():
            session.give(frame, object_id, video.masks[frame][object_id])
        session.track(Direction.FORWARD, last=max(cell.frame for cell in cells))
        found = {}
        for cell in cells:
            record = session.project.masks.get(cell.frame, cell.object_id)
            if record is not None and cell.frame > first[cell.object_id]:
                truth = video.masks[cell.frame][cell.object_id]
                value = jf_of(truth.to_array(), record.mask.to_array())
                found[cell] = record.mask, value
        return found


def jf_of(truth: BoolArray, result: BoolArray) -> float:
    """J&F of two (H, W) masks."""
    return (region_similarity(truth, result) + boundary_measure(truth, result)) / 2


def _with_track(measure: CellMeasure, answer: tuple[Mask, float] | None) -> CellMeasure:
    return measure if answer is None else replace(measure, mask=answer[0], tracked=answer[1])


def _measure_cell(
    engine: Engine, video: TaughtVideo, frame: int, object_id: int, count_clicks: bool
) -> CellMeasure:
    truth = video.masks[frame][object_id].to_array()
    clicked, boxed = (_Asked(engine, frame, robot) for robot in (ClickRobot(), BoxRobot()))
    clicked.correct(truth)
    boxed.correct(truth)
    first, click, box = clicked.mask, jf_of(truth, clicked.mask), jf_of(truth, boxed.mask)
    clicks = _clicks(clicked, truth) if count_clicks else None
    cell = Cell(video.name, frame, object_id)
    return CellMeasure(cell, Mask.from_array(first), click, box, clicks)


class _Asked:
    """One object on one frame, corrected by a robot again and again.

    Attributes:
        mask: (H, W), what the engine answered last.
    """

    def __init__(self, engine: Engine, frame: int, robot: Robot) -> None:
        self._engine, self._frame, self._robot = engine, frame, robot
        self._prompts = Prompts()
        self.mask: BoolArray = np.zeros((0, 0), np.bool_)

    def correct(self, truth: BoolArray) -> None:
        """Let the robot say what is wrong, and the engine answer."""
        if not self.mask.size:
            self.mask = np.zeros_like(truth)
        wanted, got = truth.astype(np.int32), self.mask.astype(np.int32)
        said = self._robot.correct(wanted, got, (_OBJECT,))
        if not said:  # right enough by J alone
            return
        points: tuple[Point, ...] = (*self._prompts.points, *said[0].points)
        self._prompts = Prompts(points=points, box=said[0].box or self._prompts.box)
        reply = self._engine.segment(SegmentRequest(self._frame, _OBJECT, self._prompts))
        self.mask = reply.mask.to_array()


def _clicks(asked: _Asked, truth: BoolArray) -> int:
    """How many clicks it takes, the first one among them."""
    for count in range(1, MOST_CLICKS + 1):
        if jf_of(truth, asked.mask) >= GOOD:
            return count
        if count < MOST_CLICKS:
            asked.correct(truth)
    return MOST_CLICKS + 1


def _seen_cells(video: TaughtVideo) -> list[tuple[int, int]]:
    """(frame, object id) of the masks that show something."""
    return [(f, oid) for f, oid in video.cells if not video.masks[f][oid].is_empty]


def _go_on(stopped: Stopped) -> None:
    if stopped():
        raise Cancelled(tr("Stopped."))
