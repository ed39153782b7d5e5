"""Which frames and objects each step learns from: a function of the seed and the step's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vostool.masks.mask import Mask

FRAMES = 8
"""Frames of a clip, as SAM 2 was trained: one more than its memory holds."""
OBJECTS = 3
CLIPS_EACH = 4
"""An epoch has a clip for so many labelled frames, since a clip shows several."""
FEWEST_STEPS = 8
"""Of an epoch: measuring takes as long as many steps do."""

Labels = Mapping[int, Mapping[int, Mask]]
"""By frame and object id; an empty mask says that the object is not there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one step learns from.

    Attributes:
        video: its number.
        frames: in the order in which they are tracked; all chosen objects are seen on the first.
        objects: their ids.
        mirrored: left and right are exchanged.
    """

    video: int
    frames: tuple[int, ...]
    objects: tuple[int, ...]
    mirrored: bool


class Sampler:
    """Draws clips: each labelled frame begins one in its turn, in either direction of time.

    A clip goes on to some of the labelled frames that follow. Where those lie far apart, frames
    between them fill it up, so that the memory is one that tracking would have made.
    """

    def __init__(self, videos: Sequence[Labels], seed: int) -> None:
        self._videos, self._seed = videos, seed
        self._starts = [
            (number, frame)
            for number, labels in enumerate(videos)
            for frame, row in sorted(labels.items())
            if any(not mask.is_empty for mask in row.values())
        ]

    @property
    def is_empty(self) -> bool:
        """True where no mask shows anything."""
        return not self._starts

    @property
    def steps_per_epoch(self) -> int:
        """Clips that show about all labels once."""
        return max(FEWEST_STEPS, -(-len(self._starts) // CLIPS_EACH))

    def __call__(self, step: int) -> Choice:
        """The choice of a step, counted from 0."""
        turn, place = divmod(step, len(self._starts))
        order = np.random.default_rng((self._seed, 1, turn)).permutation(len(self._starts))
        video, start = self._starts[order[place]]
        rng = np.random.default_rng((self._seed, 2, step))
        labels = self._videos[video]
        seen = [oid for oid, mask in labels[start].items() if not mask.is_empty]
        count = min(OBJECTS, len(seen))
        objects = sorted(int(oid) for oid in rng.choice(seen, count, replace=False))
        known = sorted(f for f, row in labels.items() if f == start or row.keys() & set(objects))
        backward = bool(rng.random() < 0.5)
        frames = _frames(known, start, backward, rng)
        return Choice(video, tuple(frames), tuple(objects), bool(rng.random() < 0.5))


def _frames(
    known: Sequence[int], start: int, backward: bool, rng: np.random.Generator
) -> list[int]:
    """The clip from ``start`` on: some of the known frames that follow, and some between them."""
    ahead = [f for f in known if (f < start if backward else f > start)]
    if not ahead:  # an object that was labelled at the video's very end
        backward = not backward
        ahead = [f for f in known if f != start]
    ahead.sort(reverse=backward)
    ahead = ahead[: FRAMES - 1]
    if not ahead:
        return [start]
    wanted = int(rng.integers(1, len(ahead), endpoint=True))
    between = abs(ahead[wanted - 1] - start) - wanted
    while wanted < len(ahead) and wanted + between < FRAMES - 1:  # nothing between to fill it with
        wanted += 1
        between = abs(ahead[wanted - 1] - start) - wanted
    chosen = {start, *ahead[:wanted]}
    chosen |= _between(sorted(chosen), FRAMES - len(chosen))
    return sorted(chosen, reverse=backward)


def _between(frames: Sequence[int], count: int) -> set[int]:
    """``count`` frames more, each in the middle of the widest gap that is left."""
    found = list(frames)
    for _ in range(count):
        gaps = np.diff(found)
        widest = int(gaps.argmax())
        if gaps[widest] < 2:
            break
        found.insert(widest + 1, int(found[widest] + gaps[widest] // 2))
    return set(found)
