"""The processor's name, as a person knows it. Imports no torch."""

from __future__ import annotations

import contextlib
import platform
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

CPU_FACTS = Path("/proc/cpuinfo")


@lru_cache(maxsize=1)
def processor_name() -> str:
    """ "AMD Ryzen 7 5800X", say; the kind of its instructions where the system does not tell."""
    name = ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "win32":
            name = _of_windows()
        elif sys.platform == "darwin":
            name = _of_macos()
        else:
            name = _of_linux(CPU_FACTS.read_text(errors="replace"))
    return " ".join(name.split()) or platform.processor() or platform.machine()


def _of_linux(facts: str) -> str:
    lines = (line.partition(":") for line in facts.splitlines())
    return next((value for key, _, value in lines if key.strip() == "model name"), "")


def _of_macos() -> str:
    asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout


def _of_windows() -> str:
    import winreg  # type: ignore[unused-ignore]

    place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:  # type: ignore[attr-defined, unused-ignore]
        return str(winreg.QueryValueEx(key, "ProcessorNameString")[0])  # type: ignore[attr-defined, unused-ignore]
