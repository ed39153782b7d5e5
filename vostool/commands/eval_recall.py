"""`vostool eval --recall`: how many true objects a finder's candidates hold on single frames."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

from vostool.commands import arguments
from vostool.commands.eval_results import Results, finish
from vostool.errors import UsageError
from vostool.evaluate.recall import MOST, FrameLook, average_recall
from vostool.evaluate.report import aligned
from vostool.finders.everything.grid import check_grid
from vostool.finders.finder import Finder, Grid, Question, Way
from vostool.finders.registry import create_finder

_GOOD = 0.8


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """Declare what belongs to it."""
    group.add_argument(
        "--recall", action="store_true", help="measure what `everything` finds on single frames"
    )
    group.add_argument(
        "--looks", type=arguments.whole, default=1, metavar="N",
        help="frames of each sequence to look at; default: 1, the first that shows an object",
    )  # fmt: skip
    group.add_argument(
        "--points-per-side", type=arguments.whole, default=16, metavar="N", help="default: 16"
    )
    group.add_argument(
        "--crop-layers", type=arguments.whole, default=0, metavar="N", help="default: 0"
    )
    group.add_argument(
        "--plain-grid", action="store_true",
        help="ask every point, also where a mask lies already",
    )  # fmt: skip


def check(args: argparse.Namespace) -> None:
    """Find what is wrong before any work is done."""
    if args.recall and args.interactive:
        raise UsageError("Give --recall or --interactive, not both.")
    if args.looks < 1:
        raise UsageError("--looks must be 1 or more.")
    check_grid(question_of(args).grid)


def question_of(args: argparse.Namespace) -> Question:
    """What is asked on every frame."""
    grid = Grid(args.points_per_side, args.crop_layers, not args.plain_grid)
    return Question(Way.EVERYTHING, grid=grid)


def finder_of() -> Finder:
    """The finder that is measured."""
    return create_finder("everything")


def finish_recall(
    sequences: Sequence[Sequence[FrameLook]],
    facts: dict[str, object],
    results: Results,
    *,
    as_json: bool,
) -> None:
    """Print the table or the JSON, and write it where files were asked for."""
    every = [look for looks in sequences for look in looks]
    lines = table(sequences)
    value = {
        **facts,
        **_average(every),
        "sequences": [
            {"name": looks[0].sequence, **_average(looks), "frames": [_json(x) for x in looks]}
            for looks in sequences
        ],
    }
    finish("recall.json", value, lines, results, as_json=as_json)


def table(sequences: Sequence[Sequence[FrameLook]]) -> list[str]:
    """A row for each sequence, and one for all."""
    head = ("sequence", "frames", "objects", *(f"AR@{m}" for m in MOST), "best IoU",
            f"IoU>={_GOOD}", "candidates", "clicks", "s/frame")  # fmt: skip
    rows = [head, *(_row(looks[0].sequence, looks) for looks in sequences)]
    if len(sequences) > 1:
        rows.append(_row("all", [look for looks in sequences for look in looks]))
    return aligned(rows)


def _row(name: str, looks: Sequence[FrameLook]) -> tuple[str, ...]:
    best = [iou for look in looks for iou in look.best.values()]
    recall = average_recall(looks)
    clicks = [look.clicks for look in looks if look.clicks is not None]
    return (
        name,
        str(len(looks)),
        str(len(best)),
        *(_number(recall[most], 3) for most in MOST),
        _number(_mean(best), 3),
        _number(_mean([float(iou >= _GOOD) for iou in best]), 2),
        _number(_mean([float(len(look.candidates)) for look in looks]), 0),
        _number(_mean([float(n) for n in clicks]), 0),
        _number(_mean([look.seconds for look in looks]), 2),
    )


def _average(looks: Sequence[FrameLook]) -> dict[str, object]:
    return {f"AR@{m}": _known(value) for m, value in average_recall(looks).items()}


def _json(look: FrameLook) -> dict[str, object]:
    return {
        "frame": look.frame,
        "candidates": len(look.candidates),
        "clicks": look.clicks,
        "seconds": look.seconds,
        "best": {str(oid): iou for oid, iou in look.best.items()},
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
