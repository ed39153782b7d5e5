"""Which frame is looked at next: the truly worst, the review queue's, spread ones, or any.

The truly worst is known to nobody who labels. The others know what a person at the window knows, so
a frame that they name may be right: that is a look, and its masks are confirmed, as a person
confirms them. On a corrected frame the objects that needed nothing are confirmed as well.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vostool.errors import UsageError
from vostool.project.project import Project
from vostool.project.range_edits import confirm_range
from vostool.review.queue import ReviewQueue

PICKS = ("worst", "queue", "uniform", "random")


@dataclass(slots=True)
class Past:
    """What was looked at so far.

    Attributes:
        corrected: frames.
        right: frames on which nothing was found to correct.
        looks: what those have cost.
    """

    corrected: set[int] = field(default_factory=set)
    right: set[int] = field(default_factory=set)
    looks: int = 0


class Pick(Protocol):
    """Names frames to look at, once something has been tracked.

    Attributes:
        name: one of :data:`PICKS`.
        looks: frames that are right cost a look each, and are confirmed and not named again.
    """

    name: str
    looks: bool

    def next(self, project: Project, means: Mapping[int, float], past: Past) -> int | None:
        """The frame to look at, one of ``means``, or None where there is none.

        Args:
            means: the true J&F of every frame that has ground truth, ascending; only the pick
                that nobody can make reads its values.
        """
        ...


def check_picks(names: Sequence[str], seeds: int) -> None:
    """Find what is wrong before any work is done.

    Raises:
        UsageError: there is none of a name, none is named, or no seed is asked for.
    """
    for name in names:
        if name not in PICKS:
            raise UsageError(f"There is no pick '{name}'; known are {', '.join(PICKS)}.")
    if not names or seeds < 1:
        raise UsageError("--pick needs a name, and --seeds must be 1 or more.")


def make_picks(name: str, seeds: int) -> list[Pick]:
    """The pick of that name, one of :data:`PICKS`; of ``random``, one for each seed."""
    if name == "random":
        return [Random(seed) for seed in range(seeds)]
    made: dict[str, Pick] = {"worst": Worst(), "queue": Queued(), "uniform": Uniform()}
    return [made[name]]


class Worst:
    """The lowest true J&F; frames that were corrected before come last, as in the benchmark."""

    name, looks = "worst", False

    def next(self, project: Project, means: Mapping[int, float], past: Past) -> int | None:
        left = [f for f in means if f not in past.right]
        return min(left, key=lambda f: (f in past.corrected, means[f], f), default=None)


class Queued:
    """The worst mask of the event that the window's review queue has first; its spot where it has
    none, as N in the window.

    Where that frame has no ground truth, so that no robot can correct it, the nearest one of the
    event that has stands for it; an event without one is passed over.
    """

    name, looks = "queue", True

    def next(self, project: Project, means: Mapping[int, float], past: Past) -> int | None:
        queue = ReviewQueue(project)
        queue.work(math.inf)
        left = _left(means, past)
        for event in queue.events():
            known = [f for f in left if event.holds(f)]
            if known:
                return min(known, key=lambda f: abs(f - event.worst.frame))
        spot = queue.spot()
        return None if spot is None else min(left, key=lambda f: abs(f - spot.frame), default=None)


class Uniform:
    """The frame farthest from those looked at; of equal ones the first."""

    name, looks = "uniform", True

    def next(self, project: Project, means: Mapping[int, float], past: Past) -> int | None:
        seen = past.corrected | past.right
        return max(
            _left(means, past), key=lambda f: min(abs(f - other) for other in seen), default=None
        )


class Random:
    """Any frame that was not looked at, by a seed."""

    name, looks = "random", True

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def next(self, project: Project, means: Mapping[int, float], past: Past) -> int | None:
        left = _left(means, past)
        return self._random.choice(left) if left else None


def confirm(project: Project, frame: int, object_ids: Collection[int]) -> None:
    """Say that these objects' masks are right there, as the window's Confirm does."""
    project.apply(confirm_range(project, frame, frame, True, object_ids))


def _left(means: Iterable[int], past: Past) -> list[int]:
    return [f for f in means if f not in past.corrected and f not in past.right]
