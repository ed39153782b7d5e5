"""Masks of the keyframes of a run that have prompts and no mask yet.

A later one is answered as in the window: by what the object looks like on those before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from vostool.models.engine import Keyframe, SegmentReply, SegmentRequest
from vostool.models.flow.track import keyframe_reply
from vostool.models.known import looks_of


class KeyframeAnswers:
    """Implements :data:`vostool.models.flow.track.KeyframeReply`."""

    def __init__(
        self, segment: Callable[[SegmentRequest], SegmentReply], keyframes: Iterable[Keyframe]
    ) -> None:
        """Take all keyframes of the run."""
        self._segment = segment
        self._known = {(key.object_id, key.frame): key for key in keyframes}

    def __call__(self, key: Keyframe) -> SegmentReply:
        reply = keyframe_reply(key, self._answer)
        self._known[key.object_id, key.frame] = replace(key, mask=reply.mask)
        return reply

    def _answer(self, request: SegmentRequest) -> SegmentReply:
        own = [key for key in self._known.values() if key.object_id == request.object_id]
        return self._segment(replace(request, looks=looks_of(own, request.frame)))
