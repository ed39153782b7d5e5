"""Names and ids of all images of a CVAT file, read before the file itself.

Which frames names mean is decided over all of them (:mod:`vostool.io.imports.readers.frame_names`),
and the file is read as a stream.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.frame_names import Picture, Placement, place
from vostool.io.imports.readers.name_numbers import name_numbers
from vostool.io.options import OptionValue

_CHUNK = 1 << 20
_LONGEST = 1 << 16
_IMAGE = re.compile(r"<image\s([^<>]*)>")
_FIELD = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CONVENTION = re.compile(r"(?:.*[/\\])?frame_\d+(?:\.\w+)?")

ImageKey = tuple[str, str]
"""The ``name`` and ``id`` of an image."""


def image_keys(stream: IO[bytes]) -> Iterator[ImageKey]:
    """The images of a file in their order, by a search through its text."""
    head = stream.read(2)
    utf16 = head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8")("replace")
    text = decoder.decode(head)
    while data := stream.read(_CHUNK):
        text += decoder.decode(data)
        end = 0
        for found in _IMAGE.finditer(text):
            fields = {f[1]: html.unescape(f[2] or f[3] or "") for f in _FIELD.finditer(found[1])}
            yield fields.get("name", ""), fields.get("id", "")
            end = found.end()
        text = text[max(end, len(text) - _LONGEST) :]


def place_images(
    keys: Sequence[ImageKey],
    target: ImportTarget,
    values: Mapping[str, OptionValue],
    *,
    ids: bool,
) -> Placement:
    """The frame of each image.

    CVAT's ids are frame numbers; those of other programs are places in a list. Where id and number
    in the name differ by the same on all images, ids are frames; else the names say it.

    Args:
        ids: False where the ids of several tasks begin anew with each.
    """
    numbers = name_numbers([name for name, _ in keys], target.frame_count)
    given = [int(i) if re.fullmatch(r"\d{1,9}", i) else None for _, i in keys]
    apart = {None if n is None or i is None else n - i for n, i in zip(numbers, given, strict=True)}
    named = all(_CONVENTION.fullmatch(name) for name, _ in keys)
    by_id = ids and not named and len(apart) == 1 and None not in apart
    stated = given if by_id else [None] * len(keys)
    pictures = [Picture(name, i) for (name, _), i in zip(keys, stated, strict=True)]
    return place(target, pictures, values)


def is_named(name: str, target: ImportTarget) -> bool:
    """True for a name of the target's own, or one that CVAT gives a video's frames."""
    known = not target.made_names and target.frame_named(name) is not None
    return known or _CONVENTION.fullmatch(name) is not None
