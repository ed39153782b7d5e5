"""What waits for the engine's thread: the window adds to it, the thread takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vostool.gui.engine.finding import FindJob
from vostool.gui.engine.previews import CloseUpRequest
from vostool.gui.engine.requests import EngineFactory, TrackJob
from vostool.models.engine import LearnRequest, SegmentRequest


@dataclass
class Wishes:
    """Everything that the window has asked for and the thread has not begun yet.

    It has no lock of its own: both threads hold the worker's while they use it.

    Attributes:
        factory: builds the engine to use from now on.
        source_is_new: the engine has to open another video.
        clicks: by (frame, object id), the newest last.
        close_ups: of parts of a frame, in the order in which they are answered.
        tracks: runs, in the order in which they start.
        finds: what finders are to look at, in the order in which they start.
        frees_finder: no finder is wanted for now.
        recalls: corrections to be answered again from a rebuilt memory, once no click waits.
        ahead: frames to get ready for a click while there is nothing else to do.
        lessons: what is to be learned of objects by their ids, when nothing else is to be done.
        preview: the click whose mask is to be shown before it is made.
    """

    factory: EngineFactory | None = None
    source_is_new: bool = False
    clicks: dict[tuple[int, int], SegmentRequest] = field(default_factory=dict)
    close_ups: list[CloseUpRequest] = field(default_factory=list)
    tracks: list[TrackJob] = field(default_factory=list)
    finds: list[FindJob] = field(default_factory=list)
    frees_finder: bool = False
    recalls: dict[tuple[int, int], SegmentRequest] = field(default_factory=dict)
    ahead: list[int] = field(default_factory=list)
    lessons: dict[int, LearnRequest] = field(default_factory=dict)
    preview: SegmentRequest | None = None

    def begin_source(self) -> None:
        """Another video: what was asked of the one before is dropped."""
        self.source_is_new = True
        self.clicks.clear()
        self.close_ups.clear()
        self.tracks.clear()
        self.finds.clear()
        self.recalls.clear()
        self.lessons.clear()
        self.ahead = []
        self.preview = None

    def add_click(self, request: SegmentRequest) -> None:
        """Put it last; it replaces one for the same frame and object."""
        key = (request.frame, request.object_id)
        self.clicks.pop(key, None)
        self.recalls.pop(key, None)
        self.clicks[key] = request

    def drop_track(self, job: TrackJob) -> bool:
        """Take a run out that has not begun; False where it has."""
        waits = job in self.tracks
        if waits:
            self.tracks.remove(job)
        return waits

    def look_ahead(self, frames: Sequence[int]) -> None:
        """Get these frames ready, in place of those of an earlier list."""
        self.ahead = list(frames)

    def newest_click(self) -> SegmentRequest:
        """Take the click that was made last out of those that wait."""
        return self.clicks.pop(next(reversed(self.clicks)))

    def add_recall(self, request: SegmentRequest | None) -> None:
        """Answer a correction again; None drops all that wait for it."""
        if request is None:
            self.recalls.clear()
        else:
            self.recalls[request.frame, request.object_id] = request

    def wants_recall(self, request: SegmentRequest) -> bool:
        """True while this very request waits to be answered again."""
        return self.recalls.get((request.frame, request.object_id)) is request

    def drop_recall(self, request: SegmentRequest) -> None:
        """Take it out, unless another one has taken its place."""
        if self.wants_recall(request):
            del self.recalls[request.frame, request.object_id]

    @property
    def has_click(self) -> bool:
        """True where a mask is waited for."""
        return bool(self.clicks or self.close_ups)

    @property
    def is_urgent(self) -> bool:
        """True where anything is waited for, so that looking ahead has to stop."""
        urgent = self.has_click or self.tracks or self.finds or self.factory
        return bool(urgent or self.source_is_new)
