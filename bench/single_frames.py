"""What click after click makes of an object on one frame, which nothing else is known of.

On frames of each sequence, spread evenly, every object is clicked in its middle, and anew at a
place by chance; each further click goes into the middle of the largest region that is wrong, as the
click robot's does. The figures are the mean J after each click, the mean number of clicks until J
is 0.85 (one more than there were where it never is), and how many clicks lowered J by more than
0.01. *sam* is the loop of the first SAM's own demo with the same network: the likeliest of three
masks for the first click, then all clicks with the logits of the answer before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from true_frames import exact_engine, opened, true_frames_parser

from vostool.evaluate.corrections import centre, largest_wrong
from vostool.evaluate.metrics import region_similarity
from vostool.evaluate.sequence import VOID, TruthSequence
from vostool.masks.mask import BoolArray
from vostool.masks.parts import largest_part
from vostool.models.engine import Engine, SegmentRequest
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.project.prompts import Point, Prompts

LEAST_OBJECT, LEAST_WRONG = 100, 10
"""Pixels of an object that is clicked, and of a region that is worth a click."""
ENOUGH = 0.85
Answer = Callable[[tuple[Point, ...]], BoolArray]


@dataclass(frozen=True)
class OneFrame:
    """One object on one frame; (H, W)."""

    truth: BoolArray
    void: BoolArray

    def values(self, first: Point, answer: Answer, clicks: int) -> list[float]:
        """J after each click."""
        points: tuple[Point, ...] = ()
        values: list[float] = []
        following: Point | None = first
        while following is not None and len(points) < clicks:
            points = (*points, following)
            mask = answer(points)
            values.append(region_similarity(self.truth, mask, self.void))
            following = self.next_click(mask)
        return values + values[-1:] * (clicks - len(values))

    def next_click(self, mask: BoolArray) -> Point | None:
        """Into the middle of the largest region that is wrong."""
        region, positive = largest_wrong(self.truth, mask, ~self.void)
        if np.count_nonzero(region) < LEAST_WRONG:
            return None
        return Point(*centre(region), positive)


class Sam:
    """The first SAM's own loop; one object on one frame."""

    def __init__(self, engine: MobileSamEngine, frame: int) -> None:
        video = engine._opened()
        self._decoder, self._features = video.decoder, engine._features(video, frame)
        self._before: torch.Tensor | None = None

    def __call__(self, points: tuple[Point, ...]) -> BoolArray:
        several = len(points) == 1
        before = None if several else self._before
        decoded = self._decoder.decode(self._features, points, None, before, several)
        self._before = decoded.logits[int(decoded.quality.argmax())]
        return self._decoder.full_size(self._before)


def first_clicks(truth: BoolArray, seed: int) -> Iterator[Point]:
    """In the middle, and by chance."""
    yield Point(*centre(largest_part(truth)))
    rows, columns = np.nonzero(truth)
    chosen = int(np.random.default_rng(seed).integers(len(rows)))
    yield Point(columns[chosen] + 0.5, rows[chosen] + 0.5)


def rows_of(
    engine: Engine, sequence: TruthSequence, count: int, clicks: int
) -> Iterator[tuple[str, list[float]]]:
    """Whose loop it is, and J after each click."""
    for oid in sequence.given:
        shown = [
            frame
            for frame in sorted(sequence.annotated)
            if np.count_nonzero(sequence.truth(frame) == oid) > LEAST_OBJECT
        ]
        for place in np.unique(np.linspace(0, len(shown) - 1, count).round().astype(int)):
            frame, ids = shown[place], sequence.truth(shown[place])
            one = OneFrame(ids == oid, (ids == VOID) & (oid != VOID))

            def ours(points: tuple[Point, ...], frame: int = frame, oid: int = oid) -> BoolArray:
                request = SegmentRequest(frame, oid, Prompts(points))
                return engine.segment(request).mask.to_array()

            for first in first_clicks(one.truth, frame * 100 + oid):
                yield "ours", one.values(first, ours, clicks)
                if isinstance(engine, MobileSamEngine):
                    yield "sam", one.values(first, Sam(engine, frame), clicks)


def main() -> None:
    """Measure and print a table."""
    parser = true_frames_parser(__doc__)
    parser.add_argument("--frames", type=int, default=5, help="of each object")
    parser.add_argument("--clicks", type=int, default=6)
    arguments = parser.parse_args()
    engine = exact_engine(arguments.engine)
    means: dict[str, list[list[float]]] = {}
    for name, sequence in opened(arguments.dataset, engine):
        found: dict[str, list[list[float]]] = {}
        for whose, values in rows_of(engine, sequence, arguments.frames, arguments.clicks):
            found.setdefault(whose, []).append(values)
        for whose, rows in found.items():
            means.setdefault(whose, []).append(print_row(f"{name}, {whose}", rows))
    for whose, rows in means.items():
        print_row(f"mean of the sequences, {whose}", rows)


def print_row(title: str, rows: list[list[float]]) -> list[float]:
    """One line of the table; the mean of the rows."""
    values = np.array(rows)
    told = " ".join(f"{mean:.3f}" for mean in values.mean(0))
    needed = [next((n + 1 for n, j in enumerate(row) if j >= ENOUGH), len(row) + 1) for row in rows]
    lowered = int((np.diff(values) < -0.01).sum())
    print(f"{title:40s}{len(rows):4d}  {told}  NoC {np.mean(needed):.2f}  lowered {lowered}")
    return [float(mean) for mean in values.mean(0)]


if __name__ == "__main__":
    main()
