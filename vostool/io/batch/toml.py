"""TOML read by Python's tomllib (tomli before 3.11) and written by tomli-w, its counterpart."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import tomli_w

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def loads(text: str) -> dict[str, Any]:
    """The values of a TOML document.

    Raises:
        ValueError: the text is no TOML.
    """
    return tomllib.loads(text)


def dumps(values: Mapping[str, Any]) -> str:
    """A TOML document."""
    return tomli_w.dumps(values)
