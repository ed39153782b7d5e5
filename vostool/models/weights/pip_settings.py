"""Where pip looks for packages on this computer: asked of pip's own command line."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULT_INDEX = "https://pypi.org/simple"
_SECTIONS = ("global", "download", ":env:")
"""Of `pip config list`, the stronger ones last."""
_LINE = re.compile(r"(?P<section>[^.]+)\.(?P<name>[\w-]+)=(?P<value>.+)")
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class PipSettings:
    """What matters for reading a package index.

    Attributes:
        indexes: addresses of indexes, each with a page for a package below it.
        links: folders, or addresses of pages, that name files of any package.
        certificates: a file or folder of certificates to trust, or None for the system's.
        proxy: the address of a proxy, or None for what the environment says.
    """

    indexes: tuple[str, ...] = (_DEFAULT_INDEX,)
    links: tuple[str, ...] = ()
    certificates: str | None = None
    proxy: str | None = None


def pip_settings() -> PipSettings:
    """The settings of pip's files and environment; without pip, of the environment alone."""
    known = _from_pip() if importlib.util.find_spec("pip") is not None else _from_environment()
    indexes = [known.get("index-url", _DEFAULT_INDEX), *known.get("extra-index-url", "").split()]
    return PipSettings(
        () if _is_true(known.get("no-index", "")) else tuple(indexes),
        tuple(known.get("find-links", "").split()),
        known.get("cert"),
        known.get("proxy"),
    )


def _from_pip() -> Mapping[str, str]:
    # -I: nothing of the working directory gets in pip's way.
    words = [sys.executable, "-I", "-m", "pip", "config", "list"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=_TIMEOUT)
    except (OSError, subprocess.SubprocessError):
        return _from_environment()
    sections: dict[str, dict[str, str]] = {name: {} for name in _SECTIONS}
    for line in done.stdout.splitlines():
        match = _LINE.fullmatch(line)
        if match and match["section"] in sections:
            sections[match["section"]][match["name"]] = str(ast.literal_eval(match["value"]))
    return {name: value for found in sections.values() for name, value in found.items()}


def _from_environment() -> Mapping[str, str]:
    given = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {n.removeprefix("PIP_").lower().replace("_", "-"): v for n, v in given.items() if v}


def _is_true(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on")
