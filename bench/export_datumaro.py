"""datumaro's side of bench/export.py; runs in .venv-readers and prints seconds and MiB."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import datumaro as dm


def status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def dataset(codes: Path, frames: int) -> dm.Dataset:
    raw = json.loads(codes.read_text())
    height, width = raw["size"]
    items = []
    for frame in range(frames):
        masks = raw["frames"][frame % len(raw["frames"])]
        annotations = [
            dm.RleMask(
                {"size": [height, width], "counts": code.encode()},
                label=number - 1,
                id=frame * len(masks) + number,
                group=number,
                attributes={"track_id": number, "occluded": False},
            )
            for number, code in enumerate(masks, 1)
        ]
        media = dm.Image.from_file(path=f"frame_{frame:06d}.jpg", size=(height, width))
        item = dm.DatasetItem(
            f"frame_{frame:06d}", media=media, annotations=annotations,
            attributes={"frame": frame},
        )  # fmt: skip
        items.append(item)
    labels = [f"label {number}" for number in range(1, len(raw["frames"][0]) + 1)]
    return dm.Dataset.from_iterable(items, categories=labels, media_type=dm.Image)


def main() -> None:
    name, codes, frames = sys.argv[1:]
    found = dataset(Path(codes), int(frames))
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever datumaro prints
    Path("/proc/self/clear_refs").write_text("5")
    before, began = status("VmRSS"), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        if name == "cvat":
            found.transform("masks_to_polygons")
            found.export(folder + "/out", "cvat", save_media=False)
        else:
            # By default it would make polygons of masks, which is slower still.
            found.export(
                folder + "/out", "coco_instances", save_media=False, segmentation_mode="mask"
            )
    seconds = time.perf_counter() - began
    answer.write(json.dumps({"seconds": seconds, "mib": status("VmHWM") - before}) + "\n")
    answer.flush()


if __name__ == "__main__":
    main()
