"""What runs remember of the frames they tracked, kept for corrections after them, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from vostool.masks.mask import Mask
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.reading import CONDITIONING, Output

MEMORY_BYTES = 256 * 2**20
"""340 frames of an object of SAM 2 at 1024 pixels (769 KiB each)."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A frame as a run left it.

    Attributes:
        output: with logits and memory.
        mask: what the run answered there; the memory is of this very mask.
        backward: which way the run went there.
    """

    output: Output
    mask: Mask
    backward: bool


class RunMemory:
    """Tracked frames by object and frame, the one kept longest ago out first.

    Attributes:
        changes: grows with everything that is kept or let go.
    """

    def __init__(self, max_bytes: int = MEMORY_BYTES) -> None:
        """Make an empty memory that holds at most so many bytes of tracked frames."""
        self._max_bytes = max_bytes
        self._frames: OrderedDict[tuple[int, int], Remembered] = OrderedDict()
        self._trackers: dict[int, MemoryTracker] = {}
        self._bytes = 0
        self.changes = 0

    def begin(self, object_id: int, tracker: MemoryTracker) -> None:
        """A run begins: its keyframes count from now on, and were not tracked."""
        self.changes += 1
        self._trackers[object_id] = tracker
        for frame in tracker.outputs[CONDITIONING]:
            self._drop((object_id, frame))

    def keep(self, object_id: int, frame: int, kept: Remembered) -> None:
        """Remember a frame that was just tracked, in place of what was known of it."""
        tracker = self._trackers.get(object_id)
        if tracker is None or frame in tracker.outputs[CONDITIONING]:
            return
        self.changes += 1
        self._drop((object_id, frame))
        self._frames[object_id, frame] = kept
        self._bytes += _size(kept.output)
        while self._bytes > self._max_bytes and len(self._frames) > 1:
            self._drop(next(iter(self._frames)))

    def forget(self, object_id: int, frame: int) -> None:
        """Forget a frame of which another mask stands now."""
        self.changes += 1
        self._drop((object_id, frame))

    def tracker(self, object_id: int) -> MemoryTracker | None:
        """That of the object's last run, which has its keyframes."""
        return self._trackers.get(object_id)

    def frame(self, object_id: int, frame: int) -> Remembered | None:
        """What is remembered of a tracked frame, or None."""
        return self._frames.get((object_id, frame))

    @property
    def bytes_held(self) -> int:
        """Bytes of the tracked frames; keyframes are not counted."""
        return self._bytes

    def clear(self) -> None:
        """Forget everything."""
        self.changes += 1
        self._frames.clear()
        self._trackers.clear()
        self._bytes = 0

    def _drop(self, key: tuple[int, int]) -> None:
        gone = self._frames.pop(key, None)
        if gone is not None:
            self._bytes -= _size(gone.output)


def _size(output: Output) -> int:
    tensors = (value for value in output.values() if hasattr(value, "nbytes"))
    return sum(int(tensor.nbytes) for tensor in tensors)
