"""``objects.json`` beside mask pictures: which object each id in them is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder

OBJECTS = "objects.json"


def write_objects(
    folder: StagedFolder, dataset: Dataset, ids: Mapping[int, Mapping[int, int]]
) -> None:
    """Which object each written id is, by video number and the object's id in its project."""
    videos = {plan.video: _objects(plan, ids[plan.number]) for plan in dataset.videos}
    if dataset.merged:
        listed: object = {"videos": {name: {"objects": found} for name, found in videos.items()}}
    else:
        listed = {"video": dataset.videos[0].video, "objects": videos[dataset.videos[0].video]}
    folder.write(OBJECTS, json.dumps(listed, indent=2).encode("ascii") + b"\n")


def _objects(plan: ExportPlan, ids: Mapping[int, int]) -> dict[str, object]:
    return {
        str(ids[obj.id]): {
            "object_id": plan.object_ids[obj.id],
            "label": obj.label,
            "colour": list(obj.colour),
            "attributes": plan.attributes(obj),
        }
        for obj in sorted(plan.objects, key=lambda o: ids.get(o.id, 0))
        if obj.id in ids
    }
