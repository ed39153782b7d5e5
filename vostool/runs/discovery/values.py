"""What a run with discovery is asked, and what it tells: rules, news and steps."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from vostool.errors import UsageError
from vostool.finders.identity import NewRules
from vostool.masks.mask import Mask
from vostool.models.engine import TrackedFrame
from vostool.words import tr


class Again(enum.Enum):
    """What becomes of a new thing that may be an object which was lost."""

    ASK = "ask"
    """It is told, gets no number and is not tracked until a person answers."""
    JOIN = "join"
    """It is told, and tracked on as the old object."""
    NEW = "new"
    """It is told, and tracked as an object of its own."""


@dataclass(frozen=True, slots=True)
class DiscoveryRules:
    """How a run looks for new objects.

    Attributes:
        every: it looks on every so many frames (SAM-Track's ``sam_gap``).
        new: when a candidate is new, and when it may be an old one.
        again: what becomes of one that may be an old one.
        backward: track new ones to where they first were, as well.
        where: look only inside these spans of frames, first and last inclusive, and then on the
            first frame of each; without any, everywhere.
        start: the frame from which ``every`` counts; None takes the frame a run starts from. A run
            that goes on with what another left has the other's, so that both look where one would.

    Raises:
        UsageError: a value makes no sense.
    """

    every: int = 30
    new: NewRules = field(default_factory=NewRules)
    again: Again = Again.ASK
    backward: bool = False
    where: tuple[tuple[int, int], ...] | None = None
    start: int | None = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise UsageError(tr("New objects are looked for every 1 or more frames, not every 0."))

    def looks_at(self, frame: int, origin: int) -> bool:
        """True for a frame on which new objects are looked for."""
        if self.where is not None:
            return any(
                first <= frame <= last and (frame - first) % self.every == 0
                for first, last in self.where
            )
        start = origin if self.start is None else self.start
        return (frame - start) % self.every == 0


@dataclass(frozen=True, slots=True)
class Found:
    """A new object.

    Attributes:
        frame: where it was found.
        object_id: within this run; :meth:`DiscoveryEdits.id_of` says which one of the project.
        mask: what of it lies outside the objects that were known.
        label: what it answers to; empty where nothing names it.
        score: the finder's, 0..1.
    """

    frame: int
    object_id: int
    mask: Mask
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """A new thing that may be an object which was lost.

    Attributes:
        frame: where it is seen.
        object_id: the one that it may be.
        mask: the thing there.
        likeness: 0..1.
        answer: what the run made of it; with :attr:`Again.NEW` it is among the found ones, too.
        label, score: as of :class:`Found`.
        new_id: of the found one, within this run.
        still: frame and mask of the latest look that saw the thing again while it was asked about.
    """

    frame: int
    object_id: int
    mask: Mask
    likeness: float
    answer: Again
    label: str = ""
    score: float = 1.0
    new_id: int | None = None
    still: tuple[int, Mask] | None = None


@dataclass(frozen=True, slots=True)
class Grown:
    """A found object of which a part was followed is seen whole.

    Attributes:
        frame: where it is seen.
        object_id: which; within this run for one that the run found.
        mask: the whole, without what belongs to others.
        score: the finder's, 0..1.
    """

    frame: int
    object_id: int
    mask: Mask
    score: float


@dataclass(frozen=True, slots=True)
class StillThere:
    """What a person is asked about already, seen by a later look; it is not asked about twice.

    Attributes:
        frame: where it is seen.
        object_id: the one that it may be.
        mask: the thing there.
    """

    frame: int
    object_id: int
    mask: Mask


News = Found | SeenAgain | Grown | StillThere


@dataclass(frozen=True, slots=True)
class DiscoveredFrame(TrackedFrame):
    """A step of a run with discovery; the ids of found objects are the run's own.

    Attributes:
        news: what was found on this frame.
        traced: a new object was tracked to where it first was; such steps follow those of the
            frames that were asked for, and do not count among them.
        back: of a traced step, where and by which id its objects were found, and the frame up to
            which each was seen before; -1: on none.
        leg: 1 in the second way of a run both ways.
    """

    news: tuple[News, ...] = ()
    traced: bool = False
    back: tuple[tuple[int, int, int], ...] = ()
    leg: int = 0


@dataclass(frozen=True, slots=True)
class Looking:
    """The finder is at work on a frame: so many of its pieces are done. Nothing is changed yet."""

    frame: int
    done: int
    total: int


Step = DiscoveredFrame | Looking


def is_traced(step: TrackedFrame) -> bool:
    """True for a step beside those that were asked for, see :attr:`DiscoveredFrame.traced`."""
    return isinstance(step, DiscoveredFrame) and step.traced
