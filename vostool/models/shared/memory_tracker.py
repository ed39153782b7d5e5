"""One object in one run of an engine that attends to memories of the frames before."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from vostool.models.shared.memory_reach import Reach

Output = dict[str, Any]
"""What a network of the SAM 2 family keeps of one frame, by the names of its own library; among
them ``pred_masks`` (1, 1, S/4, S/4) logits, ``object_score_logits``, ``maskmem_features`` and
``maskmem_pos_enc``, the latter two None until the frame was encoded into memory."""

CONDITIONING, TRACKED = "cond_frame_outputs", "non_cond_frame_outputs"


class MemoryTracker(ABC):
    """Conditioning frames, and the memory of the frames tracked so far.

    Memories and pointers that no later step can read are let go, so what is held of tracked frames
    does not grow: as many as attention reads, twice that where a second leg will read the first
    one's beginning.
    """

    def __init__(self, outputs: dict[str, dict[int, Output]], reach: Reach, pointer: str) -> None:
        """Begin with no keyframe.

        Args:
            outputs: the library's own, by :data:`CONDITIONING` and :data:`TRACKED`, which it
                reads; changed in place.
            pointer: the library's name of the object pointer in an output.
        """
        self._outputs = outputs
        self._reach = reach
        self._pointer = pointer

    @abstractmethod
    def add_keyframe(self, frame: int, output: Output) -> None:
        """Condition the run on the output of a prompted frame."""

    @abstractmethod
    def _infer(self, frame: int, backward: bool) -> Output:
        """The output of a frame that has no prompt."""

    def bring_keyframes(self, frame: int, backward: bool) -> None:  # noqa: B027  # where all are held
        """Have the outputs of those keyframes that a step on this frame reads; here, all of them.

        Raises:
            SourceError: none of them could be decoded.
        """

    def remember(self, frame: int, output: Output) -> None:
        """Take the output of a mask that was stored for a frame as if it was just tracked."""
        if frame not in self._outputs[CONDITIONING]:
            self._outputs[TRACKED][frame] = {**output, "pred_masks": None}

    @property
    def reach(self) -> Reach:
        """How far back a step looks."""
        return self._reach

    @property
    def has_keyframe(self) -> bool:
        """True once there is something to track from."""
        return bool(self._outputs[CONDITIONING])

    @property
    def outputs(self) -> dict[str, dict[int, Output]]:
        """What attention reads, by :data:`CONDITIONING` and :data:`TRACKED`."""
        return self._outputs

    @property
    def bytes_held(self) -> int:
        """Bytes of the tracked frames' memory and pointers, keyframes not counted."""
        names = ("maskmem_features", self._pointer)
        kept = (out[name] for out in self._outputs[TRACKED].values() for name in names)
        return sum(tensor.nbytes for tensor in kept if tensor is not None)

    def step(self, frame: int, backward: bool, keep_around: int | None) -> Output:
        """The output of one frame, and with it one more memory.

        Args:
            backward: the run goes down in frame numbers.
            keep_around: the frame where a leg in the other direction will start, or None; the
                memory that it will read stays.

        Raises:
            SourceError: the frame could not be decoded; the run can go on with the next.
        """
        known = self._outputs[CONDITIONING].get(frame)
        if known is not None:
            return known
        output = self._infer(frame, backward)
        self.accept(frame, output, backward, keep_around)
        return output

    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        """Keep what was inferred for this object; arguments as for :meth:`step`."""
        # Attention reads memory and pointer only, so the mask need not stay.
        self._outputs[TRACKED][frame] = {**output, "pred_masks": None}
        self._reach.forget_unreadable(self._outputs[TRACKED], frame, backward, keep_around)
