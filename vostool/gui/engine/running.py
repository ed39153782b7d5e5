"""The track run that goes, frame by frame, and the inbox in which its frames reach the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from vostool.errors import DeviceLostError, VosToolError
from vostool.frames import FrameSource
from vostool.gui.engine.requests import TrackEnd, TrackJob
from vostool.models.engine import Engine, TrackedFrame
from vostool.words import tr


class Inbox:
    """Tracked frames on their way from the engine's thread to the window's. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: list[TrackedFrame] = []

    def put(self, frame: TrackedFrame) -> bool:
        """Add a frame; True where the inbox was empty, so that the window has to be told."""
        with self._lock:
            self._frames.append(frame)
            return len(self._frames) == 1

    def take(self) -> list[TrackedFrame]:
        """Empty the inbox."""
        with self._lock:
            taken, self._frames = self._frames, []
            return taken


class RunningTrack:
    """One run of one engine. Only the engine's thread steps it."""

    def __init__(self, engine: Engine, source: FrameSource | None, job: TrackJob) -> None:
        self.job = job
        self._frames = _frames(engine, source, job)

    def step(self) -> TrackedFrame | TrackEnd | None:
        """The next frame, or how the run ended; None where work was done and no frame yet."""
        job = self.job
        problem, lost = None, False
        try:
            if not job.cancel.is_set():
                return next(self._frames)
        except StopIteration:
            pass
        except VosToolError as error:
            problem, lost = str(error), isinstance(error, DeviceLostError)
        except Exception as error:  # a failed run must not end the thread
            problem = tr("Tracking stopped: {error}", error=error)
        return TrackEnd(job, job.cancel.is_set(), problem, lost)

    def close(self) -> None:
        """Let the engine give back what it holds for the run."""
        close = getattr(self._frames, "close", None)
        if close is not None:
            close()


def _frames(
    engine: Engine, source: FrameSource | None, job: TrackJob
) -> Iterator[TrackedFrame | None]:
    """The run's frames; an engine that refuses at once does so at the first of them."""
    if job.steps is not None and source is not None:
        yield from job.steps(job.request, engine, source, job.cancel.is_set)
    else:
        yield from engine.track(job.request, job.cancel.is_set)
