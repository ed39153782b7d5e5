"""YOLO: a text file a frame, segmentation and detection rows, classes in ``data.yaml``.

Rows are ``class x y x y ...`` or ``class x y width height`` around the centre, in parts of the
picture's size; behind them may stand a confidence and a track's id. Corners are cut down to whole
pixels and the outline is painted, as Ultralytics reads them; only a box that was written as a
polygon keeps its edges. Darknet's ``obj.names`` and a plain ``classes.txt`` name classes too. Boxes
with key points come in as boxes, where ``kpt_shape`` says that they are some; key points of x and y
alone look just like a polygon where nothing says so. Oriented boxes are four corners, so polygons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.label_tree import LabelTree, open_tree
from vostool.io.imports.readers.pixels import painted_mask, polygon_mask
from vostool.io.imports.readers.rows.text import CLASS_LISTS, holds_rows
from vostool.io.imports.readers.rows.text import rows as text_rows
from vostool.io.imports.readers.rows.yolo_classes import YoloClasses, find_classes, is_data_yaml
from vostool.io.imports.readers.rows.yolo_rows import (
    BOX,
    Behind,
    coordinates,
    find_behind,
    numbers_of,
)
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress

_LARGEST_FILE = 64 << 20
_ROUNDING = 0.01  # pixels; six decimals are 0.004 of 8K


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a data set's folder, zip or ``data.yaml``, or one frame's text file.

    Raises:
        LabelsError: there are no label files, or nothing in them fits the target.
    """
    root = path.parent if path.suffix.lower() in (".yaml", ".yml") else path
    folder = PurePosixPath(str(values["folder"]))
    with open_tree(root) as tree:
        names = [
            name
            for name in _label_files(tree.ending(".txt"))
            if str(folder) in (".", *map(str, PurePosixPath(name).parents))
        ]
        files = [_rows(tree, name) for name in names]
        used = {kind for rows in files for row in rows if (kind := row.kind) is not None}
        classes = find_classes(tree, path if root != path else None, names, used)
    behind = find_behind(([row.fields for row in rows] for rows in files), classes.key_points)
    reader = _YoloReader(Collector(f"'{path.name}'", target), classes, behind)
    tracked = behind.both or any(len(row.fields) % 2 == 0 for rows in files for row in rows)
    usual = 1 if _by_ultralytics(names, target.stem, traits=tracked) else None
    places = reader.out.place([Picture(name) for name in names], values, usual)
    for number, (name, rows, frame) in enumerate(zip(names, files, places, strict=True)):
        progress(number, len(names), name)
        reader.file(name, rows, frame)
    return reader.result()


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its line from 1, its fields, and the class that the first one is."""

    line: int
    fields: Sequence[str]

    @property
    def kind(self) -> int | None:
        return whole(self.fields[0])


def _rows(tree: LabelTree, name: str) -> list[_Row]:
    lines = text_rows(tree.read(name, _LARGEST_FILE), tree.shown(name))
    return [_Row(line, row.split()) for line, row in lines]


def _by_ultralytics(names: Sequence[str], stem: str, *, traits: bool) -> bool:
    """True for a video's label files as Ultralytics names them, ``clip_1.txt`` for its first frame:
    numbers without zeros in front, after the video's name or in files with tracks or confidences.
    """
    found = [re.fullmatch(r"(.+)_([1-9][0-9]*)", PurePosixPath(name).stem) for name in names]
    words = {match[1] for match in found if match is not None}
    return None not in found and len(words) == 1 and (traits or words == {stem})


class _YoloReader:
    def __init__(self, out: Collector, classes: YoloClasses, behind: Behind) -> None:
        self.out = out
        self._classes = classes
        self._behind = behind
        self._seen: dict[int, str] = {}
        self._key_points = 0

    def file(self, name: str, lines: Sequence[_Row], frame: int | None) -> None:
        """Read one label file; one without rows says nothing."""
        if not lines:
            return
        short = PurePosixPath(name).name
        if frame is None:
            self.out.skip(f"{name}: this video has no such frame; the file was left out.")
        elif frame in self._seen:
            self.out.skip(f"{name}: frame {frame} is {self._seen[frame]} already.")
        elif not self._classes.key_points and all(_is_pose(row.fields) for row in lines):
            self.out.skip(
                f"{name}: its rows look like boxes with key points; 'kpt_shape' in data.yaml must "
                "say so."
            )
        else:
            self._seen[frame] = name
            for row in lines:
                self.row(row, frame, f"{short}, line {row.line}")

    def row(self, row: _Row, frame: int, where: str) -> None:
        """Read one row."""
        kind = row.kind
        numbers = numbers_of(row.fields[1:])
        if kind is None or kind < 0 or numbers is None:
            self.out.skip(f"{where}: it is no class number with parts of the picture's size.")
            return
        numbers, oid = self._without_ends(numbers)
        try:
            what = self._shape(numbers)
        except ValueError as error:
            self.out.skip(f"{where}: {error}.")
            return
        label = self._classes.names.get(kind, f"class {kind}")
        if oid is not None:
            # A tracker's id is the object, whatever class a frame sees in it.
            self.out.declare(oid, label, oid)
        self.out.add(frame, oid, label, what, where)

    def _without_ends(self, numbers: list[float]) -> tuple[list[float], int | None]:
        """The coordinates and key points of a row, and its track's id."""
        rest = coordinates(len(numbers), self._classes.key_points)
        if rest > BOX and rest % 2 and numbers[-1] >= 0:
            if self._behind.odd == "id":
                return numbers[:-1], int(numbers[-1])
            return (numbers[:-1] if numbers[-1] <= 1 else numbers), None
        if rest >= BOX + 2 and self._behind.both:
            return numbers[:-2], int(numbers[-1])
        return numbers, None

    def _shape(self, numbers: list[float]) -> Mask | Box:
        target = self.out.target
        points = self._classes.key_points
        if points and len(numbers) == BOX + points:
            self._key_points += 1
            return _box(numbers[:BOX], target)
        if len(numbers) == BOX:
            return _box(numbers, target)
        sizes = (target.width, target.height)
        corners = [value * sizes[i % 2] for i, value in enumerate(numbers)]
        if _is_box(corners):
            return polygon_mask([[round(value) for value in corners]], target)
        return painted_mask([corners], target)

    def result(self) -> Imported:
        """Everything read."""
        if self._key_points:
            self.out.warnings.append(
                f"{counted(self._key_points, 'row')} with key points: only boxes were read."
            )
        return self.out.result([ImportedLabel(name) for name in self._classes.names.values()])


