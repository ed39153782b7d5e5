"""Masks as SAM 2's tools have them "per object": a PNG of 0 and 255 for each object and frame.

``video/001/frame.png`` keeps overlaps; ``objects.json`` and ``ImageSets`` are as in
:mod:`vostool.io.exports.formats.pictures.davis`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.pictures.frame_names import FrameNames, ImageSets
from vostool.io.exports.formats.pictures.object_list import write_objects
from vostool.io.exports.formats.pictures.png import gray_png
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue


class BinaryWriter:
    """``<video>/<object id>/<frame>.png``, 0 and 255, for every chosen object and frame."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._names = FrameNames(dataset)
        self._sets = ImageSets(dataset, folder)
        self._blank = b""
        self._blank_for = 0
        ids = {plan.number: dict(plan.object_ids) for plan in dataset.videos}
        write_objects(folder, dataset, ids)

    def write(self, frame: ExportFrame) -> None:
        plan = frame.plan
        name = self._names.of(frame)
        self._sets.add(frame, name)
        masks = {mask.object.id: mask for mask in frame.masks}
        for obj in plan.objects:
            mask = masks.get(obj.id)
            data = (
                self._empty(plan) if mask is None else gray_png(mask.array().view(np.uint8) * 255)
            )
            self._folder.write(f"{plan.video}/{plan.object_ids[obj.id]:03d}/{name}.png", data)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{frame.plan.video}/{self._names.of(frame)}{frame.plan.ending}"

    def finish(self) -> list[str]:
        self._sets.close()
        return self._names.warnings

    def close(self) -> None:
        self._sets.close()

    def _empty(self, plan: ExportPlan) -> bytes:
        if self._blank_for != plan.number:
            self._blank = gray_png(np.zeros((plan.height, plan.width), np.uint8))
            self._blank_for = plan.number
        return self._blank


MASKS_BINARY = ExportFormat(
    name="masks-binary",
    title="Mask PNGs, one binary picture for each object",
    main="{video}",
    suffix=".png",
    keeps=(
        "exact masks with holes, parts and overlaps",
        "object ids (folder names)",
        "labels (objects.json)",
    ),
    loses=(
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=BinaryWriter,
)
