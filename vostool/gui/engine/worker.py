"""The thread that owns the engine: answers clicks first, and steps a track run in between."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from PyQt6.QtCore import QThread, pyqtSignal

from vostool.errors import VosToolError
from vostool.frames import FrameSource
from vostool.gui.engine.previews import CloseUpRequest, close_up, preview
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.models.engine import (
    Engine,
    EngineInfo,
    Prepares,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)

EngineFactory = Callable[[], Engine]


@dataclass(frozen=True)
class SegmentAnswer:
    """The reply to a request, or one sentence about what went wrong."""

    request: SegmentRequest
    reply: SegmentReply | None
    problem: str | None = None


@dataclass(frozen=True, eq=False)
class TrackJob:
    """One run, with the events that cancel it or let it rest (a signal would arrive too late)."""

    request: TrackRequest
    cancel: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)

    @property
    def rests(self) -> bool:
        """True while nothing is to be done for it."""
        return self.held.is_set() and not self.cancel.is_set()


@dataclass(frozen=True)
class TrackEnd:
    """How a run ended: to its end, cancelled, or with one sentence about what went wrong."""

    job: TrackJob
    cancelled: bool
    problem: str | None = None


class EngineWorker(QThread):
    """Runs one engine. Every public method may be called from the GUI thread at any time.

    Attributes:
        info: what the engine that answers now is; None until the first one is loaded.

    Signals:
        engine_ready(EngineInfo), engine_failed(str): after :meth:`use`.
        answered(SegmentAnswer): one click's mask.
        tracked(): the inbox holds new frames; :meth:`take_tracked` empties it. Emitted once until
            it is emptied, so that a fast run does not flood the event loop.
        track_ended(TrackEnd): no more frames of this job will follow.
        previewed(PreviewAnswer), closed_up(CloseUpAnswer): see
            :mod:`vostool.gui.engine.previews`.
    """

    engine_ready = pyqtSignal(object)
    engine_failed = pyqtSignal(str)
    answered = pyqtSignal(object)
    tracked = pyqtSignal()
    track_ended = pyqtSignal(object)
    previewed = pyqtSignal(object)
    closed_up = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Condition()
        self._factory: EngineFactory | None = None
        self._source: FrameSource | None = None
        self._source_is_new = False
        self._left: list[FrameSource] = []
        self._segments: dict[tuple[int, int], SegmentRequest] = {}
        self._tracks: list[TrackJob] = []
        self._ahead: list[int] = []
        self._ready: set[int] = set()
        self._preview: SegmentRequest | None = None
        self._close_ups: list[CloseUpRequest] = []
        self._stop = False
        self._inbox: list[TrackedFrame] = []
        self._engine: Engine | None = None
        self.info: EngineInfo | None = None
        self._running: tuple[TrackJob, Iterator[TrackedFrame]] | None = None

    def use(self, factory: EngineFactory) -> None:
        """Build another engine, in the thread; the one before serves until then."""
        with self._wake:
            self._factory = factory
            self._wake.notify()

    def open(self, source: FrameSource) -> None:
        """Work on this source (which now belongs to the thread); drops what waits."""
        with self._wake:
            if self._source is not None:
                self._left.append(self._source)
            self._source, self._source_is_new = source, True
            self._segments.clear()
            self._tracks.clear()
            self._close_ups.clear()
            self._preview = None
            self._inbox.clear()
            self._ahead = []
            if self._running is not None:
                self._running[0].cancel.set()
            self._wake.notify()

    def segment(self, request: SegmentRequest) -> None:
        """Ask for a mask; a newer request for the same frame and object replaces one that waits."""
        with self._wake:
            key = (request.frame, request.object_id)
            self._segments.pop(key, None)
            self._segments[key] = request
            self._wake.notify()

    def prepare(self, frames: Sequence[int]) -> None:
        """Get these frames ready for a click while nobody waits; replaces an earlier list."""
        with self._wake:
            self._ahead = list(frames)
            self._wake.notify()

    def preview(self, request: SegmentRequest | None) -> None:
        """Ask what a click would give, for when nothing else is to be done; None: no more.

        The latest counts. It waits until the frame is ready for a click, and during a run.
        """
        with self._wake:
            self._preview = request
            self._wake.notify()

    def close_up(self, request: CloseUpRequest) -> None:
        """Ask for a mask on a part of a frame; it is waited for, like a click."""
        with self._wake:
            self._close_ups.append(request)
            self._wake.notify()

    def track(self, job: TrackJob) -> None:
        """Start a run, after those that wait."""
        with self._wake:
            self._tracks.append(job)
            self._wake.notify()

    def hold(self, job: TrackJob, value: bool) -> None:
        """Let a run rest after the frame it works on, or go on; clicks are answered."""
        with self._wake:
            (job.held.set if value else job.held.clear)()
            self._wake.notify()

    def cancel(self, job: TrackJob) -> None:
        """End a run after the frame it works on, also one that rests."""
        with self._wake:
            job.cancel.set()
            self._wake.notify()

    def take_tracked(self) -> list[TrackedFrame]:
        """Empty the inbox."""
        with self._wake:
            taken, self._inbox = self._inbox, []
            return taken

    def shut_down(self) -> None:
        """Cancel what runs and end the thread after the frame it works on."""
        with self._wake:
            self._stop = True
            for job in self._tracks:
                job.cancel.set()
            if self._running is not None:
                self._running[0].cancel.set()
            self._wake.notify()

    def run(self) -> None:  # the thread
        yield_to_window()
        while (task := self._next_task()) is not None:
            task()
        self._drop_run()
        if self._engine is not None:
            self._engine.close()
        for source in (*self._left, self._source):
            if source is not None:
                source.close()

    def _next_task(self) -> Callable[[], None] | None:
        """Wait for something to do; None when the thread shall end."""
        with self._wake:
            while not self._stop:
                task = self._set_up() or self._serve()
                if task is not None:
                    return task
                self._wake.wait()
        return None

    def _set_up(self) -> Callable[[], None] | None:
        """Another engine, once no run needs the old one, or another source."""
        if self._factory is not None and self._running is None:
            factory, self._factory = self._factory, None
            return partial(self._build, factory)
        if self._source_is_new:
            self._source_is_new = False
            return self._open_source
        return None

    def _serve(self) -> Callable[[], None] | None:
        """What the person waits for most: a click, then the run's next frame, then the next click.

        The next click is only guessed at, so it is prepared when there is nothing else to do.
        """
        engine = self._engine
        if engine is None:
            return None
        if self._segments or self._close_ups:
            return self._click(engine)
        if self._running is None and self._tracks and not self._tracks[0].rests:
            return partial(self._start, self._tracks.pop(0))
        if self._running is not None:
            return None if self._running[0].rests else self._step
        return self._guess(engine)

    def _click(self, engine: Engine) -> Callable[[], None]:
        if self._segments:
            return partial(self._answer, self._newest())
        return partial(self._close_up, engine, self._close_ups.pop(0))

    def _guess(self, engine: Engine) -> Callable[[], None] | None:
        """What nobody asked for: the next click's frame, then the mask that a click would give."""
        if self._ahead and isinstance(engine, Prepares):
            return partial(self._prepare, engine, self._ahead.pop(0))
        wish = self._preview
        if wish is None or (isinstance(engine, Prepares) and wish.frame not in self._ready):
            return None
        self._preview = None
        return lambda: self.previewed.emit(preview(engine, wish))

    def _newest(self) -> SegmentRequest:
        return self._segments.pop(next(reversed(self._segments)))

    def _prepare(self, engine: Prepares, frame: int) -> None:
        rest = self._ahead

        def preempted() -> bool:
            # Read without the lock: a look that comes one block too late costs nothing.
            clicks = self._segments or self._close_ups
            waited_for = clicks or self._tracks or self._factory or self._source_is_new
            return bool(self._stop or waited_for or self._ahead is not rest)

        # Nobody asked for this, so nobody is told: a click on the frame will say what is wrong.
        with contextlib.suppress(Exception):
            engine.prepare(frame, preempted)
            if not preempted():
                self._ready.add(frame)

    def _close_up(self, engine: Engine, request: CloseUpRequest) -> None:
        if self._source is not None:
            self.closed_up.emit(close_up(engine, self._source, request))

    def _build(self, factory: EngineFactory) -> None:
        try:
            engine = factory()
            if self._source is not None:
                engine.open(self._source)
        except VosToolError as error:
            self.engine_failed.emit(str(error))
            return
        except Exception as error:
            self.engine_failed.emit(f"The engine could not be started: {error}")
            return
        if self._engine is not None:
            self._engine.close()
        self._engine = engine
        self._ready.clear()
        self.info = engine.info
        if self._source is not None:
            engine.open(self._source)
        self.engine_ready.emit(self.info)

    def _open_source(self) -> None:
        self._ready.clear()
        self._drop_run()
        if self._engine is not None and self._source is not None:
            try:
                self._engine.open(self._source)
            except Exception as error:  # the thread has to live on
                self.engine_failed.emit(f"The engine cannot work on this video: {error}")
        while self._left:  # the sources before, now that the engine has let go of them
            self._left.pop().close()

    def _answer(self, request: SegmentRequest) -> None:
        assert self._engine is not None
        try:
            answer = SegmentAnswer(request, self._engine.segment(request))
            self._ready.add(request.frame)
        except VosToolError as error:
            answer = SegmentAnswer(request, None, str(error))
        except Exception as error:
            answer = SegmentAnswer(request, None, f"The engine failed on this click: {error}")
        self.answered.emit(answer)

    def _start(self, job: TrackJob) -> None:
        assert self._engine is not None
        self._running = (job, _frames(self._engine, job))

    def _step(self) -> None:
        assert self._running is not None
        job, frames = self._running
        problem: str | None = None
        try:
            frame = None if job.cancel.is_set() else next(frames, None)
        except VosToolError as error:
            frame, problem = None, str(error)
        except Exception as error:
            frame, problem = None, f"Tracking stopped: {error}"
        if frame is None:
            self._drop_run()
            self.track_ended.emit(TrackEnd(job, job.cancel.is_set(), problem))
            return
        with self._wake:
            self._inbox.append(frame)
            first = len(self._inbox) == 1
        if first:
            self.tracked.emit()

    def _drop_run(self) -> None:
        if self._running is not None:
            close = getattr(self._running[1], "close", None)
            if close is not None:
                close()
            self._running = None


def _frames(engine: Engine, job: TrackJob) -> Iterator[TrackedFrame]:
    """The run's frames; an engine that refuses at once does so at the first of them."""
    yield from engine.track(job.request, job.cancel.is_set)
