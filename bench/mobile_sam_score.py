"""The score of `mobile-sam`: its scale, made again from clips with masks.

    python bench/mobile_sam_score.py record FOLDER FACTORS [--starts mask middle box click]
    python bench/mobile_sam_score.py fit FACTORS [--plot docs/images/score-reliability.png]

``record`` tracks every sequence (layout `folder`) from each start and keeps the factors of each
score beside the mask's intersection over union with the truth; what lies in FACTORS already is not
tracked again. ``fit`` prints the scale of vostool/models/mobile_sam/score.py, and how well the
score does on each sequence when it is fitted without it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from reliability import draw
from score_fit import Rows, Values, bins, calibration_error, expected, fitted, held_out

from vostool.evaluate.datasets import list_sequences
from vostool.evaluate.headless import HeadlessSession
from vostool.evaluate.measured import BAD_IOU, measure_frames
from vostool.evaluate.robots import BoxRobot, ClickRobot, Robot
from vostool.evaluate.sequence import TruthSequence
from vostool.evaluate.statistics import auroc
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Engine
from vostool.models.flow.picture import Soft
from vostool.models.mobile_sam import track
from vostool.models.mobile_sam.score import LEAST, POWER, Scorer
from vostool.models.registry import create_engine
from vostool.project.prompts import Prompts
from vostool.runs.request import plan_run, run_edit

STARTS: dict[str, tuple[float, Callable[[], Robot] | None]] = {
    "mask": (0.0, None),
    "middle": (0.5, None),
    "box": (0.25, BoxRobot),
    "click": (0.75, ClickRobot),
}
"""Where in a sequence a run starts, and what gives the mask there; None for the truth."""
FACTORS = ("belief", "kept", "covered")
TOLD: list[tuple[int, float, float, float]] = []
"""Object, belief, kept and covered of each score of the frame that is being tracked."""

LATEST: dict[int, tuple[float, float] | None] = {}


class _Telling(Scorer):
    def shares(
        self, object_id: int, cover: Soft, tokens: torch.Tensor
    ) -> tuple[float, float] | None:
        LATEST[object_id] = super().shares(object_id, cover, tokens)
        return LATEST[object_id]

    def score(
        self, object_id: int, cover: Soft, tokens: torch.Tensor | None, belief: float
    ) -> float:
        score = super().score(object_id, cover, tokens, belief)
        shares = LATEST.pop(object_id, None)
        if shares is not None:
            TOLD.append((object_id, belief, *shares))
        return score


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("factors", type=Path)
    recording.add_argument("--starts", nargs="+", choices=STARTS, default=list(STARTS))
    fitting = commands.add_parser("fit")
    fitting.add_argument("factors", type=Path)
    fitting.add_argument("--plot", type=Path)
    args = parser.parse_args()
    if args.command == "fit":
        fit(args.factors, args.plot)
        return
    args.factors.mkdir(parents=True, exist_ok=True)
    setattr(track, "Scorer", _Telling)  # noqa: B010
    engine = create_engine("mobile-sam", None, None)
    for entry in list_sequences(args.folder, "folder", ()):
        for start in args.starts:
            path = args.factors / f"{entry.name}.{start}.npz"
            if not path.exists():
                record(entry.load(None), engine, start, path)


def record(sequence: TruthSequence, engine: Engine, start: str, path: Path) -> None:
    """Track a sequence from one start, and keep the facts."""
    share, make = STARTS[start]
    wanted = share * (sequence.frame_count - 1)
    frame = min(sequence.annotated, key=lambda f: abs(f - wanted))
    truth = sequence.truth(frame)
    there = [oid for oid in sequence.given if (truth == oid).any()]
    rows: list[tuple[int, int, float, float, float]] = []
    with closing(sequence.open()) as source:
        session = HeadlessSession(source, engine, sequence.given)
        if make is None:
            for oid in there:
                session.give(frame, oid, Mask.from_array(truth == oid))
        else:
            for said in make().correct(truth, np.zeros_like(truth), there):
                session.prompt(frame, said.object_id, Prompts(said.points, said.box))
        TOLD.clear()
        for step in engine.track(plan_run(session.project, Direction.BOTH), lambda: False):
            session.project.apply(run_edit(session.project, [step]))
            rows += [(step.frame, *told) for told in TOLD]
            TOLD.clear()
    frames = dict.fromkeys(sequence.annotated, there)
    iou = {(m.frame, m.object_id): m.j for m in measure_frames(sequence, session.project, frames)}
    known = [row for row in rows if row[:2] in iou]
    columns = {name: np.array([row[2 + n] for row in known]) for n, name in enumerate(FACTORS)}
    np.savez(path, iou=np.array([iou[row[:2]] for row in known]), **columns)
    print(f"{path.stem}: {len(known)} masks", flush=True)


def fit(folder: Path, plot: Path | None) -> None:
    """Print constants and how well they do; draw the plot."""
    before, rows = load(folder)
    apart, scale = held_out(rows), fitted(rows)
    print(f"SCALE = {scale:.1f}")
    print("sequence: masks, wrong ones, mean IoU; AUROC before and held out")
    for name in [*np.unique(rows.sequence), "all"]:
        own = (rows.sequence == name) | (name == "all")
        wrong = rows.iou[own] < BAD_IOU
        told = [auroc(zip(s[own], wrong, strict=True)) for s in (before, apart)]
        numbers = f"{own.sum()}, {wrong.sum()}, {rows.iou[own].mean():.2f}"
        print(f"{name}: {numbers}; {told[0]:.3f} {told[1]:.3f}")
    scores = (("before", before), ("held out", apart), ("all", expected(rows.product, scale)))
    for name, score in scores:
        error, points = calibration_error(score, rows.iou), bins(score, rows.iou)
        shown = ", ".join(f"{said:.2f}: {true:.2f} ({n})" for said, true, n in points)
        print(f"calibration error, {name}: {error:.3f}; {shown}")
    if plot is not None:
        curves = [("before", before), ("now, fitted without the sequence", apart)]
        draw([(name, bins(score, rows.iou)) for name, score in curves], plot)


def load(folder: Path) -> tuple[Values, Rows]:
    """What was recorded: the beliefs alone, which the score was before, and what it is made of."""
    parts: dict[str, list[Values]] = {name: [] for name in (*FACTORS, "iou")}
    names: list[str] = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            for name, values in parts.items():
                values.append(stored[name])
        names += [path.stem.rsplit(".", 1)[0]] * len(parts["iou"][-1])
    columns = {name: np.concatenate(values) for name, values in parts.items()}
    belief, kept, covered = (np.clip(columns[name], LEAST, 1) for name in FACTORS)
    product = np.asarray((belief * kept**2 * covered) ** POWER, np.float64)
    return columns["belief"], Rows(product, columns["iou"], np.array(names))


if __name__ == "__main__":
    main()
