"""The baseline that every engine should beat: each mask carried along dense optical flow.

Each object's soft mask goes along DIS flow (Kroeger et al., ECCV 2016; medium preset, full size)
from frame to frame, and nothing else is done. It tracks forward from masks only, and serves the
evaluation alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.errors import ModelError
from vostool.frames import FrameSource
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Direction,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)

NAME = "plain-warp"
_ASK = "The baseline plain-warp only carries given masks forward; choose an engine."


class PlainWarp:
    """Implements :class:`vostool.models.engine.Engine` for forward runs from masks."""

    def __init__(self) -> None:
        self._source: FrameSource | None = None

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(NAME, "Plain flow warp (baseline)")

    def open(self, source: FrameSource) -> None:
        self._source = source

    def segment(self, request: SegmentRequest) -> SegmentReply:
        raise ModelError(_ASK)

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        masks = {(k.frame, k.object_id): k.mask for k in request.keyframes if k.mask is not None}
        if self._source is None or request.direction is not Direction.FORWARD:
            raise ModelError(_ASK)
        # OpenCV's stubs do not know that these arguments may be None.
        dis: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        remap: Any = cv2.remap
        before: NDArray[Any] | None = None
        soft: dict[int, NDArray[np.float32]] = {}
        for frame in range(request.origin, request.last + 1):
            if cancelled():
                return
            gray = cv2.cvtColor(self._source.frame(frame), cv2.COLOR_RGB2GRAY)
            if before is not None and soft:
                where = _grid(gray) + dis.calc(gray, before, None)
                soft = {oid: remap(s, where, None, cv2.INTER_LINEAR) for oid, s in soft.items()}
            for (given, oid), mask in masks.items():
                if given == frame:
                    soft[oid] = mask.to_array().astype(np.float32)
            before = gray
            yield TrackedFrame(frame, _hard(soft, gray.shape))

    def close(self) -> None:
        self._source = None


def _grid(gray: NDArray[Any]) -> NDArray[np.float32]:
    columns, rows = (np.arange(n, dtype=np.float32) for n in gray.shape[::-1])
    return np.stack(np.meshgrid(columns, rows), -1)


def _hard(soft: dict[int, NDArray[np.float32]], shape: tuple[int, ...]) -> dict[int, SegmentReply]:
    """Each pixel to the object that has most of it, at least half; no score is known."""
    ids, best = np.zeros(shape, np.int32), np.full(shape, 0.5, np.float32)
    for oid, mask in sorted(soft.items()):
        ids[mask > best] = oid
        best = np.maximum(best, mask)
    return {oid: SegmentReply(Mask.from_array(ids == oid), 0.0) for oid in soft}
