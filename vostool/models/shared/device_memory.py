"""How much of a GPU's memory this process holds, without loading torch to find out."""

from __future__ import annotations

import sys


def device_memory_used() -> int | None:
    """Bytes that torch holds on the CUDA devices of this process; None where it uses none."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    if cuda is None or not hasattr(cuda, "is_initialized") or not cuda.is_initialized():
        return None
    return sum(int(cuda.memory_reserved(index)) for index in range(int(cuda.device_count())))
