"""What correcting clicks make of masks that are wrong, by what is wrong with them.

apart     the largest piece beside the body is missing (objects of several pieces only)
part      what lies left of, above or below most of the object is missing, in turn
hole      a disk inside is missing
lump      a disk at the edge is too much
thin      a rim all around is missing
thick     a rim all around is too much

Each click goes into the middle of the largest region that is wrong, as the click robot's does. The
figures are the mean intersection over union before and after each click, how many clicks lowered
it by more than 0.01, and the most that one did.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from true_frames import exact_engine, opened, true_frames_parser

from vostool.evaluate.corrections import centre, largest_wrong
from vostool.evaluate.metrics import region_similarity
from vostool.masks import kernels
from vostool.masks.mask import BoolArray, Mask
from vostool.masks.parts import largest_part
from vostool.models.engine import Engine, SegmentRequest
from vostool.project.prompts import Point, Prompts

LEAST_PIECE, LEAST_OBJECT = 120, 400
"""Pixels of a piece that is worth a click, and of an object that is looked at."""
DISK, RIM = 0.25, 0.1
"""Radius of a disk and width of a rim, in sides of a square as large as the object."""


def main() -> None:
    """Measure and print a table."""
    parser = true_frames_parser(__doc__)
    parser.add_argument("--every", type=int, default=12, help="frames from one to the next")
    parser.add_argument("--clicks", type=int, default=3)
    arguments = parser.parse_args()
    engine = exact_engine(arguments.engine)
    found: dict[str, list[list[float]]] = {}
    for _, sequence in opened(arguments.dataset, engine):
        for frame in sequence.annotated[:: arguments.every]:
            ids = sequence.truth(frame)
            for oid in sequence.given:
                for kind, wrong in spoiled(ids == oid, frame // arguments.every):
                    values = corrected(engine, frame, ids == oid, wrong, arguments.clicks)
                    found.setdefault(kind, []).append(values)
    print_table(found)


def spoiled(truth: BoolArray, turn: int) -> Iterator[tuple[str, BoolArray]]:
    """Masks (H, W) that are wrong in one way each."""
    if np.count_nonzero(truth) < LEAST_OBJECT:
        return
    rest = truth & ~largest_part(truth)
    if np.count_nonzero(apart := largest_part(rest)) >= LEAST_PIECE:
        yield "apart", truth & ~apart
    rows, columns = np.nonzero(truth)
    missing = np.zeros_like(truth)
    if turn % 3 == 0:
        missing[:, : int(np.quantile(columns, 0.35))] = True
    elif turn % 3 == 1:
        missing[: int(np.quantile(rows, 0.35))] = True
    else:
        missing[int(np.quantile(rows, 0.75)) :] = True
    yield "part", truth & ~missing
    side = float(np.sqrt(np.count_nonzero(truth)))
    x, y = centre(largest_part(truth))
    yield "hole", truth & ~disk(truth, (int(x), int(y)), DISK * side)
    at = len(rows) // 2
    yield "lump", truth | disk(truth, (int(columns[at]), int(rows[at])), DISK * side)
    width = max(1, round(RIM * side))
    kernel = kernels.disk(width)
    pixels = truth.astype(np.uint8)
    if (thin := cv2.erode(pixels, kernel) > 0).any():
        yield "thin", np.asarray(thin)
    yield "thick", np.asarray(cv2.dilate(pixels, kernel) > 0)


def disk(mask: BoolArray, middle: tuple[int, int], radius: float) -> BoolArray:
    """A disk (H, W), of the mask's size."""
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.circle(drawn, middle, max(3, round(radius)), 1, -1)
    return drawn > 0


def corrected(
    engine: Engine, frame: int, truth: BoolArray, wrong: BoolArray, clicks: int
) -> list[float]:
    """Intersection over union before and after each click."""
    now = wrong
    points: tuple[Point, ...] = ()
    values = [region_similarity(truth, now)]
    for _ in range(clicks):
        region, positive = largest_wrong(truth, now)
        if not region.any():
            break
        points = (*points, Point(*centre(region), positive))
        prompts = Prompts(points=points, base=Mask.from_array(wrong))
        now = engine.segment(SegmentRequest(frame, 1, prompts)).mask.to_array()
        values.append(region_similarity(truth, now))
    return values + values[-1:] * (clicks + 1 - len(values))


def print_table(found: dict[str, list[list[float]]]) -> None:
    """One line for each kind."""
    for kind, rows in found.items():
        values = np.array(rows)
        steps = np.diff(values)
        means = " ".join(f"{mean:.3f}" for mean in values.mean(0))
        lowered = int((steps < -0.01).sum())
        print(f"{kind:>6} {len(rows):4d}  {means}  lowered {lowered} of {steps.size}, "
              f"{steps.min():+.2f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
