"""What is typed on the command line, made into values; every malformed one is named."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from vostool.errors import UsageError
from vostool.files import expanded, open_regular
from vostool.jobs.specs import malformed, object_number


class Parser(argparse.ArgumentParser):
    """argparse that reports a mistake as one sentence, like every other error here."""

    def error(self, message: str) -> NoReturn:
        text = message[:1].upper() + message[1:]
        raise UsageError(f"{text.rstrip('.')}; `{self.prog} --help` shows how.")


def names(text: str) -> list[str]:
    """``a,b,c``; spaces around do not count."""
    return [part.strip() for part in text.split(",") if part.strip()]


def whole(text: str) -> int:
    """A whole number from 0 on."""
    if not re.fullmatch(r"\d+", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 0 on.")
    return int(text)


def object_ids(text: str) -> list[int]:
    """``1,2,5``."""
    parts = names(text)
    if not parts or not all(re.fullmatch(r"\d+", part) for part in parts):
        raise malformed(text, "object ids such as 1,2,5")
    return [object_number(part) for part in parts]


def flattened(lists: Sequence[Sequence[str]] | None) -> list[str]:
    """The values of an option that may be given several times, each once."""
    return list(dict.fromkeys(name for part in lists or () for name in part))


def is_project(path: Path) -> bool:
    """True for what claims to be a project: by its ending, or by SQLite's first bytes."""
    if os.path.isdir(path):
        return False
    if path.suffix.lower() == ".vos":
        return True
    try:
        with open_regular(path) as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def absolute(text: str) -> Path:
    """A path as typed, absolute, with ``~`` expanded."""
    return Path(os.path.abspath(expanded(text)))
