"""Listening to the opened video: what is heard when, and the frames on which it sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import VosToolError
from vostool.finders.listener import Hearing
from vostool.finders.registry import (
    LISTENERS,
    best_listener,
    create_listener,
)
from vostool.finders.sound.heard import Heard, HeardRow
from vostool.finders.sound.spans import THRESHOLD, frames_of
from vostool.frames import FrameSource
from vostool.gui.engine.place import Place
from vostool.gui.threads.newest import Newest
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.io.video.sound import require_sound
from vostool.progress import Progress
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the video in which one thing sounds.

    Attributes:
        frames: that are shown meanwhile, at least one.
        start, end: in seconds after frame 0.
        score: 0..1, the highest in it.
    """

    frames: range
    start: float
    end: float
    score: float


@dataclass(frozen=True, slots=True)
class Sounding:
    """One thing that is heard: a row above the timeline.

    Attributes:
        label: what, as the listener calls it.
        score: 0..1, the highest of its stretches.
        stretches: at least one, in the order of time.
    """

    label: str
    score: float
    stretches: tuple[Stretch, ...]

    @property
    def word(self) -> str:
        """What to look for, and the label of what is found: "Dog", "Male speech", "Motor vehicle".

        Commas part other names of the same sound, and what is in brackets explains it.
        """
        first = self.label.split(",")[0].split("(")[0].strip()
        return first or self.label


class Listening(QObject):
    """What was heard of one opened video; a thread listens. It is kept until the video is closed.

    Signals:
        changed(): more was heard, or other rows are shown.
        progressed(float, str): the part that was listened to, 0..1, and what goes on.
        ended(str): nobody listens any more; one sentence, empty where all went well.

    Attributes:
        is_done: the whole video was listened to.
    """

    changed = pyqtSignal()
    progressed = pyqtSignal(float, str)
    ended = pyqtSignal(str)
    _came = pyqtSignal(object, object, object)

    def __init__(self, source: FrameSource, place: Place, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._path = source.info.path
        self._times = _KeptTimes(source)
        self._newest = Newest(self)
        self._came.connect(self._take)
        self._name = ""
        self._token: object | None = None
        self._heard: Heard | None = None
        self._heard_by: object | None = None
        self._threshold, self._wanted = THRESHOLD, ""
        self.is_done = False

    # -- listening -----------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """True while a model is loaded or listens."""
        return self._newest.is_running

    def start(self, name: str | None = None) -> None:
        """Listen to the whole video; ``ended`` tells where that is not possible or was done before.

        Args:
            name: of the listener; None takes the best that is here.
        """
        if self.busy:
            return
        try:
            name = name or best_listener().name
        except VosToolError as error:
            self.ended.emit(str(error))
            return
        if self.is_done and name == self._name:
            self.ended.emit("")
            return
        self._name, self.is_done = name, False
        token = self._token = object()
        self._newest.start(self._work(name, token), self._succeeded, self._end)
        self.progressed.emit(0.0, tr("Loading {title}…", title=LISTENERS[name].title))

    def cancel(self) -> None:
        """Listen no further; what was heard stays."""
        if self.busy:
            self._newest.drop()
            self._token = None
            self.ended.emit(
                tr("Cancelled; what was heard stays.") if self._heard else tr("Cancelled.")
            )

    def close(self) -> None:
        """Listen to nothing any more; the thread ends by itself after the window in work."""
        self._token = None
        self._newest.drop()

    # -- what is heard -------------------------------------------------------------------------

    @property
    def threshold(self) -> float:
        """Score from which on something is heard."""
        return self._threshold

    def set_threshold(self, threshold: float) -> None:
        """Show what is at least so sure; no model is asked."""
        if threshold != self._threshold:
            self._threshold = threshold
            self.changed.emit()

    @property
    def wanted(self) -> str:
        """Words of the labels that are shown; empty for all."""
        return self._wanted

    def set_wanted(self, wanted: str) -> None:
        """Show only what is called so."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.changed.emit()

    @property
    def was_heard(self) -> bool:
        """True once anything was listened to."""
        return self._heard is not None

    def rows(self) -> tuple[Sounding, ...]:
        """What is heard of what is wanted, the loudest first, and no more than fits.

        Raises:
            UsageError: nothing that the listener knows is called so.
        """
        if self._heard is None:
            return ()
        rows = self._heard.rows(self._threshold, self._wanted)
        return tuple(row for row in map(self._sounding, rows) if row.stretches)

    def count(self) -> int:
        """How many things are heard, those beyond :meth:`rows` included; raises as it does."""
        return 0 if self._heard is None else self._heard.count(self._threshold, self._wanted)

    def _sounding(self, row: HeardRow) -> Sounding:
        spans = ((span, frames_of(span, self._times)) for span in row.spans)
        stretches = tuple(
            Stretch(frames, span.start, span.end, span.score) for span, frames in spans if frames
        )
        return Sounding(row.label, row.score, stretches)

    # -- the thread ----------------------------------------------------------------------------

    def _work(self, name: str, token: object) -> Callable[[Progress], None]:
        path, device = self._path, self._place.device

        def listen(progress: Progress) -> None:
            yield_to_window()
            require_sound(path)  # before a model is loaded for nothing
            with closing(create_listener(name, device)) as listener:
                progress(0, 0, "")  # which ends the thread here where nobody waits any more
                with _closed(listener.listen(path)) as hearings:
                    for hearing in hearings:
                        progress(0, 0, "")
                        self._came.emit(token, listener.labels, hearing)

        return listen

    def _take(self, token: object, labels: Sequence[str], hearing: Hearing) -> None:
        if token is not self._token:
            return
        if self._heard is None or self._heard_by is not token:
            self._heard, self._heard_by = Heard(labels), token
        self._heard.take(hearing.windows)
        done, total = hearing.done, max(hearing.total, hearing.done)
        part = done / total if total > 0 else 0.0
        self.progressed.emit(
            part, tr("Listening, {done:.0f} of {total:.0f} s", done=done, total=total)
        )
        self.changed.emit()

    def _succeeded(self, _nothing: object) -> None:
        self.is_done = True
        self._end("")

    def _end(self, sentence: str) -> None:
        self._token = None
        self.ended.emit(sentence)


class _KeptTimes:
    """Looks each time up once: a slider asks for those of a long video again and again."""

    def __init__(self, source: FrameSource) -> None:
        self._count = len(source)
        self.time = lru_cache(maxsize=1 << 16)(source.time)

    def __len__(self) -> int:
        return self._count


@contextmanager
def _closed(hearings: Iterator[Hearing]) -> Iterator[Iterator[Hearing]]:
    """A generator holds the video open until it is closed."""
    try:
        yield hearings
    finally:
        if close := getattr(hearings, "close", None):
            close()
