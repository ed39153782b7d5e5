"""CVAT's XML 1.1, images flavour: masks that keep their identity.

CVAT has no mask tracks (a mask ``<track>`` of many frames silently becomes one shape), so every
mask is a shape of its ``<image>``; the object's id travels as ``group_id`` and as an attribute
that the label declares, because undeclared attributes are dropped silently. Frame numbers are
absolute. Several videos make one file with the meta of a CVAT project, its tasks being the videos.
Its image ids differ, because readers key images by id, and lie beyond every video's last frame:
where CVAT finds no frame of an image's name it takes the id for the frame's number, so that such a
file in a single task would label other frames; now CVAT refuses it. A split is told by each
image's ``subset``, as in CVAT's own project exports, for a second file uploaded to a task would
replace what the first one brought. Format: docs.cvat.ai, "CVAT for image 1.1", and the importer of
the 2.73 line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.cvat.meta import CvatLabels, quoted, source_of
from vostool.io.exports.formats.cvat.shapes import SHAPE, Shape, ShapeMaker
from vostool.io.exports.formats.cvat.tasks import meta, tasks_of
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue

MAIN = "annotations.xml"


class CvatImagesWriter:
    """Streams one ``<image>`` element for each frame."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._labels = CvatLabels(dataset)
        self._shapes = ShapeMaker(str(values["shape"]))
        self._file: IO[bytes] = folder.open(MAIN)
        self._put('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>')
        self._tasks = tasks_of(dataset)
        self._most = max(len(plan.source) for plan in dataset.videos)
        self._put(meta(dataset, self._labels.declared()))

    def write(self, frame: ExportFrame) -> None:
        number = frame.index
        if self._dataset.merged:
            number += frame.plan.number * self._most
        task = self._tasks.get((frame.plan.number, frame.subset))
        part = f'subset="{task.subset}" task_id="{task.number}" ' if task else ""
        size = f'width="{frame.plan.width}" height="{frame.plan.height}"'
        self._put(f'<image id="{number}" name={quoted(frame.path)} {part}{size}>')
        for mask in frame.masks:
            for shape in self._shapes.shapes(mask):
                self._put(self._element(mask, shape, frame.plan.z_order[mask.id]))
        self._put("</image>")

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.path}"

    def finish(self) -> list[str]:
        self._put("</annotations>")
        self.close()
        return [*self._labels.warnings, *self._shapes.warnings()]

    def close(self) -> None:
        self._file.close()

    def _put(self, text: str) -> None:
        self._file.write(text.encode() + b"\n")

    def _element(self, mask: ExportMask, shape: Shape, z_order: int) -> str:
        return (
            f'<{shape.tag} label={quoted(mask.object.label)} source="{source_of(mask.record)}" '
            f'occluded="{mask.occluded:d}" {shape.geometry} z_order="{z_order}" '
            f'group_id="{mask.id}">'
            f"{self._labels.attributes(mask.id, mask.object)}</{shape.tag}>"
        )


CVAT_IMAGES = ExportFormat(
    name="cvat-images",
    title="CVAT for images 1.1 (XML)",
    main=MAIN,
    suffix=".xml",
    keeps=(
        "exact masks with holes, parts and overlaps",
        "object ids (group_id and an object_id attribute)",
        "labels with colours",
        "attributes, with a value a frame where they are mutable",
        "what is occluded",
        "absolute frame numbers",
        "whether a mask was tracked or made by hand",
    ),
    loses=(
        "holes, where polygons are chosen",
        "prompts",
        "scores and confirmations",
        "CVAT tracks (CVAT has none for masks)",
    ),
    open=CvatImagesWriter,
    options=(SHAPE,),
    frame_values=True,
)
