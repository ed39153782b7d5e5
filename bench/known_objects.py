"""What a click or a box gives on an object that is known from another frame, and without that.

On frames of each sequence, spread evenly, every object is clicked in its middle and at a place by
chance, and a tight box is drawn around it. *alone* is the mask's J where nothing else is known;
*first* where its true mask is on the first frame that shows it, *two* where also the one of 20
frames before is; *clicked* where the first frame has what a click in the middle gave there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from true_frames import exact_engine, opened, true_frames_parser

from vostool.evaluate.corrections import centre
from vostool.evaluate.metrics import region_similarity
from vostool.evaluate.sequence import VOID, TruthSequence
from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.masks.parts import largest_part
from vostool.models.engine import Engine, Keyframe, SegmentRequest
from vostool.project.prompts import Point, Prompts

APART = 20
KINDS = ("alone", "first", "two", "clicked")


@dataclass(frozen=True)
class Known:
    """One object of a sequence."""

    engine: Engine
    sequence: TruthSequence
    object_id: int

    def truth(self, frame: int) -> BoolArray:
        """(H, W), the object on a frame."""
        return np.asarray(self.sequence.truth(frame) == self.object_id, np.bool_)

    def key(self, frame: int) -> Keyframe:
        """Its true mask there."""
        return Keyframe(frame, self.object_id, None, Mask.from_array(self.truth(frame)))

    def mask(self, frame: int, prompts: Prompts, looks: Sequence[Keyframe] = ()) -> Mask:
        """The engine's."""
        request = SegmentRequest(frame, self.object_id, prompts, looks=tuple(looks))
        return self.engine.segment(request).mask

    def rows(self, count: int) -> Iterator[tuple[str, list[float]]]:
        """By prompt, the J of each of the KINDS, on so many frames."""
        shown = [f for f in sorted(self.sequence.annotated) if self.truth(f).any()]
        first, later = shown[0], shown[1:]
        clicked = self.mask(first, click(*centre(largest_part(self.truth(first)))))
        wrong = Keyframe(first, self.object_id, None, clicked)
        chance = np.random.default_rng(self.object_id)
        for place in np.unique(np.linspace(0, len(later) - 1, count).round().astype(int)):
            frame = later[place]
            near = max((f for f in shown if f <= frame - APART), default=first)
            two = [self.key(near), self.key(first)] if near != first else [self.key(first)]
            looks = ((), (self.key(first),), two, (wrong,))
            for name, prompts in prompts_on(self.truth(frame), chance):
                yield name, [self.overlap(frame, prompts, each) for each in looks]

    def overlap(self, frame: int, prompts: Prompts, looks: Sequence[Keyframe]) -> float:
        """J."""
        void = self.sequence.truth(frame) == VOID if self.object_id != VOID else None
        mask, truth = self.mask(frame, prompts, looks).to_array(), self.truth(frame)
        return region_similarity(truth, mask, np.zeros_like(truth) if void is None else void)


def click(x: float, y: float) -> Prompts:
    """A positive one."""
    return Prompts((Point(x, y),))


def prompts_on(truth: BoolArray, chance: np.random.Generator) -> Iterator[tuple[str, Prompts]]:
    """A click in the middle, one by chance, and a box."""
    largest = largest_part(truth)
    yield "click", click(*centre(largest))
    rows, columns = np.nonzero(largest)
    any_place = int(chance.integers(len(rows)))
    yield "click", click(columns[any_place] + 0.5, rows[any_place] + 0.5)
    x, y, width, height = cv2.boundingRect(truth.astype(np.uint8))
    yield "box", Prompts(box=Box(x, y, x + width, y + height))


def main() -> None:
    """Measure and print a table."""
    parser = true_frames_parser(__doc__)
    parser.add_argument("--frames", type=int, default=10, help="of each object")
    arguments = parser.parse_args()
    engine = exact_engine(arguments.engine)
    means: dict[str, list[list[float]]] = {"click": [], "box": []}
    for title, sequence in opened(arguments.dataset, engine):
        found: dict[str, list[list[float]]] = {"click": [], "box": []}
        for object_id in sequence.given:
            for name, row in Known(engine, sequence, object_id).rows(arguments.frames):
                found[name].append(row)
        for name, rows in found.items():
            means[name].append(print_rows(f"{title}, {name}", rows))
    for name, rows in means.items():
        print_rows(f"mean of the sequences, {name}", rows)


def print_rows(title: str, rows: list[list[float]]) -> list[float]:
    """One line of the table; the mean of the rows."""
    mean = [float(value) for value in np.mean(rows, 0)]
    told = "  ".join(f"{kind} {value:.3f}" for kind, value in zip(KINDS, mean, strict=True))
    lowered = int((np.array(rows)[:, 1] < np.array(rows)[:, 0] - 0.03).sum())
    print(f"{title:40s}{len(rows):4d}  {told}  lowered by 'first' {lowered}", flush=True)
    return mean


if __name__ == "__main__":
    main()
