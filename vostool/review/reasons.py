"""Why a tracked mask may be wrong: each reason's strength from the measures, and its words.

A strength is 0 where there is no reason, and from 0.25 (just over the threshold) to 1 elsewhere.
The risk of a mask is 1 - product(1 - weight * strength), as if the reasons were independent chances
of being wrong (a noisy-or). The weights and thresholds are rules of thumb that set an order.

A jump lies between two frames. The later one is held to be wrong, unless a person gave or confirmed
it; then it is the earlier one.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.review.measures import ObjectRow
from vostool.words import mark, tr

Strengths = NDArray[np.float64]
Frames = NDArray[np.int64]
Jump = Callable[[ObjectRow, Frames], Strengths]
Name = Callable[[int], str]

LOW_SCORE = 0.5
AREA_FACTOR = (1.6, 4.0)
"""Growing or shrinking by this factor in one frame: where it begins to count, and counts fully."""
SHIFT = (0.5, 1.5)
"""The same for a move in object sizes (square root of the box) that neither rest nor going on at
the same speed explains."""
OVERLAP = (0.15, 0.8)
"""The same for the share of the smaller mask that two objects both cover."""
SAME_PLACE = (0.5, 0.85)
"""The same for the IoU of the masks of two objects, which are then held to be on one thing."""
AGREEMENT = (0.75, 0.2)
"""The same, downward, for the IoU of the tracks from both sides."""


class Reason(enum.Enum):
    """Why a mask may be wrong."""

    LOW_SCORE = mark("low score")
    EMPTY = mark("empty after present")
    AREA_JUMP = mark("area jump")
    POSITION_JUMP = mark("position jump")
    OVERLAP = mark("overlap")
    SAME_PLACE = mark("two masks on one thing")
    EDGE = mark("reaches the edge")
    DISAGREEMENT = mark("disagreement")


WEIGHTS: dict[Reason, float] = {
    Reason.LOW_SCORE: 0.7,
    Reason.EMPTY: 0.6,
    Reason.AREA_JUMP: 0.6,
    Reason.POSITION_JUMP: 0.7,
    Reason.OVERLAP: 0.5,
    Reason.SAME_PLACE: 0.85,
    Reason.EDGE: 0.15,
    Reason.DISAGREEMENT: 0.8,
}

REASON_BITS: dict[Reason, np.uint8] = {reason: np.uint8(1 << n) for n, reason in enumerate(Reason)}
"""A bit for each reason, for many masks at once."""
BEYOND_SCORE = ~REASON_BITS[Reason.LOW_SCORE]
"""All others."""
SHARED = REASON_BITS[Reason.OVERLAP] | REASON_BITS[Reason.SAME_PLACE]
"""Reasons that concern two objects at once."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason on one mask.

    Attributes:
        strength: 0.25..1.
        text: the reason in words, "The area is 2.3 times that of the frame before."
    """

    reason: Reason
    strength: float
    text: str


def strengths(row: ObjectRow, frames: Frames, size: tuple[int, int]) -> dict[Reason, Strengths]:
    """How strong each reason is on these frames, each (len(frames),), confirmed or not.

    Args:
        size: (height, width) of the frames.
    """
    here = row.area[frames] >= 0
    before, _ = _areas(row, frames)
    # An object that stays absent is queued once, on the frame where it disappeared.
    still_gone = (row.area[frames] == 0) & (before == 0)
    score = np.nan_to_num(row.score[frames].astype(np.float64), nan=1.0)
    touches = _touches(row, frames, size) & (before > 0) & ~_touches(row, frames - 1, size)
    overlap, sameness = (v[frames].astype(np.float64) for v in (row.overlap, row.sameness))
    same = _ramp(sameness, *SAME_PLACE)
    found = {
        Reason.LOW_SCORE: np.where(still_gone, 0.0, _ramp(LOW_SCORE - score, 0.0, LOW_SCORE)),
        Reason.EMPTY: np.where((row.area[frames] == 0) & (before > 0), 1.0, 0.0),
        Reason.AREA_JUMP: _blamed(row, frames, area_jump),
        Reason.POSITION_JUMP: _blamed(row, frames, position_jump),
        Reason.OVERLAP: np.where(same > 0, 0.0, _ramp(overlap, *OVERLAP)),
        Reason.SAME_PLACE: same,
        Reason.EDGE: np.where(touches, 1.0, 0.0),
        Reason.DISAGREEMENT: _ramp(
            1 - np.nan_to_num(row.agreement[frames].astype(np.float64), nan=1.0),
            1 - AGREEMENT[0],
            1 - AGREEMENT[1],
        ),
    }
    return {reason: np.where(here, values, 0.0) for reason, values in found.items()}


def rate(
    row: ObjectRow, frames: Frames, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """The risk of the masks on these frames, in 0..1, and their reasons as bits, each
    (len(frames),); 0 for those not to be asked about: kept, prompted, dismissed or missing.
    """
    right = np.ones(len(frames))
    bits = np.zeros(len(frames), np.uint8)
    for reason, values in strengths(row, frames, size).items():
        right *= 1 - WEIGHTS[reason] * values
        bits[values > 0] |= REASON_BITS[reason]
    settled = row.kept[frames] | row.dismissed[frames]
    bits[settled] = 0
    return np.where(settled, 0.0, 1 - right).astype(np.float32), bits


def findings(
    row: ObjectRow, oid: int, frame: int, size: tuple[int, int], name: Name
) -> tuple[Finding, ...]:
    """The reasons on one frame in words, what weighs most first.

    Args:
        oid: the object that the row is of.
        name: what an object is called, "1 cup", by its id.
    """
    at = np.array([frame])
    found = [
        Finding(reason, float(values[0]), _words(row, oid, frame, reason, name))
        for reason, values in strengths(row, at, size).items()
        if values[0] > 0
    ]
    return tuple(sorted(found, key=lambda f: -WEIGHTS[f.reason] * f.strength))


def absence(row: ObjectRow, frame: int) -> tuple[Finding, ...]:
    """Why to look at a frame on which an object is away since earlier, empty where it is not."""
    if row.area[frame] != 0 or row.kept[frame] or row.dismissed[frame]:
        return ()
    there = np.flatnonzero(row.area[:frame] != 0)
    went = int(there[-1]) + 1 if len(there) else 0
    if went in (0, frame) or row.area[went - 1] < 0:
        return ()
    text = tr("The object is gone since frame {frame}; it may be back here.", frame=went)
    return (Finding(Reason.EMPTY, 1.0, text),)


def area_jump(row: ObjectRow, frames: Frames) -> Strengths:
    """How much the area changes from the frame before each of these."""
    before, after = _areas(row, frames)
    both = (before > 0) & (after > 0)
    ratio = np.where(both, np.maximum(after, 1) / np.maximum(before, 1), 1.0)
    return _ramp(np.abs(np.log(ratio)), math.log(AREA_FACTOR[0]), math.log(AREA_FACTOR[1]))


def position_jump(row: ObjectRow, frames: Frames) -> Strengths:
    """How much the box's centre jumps from the frame before each of these."""
    return _ramp(_shift(row, frames)[1], *SHIFT)


