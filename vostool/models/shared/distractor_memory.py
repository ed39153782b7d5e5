"""A memory that knows look-alikes, after DAM4SAM (Videnovic et al., CVPR 2025, arXiv:2411.17576).

Two memories share the slots of attention. The lasting one holds the prompted frames and those that
tell the object from a look-alike (:mod:`vostool.models.shared.look_alikes`), read without a place
in time. The recent one holds the last good frame and, before it, every fifth one on which the
object was seen. Frames without the object are not remembered at all.

It follows the published code (``sam2/modeling/sam2_base.py``, ``sam21pp_hiera_*.yaml``) where that
and the paper differ: slots that no lasting frame takes go to recent ones, up to six, where the
paper has three of either. Other than there, every prompted frame is read that the standard memory
reads, backward runs are the mirror image, and of lasting frames only those are kept that can be
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from vostool.models.shared.decoded import Decoded
from vostool.models.shared.look_alikes import Introspection
from vostool.models.shared.memory_policy import (
    MemoryPolicy,
    Read,
    without_mask,
    without_memory,
)
from vostool.models.shared.memory_reach import Reach, behind
from vostool.models.shared.reading import MemoryNetwork, Output, Outputs, Reading

LASTING = 3
"""Lasting frames that are read beside a prompted one; one more is held, as the frame just before
is read as a recent one."""
STRIDE = 5
"""Of the recent frames before the last, those whose number divides by this."""


class DistractorMemory(MemoryPolicy):
    """Holds at most 4 lasting frames, 7 recent ones with memory and 15 pointers; recent ones and
    pointers twice where a leg in the other direction will read the first one's beginning."""

    looks = True

    def __init__(self, network: MemoryNetwork, outputs: Outputs, reach: Reach) -> None:
        super().__init__(network, outputs, reach)
        self._good: dict[int, Output] = {}
        self._lasting: dict[int, Output] = {}
        self._introspection = Introspection()
        self._seen = self._tells = False

    @property
    def lasting(self) -> tuple[int, ...]:
        """The frames that are kept for good, in the order they were found."""
        return tuple(self._lasting)

    @property
    def recent(self) -> tuple[int, ...]:
        """The other frames that are held with their memory."""
        return tuple(f for f, out in self._good.items() if out["maskmem_features"] is not None)

    def look(self, frame: int, decoded: Decoded) -> None:
        masks, qualities = decoded.inside(), decoded.qualities
        self._tells = self._introspection.tells(frame, masks, qualities)
        self._seen = bool(masks[qualities.index(max(qualities))].any())

    def accept(self, frame: int, output: Output, backward: bool, keep_around: int | None) -> None:
        if self._tells:
            self._lasting[frame] = without_mask(output)
            if len(self._lasting) > LASTING + 1:
                del self._lasting[next(iter(self._lasting))]
        elif self._seen:
            self._good[frame] = without_mask(output)
        self._seen = self._tells = False
        self._forget(frame, backward, keep_around)

    def remember(self, frame: int, output: Output) -> None:
        if (output["pred_masks"] > 0).any():
            self._good[frame] = without_mask(output)

    def held(self) -> Iterable[Output]:
        yield from self._good.values()
        yield from self._lasting.values()

    def reading(self, frame: int, backward: bool) -> Reading:
        distance = partial(behind, frame, backward=backward)
        near = sorted(self._lasting, key=lambda each: abs(each - frame))
        lasting = {
            each: self._lasting[each]
            for each in [each for each in near if distance(each) != 1][:LASTING]
        }
        prompted = self._prompted(frame, backward)
        rest = {f: out for f, out in self._lasting.items() if f not in lasting}
        slots = self._reach.memories + 1
        free = slots - len(prompted.memories) - len(lasting)
        pool = self._good | {f: out for f, out in rest.items() if distance(f) == 1}
        recent = self._recent(frame, backward, pool)
        recent = recent[: min(max(free, slots // 2), self._reach.memories)]
        # Without a place in time, as prompted frames are.
        memories = [Read(slots, output) for output in lasting.values()]
        memories += reversed([Read(n, pool[each]) for n, each in enumerate(recent, 1)])
        old = [Read(distance(each), output) for each, output in lasting.items()]
        pointers = [
            Read(distance(each), output)
            for each, output in sorted((self._good | rest).items(), key=lambda x: distance(x[0]))
            if distance(each) <= self._reach.pointers
        ]
        return self._with(prompted, memories, [p for p in old + pointers if p.place > 0])

    def _recent(self, frame: int, backward: bool, pool: Mapping[int, Output]) -> list[int]:
        """The last frame of the pool, then those before it that the stride takes, nearest first."""
        passed = [
            each
            for each, output in pool.items()
            if behind(frame, each, backward) > 0 and output["maskmem_features"] is not None
        ]
        passed.sort(key=lambda each: behind(frame, each, backward))
        return passed[:1] + [each for each in passed[1:] if each % STRIDE == 0]

    def _forget(self, frame: int, backward: bool, keep_around: int | None) -> None:
        """Let go what neither a later frame of this leg nor the next leg can read."""
        ways = [(frame - 1 if backward else frame + 1, backward)]
        if keep_around is not None:
            ways.append((keep_around, not backward))
        with_memory: set[int] = set()
        with_pointer: set[int] = set()
        for start, down in ways:
            recent = self._recent(start, down, self._good)
            with_memory.update(recent[: self._reach.memories + 1])
            with_pointer.update(
                f for f in self._good if 0 < behind(start, f, down) <= self._reach.pointers
            )
        for number in list(self._good):
            if number in with_memory:
                continue
            if number in with_pointer:
                without_memory(self._good[number])
            else:
                del self._good[number]
