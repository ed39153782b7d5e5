"""Train an engine on some frames of one clip, and measure it there and on other clips.

    python bench/fine_tune.py DATA --learn pumavos_chair:0-36:4 --held pumavos_chair:46-59:4 \
        --held pumavos_caps --held davis16_dog::40 --out results

DATA holds sequences as `vostool eval --layout folder` takes them. A clip may be learnt from and
measured on, on other frames; all clips that are only measured show what was unlearned.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.sequence import VOID
from vostool.masks.mask import Mask
from vostool.models.registry import engine_spec
from vostool.models.trainer import TaughtVideo, TrainOptions
from vostool.training.report import report_lines, write_report
from vostool.training.session import TrainingPlan, TrainingRequest, run_training
from vostool.training.split import Split


def taught(root: Path, text: str) -> TaughtVideo:
    """What ``NAME[:FIRST-LAST[:STEP]]`` teaches; steps count annotated frames."""
    name, span, step = (*text.split(":"), "", "")[:3]
    sequence = list_sequences(root, "folder", [name])[0].load(None)
    first, _, last = span.partition("-")
    wanted = range(int(first or 0), int(last or sequence.frame_count) + 1)
    frames = [frame for frame in sequence.annotated if frame in wanted][:: int(step or 1)]
    masks = {frame: dict(_masks(sequence.truth(frame))) for frame in frames}
    return TaughtVideo(name, f"{name} {span}", sequence.open, masks)


def _masks(ids) -> Iterator[tuple[int, Mask]]:
    for object_id in np.unique(ids):
        if object_id not in (0, VOID):
            yield int(object_id), Mask.from_array(ids == object_id)


def told(report) -> None:
    loss = report.losses.get("total")
    shown = "held out" if loss is None else f"loss {loss:.4f}"
    value = "" if report.value is None else f", J&F {report.value:.4f}, best {report.best:.4f}"
    print(f"step {report.step}: {shown}{value}, {report.seconds:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--learn", action="append", required=True)
    parser.add_argument("--held", action="append", required=True)
    parser.add_argument("--engine", default="mobile-sam")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    options = TrainOptions(args.epochs, rate=args.rate, seed=args.seed)
    request = TrainingRequest(args.engine, args.out / "trained.pt", options=options, overwrite=True)
    learnt = tuple(taught(args.data, text) for text in args.learn)
    held = tuple(taught(args.data, text) for text in args.held)
    plan = TrainingPlan(request, engine_spec(args.engine).find(), Split(learnt, held), ())
    before = os.times()
    outcome = run_training(plan, told)
    used = os.times()
    print("\n".join(report_lines(plan, outcome)))
    print(*outcome.notes, sep="\n")
    print(f"processor: {used.user + used.system - before.user - before.system:.0f} s")
    write_report(plan, outcome, args.out, overwrite=True)


if __name__ == "__main__":
    main()
