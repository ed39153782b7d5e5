"""Lists of classes with a colour each: CVAT's and datumaro's ``labelmap.txt``, CamVid's list.

``labelmap.txt`` holds ``label:r,g,b:parts:actions`` a row; where a row has no colour, that of VOC's
palette at its place counts. Without a list VOC's own twenty classes count.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from vostool.io.imports.readers.label_tree import LabelTree
from vostool.io.imports.readers.rows.text import rows
from vostool.masks.colours import Colour, voc_palette

NAMES = ("labelmap.txt", "label_colors.txt", "label_colours.txt", "class_dict.csv")
VOC_CLASSES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair",
    "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
    "train", "tvmonitor",
)  # fmt: skip
BACKGROUND = {"background", "_background_", "__background__", "void", "ignore", "unlabeled"}
_LARGEST = 1 << 20


def labelmap_beside(tree: LabelTree, root: str) -> dict[str, Colour]:
    """The colour of each class, in the file's order, from a list in a folder of the tree.

    Raises:
        LabelsError: the list is no text.
    """
    for wanted in NAMES:
        name = (PurePosixPath(root) / wanted).as_posix()
        if name in tree.files:
            found = parsed([row for _, row in rows(tree.read(name, _LARGEST), tree.shown(name))])
            if found:
                return found
    return {name: palette_colour(place) for place, name in enumerate(VOC_CLASSES)}


def parsed(lines: list[str]) -> dict[str, Colour]:
    """The colour of each class of a list's rows."""
    found: dict[str, Colour] = {}
    for row in lines:
        if ":" in row:
            label, colour, *_ = [part.strip() for part in row.rsplit(":", 3)]
            found[label] = _colour(colour) or palette_colour(len(found))
        elif (match := re.fullmatch(r"(\d+)\s+(\d+)\s+(\d+)\s+(\S.*)", row)) is not None:
            found[match[4]] = _colour(",".join(match.groups()[:3])) or palette_colour(len(found))
        elif (match := re.fullmatch(r"([^,]+),\s*(\d+),\s*(\d+),\s*(\d+)", row)) is not None:
            found[match[1]] = _colour(",".join(match.groups()[1:])) or palette_colour(len(found))
    return found


def palette_colour(place: int) -> Colour:
    """A colour of VOC's palette, by its place modulo 256."""
    start = place % 256 * 3
    red, green, blue = voc_palette()[start : start + 3]
    return red, green, blue


def _colour(text: str) -> Colour | None:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 4 for part in parts):
        return None
    red, green, blue = map(int, parts)
    return (red, green, blue) if max(red, green, blue) < 256 else None
