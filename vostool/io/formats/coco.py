"""COCO instances: ``annotations/instances_default.json``.

What the readers want (pycocotools 2.0.11, Detectron2, MMDetection, Ultralytics, datumaro 1.13):
ids from 1 that never repeat, compressed RLE strings, ``iscrowd`` 0 also for RLE (crowds are skipped
in training), true areas and tight boxes. The object's identity is ``attributes.track_id``;
``attributes.keyframe`` is never written, because CVAT then makes tracks, which lose masks.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from vostool.io.export_format import ExportFormat, OptionSpec, OptionValue
from vostool.io.export_plan import ExportFrame, ExportMask, ExportPlan
from vostool.io.formats.polygons import outlines
from vostool.io.staging import StagedFolder
from vostool.objects import AnnotatedObject

MAIN = "annotations/instances_default.json"
IDENTITY = "track_id"
_RESERVED = {IDENTITY, "keyframe", "occluded"}


class CocoWriter:
    """Streams images into the file and annotations into a spool that is added at the end."""

    def __init__(
        self, plan: ExportPlan, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._plan = plan
        self._polygons = values["segmentation"] == "polygon"
        self._tolerance = float(values["tolerance"])
        self._warnings: list[str] = []
        self._categories = {
            label: number
            for number, label in enumerate(dict.fromkeys(obj.label for obj in plan.objects), 1)
        }
        self._attributes = {obj.id: self._own_attributes(obj) for obj in plan.objects}
        self._images = self._annotations = self._filled = 0
        self._file: IO[bytes] = folder.open(MAIN)
        self._spool: IO[bytes] = tempfile.TemporaryFile(dir=folder.path)  # noqa: SIM115
        # datumaro refuses a data set without this folder, even where it is empty.
        (folder.path / "images").mkdir()
        self._head()

    def write(self, frame: ExportFrame) -> None:
        self._images += 1
        image = {
            "id": self._images,
            "width": self._plan.width,
            "height": self._plan.height,
            "file_name": frame.file_name,
            "frame_id": frame.index,
        }
        _item(self._file, image, self._images == 1)
        for mask in frame.masks:
            self._annotations += 1
            _item(self._spool, self._annotation(mask), self._annotations == 1)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.file_name}"

    def finish(self) -> list[str]:
        self._file.write(b'\n],\n"annotations": [')
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, self._file)
        self._file.write(b"\n]\n}\n")
        self.close()
        if self._filled:
            self._warnings.append(
                f"{self._filled} masks have holes, which polygons cannot hold: they were filled."
            )
        return self._warnings

    def close(self) -> None:
        self._spool.close()
        self._file.close()

    def _head(self) -> None:
        categories = [
            {"id": number, "name": label, "supercategory": ""}
            for label, number in self._categories.items()
        ]
        info = {"description": self._plan.source_name, "version": "1.0"}
        licences = [{"id": 0, "name": "", "url": ""}]
        self._file.write(
            b'{\n"info": ' + _json(info) + b',\n"licenses": ' + _json(licences)
            + b',\n"categories": ' + _json(categories) + b',\n"images": ['
        )  # fmt: skip

    def _own_attributes(self, obj: AnnotatedObject) -> dict[str, str]:
        own = {name: value for name, value in obj.attributes if name not in _RESERVED}
        if len(own) < len(obj.attributes):
            self._warnings.append(
                f"Attributes of object {obj.id} whose names COCO readers use themselves "
                "(track_id, keyframe, occluded), or that repeat, were left out."
            )
        return own

    def _annotation(self, mask: ExportMask) -> dict[str, Any]:
        obj = mask.object
        return {
            "id": self._annotations,
            "image_id": self._images,
            "category_id": self._categories[obj.label],
            "segmentation": self._segmentation(mask),
            "area": mask.area,
            "bbox": list(mask.bbox),
            "iscrowd": 0,
            "attributes": {"occluded": False, IDENTITY: obj.id, **self._attributes[obj.id]},
        }

    def _segmentation(self, mask: ExportMask) -> dict[str, Any] | list[list[float]]:
        box = mask.box  # decoding also proves that the code fits the frame
        if not self._polygons:
            stored = mask.record.mask
            return {"size": [stored.height, stored.width], "counts": stored.counts.decode("ascii")}
        rings, holes = outlines(box.pixels, self._tolerance)
        self._filled += holes > 0
        return [(ring + np.array((box.left, box.top))).ravel().tolist() for ring in rings]


def _item(file: IO[bytes], value: object, first: bool) -> None:
    file.write((b"\n" if first else b",\n") + _json(value))


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


COCO = ExportFormat(
    name="coco",
    title="COCO instances (JSON)",
    main=MAIN,
    suffix=".json",
    keeps=(
        "exact masks with holes, parts and overlaps (as run-length codes)",
        "object ids (attributes.track_id)",
        "labels",
        "attributes",
        "frame numbers (images.frame_id)",
    ),
    loses=(
        "colours",
        "prompts",
        "scores and confirmations",
        "holes, where polygons are chosen",
    ),
    open=CocoWriter,
    options=(
        OptionSpec("segmentation", "Masks as", "rle", ("rle", "polygon")),
        OptionSpec("tolerance", "Polygon tolerance in pixels", 0.0),
    ),
)
