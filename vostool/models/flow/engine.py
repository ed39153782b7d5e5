"""The `flow` engine: the default that needs no model and no download. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator

from vostool.errors import ModelError
from vostool.frames import FrameSource, Image
from vostool.models.engine import (
    Cancelled,
    Direction,
    EngineInfo,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.flow.reading import FlowPictures
from vostool.models.flow.segment import segment_picture
from vostool.models.flow.track import keyframe_reply, track_leg
from vostool.models.memory_kinds import check_memory
from vostool.models.shared.processor import processor_name
from vostool.project.prompts import Prompts
from vostool.words import tr


class FlowEngine:
    """Implements :class:`vostool.models.engine.Engine` with OpenCV alone.

    A mask comes from colours and edges (GrabCut and region growing). Tracking carries it along
    dense optical flow, corrected by the object's colours and by earlier looks of it. The score
    says how much of the mask still looks like the object; an object that is not to be seen gets
    an empty mask and a low score.
    """

    def __init__(self) -> None:
        self._source: FrameSource | None = None
        self._pictures: FlowPictures | None = None

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name="flow",
            title=tr("Optical flow"),
            device="cpu",
            device_title=processor_name(),
            dtype="",
            detail=tr(
                "Optical flow with colour matching, no learned model: quick "
                "and always there, but it loses objects that turn, blur or "
                "stay hidden; look at its low scores."
            ),
        )

    def open(self, source: FrameSource) -> None:
        self.close()
        self._source, self._pictures = source, FlowPictures(source)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        return segment_picture(self._opened().frame(request.frame), request.prompts)

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        return segment_picture(picture, prompts)

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        self._opened()
        assert self._pictures is not None
        pictures = self._pictures
        check_memory(request.memory, self.info.memories, self.info.title)
        if request.direction is not Direction.BACKWARD:
            yield from track_leg(pictures, request, True, cancelled, self._answer)
        if request.direction is not Direction.FORWARD:
            yield from track_leg(pictures, request, False, cancelled, self._answer)

    def close(self) -> None:
        pictures, self._source, self._pictures = self._pictures, None, None
        if pictures is not None:
            pictures.close()

    def _answer(self, key: Keyframe) -> SegmentReply:
        return keyframe_reply(key, self.segment)

    def _opened(self) -> FrameSource:
        if self._source is None:
            raise ModelError(tr("No video is open; open one before asking for masks."))
        return self._source
