"""Formats with one JSON file a frame."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.collector import Collector
from vostool.io.imports.readers.frame_names import Picture, place
from vostool.io.imports.readers.json.text import kind_of
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.io.options import OptionValue
from vostool.progress import Progress

_LARGEST_FILE = 256 << 20  # LabelMe may embed the picture
_TEXT = rb'"((?:[^"\\]|\\.)*)"'
# LabelMe's, ISAT's within its "info", SA-1B's within its "image".
_PICTURE = re.compile(
    rb'"imagePath"\s*:\s*'
    + _TEXT
    + rb'|"info"\s*:\s*\{[^{}]*?"name"\s*:\s*'
    + _TEXT
    + rb'|"image"\s*:\s*\{[^{}]*?"file_name"\s*:\s*'
    + _TEXT
)


@dataclass(frozen=True, slots=True)
class FrameFile:
    """One file.

    Attributes:
        name: its own name without folders, for messages.
        frame: the target's frame.
        value: the parsed file.
    """

    name: str
    frame: int
    value: Mapping[str, object]


class FrameFiles:
    """Goes through the JSON files of a tree that are of one kind; names those left out."""

    def __init__(
        self,
        tree: LabelTree,
        wanted: str,
        out: Collector,
        values: Mapping[str, OptionValue] | None = None,
    ) -> None:
        self._tree = tree
        self._wanted = wanted
        self._out = out
        self._values = values or {}
        self._seen: dict[int, str] = {}
        self._pictures: dict[str, str] = {}

    def each(self, progress: Progress) -> Iterator[FrameFile]:
        """Every file that is a frame of the target, one at a time."""
        names = self._tree.ending(".json") or list(self._tree.files[:1])
        places = self._places(names)
        single = len(names) == 1
        for number, (name, frame) in enumerate(zip(names, places, strict=True)):
            progress(number, len(names), name)
            try:
                value = parse(self._tree, name)
            except LabelsError as error:
                if single:
                    raise
                self._out.skip(str(error))
                continue
            if not isinstance(value, dict) or kind_of(value) != self._wanted:
                self._out.skip(f"{name}: it is no {self._wanted} file and was left out.")
            elif self._may_be(name, frame, value):
                assert frame is not None
                yield FrameFile(PurePosixPath(name).name, frame, value)

    def _places(self, names: Sequence[str]) -> Sequence[int | None]:
        """The frames of files: by the pictures that they name, or by their own names where these
        tell more of them apart.
        """
        inside = [_picture(self._tree, name) or name for name in names]
        found = []
        for chosen in (inside, names):
            pictures = [Picture(name) for name in chosen]
            frames = place(self._out.target, pictures, self._values).frames
            found.append((len(set(frames) - {None}), pictures))
        best = max(found, key=lambda entry: entry[0])[1]
        self._pictures = dict(zip(names, inside, strict=True))
        return self._out.place(best, self._values)

    def _may_be(self, path: str, frame: int | None, value: Mapping[str, object]) -> bool:
        name = PurePosixPath(path).name
        if frame is None:
            picture = self._pictures[path]
            self._out.skip(f"{name}: this video has no frame '{picture}'; the file was left out.")
        elif frame in self._seen:
            self._out.skip(f"{name}: frame {frame} is {self._seen[frame]} already.")
        elif (misfit := _misfit(value, self._out.target)) is not None:
            self._out.skip(f"{name}: {misfit}; the file was left out.")
        else:
            self._seen[frame] = name
            return True
        return False


def _picture(tree: LabelTree, name: str) -> str:
    """The picture that a file says it is of, by a look at its text; "" where it does not say."""
    found = _PICTURE.search(tree.read(name, _LARGEST_FILE))
    text = next((group for group in found.groups() if group), b"") if found else b""
    try:
        return str(json.loads(b'"' + text + b'"'))
    except ValueError:
        return ""


def _misfit(value: Mapping[str, object], target: ImportTarget) -> str | None:
    inner = [value.get(name) for name in ("info", "image", "size")]
    given = next((part for part in inner if isinstance(part, dict)), {})
    width = value.get("imageWidth", given.get("width"))
    height = value.get("imageHeight", given.get("height"))
    if None in (width, height) or (width, height) == (target.width, target.height):
        return None
    return f"its picture is {width}x{height}, but the video is {target.width}x{target.height}"


def listed(value: object) -> list[object]:
    """A list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []


def flat(points: object) -> list[object]:
    """x, y, x, y of ``[[x, y], ...]``; a point that is no pair gives None, which is no number."""
    values: list[object] = []
    for point in listed(points):
        values += point if isinstance(point, list) and len(point) == 2 else [None, None]
    return values
