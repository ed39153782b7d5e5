"""Reads YOLO data sets with Ultralytics' own check of its training data, `verify_image_label`.

Like read_with_tools.py, but run by the program's interpreter, which has torch: Ultralytics imports it,
and lies alone in the folder that is the first argument. A row that Ultralytics would train on is one
entry of the answer; what it says about a file is an entry with "said".
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.append(sys.argv[1])
    for line in sys.stdin:
        question = json.loads(line)
        try:
            arrays: dict[str, np.ndarray] = {}
            found = []
            for entry in read(Path(question["path"]), question["part"]):
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


def read(path: Path, part: str) -> Iterator[dict[str, Any]]:
    """Every row of one part; masks are painted as `polygon2mask` does for training."""
    from ultralytics.data import utils

    # A font for its plots, which it looks for with matplotlib.
    utils.check_font = lambda *_: None
    data = utils.check_det_dataset(str(path / "data.yaml"), autodownload=False)
    images = sorted(str(file) for file in Path(data[part]).rglob("*.png"))
    for image, label in zip(images, utils.img2label_paths(images), strict=True):
        given = (image, label, "", False, len(data["names"]), 0, 0, False)
        _, rows, shape, segments, _, missing, _, _, corrupt, said = utils.verify_image_label(given)
        yield {"name": Path(image).stem, "missing": missing, "corrupt": corrupt, "said": said}
        for number, row in enumerate([] if rows is None else rows):
            x, y, width, height = (row[1:] * np.array([*shape[::-1], *shape[::-1]])).tolist()
            entry = {"name": Path(image).stem, "label": data["names"][int(row[0])]}
            entry["box"] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
            if segments:
                corners = (segments[number] * np.array(shape[::-1], np.float32)).reshape(1, -1)
                entry["mask"] = utils.polygon2mask(shape, corners.astype(np.float32)).astype(bool)
            yield entry


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
