"""Playing at the video's own rate, or a multiple of it: frames are dropped rather than time."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, Qt, pyqtSignal

from vostool.gui.session.frame_range import RangeSelection
from vostool.gui.session.session import Session
from vostool.gui.threads.timers import single_shot

FASTEST = 8
"""Times the video's rate; J and L double the speed up to there."""


class Player(QObject):
    """Moves the session's playhead along the frames' own times, either way, in a loop if wanted.

    Signals:
        playing_changed(bool)
        speed_changed(int): times the video's rate; negative plays backward.
    """

    playing_changed = pyqtSignal(bool)
    speed_changed = pyqtSignal(int)

    def __init__(self, session: Session, selection: RangeSelection) -> None:
        super().__init__(session)
        self._session = session
        self._selection = selection
        self._timer = single_shot(self, 0, self._tick)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._speed = 1
        self._started = 0.0
        self._from = 0.0
        self._expected = 0
        self._through: tuple[int, int] | None = None

    @property
    def is_playing(self) -> bool:
        """True while it plays."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Times the video's rate; negative is backward."""
        return self._speed

    @property
    def _loops(self) -> bool:
        return self._selection.loop and self._through is None

    def toggle(self) -> None:
        """Play from the playhead at the video's rate (from the start at the end), or pause."""
        if self.is_playing:
            self.pause()
        else:
            self._play(1)

    def shuttle(self, direction: int) -> None:
        """Play forward (1) or backward (-1); each call the same way doubles the speed.

        The other way begins at the video's rate again.
        """
        same = self.is_playing and self._speed * direction > 0
        speed = min(abs(self._speed) * 2, FASTEST) if same else 1
        self._play(speed * direction)

    def play_through(self, first: int, last: int) -> None:
        """Play these frames once, at the video's rate, and stop behind them."""
        self.pause()
        self._session.go_to(first)
        self._play(1, (first, last))

    def pause(self) -> None:
        """Stop where it is."""
        if self.is_playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def _play(self, speed: int, through: tuple[int, int] | None = None) -> None:
        self._through = through
        first, last = self._bounds()
        at, start = self._session.playhead, first if speed > 0 else last
        if at == first and speed < 0 and not self._loops:
            return
        if not first <= at <= last or at == (last if speed > 0 else first):
            self._session.go_to(start)
        was_playing = self.is_playing
        self._speed = speed
        self._start_clock()
        self._schedule()
        if not was_playing:
            self.playing_changed.emit(True)
        self.speed_changed.emit(speed)

    def _bounds(self) -> tuple[int, int]:
        """The frames that it plays through, both included."""
        chosen = self._selection.value
        if self._through is not None:
            return self._through
        if self._selection.loop and chosen is not None:
            return chosen.first, chosen.last
        return 0, len(self._session.source) - 1

    def _start_clock(self) -> None:
        """Measure from the playhead's frame on: going back, a frame is passed at its beginning."""
        self._expected = self._session.playhead
        self._from = self._session.source.time(self._expected)
        self._started = time.monotonic()

    def _tick(self) -> None:
        session = self._session
        first, last = self._bounds()
        if session.playhead != self._expected:  # the person scrubbed while it plays
            self._through = None
            first, last = self._bounds()
            self._start_clock()
        if not first <= self._expected <= last:
            self._turn_back(first if self._speed > 0 else last)
            return
        end = last if self._speed > 0 else first
        if self._expected == end and self._loops:
            self._turn_back(first if self._speed > 0 else last)
            return
        frame = self._due_frame(first, last)
        self._expected = frame
        session.go_to(frame)
        if frame == end and not self._loops:
            self.playing_changed.emit(False)
        else:
            self._schedule()

    def _due_frame(self, first: int, last: int) -> int:
        """The frame for now, from the one that is expected on."""
        passed = (time.monotonic() - self._started) * self._speed
        now, frame, when = self._from + passed, self._expected, self._session.source.time
        while frame < last and self._speed > 0 and when(frame + 1) <= now:
            frame += 1
        while frame > first and self._speed < 0 and when(frame - 1) >= now:
            frame -= 1
        return frame

    def _turn_back(self, frame: int) -> None:
        """Go on at the other end of the loop, or of the range that was just chosen."""
        self._session.go_to(frame)
        self._start_clock()
        self._schedule()

    def _schedule(self) -> None:
        due = self._started + (self._next_time() - self._from) / self._speed
        self._timer.start(max(0, round((due - time.monotonic()) * 1000)))

    def _next_time(self) -> float:
        """When the frame after the expected one begins; the last one lasts as long as another."""
        when, last = self._session.source.time, len(self._session.source) - 1
        frame = self._expected + (1 if self._speed > 0 else -1)
        if 0 <= frame <= last:
            return when(frame)
        if last == 0:
            return when(0) + self._speed
        inside = last - 1 if frame > last else 1
        return 2 * when(self._expected) - when(inside)
