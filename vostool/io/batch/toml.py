"""TOML read by Python's tomllib (tomli before 3.11) and written by tomli-w; files that hold it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from vostool.errors import UsageError
from vostool.files import NotRegular, TooLarge, expanded, read_bounded
from vostool.words import tr

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


LARGEST = 16 << 20
"""Bytes of a file that a person wrote."""

T = TypeVar("T")


def read_file(path: Path, kind: str, parse: Callable[[str], T]) -> T:
    """What ``parse`` makes of the text of a file.

    Args:
        kind: what the file is to be, for the sentence about one that is too large: "a recipe".
        parse: raises ``ValueError`` for a text that it cannot read.

    Raises:
        UsageError: the file cannot be read, or holds something else. Its name is not told.
    """
    try:
        text = read_bounded(path, LARGEST).decode("utf-8")
    except TooLarge:
        raise UsageError(tr("It is too large for {kind}.", kind=kind)) from None
    except NotRegular as error:
        raise UsageError(f"{error.strerror}.") from None
    except OSError as error:
        raise UsageError(
            tr("{strerror}; check the name.", strerror=error.strerror or error)
        ) from None
    except UnicodeDecodeError:
        raise UsageError(tr("It is no text in UTF-8.")) from None
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).rstrip(".").replace("\n", " ")
        raise UsageError(tr("It cannot be read ({reason}).", reason=reason)) from None


def absolute(text: str, folder: Path) -> Path:
    """A path as it stands in a file that lies in ``folder``, from where relative ones count."""
    return Path(os.path.abspath(folder / expanded(text, folder)))
