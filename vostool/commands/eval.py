"""`vostool eval`: how good an engine is on sequences with ground truth."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from vostool.commands import arguments, eval_recall, eval_unsupervised, output
from vostool.commands.engine_arguments import add_engine, check_learns, engine_options, made_engine
from vostool.commands.eval_results import (
    Results,
    finish_adapted,
    finish_interactive,
    finish_picks,
    finish_semi_supervised,
)
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.errors import Cancelled, UsageError, VosToolError
from vostool.evaluate.adapted import run_pair
from vostool.evaluate.datasets import LAYOUTS, Listed, list_sequences
from vostool.evaluate.interactive import Budget, run_session
from vostool.evaluate.pick_comparison import compare_picks
from vostool.evaluate.picks import PICKS, check_picks
from vostool.evaluate.plain_warp import NAME as PLAIN_WARP
from vostool.evaluate.plain_warp import PlainWarp
from vostool.evaluate.recall import look_at
from vostool.evaluate.robots import ROBOTS, make_robot
from vostool.evaluate.semi_supervised import run_sequence
from vostool.evaluate.sequence import TruthSequence, generated_sequence
from vostool.evaluate.unsupervised import run_unsupervised
from vostool.models.engine import Engine
from vostool.models.memory_kinds import STANDARD, Memory, check_memory
from vostool.models.registry import check_engine_name

T = TypeVar("T")

GENERATED = "generated"

_EPILOG = """\
the first masks are given and J, F and J&F are measured by the DAVIS 2017 definition; with
--interactive a robot corrects the worst frame again and again, as in the DAVIS interactive track;
with --unsupervised nothing is given: objects are found, tracked and matched to the true ones.

  vostool eval --dataset DAVIS --layout davis --engine flow --out results
  vostool eval --dataset clips --layout folder --sequence dog --interactive --robot clicks
  vostool eval --dataset clips --interactive --robot clicks --pick queue,worst,uniform,random
  vostool eval --layout generated --engine mobile-sam --unsupervised --every 20
  vostool eval --layout generated --engine plain-warp
  vostool eval --layout generated --engine mobile-sam --recall
  vostool eval --dataset LVOS --layout davis --engine sam2.1-large --memory long

docs/evaluation.md says what every number means.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--dataset", type=arguments.absolute, metavar="DIR")
    parser.add_argument(
        "--layout", choices=(*LAYOUTS, GENERATED), default="folder", help="default: folder"
    )
    parser.add_argument(
        "--sequence", type=arguments.names, metavar="NAME,..", action="append", help="default: all"
    )
    parser.add_argument(
        "--frames", type=arguments.whole, metavar="N", help="only the first N frames of each"
    )
    engine = parser.add_argument_group("engine")
    add_engine(engine, PLAIN_WARP)
    _add_robot(parser.add_argument_group("interactive"))
    finders = parser.add_argument_group("finders")
    eval_recall.add_arguments(finders)
    eval_unsupervised.add_arguments(finders)
    results = parser.add_argument_group("results")
    results.add_argument(
        "--out", type=arguments.absolute, metavar="DIR", help="JSON, plots and pictures go here"
    )
    results.add_argument("--overwrite", action="store_true", help="replace results in DIR")
    results.add_argument("--json", action="store_true", help="print JSON in place of the table")
    results.add_argument("--quiet", action="store_true", help="no progress")


