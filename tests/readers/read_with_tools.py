"""Reads exports with each format's own tools, in an environment of their own.

Like read_with_datumaro.py: one process answers all questions of a test session. A line on standard
input is {"tool", "path", "out", ...}; the masks go to the npz file ``out``, and a line {"ok": true,
"found": [...]} or {"ok": false, "error"} comes back. Each entry of ``found`` is plain values;
"mask" in it names an array of the npz file.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Entry = dict[str, Any]


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    # Whatever the tools print must not end up among the answers.
    os.dup2(2, 1)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            arrays: dict[str, np.ndarray] = {}
            found = []
            for entry in TOOLS[question["tool"]](Path(question["path"]), question):
                if "mask" in entry:
                    arrays[f"m{len(arrays)}"] = entry["mask"]
                    entry["mask"] = f"m{len(arrays) - 1}"
                found.append(entry)
            np.savez(question["out"], **arrays)
            answer = {"ok": True, "found": found}
        except Exception as error:
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def read_labelme(path: Path, question: Entry) -> Iterator[Entry]:
    """Every shape of every JSON file in a folder, painted as LabelMe paints it."""
    from labelme._label_file import LabelFile
    from labelme.utils import img_data_to_arr, shape_to_mask

    for file in sorted(path.rglob("*.json")):
        content = LabelFile(str(file))
        size = img_data_to_arr(content.image_data).shape[:2]
        for shape in content.shapes:
            if shape["shape_type"] == "mask":
                (x1, y1), (x2, y2) = np.asarray(shape["points"]).astype(int)
                mask = np.zeros(size, bool)
                # As labelme.utils.shapes_to_label puts it into the picture.
                mask[y1 : y2 + 1, x1 : x2 + 1] = shape["mask"]
            else:
                mask = shape_to_mask(size, shape["points"], shape["shape_type"])
            yield {
                "name": file.stem,
                "label": shape["label"],
                "group": shape["group_id"],
                "extra": shape["other_data"],
                "mask": mask,
            }
        if not content.shapes:
            yield {"name": file.stem}


def read_yolo(path: Path, question: Entry) -> Iterator[Entry]:
    """Supervision's reader: masks or boxes of one part."""
    import supervision

    part = question["part"]
    data = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(path / "images" / part),
        annotations_directory_path=str(path / "labels" / part),
        data_yaml_path=str(path / "data.yaml"),
        force_masks=question["masks"],
    )
    for file, _, detections in data:
        for number, class_id in enumerate(detections.class_id):
            entry = {"name": Path(file).stem, "label": data.classes[int(class_id)]}
            entry["box"] = [float(value) for value in detections.xyxy[number]]
            if question["masks"]:
                entry["mask"] = np.asarray(detections.mask[number], bool)
            yield entry


def read_coco(path: Path, question: Entry) -> Iterator[Entry]:
    """Supervision's reader of COCO: a mask, box and class an annotation; it keeps no identities."""
    import supervision

    data = supervision.DetectionDataset.from_coco(
        images_directory_path=str(path / "images"),
        annotations_path=str(path / "annotations/instances_default.json"),
        force_masks=True,
    )
    for file, _, detections in data:
        for number, class_id in enumerate(detections.class_id):
            yield {
                "name": Path(file).stem,
                "label": data.classes[int(class_id)],
                "box": [float(value) for value in detections.xyxy[number]],
                "mask": np.asarray(detections.mask[number], bool),
            }


def read_labelme_with_supervision(path: Path, question: Entry) -> Iterator[Entry]:
    """Supervision's reader of LabelMe: the shapes of one label and group_id are one detection."""
    import supervision

    folder = str(path)
    data = supervision.DetectionDataset.from_labelme(folder, folder, force_masks=True)
    for file, _, detections in data:
        for number, class_id in enumerate(detections.class_id):
            yield {
                "name": Path(file).stem,
                "label": data.classes[int(class_id)],
                "mask": np.asarray(detections.mask[number], bool),
            }


