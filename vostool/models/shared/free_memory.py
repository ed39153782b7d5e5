"""How much memory is free, and how much of it encoder features may take."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import psutil
import torch

SHARE = 4
"""Features take one part of so many of what would be free without them."""
_ASKED_EVERY = 8
_GROUPS = Path("/sys/fs/cgroup")


class FeatureBound:
    """A bound in bytes that follows the free memory: a quarter of what is free, never less than
    ``least``. What other programs take makes it smaller again.
    """

    def __init__(self, least: int, free: Callable[[], int | None]) -> None:
        """Ask nothing yet.

        Args:
            free: bytes that are free now; None where that is not known.
        """
        self._least, self._free = least, free
        self._asked, self._bound = 0, least

    def __call__(self, held: int) -> int:
        """The bound now; the system is asked at each eighth call only.

        Args:
            held: bytes that features hold already, which count as free.
        """
        if self._asked % _ASKED_EVERY == 0:
            free = self._free()
            self._bound = max(self._least, 0 if free is None else (free + held) // SHARE)
        self._asked += 1
        return self._bound


def free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where nobody tells."""
    with contextlib.suppress(RuntimeError, AssertionError, AttributeError):
        if device.type == "cuda":
            return int(torch.cuda.mem_get_info(device)[0])
        if device.type == "xpu":
            return int(torch.xpu.mem_get_info(device)[0])
        # Apple's GPUs have no memory of their own.
        return _free_here(_GROUPS)
    return None


def _free_here(groups: Path) -> int:
    """Of the computer, or of the container that this process runs in."""
    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):  # "max" is no bound
        bound = int((groups / "memory.max").read_text())
        used = int((groups / "memory.current").read_text())
        free = min(free, max(0, bound - used))
    return free
