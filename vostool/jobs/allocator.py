"""Memory that frames are made in stays with a worker process between two of them.

Dask starts its workers with ``MALLOC_TRIM_THRESHOLD_=65536``
(``distributed.nanny.pre-spawn-environ``), so that glibc gives everything back at once. Pictures
then come anew from the kernel for each step of a frame: optical flow took 16 % more processor time,
with 80 times the page faults.
"""

from __future__ import annotations

import ctypes
import functools
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT = 256 * 2**20
_FROM_KERNEL = 32 * 2**20
"""From which size on a piece of memory is the kernel's; the most that glibc takes."""


@functools.cache
def keep_freed_memory() -> bool:
    """Let this process keep up to 256 MiB that are free; asked again it does nothing.

    Returns:
        Whether the C library has such a setting: glibc's ``mallopt`` (mallopt(3)).
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(
        mallopt(what, size) == 1
        for what, size in ((_TRIM_THRESHOLD, _KEPT), (_MMAP_THRESHOLD, _FROM_KERNEL))
    )
