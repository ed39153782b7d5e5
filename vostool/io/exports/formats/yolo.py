"""YOLO: ``data.yaml``, ``images/<part>/`` and ``labels/<part>/`` with a text file per frame.

Segmentation rows are ``class x y x y ...``, detection rows ``class x y width height`` around the
box's centre, all in parts of the picture's size. The two never stand in one data set: a reader
takes a file with both for damaged. Ultralytics cuts corners down to whole pixels and paints the
outline too, so corners are the centres of pixels: a part without holes comes back exactly.
Joining parts by a bridge can ruin a mask (IoU 0.98 to 0.63), so each part is a row of its own, or
only the largest is written. Classes count from 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import yaml

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import holes_were_filled
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.contours import centre_outlines
from vostool.words import tr

MAIN = "data.yaml"
UNSPLIT = "train"
"""The part's folder where the data set has no parts; ``data.yaml`` must name one."""


class YoloWriter:
    """One text file for each frame, empty where no object is."""

    def __init__(self, dataset: Dataset, folder: StagedFolder) -> None:
        self._dataset = dataset
        self._folder = folder
        self._repeated = 0

    def write(self, frame: ExportFrame) -> None:
        rows = [
            f"{self._dataset.classes[mask.object.label] - 1} {numbers}\n"
            for mask in frame.masks
            for numbers in self.rows(mask, frame.plan)
        ]
        self._repeated += len(rows) - len(set(rows))
        path = f"labels/{frame.subset or UNSPLIT}/{frame.plan.folder}{frame.name}.txt"
        self._folder.write(path, "".join(rows).encode("ascii"))

    def rows(self, mask: ExportMask, plan: ExportPlan) -> list[str]:
        """The numbers after the class, as a text for each row."""
        raise NotImplementedError

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.subset or UNSPLIT}/{frame.path}"

    def finish(self) -> list[str]:
        self._folder.write(MAIN, self._yaml())
        warnings = self.lost()
        if not self._dataset.split:
            warnings.append(
                tr(
                    "No split is chosen: {main} names the same pictures for "
                    "training and validation.",
                    main=MAIN,
                )
            )
        if self._repeated:
            warnings.append(
                tr(
                    "{repeated} rows repeat another of their frame; Ultralytics keeps one.",
                    repeated=self._repeated,
                )
            )
        return warnings

    def lost(self) -> list[str]:
        """Warnings about what the rows could not hold."""
        return []

    def close(self) -> None:
        return

    def _yaml(self) -> bytes:
        """No ``path``: Ultralytics then takes the folder of the file itself."""
        parts = [part or UNSPLIT for part in self._dataset.subsets]
        # Ultralytics refuses a file without both train and val.
        named = {"train": parts[0], "val": parts[-1]} | {part: part for part in parts}
        content = {part: f"images/{folder}" for part, folder in named.items()}
        names = {number: label.name for number, label in enumerate(self._dataset.labels)}
        text = yaml.safe_dump(content, sort_keys=False)
        text += yaml.safe_dump({"names": names}, sort_keys=False, allow_unicode=True)
        return text.encode("utf-8")


class YoloSegmentWriter(YoloWriter):
    """Rows of polygons."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder)
        self._largest = values["parts"] == "largest"
        self._filled = self._parted = 0

    def rows(self, mask: ExportMask, plan: ExportPlan) -> list[str]:
        outlines, holes = centre_outlines(mask.box, plan.polygon_tolerance)
        self._filled += holes > 0
        self._parted += len(outlines) > 1
        size = np.array((plan.width, plan.height), np.float64)
        wanted = outlines[:1] if self._largest else outlines
        scaled = [np.clip(part.points / size, 0.0, 1.0).ravel() for part in wanted]
        return [" ".join(["%.7f"] * len(part)) % tuple(part.tolist()) for part in scaled]

    def lost(self) -> list[str]:
        warnings = holes_were_filled(self._filled)
        if self._parted and self._largest:
            warnings.append(
                tr(
                    "{parted} masks have several parts: only the largest was written.",
                    parted=self._parted,
                )
            )
        elif self._parted:
            warnings.append(
                tr(
                    "{parted} masks have several parts: each is a row, which YOLO "
                    "takes for an object of its own.",
                    parted=self._parted,
                )
            )
        return warnings


class YoloDetectWriter(YoloWriter):
    """Rows of tight boxes."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder)

    def rows(self, mask: ExportMask, plan: ExportPlan) -> list[str]:
        x, y, w, h = mask.bbox
        numbers = (
            (x + w / 2) / plan.width,
            (y + h / 2) / plan.height,
            w / plan.width,
            h / plan.height,
        )
        return [" ".join(f"{min(max(value, 0.0), 1.0):.8f}" for value in numbers)]


_LOST = (
    "object ids",
    "colours and attributes",
    "the difference between absent and not labelled",
    "prompts",
    "scores and confirmations",
)

YOLO_SEG = ExportFormat(
    name="yolo-seg",
    title="YOLO segmentation (Ultralytics)",
    main=MAIN,
    suffix=".txt",
    keeps=("outlines of parts, exact to the pixel without holes", "overlaps", "labels"),
    loses=("holes", "which parts belong to one object", *_LOST),
    open=YoloSegmentWriter,
    options=(OptionSpec("parts", "Objects of several parts", "all", ("all", "largest")),),
    lossless=False,
)

YOLO_DETECT = ExportFormat(
    name="yolo-detect",
    title="YOLO detection (Ultralytics)",
    main=MAIN,
    suffix=".txt",
    keeps=("tight boxes", "overlaps", "labels"),
    loses=("masks", *_LOST),
    open=YoloDetectWriter,
    lossless=False,
)