def _shift(row: ObjectRow, frames: Frames) -> tuple[Strengths, Strengths]:
    """The unexplained move in pixels, and in object sizes; 0 where either frame has no pixels."""
    before, after = _areas(row, frames)
    both = (before > 0) & (after > 0)
    now, last, older = (_centres(row, frames - back) for back in (0, 1, 2))
    move = np.linalg.norm(now - last, axis=1)
    steady = np.linalg.norm(now - 2 * last + older, axis=1)
    known = (frames >= 2) & (row.area[np.maximum(frames - 2, 0)] > 0)
    pixels = np.where(both, np.where(known, np.minimum(move, steady), move), 0.0)
    boxes = row.box[_inside(row, frames)], row.box[_inside(row, frames - 1)]
    sizes = np.maximum(*(np.sqrt(np.maximum(b[:, 2] * b[:, 3], 1.0)) for b in boxes))
    return pixels, pixels / sizes


def _blamed(row: ObjectRow, frames: Frames, jump: Jump) -> Strengths:
    own = jump(row, frames)
    later = _inside(row, frames + 1)
    corrected = row.kept[later] & (frames + 1 < len(row.area))
    return np.maximum(own, np.where(corrected, jump(row, later), 0.0))


def _ramp(values: Strengths, start: float, full: float) -> Strengths:
    rise = np.clip((values - start) / (full - start), 0, 1)
    return np.where(values > start, 0.25 + 0.75 * rise, 0.0)


