"""A sequence with ground truth: what the evaluation runs an engine on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.frames import FrameSource

Ids = NDArray[np.int32]
"""Object ids (H, W) int32: 0 is background, :data:`VOID` counts for no object."""

VOID = -1


@dataclass(frozen=True, slots=True)
class TruthSequence:
    """Frames and their ground truth; neither is held, both are read when asked for.

    Attributes:
        name: for people, and for the folder of its pictures.
        frame_count: frames to work on.
        annotated: frames that have ground truth, ascending.
        given: by object id the frame on which its mask is given, by the data set's rule.
        open: a new reader of just these frames.
        truth: ids of an annotated frame. It may raise :class:`vostool.errors.LabelsError`.
        warnings: sentences on what was found wanting.
    """

    name: str
    frame_count: int
    annotated: tuple[int, ...]
    given: Mapping[int, int]
    open: Callable[[], FrameSource]
    truth: Callable[[int], Ids]
    warnings: tuple[str, ...] = ()


def generated_sequence(frame_count: int | None = None) -> TruthSequence:
    """The generated clip of :mod:`vostool.evaluate.generated_clip`, or its first frames.

    Raises:
        UsageError: fewer than 2 frames.
    """
    clip = generate_clip()
    count = len(clip.frames) if frame_count is None else min(frame_count, len(clip.frames))
    given: dict[int, int] = {}
    for frame, ids in enumerate(clip.ids[:count]):
        for object_id in np.unique(ids[ids > 0]):
            given.setdefault(int(object_id), frame)
    return TruthSequence(
        name="generated",
        frame_count=count,
        annotated=tuple(range(count)),
        given=given,
        open=lambda: ArraySource(clip.frames[:count], clip.rate, "generated"),
        truth=lambda frame: clip.ids[frame].astype(np.int32),
    )
