"""Conversion between a project's values and the rows of its file.

Reading checks everything: a row that does not make a sound value raises :class:`BadRow`, so that
one damaged row costs one value and not the project.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.coco_counts import is_valid_counts
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Json, Table, Value
from vostool.project.objects import AnnotatedObject
from vostool.project.prompts import Point, Prompts

Row = Sequence[Any]
Size = tuple[int, int]
"""(height, width) of the source's frames."""

COLUMNS: dict[Table, tuple[str, ...]] = {
    Table.OBJECTS: ("id", "label", "colour", "visible", "attributes"),
    Table.PROMPTS: (
        "frame", "object_id", "points", "box",
        "mask_height", "mask_width", "mask", "base_height", "base_width", "base",
    ),
    Table.MASKS: (
        "frame", "object_id", "height", "width", "counts", "provenance", "score", "confirmed",
    ),
    Table.SETTINGS: ("name", "value"),
}  # fmt: skip

KEYS: dict[Table, tuple[str, ...]] = {
    Table.OBJECTS: ("id",),
    Table.PROMPTS: ("frame", "object_id"),
    Table.MASKS: ("frame", "object_id"),
    Table.SETTINGS: ("name",),
}


class BadRow(ValueError):
    """A row that makes no sound value."""


def key_row(cell: Cell) -> tuple[int | str, ...]:
    """The values of the key columns of a cell, in the order of :data:`KEYS`."""
    key = cell.key
    if isinstance(key, tuple):
        return key
    return (_text(key) if isinstance(key, str) else key,)


def to_row(cell: Cell, value: Value) -> tuple[Any, ...]:
    """The row of a cell with a value, in the order of :data:`COLUMNS`."""
    key = key_row(cell)
    if cell.table is Table.MASKS and isinstance(value, MaskRecord):
        mask = value.mask
        return (
            *key, mask.height, mask.width, mask.counts,
            value.provenance.value, value.score, int(value.confirmed),
        )  # fmt: skip
    if cell.table is Table.PROMPTS and isinstance(value, Prompts):
        points = json.dumps([[p.x, p.y, p.positive] for p in value.points])
        box = value.box
        corners = None if box is None else json.dumps([box.x0, box.y0, box.x1, box.y1])
        return (*key, points, corners, *_mask_columns(value.mask), *_mask_columns(value.base))
    if cell.table is Table.OBJECTS and isinstance(value, AnnotatedObject):
        colour = "#{:02x}{:02x}{:02x}".format(*value.colour)
        attributes = json.dumps(value.attributes)
        return (*key, _text(value.label), colour, int(value.visible), attributes)
    if cell.table is Table.SETTINGS:
        return (*key, json.dumps(value))
    raise TypeError(f"{type(value).__name__} is no value of {cell.table.value}")


def from_row(table: Table, row: Row, size: Size) -> tuple[Cell, Value]:
    """The cell and value of a row.

    Raises:
        BadRow: it makes none.
    """
    try:
        return _READERS[table](row, size)
    except (ValueError, TypeError, IndexError, KeyError, RecursionError, PromptError) as error:
        raise BadRow(f"{table.value}: {error}") from error


def _read_object(row: Row, size: Size) -> tuple[Cell, Value]:
    object_id, label, colour, visible, attributes = row
    if not (isinstance(colour, str) and len(colour) == 7 and colour[0] == "#"):
        raise ValueError("a colour is #rrggbb")
    red, green, blue = bytes.fromhex(colour[1:])
    pairs = tuple((_string(name), _string(text)) for name, text in json.loads(attributes))
    identity = _whole(object_id, 1)
    value = AnnotatedObject(
        identity, _string(label), (red, green, blue), bool(_whole(visible)), pairs
    )
    return Cell(Table.OBJECTS, identity), value


def _read_prompts(row: Row, size: Size) -> tuple[Cell, Value]:
    frame, object_id, points, box = row[:4]
    clicks = tuple(Point(_real(x), _real(y), bool(sign)) for x, y, sign in json.loads(points))
    corners = None if box is None else Box(*(_real(v) for v in json.loads(box)))
    prompts = Prompts(clicks, corners, _read_mask(row[4:7], size), _read_mask(row[7:10], size))
    return Cell(Table.PROMPTS, (_whole(frame), _whole(object_id, 1))), prompts


def _read_record(row: Row, size: Size) -> tuple[Cell, Value]:
    frame, object_id, height, width, counts, provenance, score, confirmed = row
    mask = _read_mask((height, width, counts), size)
    if mask is None:
        raise ValueError("a mask without pixels counts")
    sure = None if score is None else _real(score)
    record = MaskRecord(mask, Provenance(provenance), sure, bool(_whole(confirmed)))
    return Cell(Table.MASKS, (_whole(frame), _whole(object_id, 1))), record


def _read_setting(row: Row, size: Size) -> tuple[Cell, Value]:
    name, text = row
    value: Json = json.loads(text)
    return Cell(Table.SETTINGS, _string(name)), value


_READERS = {
    Table.OBJECTS: _read_object,
    Table.PROMPTS: _read_prompts,
    Table.MASKS: _read_record,
    Table.SETTINGS: _read_setting,
}


def _mask_columns(mask: Mask | None) -> tuple[int | None, int | None, bytes | None]:
    return (None, None, None) if mask is None else (mask.height, mask.width, mask.counts)


def _read_mask(columns: Row, size: Size) -> Mask | None:
    height, width, counts = columns
    if counts is None:
        return None
    if (height, width) != size or not is_valid_counts(counts, height, width):
        raise ValueError("a mask that does not fill its frame")
    return Mask(height, width, counts)


def _text(text: str) -> str:
    """What SQLite can hold: a lone surrogate (from an odd command line) becomes '?'."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _whole(value: object, least: int = 0) -> int:
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{value!r} is no whole number from {least}")
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