def _label_files(names: Sequence[str]) -> list[str]:
    """Those below a folder ``labels``, where there is one; no lists of classes or pictures."""
    own = [name for name in names if PurePosixPath(name).name not in CLASS_LISTS]
    inside = [name for name in own if "labels" in PurePosixPath(name).parts[:-1]]
    if inside:
        return inside
    lists = {"train.txt", "val.txt", "valid.txt", "test.txt"}
    return [name for name in own if name not in lists]


def _is_pose(fields: Sequence[str]) -> bool:
    """True for a box with points of x, y and a visibility 0, 1 or 2."""
    points = fields[1 + BOX :]
    return len(points) >= 6 and len(points) % 3 == 0 and set(points[2::3]) <= {"0", "1", "2"}


def _is_box(corners: Sequence[float]) -> bool:
    """True for an upright rectangle between whole pixels: a box's outline, whose edges are those of
    the box. The outline of a mask through its border pixels, which is to be painted, has halves.
    """
    xs, ys = corners[::2], corners[1::2]
    whole_pixels = all(abs(value - round(value)) < _ROUNDING for value in corners)
    upright = len({round(x) for x in xs}) == 2 and len({round(y) for y in ys}) == 2
    return whole_pixels and upright and len(xs) in (4, 5)


def _box(numbers: Sequence[float], target: ImportTarget) -> Box:
    x, y, width, height = numbers[:BOX]
    cut = target.box(
        (x - width / 2) * target.width,
        (y - height / 2) * target.height,
        (x + width / 2) * target.width,
        (y + height / 2) * target.height,
    )
    if cut is None or width <= 0 or height <= 0:
        raise ValueError("its box has no area inside the frame")
    return cut


def _is_row(row: str) -> bool:
    fields = row.split()
    return fields[0].isdecimal() and numbers_of(fields[1:]) is not None


def detect(path: Path) -> bool:
    """True for text files with such rows, and for a ``data.yaml`` beside some."""
    if path.suffix.lower() in (".yaml", ".yml"):
        try:
            return is_data_yaml(path) and holds_rows(path.parent, _is_row)
        except (LabelsError, OSError):
            return False
    return holds_rows(path, _is_row)


YOLO = ImportFormat(
    name="yolo",
    title="YOLO segmentation and detection (text)",
    suffixes=(".txt", ".yaml", ".yml", ".zip", ""),
    keeps=(
        "polygons as masks",
        "boxes",
        "object ids (a track's id behind a row)",
        "labels (data.yaml, classes.txt or obj.names)",
    ),
    loses=("which parts belong to one object, without ids", "key points", "confidences"),
    detect=detect,
    read=read,
    options=(
        OptionSpec("folder", "Folder of label files, where there are several", ""),
        *NAME_OPTIONS,
    ),
)
"""YOLO."""
