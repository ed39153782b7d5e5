"""MOTS text: ``frame id class height width rle`` rows with spaces, or commas, and compressed RLE.

KITTI MOTS counts frames from 0, MOTSChallenge from 1; a file that has no frame 0 is taken to
count from 1. Ids are ``class * 1000 + number`` there, and class 10 is a region to ignore. Format:
www.vision.rwth-aachen.de/page/mots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some, whole
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import rle_mask
from vostool.io.imports.readers.rows.text import classes_beside, holds_rows, only_file, rows
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress

CLASSES = {1: "car", 2: "pedestrian"}
"""MOTS' own, where no labels.txt says otherwise."""

IGNORE = 10
PER_CLASS = 1000

_BETWEEN = re.compile(r"\s*,\s*|\s+")
# With commas, six plain numbers are a row of MOT.
_ROW = re.compile(r"(?:\d+ ){5}[0-o]+|(?:\d+\s*,\s*){5}(?=\d*[:-o])[0-o]+$")


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a MOTS file, or the one in a folder or zip.

    Raises:
        LabelsError: there are several files to choose from, or no row fits the target.
    """
    with open_tree(path) as tree:
        name = only_file(tree, _is_row, str(values["file"]), "MOTS")
        shown = tree.shown(name)
        lines = list(rows(tree.read(name), shown))
        classes = classes_beside(tree, name)
    reader = _MotsReader(Collector(shown, target), classes or CLASSES, own=bool(classes))
    first = str(values["first_frame"])
    if first == "auto":
        first = "0" if any(whole(_BETWEEN.split(row)[0]) == 0 for _, row in lines) else "1"
    for number, (line, row) in enumerate(lines):
        if number % 256 == 0:
            progress(number, len(lines), "rows")
        reader.row(_BETWEEN.split(row), int(first), f"line {line}")
    return reader.result()


class _MotsReader:
    def __init__(self, out: Collector, classes: Mapping[int, str], *, own: bool) -> None:
        self._out = out
        self._classes = classes
        self._own = own
        self._ignored: list[str] = []
        self._seen: dict[tuple[int, int], str] = {}

    def row(self, fields: list[str], first: int, where: str) -> None:
        """Read one row."""
        target = self._out.target
        numbers = [whole(field) for field in fields[:5]]
        frame, number, kind, height, width = (*numbers, *[None] * 5)[:5]
        if len(fields) != 6 or None in (frame, number, kind, height, width):
            self._out.skip(f"{where}: it is no row of five numbers and a run-length string.")
            return
        assert frame is not None and number is not None and kind is not None
        if kind == IGNORE and kind not in self._classes:
            self._ignored.append(where)
            return
        index = frame - first
        if not 0 <= index < target.frame_count:
            self._out.skip(
                f"{where}: frame {frame} is outside the video of {target.frame_count} frames "
                f"(the file counts from {first})."
            )
            return
        if (index, number) in self._seen:
            earlier = self._seen[index, number]
            self._out.skip(f"{where}: id {number} stands on frame {frame} already, in {earlier}.")
            return
        try:
            mask = rle_mask({"size": [height, width], "counts": fields[5]}, target)
        except ValueError as error:
            self._out.skip(f"{where}: {error}.")
            return
        self._seen[index, number] = where
        label = self._classes.get(kind, f"class {kind}")
        self._out.declare(number, label, mots_number(number, kind))
        self._out.add(index, number, label, mask, where)

    def result(self) -> Imported:
        """Everything read."""
        if self._ignored:
            self._out.skip(
                f"{counted(len(self._ignored), 'region')} to ignore (class {IGNORE}): left out "
                f"({some(self._ignored)})."
            )
        declared = self._classes.values() if self._own else ()
        return self._out.result([ImportedLabel(name) for name in declared])


def mots_number(number: int, kind: int) -> int:
    """An object's own number out of MOTS' ``class * 1000 + number``."""
    return number % PER_CLASS if number // PER_CLASS == kind else number


def _is_row(row: str) -> bool:
    return _ROW.match(row) is not None


MOTS = ImportFormat(
    name="mots",
    title="MOTS masks (text)",
    suffixes=(".txt", ".zip", ""),
    keeps=("exact masks", "object ids", "labels (labels.txt, or MOTS' car and pedestrian)"),
    loses=("regions to ignore (class 10)",),
    detect=lambda path: holds_rows(path, _is_row),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("first_frame", "Number of the first frame", "auto", ("auto", "0", "1")),
    ),
)
"""MOTS text."""
