"""One object in one run of an engine that attends to memories of the frames before."""

from __future__ import annotations

from vostool.models.memory_kinds import STANDARD, Memory
from vostool.models.shared.memory_policies import make_policy
from vostool.models.shared.memory_policy import MemoryPolicy
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.reading import (
    CONDITIONING,
    TRACKED,
    MemoryNetwork,
    Output,
    Outputs,
    Reading,
)


class MemoryTracker:
    """Conditioning frames, and the memory of the frames tracked so far.

    What is kept of tracked frames is the policy's; it lets go what no later step can read, so it
    does not grow: of the standard memory as many as attention reads, twice that where a second leg
    will read the first one's beginning.
    """

    def __init__(self, network: MemoryNetwork, reach: Reach, memory: Memory = STANDARD) -> None:
        """Begin with no keyframe.

        Args:
            memory: which policy keeps the tracked frames.
        """
        self._network = network
        self._outputs: Outputs = {CONDITIONING: {}, TRACKED: {}}
        self._reach = reach
        self._policy = make_policy(memory, network, self._outputs, reach)

    def add_keyframe(self, frame: int, output: Output) -> None:
        """Condition the run on the output of a prompted frame, with its memory."""
        self._outputs[CONDITIONING][frame] = output
        self._outputs[TRACKED].pop(frame, None)

    def bring_keyframes(self, frame: int, backward: bool) -> None:
        """Have the outputs of those keyframes that a step on this frame reads; here, all of them.

        Raises:
            SourceError: none of them could be decoded.
        """

    def remember(self, frame: int, output: Output) -> None:
        """Take the output of a mask that was stored for a frame as if it was just tracked."""
        if frame not in self._outputs[CONDITIONING]:
            self._policy.remember(frame, output)

    @property
    def policy(self) -> MemoryPolicy:
        """What keeps the tracked frames."""
        return self._policy

    @property
    def reach(self) -> Reach:
        """How far back a step looks."""
        return self._reach

    @property
    def has_keyframe(self) -> bool:
        """True once there is something to track from."""
        return bool(self._outputs[CONDITIONING])

    @property
    def outputs(self) -> Outputs:
        """What attention reads, by :data:`CONDITIONING` and :data:`TRACKED`."""
        return self._outputs

    @property
    def bytes_held(self) -> int:
        """Bytes of the tracked frames' memory and pointers, keyframes not counted."""
        names = ("maskmem_features", self._network.pointer)
        kept = (out[name] for out in self._policy.held() for name in names)
        return sum(tensor.nbytes for tensor in kept if tensor is not None)

    def reading(self, frame: int, backward: bool) -> Reading:
        """What attention reads for a frame that has no prompt.

        Args:
            backward: the run goes down in frame numbers.
        """
        return self._policy.reading(frame, backward)

    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        """Keep what was inferred of this object for a frame.

        Args:
            backward: the run goes down in frame numbers.
            keep_around: the frame where a leg in the other direction will start, or None; the
                memory that it will read stays.
        """
        self._policy.accept(frame, output, backward, keep_around)
