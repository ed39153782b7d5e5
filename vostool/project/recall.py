"""How a click on a tracked frame was answered, stored with its prompts.

An engine with a memory reads the frames around a correction. What it remembers of them goes with
it, so what is needed to condition later runs on the very same answer is kept with the prompts.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

LARGEST = 1 << 20
"""Bytes of evidence of one answer; engines need some thousand."""


class Way(enum.Enum):
    """What a correction was answered from, besides the picture and the prompts."""

    ALONE = "alone"
    REMEMBERED = "remembered"
    REBUILT = "rebuilt"


@dataclass(frozen=True, slots=True)
class Recall:
    """The way that was taken.

    Attributes:
        way: nothing, the memory of the run that tracked the frame, or one rebuilt of stored masks.
        engine: whose evidence it is; an engine reads its own only.
        evidence: what that engine needs to condition a run on this answer; opaque to all others.
    """

    way: Way
    engine: str = ""
    evidence: bytes = b""

    @property
    def reads_memory(self) -> bool:
        """True where the answer cannot be made again from picture and prompts alone."""
        return self.way is not Way.ALONE
