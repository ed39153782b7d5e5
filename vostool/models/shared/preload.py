"""Shared libraries of large packages, linked before Python imports the package.

While an import links a library, Python lets no other thread run; for torch's CUDA build that is
0.2 to 1 s, in which the window stands still. Called as a plain C function, `dlopen` lets the
interpreter go, and the import finds the library there.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_TORCH = ("lib/libtorch_global_deps.*", "lib/libtorch_python.*")
_OPENVINO = ("libs/libopenvino.*", "_pyopenvino.*", "libs/libopenvino_intel_cpu_plugin.*")


def load_torch_ahead() -> None:
    """Link torch's libraries; whatever goes wrong is left for the import to say."""
    _load_ahead("torch", _TORCH)


def load_openvino_ahead() -> None:
    """Link OpenVINO's libraries; whatever goes wrong is left for the import to say."""
    _load_ahead("openvino", _OPENVINO)


def _load_ahead(package: str, patterns: tuple[str, ...]) -> None:
    if package in sys.modules or sys.platform == "win32":
        return
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent
    for pattern in patterns:
        for library in sorted(folder.glob(pattern)):
            if library.suffix != ".py":
                _link(library)


def _link(library: Path) -> None:
    try:
        dlopen = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    dlopen(os.fsencode(library), os.RTLD_NOW)
