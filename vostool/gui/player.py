"""Playing at the video's own rate: frames are dropped rather than time."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from vostool.gui.session import Session


class Player(QObject):
    """Moves the session's playhead along the frames' own times.

    Signals:
        playing_changed(bool)
    """

    playing_changed = pyqtSignal(bool)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._zero = 0.0
        self._expected = 0

    @property
    def is_playing(self) -> bool:
        """True while it plays."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play from the playhead (from the start when it is at the end), or pause."""
        if self.is_playing:
            self.pause()
            return
        session = self._session
        if session.playhead >= len(session.source) - 1:
            session.go_to(0)
        self._start_clock()
        self.playing_changed.emit(True)
        self._schedule()

    def pause(self) -> None:
        """Stop where it is."""
        if self.is_playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def _start_clock(self) -> None:
        self._expected = self._session.playhead
        self._zero = time.monotonic() - self._session.source.time(self._expected)

    def _tick(self) -> None:
        session = self._session
        if session.playhead != self._expected:  # the person scrubbed while it plays
            self._start_clock()
        now = time.monotonic() - self._zero
        frame, last = self._expected, len(session.source) - 1
        while frame < last and session.source.time(frame + 1) <= now:
            frame += 1
        self._expected = frame
        session.go_to(frame)
        if frame >= last:
            self.playing_changed.emit(False)
        else:
            self._schedule()

    def _schedule(self) -> None:
        due = self._zero + self._session.source.time(self._expected + 1)
        self._timer.start(max(0, round((due - time.monotonic()) * 1000)))