def _add_robot(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--interactive", action="store_true", help="a robot corrects the result")
    group.add_argument("--robot", choices=ROBOTS, default=ROBOTS[0], help="default: scribbles")
    group.add_argument(
        "--pick", type=arguments.names, default=[PICKS[0]], metavar="NAME,..",
        help=f"what names the next frame: {', '.join(PICKS)}; several are compared; default: worst",
    )  # fmt: skip
    group.add_argument(
        "--seeds", type=arguments.whole, default=3, metavar="N",
        help="runs of --pick random, which are averaged; default: 3",
    )  # fmt: skip
    group.add_argument("--rounds", type=arguments.whole, default=8, metavar="N", help="default: 8")
    group.add_argument(
        "--seconds", type=float, default=30.0, metavar="S",
        help="time budget an object and round; default: 30",
    )  # fmt: skip
    group.add_argument(
        "--adapt", action="store_true",
        help="correct each sequence twice, without and with learning from the corrections",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Evaluate every sequence; 0 only when all were evaluated without a problem."""
    _check(args)
    listed = _sequences(args)
    with Results(args.out, args.overwrite) as results, _engine(args) as engine:
        work = _semi_supervised
        if args.interactive:
            work = _interactive if args.pick == [PICKS[0]] else _picks
        elif args.recall:
            work = _recall
        elif args.unsupervised:
            work = _unsupervised
        return work(args, listed, engine, results)


def _interactive(
    args: argparse.Namespace, listed: list[Listed], engine: Engine, results: Results
) -> int:
    robot, budget = make_robot(args.robot), Budget(args.rounds, args.seconds)
    facts = _facts(args, engine)
    facts |= {"robot": args.robot, "rounds": args.rounds, "seconds": args.seconds}
    if args.adapt:
        pairs, status = _each(
            args,
            listed,
            lambda s, i, step: run_pair(
                s, engine, robot, budget, stopped=i, stepped=step, memory=_memory(args)
            ),
        )
        finish_adapted(pairs, facts, results, budget, as_json=args.json)
        return status
    sessions, status = _each(
        args,
        listed,
        lambda s, i, step: run_session(
            s, engine, robot, budget, stopped=i, stepped=step, memory=_memory(args)
        ),
    )
    finish_interactive(sessions, facts, results, budget, as_json=args.json)
    return status


def _picks(args: argparse.Namespace, listed: list[Listed], engine: Engine, results: Results) -> int:
    robot, budget = make_robot(args.robot), Budget(args.rounds, args.seconds)
    compared, status = _each(
        args,
        listed,
        lambda s, i, step: compare_picks(
            s, engine, robot, budget, picks=args.pick, seeds=args.seeds,
            stopped=i, stepped=step, memory=_memory(args),
        ),
    )  # fmt: skip
    facts = _facts(args, engine)
    facts |= {"robot": args.robot, "rounds": args.rounds, "seconds": args.seconds}
    facts |= {"picks": args.pick, "seeds": args.seeds}
    finish_picks(compared, facts, results, budget, as_json=args.json)
    return status


def _recall(
    args: argparse.Namespace, listed: list[Listed], engine: Engine, results: Results
) -> int:
    finder, question = eval_recall.finder_of(), eval_recall.question_of(args)
    looks, status = _each(
        args,
        listed,
        lambda s, i, step: look_at(
            s, engine, finder, question, args.looks, stopped=i, stepped=step
        ),
    )
    eval_recall.finish_recall(looks, _facts(args, engine), results, as_json=args.json)
    return status


def _unsupervised(
    args: argparse.Namespace, listed: list[Listed], engine: Engine, results: Results
) -> int:
    looks = eval_unsupervised.looks_of(args, eval_recall.finder_of(), eval_recall.question_of(args))
    found, status = _each(
        args,
        listed,
        lambda s, i, step: run_unsupervised(s, engine, looks, i, step, memory=_memory(args)),
    )
    facts = _facts(args, engine)
    eval_unsupervised.finish_unsupervised(found, facts, results, as_json=args.json)
    return status or int(any(each.run.problems for each in found))


def _semi_supervised(
    args: argparse.Namespace, listed: list[Listed], engine: Engine, results: Results
) -> int:
    memory = _memory(args)
    runs, status = _each(
        args, listed, lambda s, i, step: run_sequence(s, engine, i, step, memory=memory)
    )
    finish_semi_supervised(runs, _facts(args, engine), results, as_json=args.json)
    return status or int(any(run.problems for run in runs))


Work = Callable[[TruthSequence, Interrupt, Callable[[], None]], T]


def _each(args: argparse.Namespace, listed: list[Listed], work: Work[T]) -> tuple[list[T], int]:
    """The sequences that could be evaluated, and the status; stderr says why others could not."""
    done: list[T] = []
    status = 0
    problem: VosToolError | None = None
    with Interrupt() as interrupt:
        for number, entry in enumerate(listed, 1):
            title = f"{entry.name} ({number}/{len(listed)})"
            try:
                sequence = entry.load(args.frames)
                output.warn(sequence.warnings)
                with output.bar(0, title, "frame", args.quiet) as bar:
                    done.append(work(sequence, interrupt, _stepping(bar)))
            except Cancelled:
                status = INTERRUPTED
                break
            except VosToolError as error:
                problem, status = error, 1
                if len(listed) > 1:
                    output.warn([f"{error} '{entry.name}' is left out."])
    if done:
        return done, status
    raise problem or Cancelled("Stopped.")


def _check(args: argparse.Namespace) -> None:
    """Find what is wrong with the request before any work is done for it."""
    if args.engine is not None:
        check_engine_name(args.engine, others=(PLAIN_WARP,))
    engine_options(args)
    eval_recall.check(args)
    eval_unsupervised.check(args)
    if args.engine == PLAIN_WARP and (args.interactive or args.unsupervised):
        raise UsageError(
            "The baseline plain-warp takes no corrections and finds nothing; choose an engine."
        )
    if (args.dataset is None) != (args.layout == GENERATED):
        raise UsageError("Give --dataset DIR, or --layout generated for the generated clip.")
    if args.frames is not None and args.frames < 3:
        raise UsageError("--frames must be 3 or more: the first and the last frame do not count.")
    if args.adapt and not args.interactive:
        raise UsageError("--adapt learns from corrections; add --interactive.")
    if args.adapt and args.pick != [PICKS[0]]:
        raise UsageError("--adapt is compared on the worst frame alone; leave --pick out.")
    if args.rounds < 1 or not args.seconds > 0:
        raise UsageError("--rounds and --seconds must be more than 0.")
    check_picks(args.pick, args.seeds)


def _sequences(args: argparse.Namespace) -> list[Listed]:
    if args.layout == GENERATED:
        if args.sequence:
            raise UsageError("The generated clip is one sequence; leave --sequence out.")
        return [Listed(GENERATED, generated_sequence)]
    return list_sequences(args.dataset, args.layout, arguments.flattened(args.sequence))


@contextmanager
def _engine(args: argparse.Namespace) -> Iterator[Engine]:
    if args.engine == PLAIN_WARP:
        check_memory(_memory(args), (STANDARD,), "The baseline plain-warp")
        yield PlainWarp()
        return
    with made_engine(args) as engine:
        check_memory(_memory(args), engine.info.memories, engine.info.title)
        if args.adapt:
            check_learns(engine)
        yield engine


def _memory(args: argparse.Namespace) -> Memory:
    memory: Memory = args.memory or STANDARD
    return memory


def _facts(args: argparse.Namespace, engine: Engine) -> dict[str, object]:
    """What was evaluated, for the JSON."""
    info = engine.info
    facts: Mapping[str, str] = {
        "name": info.name, "title": info.title, "device": info.device,
        "dtype": info.dtype, "quality": info.quality, "memory": _memory(args),
    }  # fmt: skip
    dataset: Path | None = args.dataset
    return {
        "protocol": _protocol(args),
        "engine": dict(facts),
        "dataset": None if dataset is None else str(dataset),
        "layout": args.layout,
        "frames_limit": args.frames,
    }


def _protocol(args: argparse.Namespace) -> str:
    if args.recall:
        return "recall"
    if args.unsupervised:
        return "unsupervised"
    return "interactive" if args.interactive else "semi-supervised"


def _stepping(bar: tqdm[Any]) -> Callable[[], None]:
    def step() -> None:
        bar.update()

    return step
