"""CVAT's "Segmentation mask 1.1": a colour picture of classes and one of objects per frame.

``labelmap.txt`` has a line ``name:r,g,b::`` a class, black is background;
``SegmentationClass/<frame>.png`` shows the classes in these colours, ``SegmentationObject`` each
object in a colour of its own; ``ImageSets/Segmentation/<part>.txt`` lists the frames. Layout:
docs.cvat.ai, "Segmentation mask". An object keeps its colour through the video, but no reader takes
that for its identity: other programs number the instances anew in each picture.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.errors import ExportError
from vostool.io.exports.dataset import Dataset, Label
from vostool.io.exports.encoding import encoded
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import front_was_kept
from vostool.io.exports.formats.pictures.png import NOT_ENCODED, painted
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.masks.colours import Colour, voc_palette
from vostool.words import tr

MAX_OBJECTS = 255
BACKGROUND = "background"
Pixels = NDArray[np.uint8]


class SegmentationMaskWriter:
    """The pictures, then the lists."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        objects = dataset.objects()
        if len(objects) > MAX_OBJECTS or len(dataset.labels) > MAX_OBJECTS:
            raise ExportError(
                tr(
                    "There are {count} objects, but these pictures tell "
                    "{max_objects} apart; choose fewer objects or export CVAT "
                    "images.",
                    count=len(objects),
                    max_objects=MAX_OBJECTS,
                )
            )
        self._numbers = {
            plan.number: {o.id: n for n, (p, o) in enumerate(objects, 1) if p is plan}
            for plan in dataset.videos
        }
        colours = class_colours(dataset.labels)
        self._object_colours = np.frombuffer(voc_palette(), np.uint8).reshape(256, 3)
        self._class_colours = np.zeros((256, 3), np.uint8)
        for number, (_, shown) in enumerate(objects, 1):
            self._class_colours[number] = colours[shown.label]
        self._lists: dict[str, list[str]] = {name or "default": [] for name in dataset.subsets}
        lines = ["# label:color_rgb:parts:actions", f"{BACKGROUND}:0,0,0::"]
        lines += [f"{name}:{r},{g},{b}::" for name, (r, g, b) in colours.items()]
        folder.write("labelmap.txt", "".join(f"{line}\n" for line in lines).encode("utf-8"))
        self._overlaps = 0

    def write(self, frame: ExportFrame) -> None:
        numbers, overlap = painted(frame, self._numbers[frame.plan.number])
        self._overlaps += overlap
        name = frame.plan.folder + frame.name
        self._lists[frame.subset or "default"].append(name)
        self._folder.write(f"SegmentationClass/{name}.png", _png(self._class_colours[numbers]))
        self._folder.write(f"SegmentationObject/{name}.png", _png(self._object_colours[numbers]))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{frame.path}"

    def finish(self) -> list[str]:
        for part, names in self._lists.items():
            text = "".join(f"{name}\n" for name in names)
            self._folder.write(f"ImageSets/Segmentation/{part}.txt", text.encode("utf-8"))
        return front_was_kept(self._overlaps, "cvat-images")

    def close(self) -> None:
        """No file stays open."""


def class_colours(labels: tuple[Label, ...]) -> dict[str, Colour]:
    """A colour of its own for each class: the label's, or the next of the VOC palette's.

    Black is the background's, and two classes of one colour could not be told apart.
    """
    palette = np.frombuffer(voc_palette(), np.uint8).reshape(256, 3).tolist()
    spare = iter([(int(r), int(g), int(b)) for r, g, b in palette[1:]])
    taken: set[Colour] = {(0, 0, 0)} | {label.colour for label in labels}
    used: set[Colour] = {(0, 0, 0)}
    found: dict[str, Colour] = {}
    for label in labels:
        colour = label.colour
        if colour in used:
            colour = next(c for c in spare if c not in taken and c not in used)
        used.add(colour)
        found[label.name] = colour
    return found


def _png(rgb: Pixels) -> bytes:
    bgr = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), np.uint8)
    return encoded(".png", bgr, NOT_ENCODED)


CVAT_SEGMENTATION_MASK = ExportFormat(
    name="cvat-masks",
    title="CVAT, segmentation mask 1.1",
    main="labelmap.txt",
    suffix=".png",
    keeps=("exact masks with holes and parts", "labels with their colours"),
    loses=(
        "which object is which through time",
        "overlaps (the object in front wins)",
        "attributes",
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=SegmentationMaskWriter,
    overlaps=False,
)
