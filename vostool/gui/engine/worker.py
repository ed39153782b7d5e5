"""The thread that owns the engine: answers clicks first, and steps a track run in between."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PyQt6.QtCore import QThread, pyqtSignal

from vostool.errors import VosToolError
from vostool.frames import FrameSource
from vostool.gui.engine.previews import CloseUpRequest, close_up, preview
from vostool.gui.engine.requests import EngineFactory, SegmentAnswer, TrackEnd, TrackJob
from vostool.gui.engine.running import Inbox, RunningTrack
from vostool.gui.engine.wishes import Wishes
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.gui.threads.unforeseen import unforeseen
from vostool.models.engine import Engine, EngineInfo, Prepares, SegmentRequest, TrackedFrame

_log = logging.getLogger(__name__)


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
        self._wishes = Wishes()
        self._stop = False
        self._source: FrameSource | None = None
        self._left: list[FrameSource] = []
        self._ready: set[int] = set()
        self._inbox = Inbox()
        self._engine: Engine | None = None
        self.info: EngineInfo | None = None
        self._running: RunningTrack | None = None

    # -- asked from the window's thread --------------------------------------------------------

    def use(self, factory: EngineFactory) -> None:
        """Build another engine, in the thread; the one before serves until then."""
        with self._changing_wishes() as wishes:
            wishes.factory = factory

    def open(self, source: FrameSource) -> None:
        """Work on this source (which now belongs to the thread); drops what waits."""
        with self._changing_wishes() as wishes:
            if self._source is not None:
                self._left.append(self._source)
            self._source = source
            wishes.begin_source()
            self._inbox.take()
            if self._running is not None:
                self._running.job.cancel.set()

    def segment(self, request: SegmentRequest) -> None:
        """Ask for a mask; a newer request for the same frame and object replaces one that waits."""
        with self._changing_wishes() as wishes:
            wishes.add_click(request)

    def prepare(self, frames: Sequence[int]) -> None:
        """Get these frames ready for a click in idle time; replaces an earlier list."""
        with self._changing_wishes() as wishes:
            wishes.look_ahead(frames)

    def preview(self, request: SegmentRequest | None) -> None:
        """Ask what a click would give, for when nothing else is to be done; None: no more.

        The latest counts. It waits until the frame is ready for a click, and during a run.
        """
        with self._changing_wishes() as wishes:
            wishes.preview = request

    def close_up(self, request: CloseUpRequest) -> None:
        """Ask for a mask on a part of a frame; it is waited for, like a click."""
        with self._changing_wishes() as wishes:
            wishes.close_ups.append(request)

    def track(self, job: TrackJob) -> None:
        """Start a run, after those that wait."""
        with self._changing_wishes() as wishes:
            wishes.tracks.append(job)

    def hold(self, job: TrackJob, value: bool) -> None:
        """Let a run rest after the frame it works on, or go on; clicks are answered."""
        with self._changing_wishes():
            (job.held.set if value else job.held.clear)()

    def cancel(self, job: TrackJob) -> None:
        """End a run after the frame it works on, also one that rests."""
        with self._changing_wishes():
            job.cancel.set()

    def take_tracked(self) -> list[TrackedFrame]:
        """Empty the inbox."""
        return self._inbox.take()

    def shut_down(self) -> None:
        """Cancel what runs and end the thread after the frame it works on."""
        with self._changing_wishes() as wishes:
            self._stop = True
            for job in wishes.tracks:
                job.cancel.set()
            if self._running is not None:
                self._running.job.cancel.set()

    @contextlib.contextmanager
    def _changing_wishes(self) -> Iterator[Wishes]:
        """Hold the lock, then wake the thread."""
        with self._wake:
            yield self._wishes
            self._wake.notify()

    # -- the engine's thread -------------------------------------------------------------------

    def run(self) -> None:
        yield_to_window()
        while (task := self._next_task()) is not None:
            try:
                task()
            except Exception as error:  # or no click would be answered any more
                self.engine_failed.emit(unforeseen("working with the engine", error))
        self._drop_run()
        self._close(self._engine)
        for source in (*self._left, self._source):
            self._close(source)

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
        wishes = self._wishes
        if wishes.factory is not None and self._running is None:
            factory, wishes.factory = wishes.factory, None
            return partial(self._build, factory)
        if wishes.source_is_new:
            wishes.source_is_new = False
            return self._open_source
        return None

    def _serve(self) -> Callable[[], None] | None:
        """What the person waits for most: a click, then the run's next frame, then the next click.

        The next click is only guessed at, so it is prepared when there is nothing else to do.
        """
        engine, wishes, running = self._engine, self._wishes, self._running
        if engine is None:
            return None
        if wishes.has_click:
            return self._click(engine)
        if running is not None:
            return None if running.job.rests else partial(self._step, running)
        if wishes.tracks and not wishes.tracks[0].rests:
            return partial(self._start, engine, wishes.tracks.pop(0))
        return self._guess(engine)

    def _click(self, engine: Engine) -> Callable[[], None]:
        if self._wishes.clicks:
            return partial(self._answer, engine, self._wishes.newest_click())
        return partial(self._close_up, engine, self._wishes.close_ups.pop(0))

    def _guess(self, engine: Engine) -> Callable[[], None] | None:
        """What may be wanted soon: the next click's frame, then the mask a click would give."""
        wishes = self._wishes
        if wishes.ahead and isinstance(engine, Prepares):
            return partial(self._prepare, engine, wishes.ahead.pop(0))
        wish = wishes.preview
        if wish is None or (isinstance(engine, Prepares) and wish.frame not in self._ready):
            return None
        wishes.preview = None
        return lambda: self.previewed.emit(preview(engine, wish))

    def _prepare(self, engine: Prepares, frame: int) -> None:
        wishes = self._wishes
        rest = wishes.ahead

        def preempted() -> bool:
            # Read without the lock: a look that comes one block too late costs nothing.
            return self._stop or wishes.is_urgent or wishes.ahead is not rest

        # The person did not ask for this, so nothing is said: a click there will say what is wrong.
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
            info = engine.info
            if self._source is not None:
                engine.open(self._source)
        except VosToolError as error:
            self.engine_failed.emit(str(error))
            return
        except Exception as error:
            self.engine_failed.emit(f"The engine could not be started: {error}")
            return
        old, self._engine = self._engine, engine
        self._ready.clear()
        self.info = info
        self.engine_ready.emit(info)
        self._close(old)

    def _open_source(self) -> None:
        self._ready.clear()
        self._drop_run()
        if self._engine is not None and self._source is not None:
            try:
                self._engine.open(self._source)
            except Exception as error:  # a failed engine must not end the thread
                self.engine_failed.emit(f"The engine cannot work on this video: {error}")
        while self._left:  # the sources before, now that the engine has let go of them
            self._close(self._left.pop())

    def _close(self, done: Engine | FrameSource | None) -> None:
        """Give an engine or a source back; what goes wrong there concerns the person no more."""
        try:
            if done is not None:
                done.close()
        except Exception:
            _log.exception("closing failed")

    def _answer(self, engine: Engine, request: SegmentRequest) -> None:
        try:
            answer = SegmentAnswer(request, engine.segment(request))
            self._ready.add(request.frame)
        except VosToolError as error:
            answer = SegmentAnswer(request, None, str(error))
        except Exception as error:
            answer = SegmentAnswer(request, None, f"The engine failed on this click: {error}")
        self.answered.emit(answer)

    def _start(self, engine: Engine, job: TrackJob) -> None:
        self._running = RunningTrack(engine, job)

    def _step(self, running: RunningTrack) -> None:
        result = running.step()
        if isinstance(result, TrackEnd):
            self._drop_run()
            self.track_ended.emit(result)
        elif self._inbox.put(result):
            self.tracked.emit()

    def _drop_run(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None
