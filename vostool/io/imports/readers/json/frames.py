"""Formats with one JSON file a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.collector import Collector, find_frame
from vostool.io.imports.readers.json.text import kind_of, parse
from vostool.io.imports.readers.label_tree import LabelTree
from vostool.progress import Progress

_LARGEST_FILE = 256 << 20  # LabelMe may embed the picture


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

    def __init__(self, tree: LabelTree, wanted: str, out: Collector) -> None:
        self._tree = tree
        self._wanted = wanted
        self._out = out
        self._seen: dict[int, str] = {}

    def each(self, progress: Progress) -> Iterator[FrameFile]:
        """Every file that is a frame of the target, one at a time."""
        names = self._tree.ending(".json") or list(self._tree.files[:1])
        single = len(names) == 1
        for number, name in enumerate(names):
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
                continue
            frame = self._place(PurePosixPath(name).name, value)
            if frame is not None:
                yield FrameFile(PurePosixPath(name).name, frame, value)

    def _place(self, name: str, value: Mapping[str, object]) -> int | None:
        info = value.get("info")
        picture = value.get("imagePath") or (info.get("name") if isinstance(info, dict) else "")
        frame = find_frame(self._out.target, str(picture or ""))
        if frame is None or self._out.target.names(frame) == PurePosixPath(name).stem:
            frame = find_frame(self._out.target, name)
        if frame is None:
            self._out.skip(f"{name}: this video has no frame '{picture}'; the file was left out.")
        elif frame in self._seen:
            self._out.skip(f"{name}: frame {frame} is {self._seen[frame]} already.")
        elif (misfit := _misfit(value, self._out.target)) is not None:
            self._out.skip(f"{name}: {misfit}; the file was left out.")
        else:
            self._seen[frame] = name
            return frame
        return None


def _misfit(value: Mapping[str, object], target: ImportTarget) -> str | None:
    info = value.get("info")
    given = info if isinstance(info, dict) else {}
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
