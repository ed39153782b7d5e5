"""Fields of JSON files that name a picture: its id, its file and its frame number."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.collector import whole
from vostool.io.imports.readers.frame_names import Picture
from vostool.io.imports.readers.json.frames import listed
from vostool.io.imports.readers.pixels import is_number

# Without case and underscores, the first that is there counts.
_FRAMES = ("frameindex", "frameidx", "frameid", "framenumber", "framenum", "frameno", "frame")
_FILES = ("file_name", "filename", "fileName", "path", "name")
_INNER = ("extra", "attributes", "attr", "metadata", "meta")


def id_key(value: object) -> Hashable:
    """An id as what it is compared by: 1, "1" and 1.0 are one."""
    number = whole(value)
    if number is not None:
        return number
    return value.strip() if isinstance(value, str) else repr(value)


def picture_of(entry: Mapping[str, Any], target: ImportTarget) -> Picture:
    """What an image's entry says: its name, or the one before a program renamed it, and its frame
    number. An entry without a name is known by its id.
    """
    name = file_name(entry)
    if target.made_names or target.frame_named(name) is None:
        extra = entry.get("extra")
        name = (file_name(extra) if isinstance(extra, dict) else "") or name
    shown = file_name(entry)
    if not name:
        name, shown = str(entry.get("id", "")), f"image {entry.get('id')}"
    return Picture(name, stated_frame(entry), shown)


def file_name(entry: Mapping[str, Any]) -> str:
    """The file's name that an entry states, or nothing."""
    found = (entry.get(key) for key in _FILES)
    return next((value for value in found if isinstance(value, str) and value), "")


def stated_frame(entry: Mapping[str, Any]) -> int | None:
    """The frame number in a field of an entry, or of its attributes."""
    inner = [entry[key] for key in _INNER if isinstance(entry.get(key), Mapping)]
    for fields in (entry, *inner):
        plain = {re.sub(r"[^a-z]", "", str(key).lower()): value for key, value in fields.items()}
        for name in _FRAMES:
            if (number := whole(plain.get(name))) is not None:
                return number
    return None


def stated_rate(data: object, video: Hashable | None) -> float:
    """Pictures a second that a COCO file states for a video, or for all; 0 where it does not."""
    fields = data if isinstance(data, dict) else {}
    entries = [e for e in listed(fields.get("videos")) if isinstance(e, dict)]
    places = [e for e in entries if video is None or id_key(e.get("id")) == video]
    for entry in (*places, fields.get("info")):
        for name in ("fps", "frame_rate", "framerate"):
            rate = entry.get(name) if isinstance(entry, dict) else None
            if is_number(rate) and rate > 0:
                return float(rate)
    return 0.0
