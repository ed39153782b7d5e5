"""From the depth of each shape to one order of objects.

A project has one order for the whole video. Objects that meet on a frame are compared there; what
the frames say against each other is decided by the more frequent word.
"""

from __future__ import annotations

from collections import Counter, defaultdict


class Depths:
    """Collects depths; a larger one is in front."""

    def __init__(self) -> None:
        self._frames: dict[int, dict[int, int]] = defaultdict(dict)

    def add(self, frame: int, track: int, depth: int) -> None:
        """One shape's depth; of several shapes of an object on a frame the front one counts."""
        known = self._frames[frame].get(track)
        self._frames[frame][track] = depth if known is None else max(known, depth)

    def front_to_back(self) -> tuple[int, ...]:
        """Objects, the front one first; empty where all are equally deep."""
        if len({depth for row in self._frames.values() for depth in row.values()}) < 2:
            return ()
        total: Counter[int] = Counter()
        seen: Counter[int] = Counter()
        wins: Counter[int] = Counter()
        for row in self._frames.values():
            for track, depth in row.items():
                total[track] += depth
                seen[track] += 1
                wins[track] += sum((depth > other) - (depth < other) for other in row.values())
        order = list(seen)
        return tuple(
            sorted(
                order,
                key=lambda track: (-wins[track] / seen[track], -total[track] / seen[track]),
            )
        )
