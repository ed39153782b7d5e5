"""What is typed on the command line, made into values; every malformed one is named."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from vostool.errors import PromptError, UsageError
from vostool.files import expanded, open_regular
from vostool.masks.box import Box
from vostool.project.objects import HIGHEST_ID
from vostool.project.prompts import Point


class Parser(argparse.ArgumentParser):
    """argparse that reports a mistake as one sentence, like every other error here."""

    def error(self, message: str) -> NoReturn:
        text = message[:1].upper() + message[1:]
        raise UsageError(f"{text.rstrip('.')}; `{self.prog} --help` shows how.")


@dataclass(frozen=True, slots=True)
class PointSpec:
    """``FRAME:OBJ:x,y,(+|-)``."""

    frame: int
    object_id: int
    point: Point


@dataclass(frozen=True, slots=True)
class BoxSpec:
    """``FRAME:OBJ:x0,y0,x1,y1``."""

    frame: int
    object_id: int
    box: Box


@dataclass(frozen=True, slots=True)
class MaskSpec:
    """``FRAME:png``, whose pixels are object ids (None), or ``FRAME:OBJ:png``, a binary one."""

    frame: int
    object_id: int | None
    path: Path


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """``OBJ:name``."""

    object_id: int
    label: str


def point_spec(text: str) -> PointSpec:
    """``12:1:40.5,30,+``; the sign may be left out and then is positive."""
    form = "FRAME:OBJ:x,y,(+|-) such as 0:1:320,180,+"
    frame, object_id, rest = _head(text, form)
    parts = rest.split(",")
    if len(parts) == 2:
        parts.append("+")
    if len(parts) != 3 or parts[2].strip() not in {"+", "-"}:
        raise _malformed(text, form)
    x, y = (_number(part, text, form) for part in parts[:2])
    return PointSpec(frame, object_id, Point(x, y, parts[2].strip() == "+"))


def box_spec(text: str) -> BoxSpec:
    """``0:1:10,20,110,90``, two opposite corners in pixels."""
    form = "FRAME:OBJ:x0,y0,x1,y1 such as 0:1:10,20,110,90"
    frame, object_id, rest = _head(text, form)
    parts = rest.split(",")
    if len(parts) != 4:
        raise _malformed(text, form)
    try:
        box = Box.from_corners(*(_number(part, text, form) for part in parts))
    except PromptError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return BoxSpec(frame, object_id, box)


def mask_spec(text: str) -> MaskSpec:
    """``0:ids.png`` or ``0:1:binary.png``."""
    found = re.fullmatch(r"(\d+):(?:(\d+):)?(.+)", text, re.DOTALL)
    if found is None:
        raise _malformed(text, "FRAME:png or FRAME:OBJ:png")
    frame, object_id, path = found.groups()
    identity = None if object_id is None else _object_id(object_id)
    return MaskSpec(int(frame), identity, expanded(path))


def label_spec(text: str) -> LabelSpec:
    """``1:car``."""
    object_id, colon, label = text.partition(":")
    if not colon or not label.strip() or not re.fullmatch(r"\d+", object_id):
        raise _malformed(text, "OBJ:name such as 1:car")
    return LabelSpec(_object_id(object_id), label.strip())


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
        raise _malformed(text, "object ids such as 1,2,5")
    return [_object_id(part) for part in parts]


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


def _head(text: str, form: str) -> tuple[int, int, str]:
    found = re.fullmatch(r"(\d+):(\d+):(.+)", text, re.DOTALL)
    if found is None:
        raise _malformed(text, form)
    return int(found[1]), _object_id(found[2]), found[3]


def _object_id(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("Object ids count from 1.")
    if int(text) > HIGHEST_ID:
        raise argparse.ArgumentTypeError(f"Object ids go up to {HIGHEST_ID}.")
    return int(text)


def _number(part: str, text: str, form: str) -> float:
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", part):
        raise _malformed(text, form)
    return float(part)


def _malformed(text: str, form: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"'{text}' is not of the form {form}.")
