"""Conversion between a project's values and the rows of its file.

Reading checks everything: a row that does not make a sound value raises :class:`BadRow`, so that
one damaged row costs one value and not the project.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.coco_counts import sound_counts
from vostool.masks.colours import Colour, palette_colour
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Json, Table, Value
from vostool.project.frame_values import mended as mended_values
from vostool.project.frame_values import valued_object
from vostool.project.learned import LARGEST as LARGEST_LEARNED
from vostool.project.learned import Learned
from vostool.project.objects import (
    DEFAULT_LABEL,
    HIGHEST_ID,
    LONGEST_LABEL,
    LONGEST_VALUE,
    AnnotatedObject,
)
from vostool.project.prompts import CHOICES, Point, Prompts
from vostool.project.recall import LARGEST, Recall, Way

Row = Sequence[Any]
Size = tuple[int, int]
"""(height, width) of the source's frames."""

COLUMNS: dict[Table, tuple[str, ...]] = {
    Table.OBJECTS: ("id", "label", "colour", "visible", "attributes"),
    Table.PROMPTS: (
        "frame", "object_id", "points", "box",
        "mask_height", "mask_width", "mask", "base_height", "base_width", "base", "choice",
        "together", "way", "engine", "evidence",
    ),
    Table.MASKS: (
        "frame", "object_id", "height", "width", "counts", "provenance", "score", "confirmed",
    ),
    Table.SETTINGS: ("name", "value"),
    Table.LEARNED: ("object_id", "engine", "frames", "state"),
}  # fmt: skip

KEYS: dict[Table, tuple[str, ...]] = {
    Table.OBJECTS: ("id",),
    Table.PROMPTS: ("frame", "object_id"),
    Table.MASKS: ("frame", "object_id"),
    Table.SETTINGS: ("name",),
    Table.LEARNED: ("object_id",),
}


MOST_POINTS = 2_000
"""Clicks of one object on one frame; nobody makes more, and each costs time in every answer."""
_MOST_ATTRIBUTES = 1_000


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
        masks = (*_mask_columns(value.mask), *_mask_columns(value.base))
        more = (value.choice, value.together, *_recall_columns(value.recall))
        return (*key, points, corners, *masks, *more)
    if cell.table is Table.OBJECTS and isinstance(value, AnnotatedObject):
        colour = "#{:02x}{:02x}{:02x}".format(*value.colour)
        attributes = json.dumps(value.attributes)
        return (*key, _text(value.label), colour, int(value.visible), attributes)
    if cell.table is Table.LEARNED and isinstance(value, Learned):
        return (*key, value.engine, json.dumps(value.frames), value.state)
    if cell.table is Table.SETTINGS:
        return (*key, json.dumps(value))
    raise TypeError(f"{type(value).__name__} is no value of {cell.table.value}")


_DAMAGED = (
    ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError, PromptError,
)  # fmt: skip


def from_row(table: Table, row: Row, size: Size) -> tuple[Cell, Value, bool]:
    """The cell and value of a row, and whether a part of the value was damaged and replaced.

    An object keeps its masks whatever its label, colour or attributes are.

    Raises:
        BadRow: it makes none.
    """
    try:
        return _READERS[table](row, size)
    except _DAMAGED as error:
        raise BadRow(f"{table.value}: {error}") from error


def _read_object(row: Row, size: Size) -> tuple[Cell, Value, bool]:
    identity = _object_id(row[0])
    label, whole = _read_label(row[1])
    colour, sound = _or_default(_read_colour, row[2], palette_colour(identity))
    visible, told = _or_default(_read_visible, row[3], True)
    (attributes, unhurt), kept = _or_default(_read_attributes, row[4], (_NONE, False))
    value = AnnotatedObject(identity, label, colour, visible, attributes)
    return Cell(Table.OBJECTS, identity), value, not (whole and sound and told and kept and unhurt)


_NONE: tuple[tuple[str, str], ...] = ()

T = TypeVar("T")


def _or_default(read: Callable[[object], T], stored: object, default: T) -> tuple[T, bool]:
    """What a column says, and True; the default and False where that makes no sense."""
    try:
        return read(stored), True
    except _DAMAGED:
        return default, False


def _read_label(stored: object) -> tuple[str, bool]:
    """The label, and whether it is whole; one that is no UTF-8 keeps what can be read of it."""
    if isinstance(stored, bytes):
        stored = stored[: 4 * LONGEST_LABEL].decode("utf-8", "replace")
        return stored[:LONGEST_LABEL], False
    if not isinstance(stored, str):
        return DEFAULT_LABEL, False
    return stored[:LONGEST_LABEL], len(stored) <= LONGEST_LABEL


