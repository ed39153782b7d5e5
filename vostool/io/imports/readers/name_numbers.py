"""The number of a frame in the name of its file, seen over all names of a set.

A name may hold several numbers: ``frame0004_v2``, ``GH010123_0004`` or Roboflow's
``clip_mp4-0007_jpg.rf.<hash>``. Tokens that are known to say nothing of the frame (hashes, codecs,
sizes) are cut out first; among the rest the one that varies over the set is the frame's, and where
several vary, or only one name is there, the words beside a number decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

_PICTURE = r"(?:jpe?g|png|bmp|tiff?|webp|gif|exr)"
_CUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Roboflow: <name>_jpg.rf.<hash>, the hash perhaps cut off as an ending.
        rf"(?:[._-]{_PICTURE})?[._]rf(?:[._][0-9a-z]+)?$",
        # a second ending: frame_3.png.json (Supervisely), 0003.jpg.txt
        rf"\.(?:{_PICTURE}|json|txt|xml|npy)$",
        # Label Studio's upload: <8 hex digits>-<name>; a UUID before or after a name.
        r"(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])",
        r"^[0-9a-f]{8}-(?=.)",
        # a hash: sixteen and more hexadecimal digits, letters among them
        r"(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,}(?![0-9a-z])",
        # endings, codecs, sizes and rates within a name: clip_mp4-, _1080p, _30fps, 640x480
        r"(?<![0-9a-z])(?:mp4|mp3|m4v|3gp|h\.?26[45]|x26[45]|\d+fps|\d{3,4}p|[248]k)(?![0-9a-z])",
        r"(?<![0-9a-z])\d{3,5}x\d{3,5}(?![0-9a-z])",
    )
)
_FRAME = re.compile(r"(?:frames?|frm|fr|(?<![a-z])f|image|img|picture|pic)[ ._#-]*$", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:(?<![a-z])v|version|ver|rev|take|part|copy|cam|camera|view|obj|object|id|mask|inst|"
    r"instance|track|layer|class|label|crop|(?<![a-z])t|time|scene|shot|clip|video|seq|"
    r"sequence)[ ._#-]*$|\($",
    re.IGNORECASE,
)
_LONGEST = 15

Split = tuple[tuple[str, ...], tuple[str, ...]]


def name_numbers(names: Sequence[str], frame_count: int) -> list[int | None]:
    """The frame number that each name holds, None for a name without one.

    Args:
        names: file names, with or without folders and endings.
        frame_count: numbers beyond it are unlikely to be frames.
    """
    splits = [_split(core_name(name)) for name in names]
    alike: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for words, digits in splits:
        if digits:
            alike[words].append(digits)
    places = {words: _place(words, rows, frame_count) for words, rows in alike.items()}
    found: list[int | None] = []
    for words, digits in splits:
        place = places.get(words)
        found.append(None if place is None else int(digits[place]))
    return found


def core_name(name: str) -> str:
    """A name without folders, endings and tokens that are no frame's."""
    path = PurePosixPath(name.replace("\\", "/"))
    # An id such as "clip.0007" has no ending, though it looks like one.
    stem = path.name if path.suffix[1:].isdecimal() else path.stem
    for pattern in _CUT:
        cut = pattern.sub("", stem)
        stem = cut or stem
    return stem


def _split(stem: str) -> Split:
    parts = re.split(r"(\d+)", stem, flags=re.ASCII)
    return tuple(parts[::2]), tuple(parts[1::2])


def _place(words: tuple[str, ...], rows: list[tuple[str, ...]], frame_count: int) -> int | None:
    """Which number of names of one pattern is the frame's."""
    columns = list(zip(*rows, strict=True))
    fits = [i for i, column in enumerate(columns) if max(map(len, column)) <= _LONGEST]
    if not fits:
        return None
    varying = [i for i in fits if len(set(map(int, columns[i]))) > 1]
    return max(varying or fits, key=lambda i: _likely(words[i], columns[i], frame_count, i))


def _likely(before: str, column: tuple[str, ...], frame_count: int, place: int) -> tuple[int, ...]:
    numbers = [int(text) for text in column]
    return (
        bool(_FRAME.search(before)),
        not _OTHER.search(before),
        # A frame's number tells names apart; the number of an object or a version repeats.
        len(set(numbers)),
        max(numbers) <= frame_count,
        min(map(len, column)),
        place,
    )
