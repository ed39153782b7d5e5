"""LabelMe: a JSON file beside each picture, as LabelMe and X-AnyLabeling read it.

Each shape has a label and ``group_id``, the object's id, which joins its parts and its frames.
Polygons go through the centres of the border's pixels, because LabelMe cuts corners down to whole
pixels and paints the outline too (``labelme.utils.shape_to_mask``): a part without holes comes
back exactly. Mask shapes hold a PNG of the object's box, whose two ``points`` are its first and
last pixel; X-AnyLabeling refuses the whole file for one. The picture is named, never embedded
(``imageData`` null). Format: labelme 6.3, ``labelme/_label_file.py``, and X-AnyLabeling 4.2,
``views/labeling/label_file.py``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import holes_were_filled
from vostool.io.exports.formats.pictures.png import gray_png
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.contours import centre_outlines
from vostool.words import tr

VERSION = "5.5.0"
"""Of LabelMe, as files name it; readers of other versions take the file as well."""


class LabelmeWriter:
    """``<frame>.json`` and the picture in one folder."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._masks = values["shape"] == "mask"
        self._from_images = all(plan.from_images for plan in dataset.videos)
        self._filled = 0
        self._pictures = False

    def write(self, frame: ExportFrame) -> None:
        content: dict[str, Any] = {
            "version": VERSION,
            "flags": {},
            "shapes": [shape for mask in frame.masks for shape in self._shapes(frame, mask)],
            "imagePath": frame.file_name,
            "imageData": None,
            "imageHeight": frame.plan.height,
            "imageWidth": frame.plan.width,
        }
        text = json.dumps(content)
        self._folder.write(f"{_place(frame)}{frame.name}.json", text.encode("ascii") + b"\n")

    def picture_path(self, frame: ExportFrame) -> str:
        self._pictures = True
        return f"{_place(frame)}{frame.file_name}"

    def finish(self) -> list[str]:
        warnings = holes_were_filled(self._filled)
        if not self._pictures and not self._from_images:
            warnings.append(
                tr("LabelMe opens a file only beside its picture; write the pictures too.")
            )
        return warnings

    def close(self) -> None:
        return

    def _shapes(self, frame: ExportFrame, mask: ExportMask) -> list[dict[str, Any]]:
        if self._masks:
            return [_shape(mask, "mask", _corners(mask), _crop(mask))]
        outlines, holes = centre_outlines(mask.box, frame.plan.polygon_tolerance)
        self._filled += holes > 0
        return [_shape(mask, "polygon", part.points.tolist()) for part in outlines]


def _shape(
    mask: ExportMask, kind: str, points: list[list[float]], png: str | None = None
) -> dict[str, Any]:
    return {
        "label": mask.object.label,
        "points": points,
        "group_id": mask.id,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "attributes": dict(mask.object.attributes),
        "mask": png,
    }


def _corners(mask: ExportMask) -> list[list[float]]:
    """The first and the last pixel of the box."""
    x, y, w, h = mask.bbox
    return [[float(x), float(y)], [float(x + w - 1), float(y + h - 1)]]


def _crop(mask: ExportMask) -> str:
    return base64.b64encode(gray_png(mask.box.pixels.astype(np.uint8) * 255)).decode("ascii")


def _place(frame: ExportFrame) -> str:
    return frame.subset_folder + frame.plan.folder


LABELME = ExportFormat(
    name="labelme",
    title="LabelMe and X-AnyLabeling (JSON)",
    main="",
    suffix=".json",
    keeps=(
        "outlines of parts, exact to the pixel without holes",
        "exact masks with holes, where mask shapes are chosen (LabelMe only)",
        "overlaps",
        "object ids (group_id)",
        "labels",
        "attributes (X-AnyLabeling), with a value a frame where they are mutable",
    ),
    loses=(
        "holes, where polygons are chosen",
        "colours",
        "prompts",
        "scores and confirmations",
    ),
    open=LabelmeWriter,
    options=(OptionSpec("shape", "Masks as", "polygon", ("polygon", "mask")),),
    lossless=False,
    frame_values=True,
)