def _inside(row: ObjectRow, frames: Frames) -> Frames:
    return np.clip(frames, 0, len(row.area) - 1)


def _areas(row: ObjectRow, frames: Frames) -> tuple[Strengths, Strengths]:
    """Areas before and on the frames; -1 where there is no mask."""
    before = np.where(frames > 0, row.area[_inside(row, frames - 1)], -1)
    return before.astype(np.float64), row.area[frames].astype(np.float64)


def _centres(row: ObjectRow, frames: Frames) -> NDArray[np.float64]:
    boxes = row.box[_inside(row, frames)].astype(np.float64)
    return boxes[:, :2] + boxes[:, 2:] / 2


def _touches(row: ObjectRow, frames: Frames, size: tuple[int, int]) -> NDArray[np.bool_]:
    places = _inside(row, frames)
    boxes = row.box[places]
    end = boxes[:, :2] + boxes[:, 2:]
    at_edge = (boxes[:, :2] <= 0).any(1) | (end[:, 0] >= size[1]) | (end[:, 1] >= size[0])
    result: NDArray[np.bool_] = at_edge & (row.area[places] > 0)
    return result


def _words(row: ObjectRow, oid: int, frame: int, reason: Reason, name: Name) -> str:
    if reason in (Reason.AREA_JUMP, Reason.POSITION_JUMP):
        return _jump_words(row, frame, reason)
    rival = name(int(row.rival[frame]))
    pair = [name(each) for each in sorted((oid, int(row.twin[frame])))]
    return {
        Reason.LOW_SCORE: tr("The model's score is low, {score:.2f}.", score=row.score[frame]),
        Reason.EMPTY: tr("The object is gone here, but frame {frame} has it.", frame=frame - 1),
        Reason.OVERLAP: tr(
            "{one}, {other} overlap by {overlap:.0%}.",
            one=name(oid),
            other=rival,
            overlap=row.overlap[frame],
        ),
        Reason.SAME_PLACE: tr(
            "{pair} and {pair_2} lie on the same place.", pair=pair[0], pair_2=pair[1]
        ),
        Reason.EDGE: tr("The mask reaches the edge of the picture, for the first time."),
        Reason.DISAGREEMENT: (
            tr(
                "The tracks from both sides differ here; they share {agreement:.0%}.",
                agreement=row.agreement[frame],
            )
        ),
    }[reason]


def _jump_words(row: ObjectRow, frame: int, reason: Reason) -> str:
    jump = area_jump if reason is Reason.AREA_JUMP else position_jump
    ahead = jump(row, np.array([frame]))[0] == 0
    at = frame + 1 if ahead else frame
    where = (
        tr("frame {frame}, which is corrected", frame=frame + 1)
        if ahead
        else tr("the frame before")
    )
    if reason is Reason.POSITION_JUMP:
        pixels = _shift(row, np.array([at]))[0][0]
        return tr("The mask jumps by {pixels:.0f} pixels from {where}.", pixels=pixels, where=where)
    factor = row.area[frame] / row.area[at if ahead else frame - 1]
    grown = (
        tr("{factor:.1f} times", factor=factor)
        if factor > 1
        else tr("{factor:.0%} of", factor=factor)
    )
    return tr("The area is {grown} that of {where}.", grown=grown, where=where)
