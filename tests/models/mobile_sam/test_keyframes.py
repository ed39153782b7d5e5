"""Prompts of a run that have no mask yet are answered by what the ones before have shown."""

from __future__ import annotations

import numpy as np

from vostool.masks.mask import Mask
from vostool.models.engine import Keyframe, SegmentReply, SegmentRequest
from vostool.models.mobile_sam.keyframes import KeyframeAnswers
from vostool.project.prompts import Point, Prompts

CLICK = Prompts((Point(1.5, 1.5),))


def mask(size: int) -> Mask:
    return Mask.from_array(np.arange(16).reshape(4, 4) < size)


def test_each_answer_is_what_the_object_is_known_by_on_the_next_frame() -> None:
    asked: list[SegmentRequest] = []

    def segment(request: SegmentRequest) -> SegmentReply:
        asked.append(request)
        return SegmentReply(mask(request.frame + 1), 0.9)

    keys = [Keyframe(frame, oid, CLICK) for frame in (0, 4, 6) for oid in (1, 2)]
    given = Keyframe(9, 1, None, mask(3))
    answers = KeyframeAnswers(segment, [*keys, given])
    for key in keys:
        assert answers(key).mask == mask(key.frame + 1)
    assert answers(given).mask == mask(3), "its own"
    assert [[look.frame for look in request.looks] for request in asked] == [
        [9], [], [0, 9], [0], [4, 9], [4, 0],
    ]  # fmt: skip
    assert asked[-1].looks[0].mask == mask(5)
    assert {look.object_id for look in asked[-1].looks} == {2}
