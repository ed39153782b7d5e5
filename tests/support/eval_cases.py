"""Sequences for the evaluation whose every number can be told beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from told_engine import ToldEngine

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.sequence import TruthSequence
from vostool.masks.mask import Mask
from vostool.models.engine import (
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)

HEIGHT, WIDTH = 60, 90


def moving(count: int, shift: int = 0) -> list[np.ndarray]:
    """Ids of a disc (1) and a bar (2) that move; ``shift`` grows with the frames: a drift."""
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    found = []
    for t in range(count):
        ids = np.zeros((HEIGHT, WIDTH), np.int32)
        drift = shift * t
        ids[20 : 30 + t, 50 - t - drift : 70 - drift] = 2
        ids[(y - 25 - t) ** 2 + (x - 20 - 2 * t - drift) ** 2 < 120] = 1
        found.append(ids)
    return found


def sequence(truth: list[np.ndarray], name: str = "made") -> TruthSequence:
    """Pictures in which the ids are seen, with their truth on every frame."""
    pictures = [np.repeat((ids * 90).astype(np.uint8)[..., None], 3, 2) for ids in truth]
    given: dict[int, int] = {}
    for frame, ids in enumerate(truth):
        for oid in np.unique(ids[ids > 0]):
            given.setdefault(int(oid), frame)
    return TruthSequence(
        name,
        len(truth),
        tuple(range(len(truth))),
        given,
        lambda: ArraySource(pictures),
        lambda frame: truth[frame],
    )


def write_sequence(pictures: Path, masks: Path, truth: list[np.ndarray]) -> None:
    """The same as files: JPEGs and grey PNGs."""
    pictures.mkdir(parents=True)
    masks.mkdir(parents=True)
    for frame, ids in enumerate(truth):
        picture = Image.fromarray((ids * 90).astype(np.uint8)).convert("RGB")
        picture.save(pictures / f"{frame:05d}.jpg")
        Image.fromarray(ids.astype(np.uint8)).save(masks / f"{frame:05d}.png")


class KnownEngine(ToldEngine):
    """Tracks what it was told to: ``answer(frame, object id, keyframes' frames)`` is the mask."""

    def __init__(
        self,
        answer: Callable[[int, int, list[int]], np.ndarray],
        score: Callable[[int, int], float] = lambda frame, oid: 1.0,
    ) -> None:
        super().__init__("known", "Known")
        self._answer = answer
        self._score = score
        self.asked: list[SegmentRequest] = []

    def segment(self, request: SegmentRequest) -> SegmentReply:
        self.asked.append(request)
        mask = self._answer(request.frame, request.object_id, [request.frame])
        return SegmentReply(Mask.from_array(mask), 1.0)

    def track(self, request: TrackRequest, cancelled: Callable[[], bool]) -> Iterator[TrackedFrame]:
        self.requests.append(request)
        keys: dict[int, list[int]] = {}
        for key in request.keyframes:
            keys.setdefault(key.object_id, []).append(key.frame)
        legs = {"forward": (True,), "backward": (False,), "both": (True, False)}
        for forward in legs[request.direction.value]:
            spans = {oid: tracked_span(request, oid, forward) for oid in keys}
            frames = range(request.origin, request.last + 1)
            if not forward:
                frames = range(request.origin, request.first - 1, -1)
            for frame in frames:
                if cancelled():
                    return
                replies = {
                    oid: SegmentReply(
                        Mask.from_array(self._answer(frame, oid, keys[oid])),
                        self._score(frame, oid),
                    )
                    for oid, span in spans.items()
                    if span is not None and frame in span
                }
                yield TrackedFrame(frame, replies)
