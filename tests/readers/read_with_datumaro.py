"""Reads data sets with datumaro, in an environment of its own, and hands plain arrays back.

Importing datumaro takes seconds, so one process answers all questions of a test session: each
line on standard input is a JSON object {"format", "path", "out"}; the data set is read and written
to the npz file ``out``, and a line {"ok": true, "labels", "items"} or {"ok": false, "error"} comes
back. An item is {"name", "index", "size", "annotations"}; an annotation is {"type", "label",
"attributes", "group", "bbox", "area", "mask"}, where "mask" names an array in the npz file.
"""

from __future__ import annotations

import json
import os
import sys

import datumaro as dm
import numpy as np


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    # Whatever datumaro prints must not end up among the answers.
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"ok": True, **read(question["format"], question["path"], question["out"])}
        except Exception as error:
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def read(name: str, path: str, out: str) -> dict:
    """Read one data set; masks go to the npz file."""
    dataset = dm.Dataset.import_from(path, name)
    labels = [category.name for category in dataset.categories()[dm.AnnotationType.label]]
    arrays: dict[str, np.ndarray] = {}
    items = []
    for item in dataset:
        annotations = [describe(a, labels, arrays) for a in item.annotations]
        size = list(item.media.size) if item.media is not None and item.media.size else None
        index = item.attributes.get("frame", item.attributes.get("id"))
        items.append({"name": item.id, "index": index, "size": size, "annotations": annotations})
    np.savez_compressed(out, **arrays)
    return {"labels": labels, "items": items}


def describe(annotation: dm.Annotation, labels: list[str], arrays: dict) -> dict:
    """One annotation as plain values."""
    found = {
        "type": annotation.type.name,
        "label": None if getattr(annotation, "label", None) is None else labels[annotation.label],
        "attributes": dict(annotation.attributes),
        "group": annotation.group,
        "id": annotation.id,
    }
    if annotation.type == dm.AnnotationType.mask:
        found["mask"] = f"m{len(arrays)}"
        arrays[found["mask"]] = np.asarray(annotation.image, dtype=bool)
    if hasattr(annotation, "get_bbox"):
        found["bbox"] = [float(v) for v in annotation.get_bbox()]
        found["area"] = float(annotation.get_area())
    if annotation.type == dm.AnnotationType.polygon:
        found["points"] = [float(v) for v in annotation.points]
    return found


if __name__ == "__main__":
    main()
