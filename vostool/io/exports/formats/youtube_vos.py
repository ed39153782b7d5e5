"""YouTube-VOS: ``JPEGImages/<video>/``, ``Annotations/<video>/`` and ``meta.json``.

The pictures are DAVIS' (8-bit mode P, VOC palette, 0 is the background). ``meta.json`` says for
each object of a video which category it has and on which frames it is seen; a loader looks for
its first mask on the first of these frames, so only frames that still show it after overlaps are
listed. Where masks overlap the front one wins (vostool/project/stacking.py). Names of frames and
keys of objects are text:
``{"videos": {"clip": {"objects": {"1": {"category": "car", "frames": ["00000", "00005"]}}}}}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vostool.io.exports.dataset import Dataset, video_error
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import front_was_kept
from vostool.io.exports.formats.pictures.davis import MAX_OBJECTS
from vostool.io.exports.formats.pictures.frame_names import FrameNames
from vostool.io.exports.formats.pictures.png import indexed_png, painted
from vostool.io.exports.frame import ExportFrame, subset_folder
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.masks.colours import voc_palette
from vostool.words import tr

META = "meta.json"


class YoutubeVosWriter:
    """A picture for each frame; the frames of each object are written down at the end."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._dataset = dataset
        self._folder = folder
        self._palette = voc_palette()
        self._names = FrameNames(dataset)
        self._warnings = list(self._names.warnings)
        self._ids = {plan.number: self._picture_ids(plan) for plan in dataset.videos}
        self._seen: dict[str, dict[int, dict[int, list[str]]]] = {}
        self._overlaps = 0

    def write(self, frame: ExportFrame) -> None:
        plan = frame.plan
        ids = self._ids[plan.number]
        canvas, overlap = painted(frame, ids)
        self._overlaps += overlap
        name = self._names.of(frame)
        path = f"{frame.subset_folder}Annotations/{plan.video}/{name}.png"
        self._folder.write(path, indexed_png(canvas, self._palette))
        shown = _shown(canvas) if overlap else {ids[mask.object.id] for mask in frame.masks}
        seen = self._seen.setdefault(frame.subset, {}).setdefault(plan.number, {})
        for mask in frame.masks:
            if ids[mask.object.id] in shown:
                seen.setdefault(mask.object.id, []).append(name)

    def picture_path(self, frame: ExportFrame) -> str:
        name = self._names.of(frame) + frame.plan.ending
        return f"{frame.subset_folder}JPEGImages/{frame.plan.video}/{name}"

    def finish(self) -> list[str]:
        for subset in self._dataset.subsets:
            meta = {"videos": self._videos(self._seen.get(subset, {}))}
            text = json.dumps(meta, indent=1)
            self._folder.write(subset_folder(subset) + META, text.encode("ascii") + b"\n")
        return self._warnings + front_was_kept(self._overlaps, "masks-binary")

    def close(self) -> None:
        return

    def _picture_ids(self, plan: ExportPlan) -> dict[int, int]:
        """Ids in the pictures by id in the project: the same, where a picture holds them."""
        own = sorted(plan.first_appearances())
        if len(own) > MAX_OBJECTS:
            raise video_error(
                plan,
                tr(
                    "The range holds {count} objects, but a picture holds "
                    "{max_objects}; choose fewer objects or export masks-binary.",
                    count=len(own),
                    max_objects=MAX_OBJECTS,
                ),
            )
        if max(own, default=0) <= MAX_OBJECTS:
            return {oid: oid for oid in own}
        self._warnings.append(
            tr(
                "{video} has ids above {max_objects}, which a picture cannot "
                "hold: they were made contiguous; {meta} names the object_id "
                "of each.",
                video=plan.video,
                max_objects=MAX_OBJECTS,
                meta=META,
            )
        )
        return {oid: number for number, oid in enumerate(own, 1)}

    def _videos(self, seen: Mapping[int, Mapping[int, list[str]]]) -> dict[str, Any]:
        plans = {plan.number: plan for plan in self._dataset.videos}
        return {
            plans[number].video: {"objects": self._objects(plans[number], frames)}
            for number, frames in seen.items()
        }

    def _objects(self, plan: ExportPlan, frames: Mapping[int, list[str]]) -> dict[str, Any]:
        ids = self._ids[plan.number]
        return {
            str(ids[obj.id]): {
                "category": obj.label,
                "frames": frames[obj.id],
                "object_id": plan.object_ids[obj.id],
            }
            for obj in plan.objects
            if obj.id in frames
        }


def _shown(canvas: NDArray[np.uint8]) -> set[int]:
    return set(np.flatnonzero(np.bincount(canvas.ravel(), minlength=256)).tolist())


YOUTUBE_VOS = ExportFormat(
    name="youtube-vos",
    title="YouTube-VOS (palette PNGs and meta.json)",
    main=META,
    suffix=".png",
    keeps=(
        "exact masks with holes and parts",
        "object ids up to 254",
        "labels (meta.json)",
        "the frames of each object",
    ),
    loses=(
        "overlaps (the object in front wins)",
        "objects that are never seen",
        "the difference between absent and not labelled",
        "colours and attributes",
        "prompts",
        "scores and confirmations",
    ),
    open=YoutubeVosWriter,
    overlaps=False,
)