def _read_colour(stored: object) -> Colour:
    if not (isinstance(stored, str) and len(stored) == 7 and stored[0] == "#"):
        raise ValueError("a colour is #rrggbb")
    red, green, blue = bytes.fromhex(stored[1:])
    return red, green, blue


def _read_visible(stored: object) -> bool:
    return bool(_whole(stored))


def _read_attributes(stored: object) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The sound pairs, and whether these are all: a damaged value costs itself alone."""
    listed = json.loads(_string(stored))
    pairs = tuple((pair[0], pair[1]) for pair in listed[:_MOST_ATTRIBUTES] if _is_pair(pair))
    return pairs, len(pairs) == len(listed)


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(text, str) and len(text) <= LONGEST_VALUE for text in pair)
    )


def _read_prompts(row: Row, size: Size) -> tuple[Cell, Value, bool]:
    frame, object_id, points, box = row[:4]
    listed = json.loads(points)
    clicks = tuple(Point(_real(x), _real(y), bool(sign)) for x, y, sign in listed[:MOST_POINTS])
    corners = None if box is None else Box(*(_real(v) for v in json.loads(box)))
    choice, sound = _or_default(_read_choice, row[10], None)
    together, told = _or_default(_whole, row[11], 0)
    recall, kept = _or_default(_read_recall, tuple(row[12:15]), None)
    given, base = _read_mask(row[4:7], size), _read_mask(row[7:10], size)
    prompts = Prompts(clicks, corners, given, base, choice, min(together, len(clicks)), recall)
    cell = Cell(Table.PROMPTS, (_whole(frame), _object_id(object_id)))
    return cell, prompts, not (sound and told and kept and len(listed) <= MOST_POINTS)


def _read_choice(stored: object) -> int | None:
    """Which of an engine's masks was chosen; clicks are worth keeping whatever stands there."""
    if stored is None or (isinstance(stored, int) and 0 <= stored < CHOICES):
        return stored
    raise ValueError(f"{stored!r} is no choice")


def _read_record(row: Row, size: Size) -> tuple[Cell, Value, bool]:
    frame, object_id, height, width, counts, provenance, score, confirmed = row
    mask = _read_mask((height, width, counts), size)
    if mask is None:
        raise ValueError("a mask without pixels counts")
    sure = None if score is None else _real(score)
    record = MaskRecord(mask, Provenance(provenance), sure, bool(_whole(confirmed)))
    return Cell(Table.MASKS, (_whole(frame), _object_id(object_id))), record, False


def _read_setting(row: Row, size: Size) -> tuple[Cell, Value, bool]:
    name, text = row
    value: Json = json.loads(text)
    sound = True
    if valued_object(_string(name)) is not None:
        value, sound = mended_values(value)
    return Cell(Table.SETTINGS, _string(name)), value, not sound


def _read_learned(row: Row, size: Size) -> tuple[Cell, Value, bool]:
    object_id, engine, frames, state = row
    if not isinstance(state, bytes) or len(state) > LARGEST_LEARNED:
        raise ValueError("a state of that kind is none")
    known = tuple(_whole(frame) for frame in json.loads(_string(frames)))
    cell = Cell(Table.LEARNED, _object_id(object_id))
    return cell, Learned(_string(engine), known, state), False


_READERS = {
    Table.OBJECTS: _read_object,
    Table.PROMPTS: _read_prompts,
    Table.MASKS: _read_record,
    Table.SETTINGS: _read_setting,
    Table.LEARNED: _read_learned,
}


def _mask_columns(mask: Mask | None) -> tuple[int | None, int | None, bytes | None]:
    return (None, None, None) if mask is None else (mask.height, mask.width, mask.counts)


def _read_mask(columns: Row, size: Size) -> Mask | None:
    height, width, counts = columns
    if counts is None:
        return None
    if (height, width) != size:
        raise ValueError("a mask that does not fill its frame")
    return Mask(height, width, sound_counts(counts, height, width))


def _recall_columns(recall: Recall | None) -> tuple[str | None, str | None, bytes | None]:
    return (
        (None, None, None) if recall is None else (recall.way.value, recall.engine, recall.evidence)
    )


def _read_recall(columns: object) -> Recall | None:
    assert isinstance(columns, tuple)
    way, engine, evidence = columns
    if way is None:
        return None
    if not isinstance(evidence, bytes) or len(evidence) > LARGEST:
        raise ValueError("evidence of that kind is none")
    return Recall(Way(way), _string(engine), evidence)


def _text(text: str) -> str:
    """What SQLite can hold: a lone surrogate (from an odd command line) becomes '?'."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _whole(value: object, least: int = 0) -> int:
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{value!r} is no whole number from {least}")
    return value


def _object_id(value: object) -> int:
    number = _whole(value, 1)
    if number > HIGHEST_ID:
        raise ValueError(f"{number} is too high for an object")
    return number


def _real(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
