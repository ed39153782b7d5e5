"""What one correction of each robot makes of tracked masks, without tracking on.

Each sequence is tracked from its true first masks. On some frames, spread evenly, the robots for
scribbles, boxes and clicks correct what is there, each by itself; *off* clicks half-way to the
edge of the wrong region, as a hand does, where *clicks* takes its very middle. The figures are the
mean J before and after, how many corrections lowered it by more than 0.01, and the most that one
did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import cv2
import numpy as np
from true_frames import exact_engine, true_frames_parser

from vostool.evaluate.corrections import Correction
from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.headless import ids_of
from vostool.evaluate.interactive import prompts_of
from vostool.evaluate.metrics import region_similarity
from vostool.evaluate.robots import ROBOTS, Robot, make_robot
from vostool.evaluate.semi_supervised import SequenceRun, run_sequence
from vostool.evaluate.sequence import VOID, Ids
from vostool.masks.mask import BoolArray, MaskRecord
from vostool.masks.parts import largest_part
from vostool.models.engine import Engine
from vostool.project.prompts import Point
from vostool.runs.request import segment_request

Row = tuple[float, float]
"""J before and after."""


class OffClicks:
    """The robot for clicks with a hand that is not exact."""

    def __init__(self) -> None:
        self._exact = make_robot("clicks")

    def correct(self, truth: Ids, result: Ids, object_ids: list[int]) -> list[Correction]:
        """As :meth:`Robot.correct`."""
        moved = []
        for correction in self._exact.correct(truth, result, object_ids):
            (point,) = correction.points
            wanted, got = truth == correction.object_id, result == correction.object_id
            wrong = wanted & ~got if point.positive else got & ~wanted
            x, y = half_way(largest_part(wrong & (truth != VOID)))
            moved.append(replace(correction, points=(Point(x, y, point.positive),)))
        return moved


def half_way(region: BoolArray) -> tuple[float, float]:
    """x and y of a pixel between the middle and the edge of a region, always the same one."""
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    rows, columns = np.nonzero((depth >= 0.4 * depth.max()) & (depth <= 0.7 * depth.max()))
    if not len(rows):
        rows, columns = np.nonzero(region)
    chosen = int(np.random.default_rng(len(rows)).integers(len(rows)))
    return float(columns[chosen]) + 0.5, float(rows[chosen]) + 0.5


def main() -> None:
    """Measure and print a table."""
    parser = true_frames_parser(__doc__)
    parser.add_argument("--frames", type=int, default=10, help="of each sequence")
    arguments = parser.parse_args()
    engine = exact_engine(arguments.engine)
    robots: dict[str, Robot] = {name: make_robot(name) for name in ROBOTS} | {"off": OffClicks()}
    found: dict[str, list[Row]] = {name: [] for name in robots}
    for listed in list_sequences(arguments.dataset, "folder"):
        run = run_sequence(listed.load(None), engine)
        with closing(run.sequence.open()) as source:
            engine.open(source)
            for name, robot in robots.items():
                rows = list(corrected(engine, run, robot, arguments.frames))
                found[name] += rows
                print_row(f"{listed.name}, {name}", rows)
    for name, rows in found.items():
        print_row(f"all, {name}", rows)


def corrected(engine: Engine, run: SequenceRun, robot: Robot, count: int) -> Iterator[Row]:
    """One row for each correction."""
    sequence, masks = run.sequence, run.project.masks
    later = [frame for frame in sequence.annotated if frame > 0]
    for place in np.unique(np.linspace(0, len(later) - 1, count).round().astype(int)):
        frame = later[place]
        truth = sequence.truth(frame)
        for correction in robot.correct(truth, ids_of(run.project, frame), list(sequence.given)):
            record = masks.get(frame, correction.object_id)
            prompts = prompts_of(correction, None, record)
            if prompts is None or not prompts.has_object:
                continue
            reply = engine.segment(
                segment_request(run.project, frame, correction.object_id, prompts)
            )
            wanted, void = truth == correction.object_id, truth == VOID
            after = region_similarity(wanted, reply.mask.to_array(), void)
            yield region_similarity(wanted, pixels(record, wanted), void), after


def pixels(record: MaskRecord | None, like: BoolArray) -> BoolArray:
    """The mask (H, W) of a record; an empty one where there is none."""
    return np.zeros_like(like) if record is None else record.mask.to_array()


def print_row(title: str, rows: list[Row]) -> None:
    """One line of the table."""
    if not rows:
        return
    before, after = np.array(rows).T
    change = after - before
    print(
        f"{title:36s}{len(rows):4d}  {before.mean():.3f} -> {after.mean():.3f}  lowered "
        f"{int((change < -0.01).sum())}, {change.min():+.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
