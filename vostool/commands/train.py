"""`vostool train`: an engine learns from the masks of one's own projects."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from vostool.commands import arguments, output
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.errors import UsageError
from vostool.models.registry import check_engine_name, default_engine, trainable_engines
from vostool.models.trainer import TrainOptions
from vostool.training.labels import read_taught, video_names
from vostool.training.progress import Report
from vostool.training.report import report_json, report_lines, write_report
from vostool.training.session import (
    TrainingOutcome,
    TrainingPlan,
    TrainingRequest,
    plan_training,
    run_training,
)

_EPILOG = """\
it learns from masks that somebody confirmed, drew or got by clicks and boxes, never from tracked
masks that nobody looked at; some videos are held out to see whether that helped.

  vostool train a.vos b.vos c.vos --engine mobile-sam --out checkpoints/mine.pt
  vostool track d.mp4 --engine mine --box 0:1:120,80,260,210 --project d.vos

docs/training.md says what is learnt and how that is measured.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "projects", type=arguments.absolute, nargs="+", metavar="PROJECT.vos", help="what to learn"
    )
    parser.add_argument("--engine", metavar="NAME", help="default: the best here")
    parser.add_argument(
        "--out", type=arguments.absolute, metavar="FILE.pt", required=True,
        help="the new checkpoint; in a folder of checkpoints it is an engine of that name",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace it where it is there")
    parser.add_argument(
        "--checkpoint", type=arguments.absolute, metavar="FILE",
        help="begin with these weights in place of the published ones; the file is not changed",
    )  # fmt: skip
    parser.add_argument(
        "--device", metavar="cpu|cuda|cuda:N|mps|xpu", help="default: the best there is"
    )
    labels = parser.add_argument_group("labels")
    labels.add_argument(
        "--held-out", type=arguments.absolute, metavar="PROJECT.vos", action="append", default=[],
        help="measure on this one (among the projects or not); default: a quarter of the videos",
    )  # fmt: skip
    labels.add_argument(
        "--imported", action="store_true", help="learn from masks of imported label files, too"
    )
    learning = parser.add_argument_group("learning")
    default = TrainOptions()
    learning.add_argument("--epochs", type=arguments.whole, default=default.epochs, metavar="N")
    learning.add_argument(
        "--patience", type=arguments.whole, default=default.patience, metavar="N",
        help=f"end after N epochs that did not help; default: {default.patience}",
    )  # fmt: skip
    learning.add_argument("--rate", type=float, metavar="X", help="default: the engine's own")
    learning.add_argument("--seed", type=arguments.whole, default=0, metavar="N")
    learning.add_argument(
        "--anew", action="store_true", help="do not go on with an unfinished training"
    )
    results = parser.add_argument_group("results")
    results.add_argument(
        "--report", type=arguments.absolute, metavar="DIR", help="tables and pictures go here"
    )
    results.add_argument("--json", action="store_true", help="print the result as JSON")
    results.add_argument("--quiet", action="store_true", help="no progress and no warnings")


def run(args: argparse.Namespace) -> int:
    """Train; 0 where the new weights are better by more than the spread."""
    paths = list(dict.fromkeys([*args.projects, *args.held_out]))
    request = _request(args, paths)
    with output.progress("Reading", "project", args.quiet) as tell:
        taught = read_taught(paths, args.imported, tell)
    plan = plan_training(request, taught)
    if not args.quiet:
        output.warn(plan.notes)
    with Interrupt() as interrupt, _Bars(args.quiet) as bars:
        outcome = run_training(plan, bars.report, interrupt, bars.progress)
    folder = None
    if args.report is not None:
        folder = write_report(plan, outcome, args.report, args.overwrite)
    _tell(args, plan, outcome, folder)
    if outcome.stopped:
        return INTERRUPTED
    return 0 if outcome.comparison is not None and outcome.comparison.better else 1


def _request(args: argparse.Namespace, paths: Sequence[Path]) -> TrainingRequest:
    engine = args.engine or _default()
    check_engine_name(engine)
    for path in paths:
        if not arguments.is_project(path):
            raise UsageError(f"'{path}' is no project; label a video first and save it.")
    names = video_names(paths)
    options = TrainOptions(args.epochs, args.patience, args.rate, args.seed)
    return TrainingRequest(
        engine=engine,
        out=args.out,
        checkpoint=args.checkpoint,
        device=args.device,
        options=options,
        held_out=tuple(names[path] for path in args.held_out),
        anew=args.anew,
        overwrite=args.overwrite,
    )


def _default() -> str:
    best, known = default_engine(), trainable_engines()
    return best if best in known else known[0]


class _Bars:
    """Bars of what goes on, one after the other; the held-out value stands behind the steps."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: dict[str, tqdm[object]] = {}

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.close()

    def progress(self, done: int, total: int, what: str = "") -> None:
        """What goes before and after the steps."""
        self._to(what.capitalize() or "Working", "frame", done, total)

    def report(self, report: Report) -> None:
        """A step or a measurement."""
        bar = self._to("Training", "step", report.step, report.steps)
        loss = report.losses.get("total")
        shown = {} if loss is None else {"loss": f"{loss:.3f}"}
        if report.value is not None and report.best is not None:
            shown |= {"held out": f"{report.value:.3f}", "best": f"{report.best:.3f}"}
        bar.set_postfix(shown, refresh=False)

    def _to(self, title: str, unit: str, done: int, total: int) -> tqdm[object]:
        if title not in self._bars:
            self._bars[title] = output.bar(total, title, unit, self._quiet)
        bar = self._bars[title]
        bar.update(done - bar.n)
        return bar


def _tell(
    args: argparse.Namespace, plan: TrainingPlan, outcome: TrainingOutcome, folder: Path | None
) -> None:
    if args.json:
        report = None if folder is None else str(folder)
        output.say_json({**report_json(plan, outcome), "report": report})
        return
    for line in (*report_lines(plan, outcome), *outcome.notes):
        output.say(line)
    if outcome.checkpoint is not None:
        output.say(f"checkpoint: {outcome.checkpoint}")
    if folder is not None:
        output.say(f"report: {folder}")
