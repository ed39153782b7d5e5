"""Cut-outs: pictures whose transparency is the mask, pixel for pixel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.io.exports.dataset import Dataset
from vostool.io.exports.encoding import encoded
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.names import safe_name
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.words import tr

LIST = "cutouts.csv"
"""A table with a line for each picture: where it was cut from."""

_COLUMNS = ("file", "video", "frame", "object_id", "label", "x", "y", "width", "height")


class _Cut(NamedTuple):
    """One picture to write: its masks, and what the list calls them."""

    folder: str
    object_id: str
    label: str
    masks: Sequence[ExportMask]


class CutoutWriter:
    """``<video>/<object>_<label>/<frame>.png``, or ``<video>/<frame>.png`` for all together."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._crop = values["area"] == "box"
        self._each = values["each"] == "object"
        self._file = folder.open(LIST)
        self._text = io.TextIOWrapper(self._file, "utf-8", newline="")
        self._rows = csv.writer(self._text)
        self._rows.writerow(_COLUMNS)
        self._empty = 0

    def write(self, frame: ExportFrame) -> None:
        if not frame.masks:
            self._empty += 1
            return
        for cut in self._cuts(frame):
            x, y, width, height = _bounds(cut.masks) if self._crop else _whole(frame)
            image = frame.image()[y : y + height, x : x + width]
            pixels = cut_out(image, alpha_of(cut.masks, (x, y, width, height)))
            path = f"{frame.subset_folder}{frame.plan.video}/{cut.folder}{frame.name}.png"
            self._folder.write(path, _png(pixels))
            names = (path, frame.plan.video, frame.index, cut.object_id, cut.label)
            self._rows.writerow((*names, x, y, width, height))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.path}"

    def finish(self) -> list[str]:
        self.close()
        if not self._empty:
            return []
        return [tr("{empty} frames without a mask have no cut-outs.", empty=self._empty)]

    def close(self) -> None:
        self._text.close()

    def _cuts(self, frame: ExportFrame) -> Iterator[_Cut]:
        if not self._each:
            ids = " ".join(str(mask.id) for mask in frame.masks)
            labels = " ".join(mask.object.label for mask in frame.masks)
            yield _Cut("", ids, labels, frame.masks)
            return
        for mask in frame.masks:
            label = mask.object.label
            yield _Cut(f"{safe_name(f'{mask.id:03d}_{label}')}/", str(mask.id), label, (mask,))


def alpha_of(masks: Sequence[ExportMask], bounds: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """0 and 255, (h, w), where any of the masks is, within x, y, width, height of the frame."""
    left, top, width, height = bounds
    alpha = np.zeros((height, width), np.uint8)
    for mask in masks:
        box = mask.box
        y, x = box.top - top, box.left - left
        alpha[y : y + box.height, x : x + box.width][box.pixels] = 255
    return alpha


def cut_out(image: Image, alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) RGBA of a picture and its transparency; what is transparent is black."""
    return transparent(image, alpha, alpha)


def transparent(
    image: Image, alpha: NDArray[np.uint8], kept: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """(H, W, 4) straight RGBA; the colours are black where ``kept`` is 0."""
    pixels = np.zeros((*kept.shape, 4), np.uint8)
    pixels[..., 3] = alpha
    # Only where something is kept, and by OpenCV: on a whole full-HD frame its own masked "and"
    # takes 40 ms, NumPy's masked assignment longer.
    x, y, width, height = cv2.boundingRect(kept)
    part = slice(y, y + height), slice(x, x + width)
    if width:
        inside = np.ascontiguousarray(image[part])
        pixels[part][..., :3] = cv2.copyTo(inside, np.ascontiguousarray(kept[part]))
    return pixels


def _whole(frame: ExportFrame) -> tuple[int, int, int, int]:
    return 0, 0, frame.plan.width, frame.plan.height


def _bounds(masks: Sequence[ExportMask]) -> tuple[int, int, int, int]:
    left, top = min(m.box.left for m in masks), min(m.box.top for m in masks)
    right = max(m.box.left + m.box.width for m in masks)
    bottom = max(m.box.top + m.box.height for m in masks)
    return left, top, right - left, bottom - top


def _png(pixels: NDArray[np.uint8]) -> bytes:
    bgra = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA), np.uint8)
    # OpenCV's own choice of filter and strategy: a level of compression that is named makes it try
    # all filters, three times as long for files of the same size.
    failure = tr("A cut-out could not be encoded as PNG; choose fewer or smaller frames.")
    return encoded(".png", bgra, failure)


CUTOUTS = ExportFormat(
    name="cutouts",
    title="Cut-outs (transparent PNG pictures)",
    main="{video}",
    suffix=".png",
    keeps=(
        "the objects' pixels; transparency is the exact mask",
        "overlaps (one picture an object)",
        "labels, ids and places (cutouts.csv)",
    ),
    loses=(
        "frames without an object",
        "the background",
        "prompts",
        "scores and confirmations",
    ),
    open=CutoutWriter,
    options=(
        OptionSpec("each", "One picture for each", "object", ("object", "frame")),
        OptionSpec("area", "Size of the pictures", "frame", ("frame", "box")),
    ),
    family="rendered",
    needs_pictures=True,
)
