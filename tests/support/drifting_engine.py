"""An engine whose answers can be told beforehand: the truth, drifting away from each keyframe."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from told_engine import ToldEngine

from vostool.masks.mask import Mask
from vostool.models.engine import (
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)


def drifted(ids: np.ndarray, truth: int, frames: int) -> Mask:
    """The true object on a frame, moved right by as many pixels as the keyframe is frames away."""
    return Mask.from_array(np.roll(ids == truth, frames, axis=1))


class DriftingEngine(ToldEngine):
    """Tracks what lies under each keyframe's mask or box; reads every frame as a real one does."""

    def __init__(self, ids: np.ndarray) -> None:
        super().__init__("flow", "Drift")
        self._ids = ids

    def segment(self, request: SegmentRequest) -> SegmentReply:
        raise NotImplementedError

    def track(self, request: TrackRequest, cancelled: Callable[[], bool]) -> Iterator[TrackedFrame]:
        self.requests.append(request)
        ids = sorted({key.object_id for key in request.keyframes})
        spans = {oid: tracked_span(request, oid, True) for oid in ids}
        for frame in range(request.first, request.last + 1):
            if cancelled():
                return
            replies = {}
            self._source.frame(frame)
            for oid, span in spans.items():
                if span is not None and frame in span:
                    behind = [
                        k for k in request.keyframes if k.object_id == oid and k.frame <= frame
                    ]
                    replies[oid] = SegmentReply(self._mask(behind[-1], frame), 0.9)
            yield TrackedFrame(frame, replies)

    def _mask(self, key: Keyframe, frame: int) -> Mask:
        if key.mask is not None and frame == key.frame:
            return key.mask
        ids = self._ids[key.frame]
        if key.mask is not None:
            inside = key.mask.to_array()
        else:
            assert key.prompts is not None and key.prompts.box is not None
            box = key.prompts.box
            inside = np.zeros(ids.shape, bool)
            inside[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = True
        counts = np.bincount(ids[inside & (ids > 0)].ravel(), minlength=4)
        if not counts.any():
            return Mask.empty(*ids.shape)
        return drifted(self._ids[frame], int(counts.argmax()), frame - key.frame)
