"""YOLO: a text file a frame, segmentation and detection rows, classes in ``data.yaml``.

Rows are ``class x y x y ...`` or ``class x y width height`` around the centre, in parts of the
picture's size; a fifth number of a box is a confidence. Corners are cut down to whole pixels and
the outline is painted, as Ultralytics reads them. Darknet's ``obj.names`` and a plain
``classes.txt`` name classes too. Boxes with key points come in as boxes, where ``kpt_shape`` says
that they are some; key points of x and y alone look just like a polygon where nothing says so.
Oriented boxes are four corners, so polygons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, find_frame, whole
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import painted_mask
from vostool.io.imports.readers.rows.text import CLASS_LISTS, holds_rows, rows
from vostool.io.imports.readers.rows.yolo_classes import YoloClasses, find_classes, is_data_yaml
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress

_LARGEST_FILE = 64 << 20
_BOX = 4


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
        classes = find_classes(tree, path if root != path else None)
        names = [
            name
            for name in _label_files(tree.ending(".txt"))
            if str(folder) in (".", *map(str, PurePosixPath(name).parents))
        ]
        reader = _YoloReader(Collector(f"'{path.name}'", target), classes)
        for number, name in enumerate(names):
            progress(number, len(names), name)
            reader.file(name, list(rows(tree.read(name, _LARGEST_FILE), tree.shown(name))))
    return reader.result()


class _YoloReader:
    def __init__(self, out: Collector, classes: YoloClasses) -> None:
        self._out = out
        self._classes = classes
        self._seen: dict[int, str] = {}
        self._key_points = 0

    def file(self, name: str, lines: Sequence[tuple[int, str]]) -> None:
        """Read one label file; one without rows says nothing."""
        if not lines:
            return
        short = PurePosixPath(name).name
        frame = find_frame(self._out.target, name)
        if frame is None:
            self._out.skip(f"{name}: this video has no such frame; the file was left out.")
        elif frame in self._seen:
            self._out.skip(f"{name}: frame {frame} is {self._seen[frame]} already.")
        elif not self._classes.key_points and all(_is_pose(row) for _, row in lines):
            self._out.skip(
                f"{name}: its rows look like boxes with key points; 'kpt_shape' in data.yaml must "
                "say so."
            )
        else:
            self._seen[frame] = name
            for line, row in lines:
                self.row(row.split(), frame, f"{short}, line {line}")

    def row(self, fields: list[str], frame: int, where: str) -> None:
        """Read one row."""
        kind = whole(fields[0])
        numbers = _fractions(fields[1:])
        if kind is None or kind < 0 or numbers is None:
            self._out.skip(f"{where}: it is no class number with parts of the picture's size.")
            return
        try:
            what = self._shape(numbers)
        except ValueError as error:
            self._out.skip(f"{where}: {error}.")
            return
        label = self._classes.names.get(kind, f"class {kind}")
        self._out.add(frame, None, label, what, where)

    def _shape(self, numbers: list[float]) -> Mask | Box:
        target = self._out.target
        points = self._classes.key_points
        if points and len(numbers) == _BOX + points:
            self._key_points += 1
            return _box(numbers[:_BOX], target)
        if len(numbers) in (_BOX, _BOX + 1):
            return _box(numbers, target)
        sizes = (target.width, target.height)
        corners = [value * sizes[i % 2] for i, value in enumerate(numbers)]
        return painted_mask([corners], target)

    def result(self) -> Imported:
        """Everything read."""
        if self._key_points:
            self._out.warnings.append(
                f"{self._key_points} rows have key points; only their boxes were read."
            )
        return self._out.result([ImportedLabel(name) for name in self._classes.names.values()])


def _label_files(names: Sequence[str]) -> list[str]:
    """Those below a folder ``labels``, where there is one; no lists of classes or pictures."""
    own = [name for name in names if PurePosixPath(name).name not in CLASS_LISTS]
    inside = [name for name in own if "labels" in PurePosixPath(name).parts[:-1]]
    if inside:
        return inside
    lists = {"train.txt", "val.txt", "valid.txt", "test.txt"}
    return [name for name in own if name not in lists]


def _fractions(fields: list[str]) -> list[float] | None:
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return None
    # A corner a little outside is a rounding and 2 a visibility; more are pixels, not parts.
    fits = len(numbers) >= _BOX and all(math.isfinite(v) and -1 <= v <= 2 for v in numbers)
    return numbers if fits else None


def _is_pose(row: str) -> bool:
    """True for a box with points of x, y and a visibility 0, 1 or 2."""
    points = row.split()[1 + _BOX :]
    return len(points) >= 6 and len(points) % 3 == 0 and set(points[2::3]) <= {"0", "1", "2"}


def _box(numbers: Sequence[float], target: ImportTarget) -> Box:
    x, y, width, height = numbers[:_BOX]
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
    return fields[0].isdecimal() and _fractions(fields[1:]) is not None


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
    keeps=("polygons as masks", "boxes", "labels (data.yaml, classes.txt or obj.names)"),
    loses=("which parts and frames belong to one object", "key points", "confidences"),
    detect=detect,
    read=read,
    options=(OptionSpec("folder", "Folder of label files, where there are several", ""),),
)
"""YOLO."""
