"""Which frames a track run remembers: the choices, in words. Imports no torch.

"standard" is the official predictor's memory. The other two need no training and are computed on
the same network: "distractor" after DAM4SAM (Videnovic, Lukezic, Kristan, CVPR 2025,
arXiv:2411.17576) and "long" after SAM2Long (Ding et al., ICCV 2025, arXiv:2410.16268).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

from vostool.errors import UsageError
from vostool.words import mark, tr

Memory = Literal["standard", "distractor", "long"]
MEMORIES: tuple[Memory, ...] = get_args(Memory)
STANDARD: Memory = "standard"
MEMORY_TEXTS: dict[Memory, str] = {
    "standard": mark("Runs remember the last frames"),
    "distractor": mark("Runs remember frames with look-alikes"),
    "long": mark("Runs follow three pathways"),
}
"""In the words of a menu, to be translated where they are shown."""


def memory_named(name: object) -> Memory:
    """The memory that a command, a job file or a project names.

    Raises:
        UsageError: there is no such memory.
    """
    for memory in MEMORIES:
        if memory == name:
            return memory
    known = ", ".join(MEMORIES)
    raise UsageError(tr("There is no memory '{name}'; known are {known}.", name=name, known=known))


def check_memory(memory: Memory, offered: Collection[Memory], title: str) -> None:
    """Raise :class:`UsageError` where an engine of this title has no such memory."""
    if memory not in offered:
        raise UsageError(
            tr(
                "{title} has no memory '{memory}', which is for SAM 2, EdgeTAM and SAM 3; "
                "choose the standard one, or one of these engines.",
                title=title,
                memory=memory,
            )
        )
