"""What one object's run keeps of the frames that it tracked, lets go, and reads.

A :class:`MemoryPolicy` decides all three. :class:`StandardMemory` keeps by distance and leaves it
to the network which frames are read, which is the official predictor to the bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vostool.models.engine import SegmentReply
from vostool.models.shared.decoded import Decoded
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.reading import (
    CONDITIONING,
    TRACKED,
    MemoryNetwork,
    Output,
    Outputs,
    Reading,
)


class Steps(Protocol):
    """What a policy that branches asks of the network; both may raise SourceError."""

    def propose(self, frame: int, readings: Sequence[Reading]) -> list[Decoded]:
        """What the decoder says from each reading; nothing is encoded into memory."""
        ...

    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        """The output, with its memory, of one of the decoder's masks."""
        ...


class Telling(Protocol):
    """A mask that may yet be told in place of another.

    Attributes:
        logits: the output with the mask, to make the reply of; None afterwards.
        reply: what is told of it.
    """

    logits: Output | None
    reply: SegmentReply | None


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A tracked frame that is read.

    Attributes:
        place: how many frames back it counts, from 1.
        score: its logit of presence.
    """

    place: int
    output: Output
    score: float = 0.0


class MemoryPolicy(ABC):
    """One object in one run.

    Attributes:
        looks: it wants to know what the decoder said of each frame.
    """

    looks = False

    def __init__(self, network: MemoryNetwork, outputs: Outputs, reach: Reach) -> None:
        """Begin with no tracked frame.

        Args:
            outputs: the object's keyframes and tracked frames; of tracked ones a policy need not
                keep any there.
        """
        self._network = network
        self._outputs = outputs
        self._reach = reach

    def infer(self, _steps: Steps, _frame: int, _backward: bool) -> Output | None:
        """The output of a frame without a prompt, from a policy that asks the network itself.

        None of one that is asked for its :meth:`reading`, and can be tracked with other objects.
        """
        return None

    @abstractmethod
    def reading(self, frame: int, backward: bool) -> Reading:
        """What attention reads on a frame without a prompt."""

    def look(self, frame: int, decoded: Decoded) -> None:  # noqa: B027  # for those that look
        """Told of a frame just before :meth:`accept`."""

    @abstractmethod
    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        """Remember a frame that was just inferred, or not, and let go what is read no more.

        Args:
            keep_around: where a leg in the other direction will start, or None.
        """

    @abstractmethod
    def remember(self, frame: int, output: Output) -> None:
        """Take a mask that is stored for a frame as if it had just been tracked."""

    @abstractmethod
    def held(self) -> Iterable[Output]:
        """All outputs of tracked frames that are held."""

    def untold(self) -> Sequence[Telling]:
        """The masks of the frame done last whose replies are wanted; first the one that it gave.

        Empty for a policy that never takes back what it said.
        """
        return ()

    def revised(self) -> dict[int, SegmentReply]:
        """By frame, replies in place of those given before; each once."""
        return {}

    def finish(self) -> None:  # noqa: B027  # most have nothing to decide
        """The leg is done, so all that is open is to be decided."""

    def _prompted(self, frame: int, backward: bool) -> Reading:
        """What is read of the keyframes alone."""
        alone: Outputs = {CONDITIONING: self._outputs[CONDITIONING], TRACKED: {}}
        return self._network.reading(alone, frame, backward)

    def _with(
        self, prompted: Reading, memories: Iterable[Read], pointers: Iterable[Read]
    ) -> Reading:
        """A reading of keyframes, with tracked frames besides: memories oldest first, pointers
        nearest first."""
        name = self._network.pointer
        return Reading(
            prompted.memories + tuple((each.place - 1, each.output) for each in memories),
            prompted.pointers + tuple((each.place, each.output[name]) for each in pointers),
        )


class StandardMemory(MemoryPolicy):
    """The official predictor's: the last frames, whatever they show."""

    def reading(self, frame: int, backward: bool) -> Reading:
        return self._network.reading(self._outputs, frame, backward)

    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        tracked = self._outputs[TRACKED]
        tracked[frame] = without_mask(output)
        self._reach.forget_unreadable(tracked, frame, backward, keep_around)

    def remember(self, frame: int, output: Output) -> None:
        self._outputs[TRACKED][frame] = without_mask(output)

    def held(self) -> Iterable[Output]:
        return self._outputs[TRACKED].values()


def without_mask(output: Output) -> Output:
    """Attention reads memory and pointer only, so the mask need not stay."""
    return {**output, "pred_masks": None}


def without_memory(output: Output) -> None:
    """Only the pointer can be read any more; changes the output."""
    output["maskmem_features"] = output["maskmem_pos_enc"] = None
