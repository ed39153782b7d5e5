"""The protocol of what looks through a whole video by itself, with numbers of its own.

Imports no torch. What comes of it is a run like any other: steps with a mask for each object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vostool.finders.finder import FinderInfo
from vostool.frames import FrameSource
from vostool.models.engine import Cancelled, TrackedFrame


@dataclass(frozen=True, slots=True)
class ConceptFrame:
    """One step of a run by concepts.

    Attributes:
        step: the frame with the masks of the objects that are seen on it, by number, scored by how
            sure the model is of each here. Numbers are the run's own, counted from 1 in the order
            in which objects appear; one is never given to a second object. Masks of one phrase
            share no pixel.
        labels: the phrase of each of these objects.
    """

    step: TrackedFrame
    labels: Mapping[int, str]


@runtime_checkable
class ConceptTracker(Protocol):
    """A model that detects and tracks in one, loaded. It belongs to one thread."""

    @property
    def info(self) -> FinderInfo: ...

    def follow(
        self,
        source: FrameSource,
        phrases: Sequence[str],
        frames: range,
        cancelled: Cancelled,
        *,
        most: int = 255,
        least: float | None = None,
    ) -> Iterator[ConceptFrame | None]:
        """Yield the frames of a range in order; a step downwards goes backwards through the video.

        Frames may come some steps late, where the model decides only then whether an object is one;
        None is work between two frames. When cancelled, what is known already still comes. A frame
        that cannot be decoded comes with a problem, and the next one is looked at. One run at a
        time: another that begins makes the one before useless.

        Args:
            phrases: what to look for, each a label of its own.
            most: no more objects than this at a time.
            least: how sure of a new object the model must be, 0..1; None takes the model's own.

        Raises:
            UsageError: no phrase, or one that is too long.
            ModelError: with a sentence for a person.
        """
        ...

    def close(self) -> None:
        """Give memory and device back."""
        ...
