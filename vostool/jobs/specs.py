"""Prompts as they are written, on the command line and in a job file, made into values."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from vostool.errors import PromptError
from vostool.files import expanded
from vostool.masks.box import Box
from vostool.project.objects import HIGHEST_ID
from vostool.project.prompts import Point
from vostool.words import shortened

_FARTHEST = 1e9
"""Pixels; no picture is as large, and what goes far beyond is no number at all."""


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
class ChoiceSpec:
    """``FRAME:OBJ:(part|more|whole)``: which of an engine's masks answers a lone click."""

    frame: int
    object_id: int
    choice: int


EXTENTS = ("part", "more", "whole")
"""What a lone click may mean, by :attr:`~vostool.project.prompts.Prompts.choice`."""


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
        raise malformed(text, form)
    x, y = (_number(part, text, form) for part in parts[:2])
    return PointSpec(frame, object_id, Point(x, y, parts[2].strip() == "+"))


def box_spec(text: str) -> BoxSpec:
    """``0:1:10,20,110,90``, two opposite corners in pixels."""
    form = "FRAME:OBJ:x0,y0,x1,y1 such as 0:1:10,20,110,90"
    frame, object_id, rest = _head(text, form)
    parts = rest.split(",")
    if len(parts) != 4:
        raise malformed(text, form)
    try:
        box = Box.from_corners(*(_number(part, text, form) for part in parts))
    except PromptError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return BoxSpec(frame, object_id, box)


def mask_spec(text: str) -> MaskSpec:
    """``0:ids.png`` or ``0:1:binary.png``."""
    found = re.fullmatch(r"(\d+):(?:(\d+):)?(.+)", text, re.DOTALL)
    if found is None:
        raise malformed(text, "FRAME:png or FRAME:OBJ:png")
    frame, object_id, path = found.groups()
    identity = None if object_id is None else object_number(object_id)
    return MaskSpec(int(frame), identity, expanded(path))


def choice_spec(text: str) -> ChoiceSpec:
    """``0:1:whole``."""
    form = "FRAME:OBJ:(part|more|whole) such as 0:1:whole"
    frame, object_id, extent = _head(text, form)
    if extent.strip() not in EXTENTS:
        raise malformed(text, form)
    return ChoiceSpec(frame, object_id, EXTENTS.index(extent.strip()))


def label_spec(text: str) -> LabelSpec:
    """``1:car``."""
    object_id, colon, label = text.partition(":")
    if not colon or not label.strip() or not re.fullmatch(r"\d+", object_id):
        raise malformed(text, "OBJ:name such as 1:car")
    return LabelSpec(object_number(object_id), label.strip())


def _head(text: str, form: str) -> tuple[int, int, str]:
    found = re.fullmatch(r"(\d+):(\d+):(.+)", text, re.DOTALL)
    if found is None:
        raise malformed(text, form)
    return int(found[1]), object_number(found[2]), found[3]


def object_number(text: str) -> int:
    """An object's id, from 1 on."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError("Object ids count from 1.")
    if int(text) > HIGHEST_ID:
        raise argparse.ArgumentTypeError(f"Object ids go up to {HIGHEST_ID}.")
    return int(text)


def _number(part: str, text: str, form: str) -> float:
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", part):
        raise malformed(text, form)
    value = float(part)
    if abs(value) > _FARTHEST:
        raise argparse.ArgumentTypeError(
            f"'{shortened(part, 40)}' is no place in any picture; write {form}."
        )
    return value


def malformed(text: str, form: str) -> argparse.ArgumentTypeError:
    """The error for a text that is not of this form."""
    return argparse.ArgumentTypeError(f"'{shortened(text, 120)}' is not of the form {form}.")
