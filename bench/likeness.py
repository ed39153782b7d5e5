"""From which likeness on two sightings should be one object: true pairs against false ones.

    python bench/likeness.py FOLDER_OF_SEQUENCES [--step 5]

Sequences with masks (layout `folder`) and the generated clip. True pairs: one object, more than ten
frames apart. False pairs: two objects of one sequence, and of two, at least five frames apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path

import numpy as np

from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.sequence import VOID, TruthSequence, generated_sequence
from vostool.finders.looks import Looks, likeness, looks_of
from vostool.masks.mask import Mask

SMALLEST = 200
"""Pixels of an object that are enough to say what it looks like."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--step", type=int, default=5)
    args = parser.parse_args()
    seen: dict[tuple[str, int], list[Looks]] = {}
    loaded = [entry.load(None) for entry in list_sequences(args.folder, "folder", ())]
    for sequence in [*loaded, generated_sequence(None)]:
        for object_id, looks in sightings(sequence, args.step):
            seen.setdefault((sequence.name, object_id), []).append(looks)
    true = [
        likeness(one, two)
        for looks in seen.values()
        for one, two in combinations(looks, 2)
        if abs(one.frame - two.frame) > 10
    ]
    false: dict[bool, list[float]] = {True: [], False: []}
    for (first, looks), (second, others) in combinations(seen.items(), 2):
        pairs = ((a, b) for a in looks for b in others if abs(a.frame - b.frame) >= 5)
        false[first[0] == second[0]] += [likeness(a, b) for a, b in pairs]
    print(f"{len(seen)} objects; pairs: {len(true)} true, {len(false[True])} of one sequence, "
          f"{len(false[False])} of two")  # fmt: skip
    for least in np.arange(0.6, 0.901, 0.02):
        shares = [float(np.mean(np.array(v) >= least)) for v in (true, false[True], false[False])]
        print(f"{least:.2f}: {shares[0]:.3f} true, {shares[1]:.3f} and {shares[2]:.3f} false")


def sightings(sequence: TruthSequence, step: int) -> Iterator[tuple[int, Looks]]:
    """Every ``step``-th annotated frame's objects."""
    frames = sequence.annotated[::step] if len(sequence.annotated) > step else sequence.annotated
    with closing(sequence.open()) as source:
        for frame in frames:
            ids = sequence.truth(frame)
            for object_id in sorted(sequence.given):
                mask = Mask.from_array(ids == object_id)
                if mask.area >= SMALLEST and not (object_id == VOID and len(sequence.given) > 1):
                    yield object_id, looks_of(source.frame(frame), mask, frame)


if __name__ == "__main__":
    main()
