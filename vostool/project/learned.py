"""What an engine learned of one object from the frames on which a person said what is right."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 1 << 20
"""Bytes of what was learned of one object; engines need some ten thousand."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Kept with the object and given with every question about it.

    Attributes:
        engine: whose state it is; an engine reads its own only.
        frames: those that it was learned from, ascending.
        state: opaque to all but that engine.
    """

    engine: str
    frames: tuple[int, ...]
    state: bytes
