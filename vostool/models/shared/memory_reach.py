"""Which of a run's earlier frames attention can still read; everything older is let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a step looks, in frames.

    Attributes:
        memories: the oldest frame whose mask memory is read.
        pointers: the oldest frame whose object pointer is read; at least ``memories``.
    """

    memories: int
    pointers: int

    def forget_unreadable(
        self,
        outputs: dict[int, dict[str, Any]],
        frame: int,
        backward: bool,
        keep_around: int | None,
    ) -> None:
        """Drop what neither a later frame of this leg nor the next leg can read.

        Args:
            outputs: tracked frames; changed in place. Where only the pointer can be read the
                entries ``maskmem_features`` and ``maskmem_pos_enc`` become None.
            frame: the frame just done.
            backward: the leg goes down in frame numbers.
            keep_around: where a leg in the other direction will start, or None.
        """
        next_frame = frame - 1 if backward else frame + 1
        for number in list(outputs):
            passed = behind(next_frame, number, backward)
            distances = [passed] if passed > 0 else []
            if keep_around is not None:
                distances.append(abs(number - keep_around))
            nearest = min(distances, default=self.pointers + 1)
            if nearest > self.pointers:
                del outputs[number]
            elif nearest > self.memories:
                outputs[number]["maskmem_features"] = None
                outputs[number]["maskmem_pos_enc"] = None


def behind(frame: int, other: int, backward: bool) -> int:
    """How many frames the other lies behind the frame on the run's way; negative: ahead."""
    return other - frame if backward else frame - other
