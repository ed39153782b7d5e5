"""MOT and MOTS text: a row for each object and frame.

MOT: ``frame, id, left, top, width, height, confidence, class, visibility`` with boxes. MOTChallenge
counts frames, ids and pixels from 1 ("All frame numbers, target IDs and bounding boxes are
1-based", motchallenge.net); CVAT and datumaro read boxes from 0, which is an option. MOTS:
``frame id class height width rle`` with compressed COCO run lengths, where no pixel belongs to two
objects: the one in front wins. MOTS' own tools know cars as class 1, pedestrians as class 2 and
regions to ignore as class 10, so other labels get other numbers. Formats: motchallenge.net and
www.vision.rwth-aachen.de/page/mots; read with py-motmetrics 1.4 and TrackEval 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.losses import front_was_kept
from vostool.io.exports.formats.overlaps import front_wins
from vostool.io.exports.formats.sequences import NUMBERING, Sequences
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.words import tr

MAIN = "{video}/gt/gt.txt"
MOTS_CLASSES = {"car": 1, "pedestrian": 2, "person": 2}
MOTS_IGNORE = 10


class MotWriter:
    """Tight boxes; ``labels.txt`` has a label on each line, in the order of the class numbers."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._classes = dataset.classes
        self._origin = int(values["origin"])
        labels = "".join(one_line(label.name) + "\n" for label in dataset.labels)
        self._sequences = Sequences(folder, values["numbering"] == "consecutive", labels)

    def write(self, frame: ExportFrame) -> None:
        number = self._sequences.begin(frame)
        rows = []
        for mask in frame.masks:
            x, y, w, h = mask.bbox
            box = f"{x + self._origin},{y + self._origin},{w},{h}"
            kind = self._classes[mask.object.label]
            # datumaro, and CVAT through it, take a visibility of 0 for occluded.
            rows.append(f"{number},{mask.id},{box},1,{kind},{1 - mask.occluded}")
        self._sequences.write(rows)

    def picture_path(self, frame: ExportFrame) -> str:
        return self._sequences.picture_path(frame)

    def finish(self) -> list[str]:
        return self._sequences.finish()

    def close(self) -> None:
        self._sequences.close()


class MotsWriter:
    """Masks without overlaps; ``labels.txt`` has lines ``number name``."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._classes = mots_classes(dataset)
        labels = "".join(
            f"{number} {one_line(name)}\n"
            for name, number in sorted(self._classes.items(), key=lambda item: item[1])
        )
        self._sequences = Sequences(folder, values["numbering"] == "consecutive", labels)
        self._overlaps = 0

    def write(self, frame: ExportFrame) -> None:
        number = self._sequences.begin(frame)
        kept, cut = front_wins(frame.front_first)
        self._overlaps += cut
        self._sequences.write(
            [
                f"{number} {mask.id} {self._classes[mask.object.label]} "
                f"{left.height} {left.width} {left.counts.decode('ascii')}"
                for mask, left in sorted(kept, key=lambda each: each[0].id)
            ]
        )

    def picture_path(self, frame: ExportFrame) -> str:
        return self._sequences.picture_path(frame)

    def finish(self) -> list[str]:
        warnings = self._sequences.finish() + front_was_kept(self._overlaps)
        others = [name for name, number in self._classes.items() if number > 2]
        if others:
            warnings.append(
                tr(
                    "MOTS' own tools know the labels car and pedestrian only; "
                    "others have numbers of their own, see labels.txt."
                )
            )
        return warnings

    def close(self) -> None:
        self._sequences.close()


def mots_classes(dataset: Dataset) -> dict[str, int]:
    """Class numbers by label: those that MOTS fixes, and free ones for the others."""
    free = (n for n in range(3, 4 + MOTS_IGNORE + len(dataset.labels)) if n != MOTS_IGNORE)
    found: dict[str, int] = {}
    for label in dataset.labels:
        fixed = MOTS_CLASSES.get(label.name.strip().lower())
        # Two labels must not fall together: the first of car and Car is class 1.
        taken = fixed in found.values()
        found[label.name] = next(free) if fixed is None or taken else fixed
    return found


def one_line(name: str) -> str:
    """A label as a line of its own."""
    return " ".join(name.split()) or "_"


_LOST = (
    "colours and attributes",
    "the difference between absent and not labelled",
    "prompts",
    "scores and confirmations",
)

MOT = ExportFormat(
    name="mot",
    title="MOTChallenge boxes (gt.txt)",
    main=MAIN,
    suffix=".txt",
    keeps=(
        "tight boxes",
        "overlaps",
        "object ids",
        "labels (labels.txt)",
        "what is occluded (visibility 0)",
        "frame numbers, from 1",
    ),
    loses=("masks", *_LOST),
    open=MotWriter,
    options=(
        NUMBERING,
        OptionSpec("origin", "Number of the first pixel (0 for CVAT and datumaro)", 1, (1, 0)),
    ),
    lossless=False,
)

MOTS = ExportFormat(
    name="mots",
    title="MOTS masks (gt.txt)",
    main=MAIN,
    suffix=".txt",
    keeps=(
        "exact masks with holes and parts",
        "object ids",
        "labels (labels.txt)",
        "frame numbers, from 1",
    ),
    loses=("overlaps (the object in front wins)", *_LOST),
    open=MotsWriter,
    options=(NUMBERING,),
    overlaps=False,
)
