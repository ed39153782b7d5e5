"""The thread that owns the engine: clicks come first; runs and finders are stepped in between."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PyQt6.QtCore import QThread, pyqtSignal

from vostool.frames import FrameSource
from vostool.gui.engine.answering import answer_click, close_quietly, exchange, open_in
from vostool.gui.engine.finding import FindEnd, FindJob, Finds
from vostool.gui.engine.learning import learn_next
from vostool.gui.engine.place import Place
from vostool.gui.engine.previews import CloseUpRequest, close_up, preview
from vostool.gui.engine.recalling import answer_again
from vostool.gui.engine.requests import EngineFactory, TrackEnd, TrackJob
from vostool.gui.engine.running import Inbox, RunningTrack
from vostool.gui.engine.wishes import Wishes
from vostool.gui.threads.left import leave_to_end
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.gui.threads.unforeseen import unforeseen
from vostool.models.engine import (
    Engine,
    EngineInfo,
    LearnRequest,
    Learns,
    Prepares,
    Quickens,
    SegmentRequest,
    TrackedFrame,
)
from vostool.words import mark


class EngineWorker(QThread):
    """Runs one engine. Every public method may be called from the GUI thread at any time.

    Attributes:
        info: what the engine that answers now is; None until the first one is loaded.
        place: where engines and finders are to compute.
        rests: set while there is nothing to do, so that others may have the processor.

    Signals:
        engine_ready(EngineInfo), engine_failed(str): after :meth:`use`.
        device_lost(str): the GPU answers no more, said by that sentence of engine or finder.
        answered(SegmentAnswer): one click's mask.
        recalled(SegmentAnswer): the mask of a correction, from a memory that was rebuilt.
        tracked(): the inbox holds new frames; :meth:`take_tracked` empties it. Emitted once until
            it is emptied, so that a fast run does not flood the event loop.
        track_ended(TrackEnd): no more frames of this job will follow.
        looked(FrameLook), find_ended(FindEnd): of a job of :meth:`find`.
        learned(LearnAnswer): of a request of :meth:`learn`.
        previewed(PreviewAnswer), closed_up(CloseUpAnswer): see
            :mod:`vostool.gui.engine.previews`.
    """

    engine_ready = pyqtSignal(object)
    engine_failed = pyqtSignal(str)
    device_lost = pyqtSignal(str)
    answered = pyqtSignal(object)
    recalled = pyqtSignal(object)
    tracked = pyqtSignal()
    track_ended = pyqtSignal(object)
    looked = pyqtSignal(object)
    find_ended = pyqtSignal(object)
    learned = pyqtSignal(object)
    previewed = pyqtSignal(object)
    closed_up = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Condition()
        self._wishes = Wishes()
        self._stop = False
        self.rests = threading.Event()
        self.rests.set()
        self._source: FrameSource | None = None
        self._left: list[FrameSource] = []
        self._ready: set[int] = set()
        self._inbox = Inbox()
        self.place = Place()
        self._engine: Engine | None = None
        self._factory: EngineFactory | None = None
        self.info: EngineInfo | None = None
        self._running: RunningTrack | None = None
        self._finds = Finds()

    @property
    def quickens(self) -> bool:
        """Whether what makes the engine faster is being made beside its work."""
        engine: object = self._engine
        return isinstance(engine, Quickens) and engine.quickens

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

    def recall(self, request: SegmentRequest | None) -> None:
        """Answer a correction again from a rebuilt memory, when no click waits; None: no more."""
        with self._changing_wishes() as wishes:
            wishes.add_recall(request)

    def prepare(self, frames: Sequence[int]) -> None:
        """Get these frames ready for a click in idle time; replaces an earlier list."""
        with self._changing_wishes() as wishes:
            wishes.look_ahead(frames)

    def learn(self, request: LearnRequest) -> None:
        """Learn of an object in idle time; a newer request for it replaces one that waits."""
        with self._changing_wishes() as wishes:
            wishes.lessons[request.object_id] = request

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
        """End a run after the frame it works on, also one that rests; one that waits at once."""
        with self._changing_wishes() as wishes:
            job.cancel.set()
            waited = wishes.drop_track(job)
        if waited:
            self.track_ended.emit(TrackEnd(job, True))

    def find(self, job: FindJob) -> None:
        """Look for objects, after those jobs that wait; clicks and runs go on meanwhile."""
        with self._changing_wishes() as wishes:
            wishes.frees_finder = False
            wishes.finds.append(job)

    def cancel_find(self, job: FindJob) -> None:
        """End a job after the piece of work it is at."""
        with self._changing_wishes():
            job.cancel.set()

    def free_finder(self) -> None:
        """No finder is wanted for now: what waits for one is dropped, its memory given back."""
        with self._changing_wishes() as wishes:
            wishes.finds.clear()
            wishes.frees_finder = True

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Begin; the window does not wait for its end."""
        leave_to_end(self)
        super().start(priority)

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
                self.engine_failed.emit(unforeseen(mark("working with the engine"), error))
        self._drop_run()
        self._finds.close_finder()
        close_quietly(self._engine)
        for source in (*self._left, self._source):
            close_quietly(source)

    def _next_task(self) -> Callable[[], None] | None:
        """Wait for something to do; None when the thread shall end."""
        with self._wake:
            while not self._stop:
                task = self._set_up() or self._serve()
                if task is not None:
                    self.rests.clear()
                    return task
                self.rests.set()
                self._wake.wait()
        self.rests.set()
        return None

    def _set_up(self) -> Callable[[], None] | None:
        """Another engine, once no run needs the old one, or another source."""
        wishes = self._wishes
        if wishes.frees_finder:
            wishes.frees_finder = False
            return self._finds.close_finder
        if wishes.factory is not None and self._running is None and self._finds.job is None:
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
        if wishes.has_click or wishes.recalls:
            return self._click(engine)
        find = self._finds.job is not None or (wishes.finds and self._source is not None)
        if running is not None and not running.job.rests and not (find and self._finds.is_next):
            self._finds.is_next = True  # the next piece of work is the finder's: they take turns
            return partial(self._step, running)
        if running is None and wishes.tracks and not wishes.tracks[0].rests:
            return partial(self._start, engine, wishes.tracks.pop(0))
        if find:
            self._finds.is_next = False
            return self._look if self._finds.job else partial(self._begin_find, engine)
        return None if running is not None else self._guess(engine)

    def _click(self, engine: Engine) -> Callable[[], None]:
        if self._wishes.clicks:
            return partial(self._answer, engine, self._wishes.newest_click())
        if self._wishes.close_ups:
            return partial(self._close_up, engine, self._wishes.close_ups.pop(0))
        return partial(self._recall, engine)

    def _guess(self, engine: Engine) -> Callable[[], None] | None:
        """What may be wanted soon: the next click's frame, what was said learned, a preview."""
        wishes = self._wishes
        if wishes.ahead and isinstance(engine, Prepares):
            return partial(self._prepare, engine, wishes.ahead.pop(0))
        if wishes.lessons and isinstance(engine, Learns):
            return partial(self._learn, engine)
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

    def _recall(self, engine: Engine) -> None:
        answer = answer_again(engine, self._wishes, self._wake, lambda: self._stop)
        if answer is not None:
            self.recalled.emit(answer)

    def _learn(self, engine: Learns) -> None:
        answer = learn_next(engine, self._wishes, self._wake, lambda: self._stop)
        if answer is not None:
            self.learned.emit(answer)

    def _close_up(self, engine: Engine, request: CloseUpRequest) -> None:
        if self._source is not None:
            self.closed_up.emit(close_up(engine, self._source, request))

    def _build(self, factory: EngineFactory) -> None:
        engine, problem = exchange(self._engine, self._factory, factory, self._source)
        if engine is not None and (problem is None or engine is not self._engine):
            self._engine, self.info = engine, engine.info
            self._ready.clear()
            self._factory = self._factory if problem else factory
            self.engine_ready.emit(engine.info)
        if problem is not None:
            self.engine_failed.emit(problem)

    def _open_source(self) -> None:
        self._ready.clear()
        self._drop_run()
        self._finds.drop()
        if self._engine is not None and self._source is not None:
            self._engine, problem = open_in(self._engine, self._source)
            if problem is not None:
                self.engine_failed.emit(problem)
        while self._left:  # the sources before, now that the engine has let go of them
            close_quietly(self._left.pop())

    def _answer(self, engine: Engine, request: SegmentRequest) -> None:
        answer = answer_click(engine, request)
        if answer.reply is not None:
            self._ready.add(request.frame)
        self.answered.emit(answer)
        if answer.lost and answer.problem:
            self._lose_device(answer.problem)

    def _start(self, engine: Engine, job: TrackJob) -> None:
        self._running = RunningTrack(engine, self._source, job)

    def _step(self, running: RunningTrack) -> None:
        result = running.step()
        if isinstance(result, TrackEnd):
            self._drop_run()
            self.track_ended.emit(result)
            if result.lost and result.problem:
                self._lose_device(result.problem)
            return
        if result is None:  # work between two frames
            return
        with self._wake:
            # A frame of the video before, where another was opened meanwhile, is for nobody.
            first = not self._wishes.source_is_new and self._inbox.put(result)
        if first:
            self.tracked.emit()

    def _begin_find(self, engine: Engine) -> None:
        with self._wake:
            job = self._wishes.finds.pop(0) if self._wishes.finds else None
        if job is not None and self._source is not None:
            self._finds.start(engine, self._source, job)

    def _look(self) -> None:
        result = self._finds.step()
        if isinstance(result, FindEnd) and result.lost and result.problem:
            self._lose_device(result.problem)
        (self.find_ended if isinstance(result, FindEnd) else self.looked).emit(result)

    def _lose_device(self, sentence: str) -> None:
        """Whatever is loaded from now on computes on the CPU."""
        self.place.lost = True
        self.device_lost.emit(sentence)

    def _drop_run(self) -> None:
        running, self._running = self._running, None
        close_quietly(running)