def read_youtube_vis(path: Path, question: Entry) -> Iterator[Entry]:
    """TrackEval's ground truth; ``path`` is the part before ``youtube_vis_train``."""
    from pycocotools import mask as coco_mask
    from trackeval.datasets import YouTubeVIS

    config = {"GT_FOLDER": f"{path}/", "TRACKERS_FOLDER": f"{path}/", "TRACKERS_TO_EVAL": []}
    data = YouTubeVIS({**config, "SPLIT_TO_EVAL": "train", "PRINT_CONFIG": False})
    names = {number: name for name, number in data.class_name_to_class_id.items()}
    areas = {track["id"]: float(track["area"]) for track in data.gt_data["annotations"]}
    for video in data.seq_list:
        raw = data._load_raw_file(None, video, True)
        for frame, codes in enumerate(raw["gt_dets"]):
            for number, code in enumerate(codes):
                oid = int(raw["gt_ids"][frame][number])
                yield {
                    "video": video,
                    "frame": frame,
                    "id": oid,
                    "label": names[int(raw["gt_classes"][frame][number])],
                    "area": areas[oid],
                    "mask": coco_mask.decode(code).astype(bool),
                }


def read_davis(path: Path, question: Entry) -> Iterator[Entry]:
    """TrackEval's ground truth of DAVIS: the folder of one or several videos."""
    from pycocotools import mask as coco_mask
    from trackeval.datasets import DAVIS

    folders = {"GT_FOLDER": str(path), "TRACKERS_FOLDER": str(path), "TRACKERS_TO_EVAL": []}
    data = DAVIS({**folders, "PRINT_CONFIG": False})
    for video in data.seq_list:
        raw = data._load_raw_file(None, video, True)
        for frame, codes in enumerate(raw["gt_dets"]):
            assert not coco_mask.area(raw["masks_void"][frame])
            for number, code in enumerate(codes):
                yield {
                    "video": video,
                    "frame": frame,
                    "id": int(raw["gt_ids"][frame][number]),
                    "mask": coco_mask.decode(code).astype(bool),
                }


def read_mots(path: Path, question: Entry) -> Iterator[Entry]:
    """TrackEval's ground truth of MOTSChallenge, which refuses overlaps."""
    from pycocotools import mask as coco_mask
    from trackeval.datasets import MOTSChallenge

    data = MOTSChallenge(_sequences(path, question))
    for video in data.seq_list:
        raw = data._load_raw_file(None, video, True)
        for frame, codes in enumerate(raw["gt_dets"]):
            for number, code in enumerate(codes):
                yield {
                    "video": video,
                    "frame": frame,
                    "id": int(raw["gt_ids"][frame][number]),
                    "class": int(raw["gt_classes"][frame][number]),
                    "mask": coco_mask.decode(code).astype(bool),
                }


def read_mot(path: Path, question: Entry) -> Iterator[Entry]:
    """TrackEval's ground truth of MOTChallenge."""
    from trackeval.datasets import MotChallenge2DBox

    data = MotChallenge2DBox({**_sequences(path, question), "DO_PREPROC": False})
    for video in data.seq_list:
        raw = data._load_raw_file(None, video, True)
        for frame, boxes in enumerate(raw["gt_dets"]):
            for number, box in enumerate(boxes):
                yield {
                    "video": video,
                    "frame": frame,
                    "id": int(raw["gt_ids"][frame][number]),
                    "class": int(raw["gt_classes"][frame][number]),
                    "box": [float(value) for value in box],
                }


def read_motmetrics(path: Path, question: Entry) -> Iterator[Entry]:
    """py-motmetrics' table; it counts pixels from 0."""
    import motmetrics

    table = motmetrics.io.loadtxt(path, fmt="mot15-2D", min_confidence=1)
    for (frame, oid), row in table.iterrows():
        box = [float(row[name]) for name in ("X", "Y", "Width", "Height")]
        yield {"frame": int(frame), "id": int(oid), "class": int(row["ClassId"]), "box": box}


def _sequences(path: Path, question: Entry) -> Entry:
    return {
        "GT_FOLDER": str(path),
        "TRACKERS_FOLDER": str(path),
        "TRACKERS_TO_EVAL": [],
        "SEQ_INFO": dict.fromkeys(question["videos"]),
        "SKIP_SPLIT_FOL": True,
        "PRINT_CONFIG": False,
    }


TOOLS: dict[str, Callable[[Path, Entry], Iterator[Entry]]] = {
    "labelme": read_labelme,
    "labelme with supervision": read_labelme_with_supervision,
    "yolo": read_yolo,
    "coco": read_coco,
    "youtube-vis": read_youtube_vis,
    "davis": read_davis,
    "mots": read_mots,
    "mot": read_mot,
    "motmetrics": read_motmetrics,
}

if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
