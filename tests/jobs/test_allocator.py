"""A worker as Dask starts it: freed memory stays with the process."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

_FAULTS = """
import resource, numpy as np
from vostool.jobs.allocator import keep_freed_memory
assert {keep} is False or keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(2**20); start = faults()
for _ in range(50):
    np.ones(2**18, np.float32)
print(faults() - start)
"""


def faults(keep: bool) -> int:
    """Page faults of fifty pictures of a MiB, one after the other."""
    told = subprocess.run(
        [sys.executable, "-c", _FAULTS.format(keep=keep)],
        env={**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_pictures_do_not_come_from_the_kernel_again_and_again() -> None:
    assert faults(keep=True) * 5 < faults(keep=False)
