"""The numbers of YOLO rows, and what stands behind them: a confidence, a track's id, or both.

``class x y w h`` and ``class x y x y x y ...`` may be followed by what Ultralytics' ``save_conf``
and ``track`` add (``ultralytics/engine/results.py``, ``Results.save_txt``): first the confidence,
then the id. An id is a whole number without a point, a confidence is a part of one; a single row
may be either, so all rows of a data set decide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BOX = 4
_MOST = 1e9


@dataclass(frozen=True, slots=True)
class Behind:
    """What rows hold behind their coordinates.

    Attributes:
        odd: of rows with one number more than a box or points take: "id" or "confidence".
        both: rows that look even end with a confidence and an id.
    """

    odd: str = "confidence"
    both: bool = False


def numbers_of(fields: Sequence[str]) -> list[float] | None:
    """The numbers after the class, or None where they are no parts of the picture's size."""
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return None
    if len(numbers) < BOX or not all(map(math.isfinite, numbers)):
        return None
    # A corner a little outside is a rounding and 2 a visibility; more are pixels, not parts.
    inside = all(-1 <= value <= 2 for value in numbers[:-1])
    last = -1 <= numbers[-1] <= 2 or (fields[-1].isdecimal() and numbers[-1] < _MOST)
    free = len(numbers) > BOX or numbers[-1] <= 2
    return numbers if inside and last and free else None


def find_behind(files: Iterable[Sequence[Sequence[str]]], points: int = 0) -> Behind:
    """What the rows of a data set hold behind their coordinates.

    Args:
        files: the fields of each row, by file.
        points: how many numbers of a row are key points.
    """
    odd: list[str] = []
    even: list[Sequence[str]] = []
    twice = False
    places = 0
    for rows in files:
        ends = []
        for fields in rows:
            if numbers_of(fields[1:]) is None:
                continue
            count = coordinates(len(fields) - 1, points)
            if count > BOX and count % 2:
                ends.append(fields[-1])
            elif count >= BOX + 2:
                even.append(fields)
        odd += ends
        twice = twice or len(set(ends)) < len(ends)
        places += bool(rows)
    return Behind(_odd(odd, twice=twice), _both(even, places))


def coordinates(count: int, points: int) -> int:
    """How many of so many numbers after the class are no key points."""
    return count - points if points and BOX <= count - points <= BOX + 2 else count


def _odd(ends: Sequence[str], *, twice: bool) -> str:
    """Ids are whole, and no two objects of one frame share one."""
    ids = bool(ends) and all(end.isdecimal() for end in ends)
    above = any(end.isdecimal() and int(end) > 1 for end in ends)
    return "id" if ids and (above or not twice) else "confidence"


def _both(rows: Sequence[Sequence[str]], places: int) -> bool:
    """Every row ends with a part of one and a whole number, of which one is no coordinate; a single
    object is number 1 on every frame.
    """
    whole = bool(rows) and all(row[-1].isdecimal() for row in rows)
    parts = whole and all(_is_part(row[-2]) for row in rows)
    ends = {row[-1] for row in rows}
    return parts and (any(int(end) > 1 for end in ends) or (ends == {"1"} and places > 1))


def _is_part(text: str) -> bool:
    return 0 <= float(text) <= 1
