"""The policy that keeps a run's tracked frames, by its name."""

from __future__ import annotations

from vostool.models.memory_kinds import Memory
from vostool.models.shared.distractor_memory import DistractorMemory
from vostool.models.shared.long_memory import LongMemory
from vostool.models.shared.memory_policy import MemoryPolicy, StandardMemory
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.reading import MemoryNetwork, Outputs

_POLICIES: dict[Memory, type[MemoryPolicy]] = {
    "standard": StandardMemory,
    "distractor": DistractorMemory,
    "long": LongMemory,
}


def make_policy(
    memory: Memory, network: MemoryNetwork, outputs: Outputs, reach: Reach
) -> MemoryPolicy:
    """One for an object that is to be tracked; arguments as for :class:`MemoryPolicy`."""
    return _POLICIES[memory](network, outputs, reach)
