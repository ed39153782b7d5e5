"""MOT text: ``frame, id, left, top, width, height, confidence, class, visibility`` rows as boxes.

Frames count from 1 (motchallenge.net; CVAT too). MOTChallenge counts pixels from 1, CVAT and
datumaro from 0. A visibility of 0 is their word for occluded.
Rows whose confidence is 0 are marked as not to be looked at; detections have the
id -1, so no identity.
"""

from __future__ import annotations

import configparser
import math
import re
from collections.abc import Hashable, Mapping
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some, whole
from vostool.io.imports.readers.label_tree import LabelTree, open_tree
from vostool.io.imports.readers.rows.text import classes_beside, holds_rows, only_file, rows, text
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr

CLASSES = {
    1: "pedestrian", 2: "person on vehicle", 3: "car", 4: "bicycle", 5: "motorbike",
    6: "non motorized vehicle", 7: "static person", 8: "distractor", 9: "occluder",
    10: "occluder on the ground", 11: "occluder full", 12: "reflection",
}  # fmt: skip
"""MOT16's (arXiv 1603.00831, table 5), where no labels.txt says otherwise."""

_NUMBER = r"\s*-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?\s*"
_ROW = re.compile(rf"\d+\s*(?:,{_NUMBER}){{5,9}}$")


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a MOT file, or the one in a folder or zip.

    Raises:
        LabelsError: there are several files to choose from, ``seqinfo.ini`` states another size,
            or no row fits the target.
    """
    with open_tree(path) as tree:
        name = only_file(tree, _is_row, str(values["file"]), "MOT")
        shown = tree.shown(name)
        lines = list(rows(tree.read(name), shown))
        classes = classes_beside(tree, name)
        _check_size(tree, name, target)
    reader = _MotReader(Collector(shown, target), classes, int(values["origin"]))
    for number, (line, row) in enumerate(lines):
        if number % 1024 == 0:
            progress(number, len(lines), "rows")
        reader.row(row, f"line {line}")
    return reader.result()


class _MotReader:
    def __init__(self, out: Collector, classes: Mapping[int, str], origin: int) -> None:
        self._out = out
        self._classes = classes
        self._origin = origin
        self._ignored: list[str] = []
        self._seen: dict[tuple[int, int], str] = {}

    def row(self, row: str, where: str) -> None:
        """Read one row."""
        target = self._out.target
        try:
            numbers = [float(field) for field in row.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) < 6 or not all(math.isfinite(value) for value in numbers):
            self._out.skip(f"{where}: it is no row of at least six numbers with commas between.")
            return
        frame, number = whole(numbers[0]), whole(numbers[1])
        if frame is None or number is None:
            self._out.skip(f"{where}: its frame or id is no whole number.")
            return
        if not 1 <= frame <= target.frame_count:
            self._out.skip(
                f"{where}: frame {frame} is outside the video of {target.frame_count} frames "
                "(the first is 1)."
            )
            return
        if len(numbers) > 6 and numbers[6] == 0:
            self._ignored.append(where)
            return
        if number >= 0 and (earlier := self._seen.get((frame, number))) is not None:
            self._out.skip(f"{where}: id {number} stands on frame {frame} already, in {earlier}.")
            return
        box = self._box(numbers)
        if box is None:
            self._out.skip(f"{where}: its box on frame {frame} has no area inside the frame.")
            return
        self._seen[frame, number] = where
        label = self._label(numbers)
        track: Hashable | None = None
        if number >= 0:
            track = number
            self._out.declare(number, label, number)
        hidden = 8 < len(numbers) < 10 and numbers[8] == 0
        self._out.add(frame - 1, track, label, box, where, occluded=hidden)

    def _box(self, numbers: list[float]) -> Box | None:
        x, y = (value - self._origin for value in numbers[2:4])
        width, height = numbers[4:6]
        inside = min(width, height) > 0
        return self._out.target.box(x, y, x + width, y + height) if inside else None

    def _label(self, numbers: list[float]) -> str:
        # A row of ten numbers is a result, with a place in the world instead of a class.
        kind = whole(numbers[7]) if 7 < len(numbers) < 10 else None
        if kind is None or kind < 0:
            return DEFAULT_LABEL
        return (self._classes or CLASSES).get(kind, f"class {kind}")

    def result(self) -> Imported:
        """Everything read."""
        if self._ignored:
            self._out.skip(
                f"{counted(len(self._ignored), 'row')} marked to be ignored (confidence 0): left "
                f"out ({some(self._ignored)})."
            )
        return self._out.result([ImportedLabel(name) for name in self._classes.values()])


def _check_size(tree: LabelTree, name: str, target: ImportTarget) -> None:
    """Compare with ``seqinfo.ini``, where a folder or zip has one."""
    place = (PurePosixPath(name).parent.parent / "seqinfo.ini").as_posix()
    if place not in tree.files:
        return
    info = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        info.read_string(text(tree.read(place, 1 << 20), tree.shown(place)))
        width, height = (info.getint("Sequence", key) for key in ("imWidth", "imHeight"))
    except (configparser.Error, ValueError):
        return
    if (width, height) != (target.width, target.height):
        raise LabelsError(
            tr(
                "'{path_name}': {place} says {width}x{height}, but this video "
                "is {width_2}x{height_2}.",
                path_name=tree.path.name,
                place=place,
                width=width,
                height=height,
                width_2=target.width,
                height_2=target.height,
            )
        )


def _is_row(row: str) -> bool:
    return _ROW.match(row) is not None


MOT = ImportFormat(
    name="mot",
    title="MOTChallenge boxes (text)",
    suffixes=(".txt", ".zip", ""),
    keeps=("boxes", "object ids", "labels (labels.txt)", "what is occluded (visibility 0)"),
    loses=("confidences", "other visibilities", "rows to ignore"),
    detect=lambda path: holds_rows(path, _is_row),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("origin", "Number of the first pixel (0 for CVAT and datumaro)", 1, (1, 0)),
    ),
)
"""MOT text."""
