"""COCO instances: ``annotations/instances_default.json``, or ``instances_<subset>.json``.

What the readers want (pycocotools 2.0.11, Detectron2, MMDetection, Ultralytics, datumaro 1.13):
ids from 1 that never repeat, compressed RLE strings, ``iscrowd`` 0 also for RLE (crowds are skipped
in training), true areas and tight boxes. The object's identity is ``attributes.track_id``;
``attributes.keyframe`` is never written, because CVAT then makes tracks, which lose masks.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.json_text import compact
from vostool.io.exports.formats.losses import holes_were_filled
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.project.changes import Json
from vostool.project.objects import AnnotatedObject
from vostool.words import tr

MAIN = "annotations/instances_default.json"
IDENTITY = "track_id"
_RESERVED = {IDENTITY, "keyframe", "occluded"}


class CocoWriter:
    """One file for each subset; ids of images and annotations are unique in the whole data set."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._polygons = values["segmentation"] == "polygon"
        self._warnings: list[str] = []
        for plan, obj in dataset.objects():
            if len(_own_attributes(plan, obj)) < len(obj.attributes):
                self._warnings.append(
                    tr(
                        "Attributes of object {object_ids} whose names COCO readers "
                        "use themselves (track_id, keyframe, occluded), or that "
                        "repeat, were left out.",
                        object_ids=plan.object_ids[obj.id],
                    )
                )
        self._written: dict[int, tuple[AnnotatedObject, dict[str, Json]]] = {}
        self._annotations = self._filled = 0
        self._files: dict[str, _InstancesFile] = {}
        for subset in dataset.subsets:
            self._files[subset] = _InstancesFile(folder, subset, _head(dataset))
        # datumaro refuses a data set without this folder, even where it is empty.
        (folder.path / "images").mkdir()

    def write(self, frame: ExportFrame) -> None:
        image: dict[str, Any] = {
            "id": frame.number,
            "width": frame.plan.width,
            "height": frame.plan.height,
            "file_name": frame.path,
            "frame_id": frame.index,
        }
        if self._dataset.merged:
            image["video_id"] = frame.plan.number
        file = self._files[frame.subset]
        file.add_image(image)
        for mask in frame.masks:
            self._annotations += 1
            file.add_annotation(self._annotation(mask, frame))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.path}"

    def finish(self) -> list[str]:
        for file in self._files.values():
            file.finish()
        return self._warnings + holes_were_filled(self._filled)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _annotation(self, mask: ExportMask, frame: ExportFrame) -> dict[str, Any]:
        return {
            "id": self._annotations,
            "image_id": frame.number,
            "category_id": self._dataset.classes[mask.object.label],
            "segmentation": self._segmentation(mask),
            "area": mask.area,
            "bbox": list(mask.bbox),
            "iscrowd": 0,
            "attributes": {
                "occluded": mask.occluded,
                IDENTITY: mask.id,
                **self._own(mask, frame.plan),
            },
        }

    def _own(self, mask: ExportMask, plan: ExportPlan) -> dict[str, Json]:
        known = self._written.get(mask.id)
        if known is None or known[0] is not mask.object:
            known = self._written[mask.id] = mask.object, _own_attributes(plan, mask.object)
        return known[1]

    def _segmentation(self, mask: ExportMask) -> dict[str, Any] | list[list[float]]:
        if not self._polygons:
            mask.box  # noqa: B018 - decoding proves that the code fits the frame
            stored = mask.record.mask
            return {"size": [stored.height, stored.width], "counts": stored.counts.decode("ascii")}
        rings, holes = mask.polygons()
        self._filled += holes > 0
        return [ring.ravel().tolist() for ring in rings]


def _own_attributes(plan: ExportPlan, obj: AnnotatedObject) -> dict[str, Json]:
    given = plan.attributes(obj)
    return {name: value for name, value in given.items() if name not in _RESERVED}


class _InstancesFile:
    """Streams images into the file and annotations into a spool that is added at the end."""

    def __init__(self, folder: StagedFolder, subset: str, head: bytes) -> None:
        self._images = self._annotations = 0
        self._file: IO[bytes] = folder.open(f"annotations/instances_{subset or 'default'}.json")
        self._spool: IO[bytes] = tempfile.TemporaryFile(dir=folder.path)  # noqa: SIM115
        self._file.write(head)

    def add_image(self, image: object) -> None:
        self._images += 1
        _item(self._file, image, self._images == 1)

    def add_annotation(self, annotation: object) -> None:
        self._annotations += 1
        _item(self._spool, annotation, self._annotations == 1)

    def finish(self) -> None:
        self._file.write(b'\n],\n"annotations": [')
        self._spool.seek(0)
        shutil.copyfileobj(self._spool, self._file)
        self._file.write(b"\n]\n}\n")
        self.close()

    def close(self) -> None:
        self._spool.close()
        self._file.close()


def _head(dataset: Dataset) -> bytes:
    sources = ", ".join(plan.source_name for plan in dataset.videos)
    info = {"description": sources, "version": "1.0"}
    licences = [{"id": 0, "name": "", "url": ""}]
    categories = [
        {"id": number, "name": label, "supercategory": ""}
        for label, number in dataset.classes.items()
    ]
    videos = b""
    if dataset.merged:
        listed = [{"id": plan.number, "name": plan.video} for plan in dataset.videos]
        videos = b',\n"videos": ' + compact(listed)
    return (
        b'{\n"info": ' + compact(info) + b',\n"licenses": ' + compact(licences)
        + b',\n"categories": ' + compact(categories) + videos + b',\n"images": ['
    )  # fmt: skip


def _item(file: IO[bytes], value: object, first: bool) -> None:
    file.write((b"\n" if first else b",\n") + compact(value))


COCO = ExportFormat(
    name="coco",
    title="COCO instances (JSON)",
    main=MAIN,
    suffix=".json",
    keeps=(
        "exact masks with holes, parts and overlaps (as run-length codes)",
        "object ids (attributes.track_id)",
        "labels",
        "attributes, with a value a frame where they are mutable",
        "frame numbers (images.frame_id)",
    ),
    loses=(
        "colours",
        "prompts",
        "scores and confirmations",
        "holes, where polygons are chosen",
    ),
    open=CocoWriter,
    options=(OptionSpec("segmentation", "Masks as", "rle", ("rle", "polygon")),),
    frame_values=True,
)
