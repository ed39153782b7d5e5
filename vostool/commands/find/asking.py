"""What `vostool find` asks, and whom: the question, the finder, the thresholds and the rules."""

from __future__ import annotations

import argparse
from pathlib import Path

from vostool.commands import arguments
from vostool.commands.new_objects import DEFAULTS, add_new_objects
from vostool.errors import ModelError, UsageError
from vostool.finders.choice import Choice
from vostool.finders.finder import Finder, Grid, Question, Way
from vostool.finders.identity import NewRules
from vostool.finders.listener import Listener
from vostool.finders.phrases import parse_phrases
from vostool.finders.registry import best_finder, best_listener, create_finder, named_finder
from vostool.jobs import searching
from vostool.runs.discovery.values import Again, DiscoveryRules


def add_question(parser: argparse.ArgumentParser) -> None:
    """Declare the options of what is looked for."""
    group = parser.add_argument_group("what to look for (one of these)")
    group.add_argument("--text", metavar='"A. B"', help='phrases, such as "person. red car"')
    group.add_argument("--everything", action="store_true", help="whatever is there")
    group.add_argument(
        "--sound", metavar="LABEL", help="what is heard, on the frames on which it sounds"
    )
    how = parser.add_argument_group("how")
    how.add_argument("--finder", metavar="NAME", help="see `vostool models`; default: the best")
    how.add_argument(
        "--finder-checkpoint", type=arguments.absolute, metavar="PATH", help="of the finder"
    )
    how.add_argument(
        "--points-per-side", type=arguments.whole, default=16, metavar="N",
        help="of the grid for everything; default: 16",
    )  # fmt: skip
    how.add_argument(
        "--score", type=float, metavar="S",
        help="least score, 0 to 1; default: 0.25 for text, 0.7 for everything, the model's own for "
        "a whole video",
    )  # fmt: skip
    how.add_argument(
        "--text-score", type=float, default=0.25, metavar="S",
        help="least fit of a phrase; default: 0.25",
    )  # fmt: skip
    how.add_argument(
        "--box-size", type=float, metavar="S",
        help="largest box as a share of the picture; default: 1 for text, 0.8 for everything, so "
        "that the ground is no object and what stands on it is new",
    )  # fmt: skip


def add_looks(parser: argparse.ArgumentParser) -> None:
    """Declare the options of when to look, and of what becomes of what is new."""
    run = parser.add_argument_group("when, and what follows")
    each = f"the first only, and {DEFAULTS.every} with --track"
    add_new_objects(run, "--track", every=each)
    run.add_argument(
        "--whole-video", action="store_true",
        help="with --text: a model that detects and tracks by itself (SAM 3) goes through it",
    )  # fmt: skip
    run.add_argument("--start", type=arguments.whole, metavar="FRAME", help="first frame")
    run.add_argument("--end", type=arguments.whole, metavar="FRAME", help="last frame")
    run.add_argument("--track", action="store_true", help="track what is found")
    run.add_argument(
        "--new-share", type=float, default=DEFAULTS.new.outside, metavar="S",
        help="new is what lies outside known objects to this share; "
        f"default: {DEFAULTS.new.outside}",
    )  # fmt: skip
    run.add_argument(
        "--seen-again", choices=[answer.value for answer in Again], default=Again.JOIN.value,
        help="what may be an object that was lost goes on as that one (join), is only told (ask), "
        "or is a new one (new); default: join",
    )  # fmt: skip
    run.add_argument(
        "--video", type=arguments.absolute, metavar="PATH", help="where a project's video lies now"
    )


def question_of(args: argparse.Namespace) -> Question:
    """What is asked of the finder.

    Raises:
        UsageError: not one way, or a question that makes no sense.
    """
    ways = [args.text is not None, bool(args.everything), args.sound is not None]
    if sum(ways) != 1:
        raise UsageError("Say what to look for: --text PHRASES, --everything or --sound LABEL.")
    if args.points_per_side < 1 or args.points_per_side > 64:
        raise UsageError("--points-per-side is 1 to 64.")
    if args.everything:
        return Question(Way.EVERYTHING, grid=Grid(points_per_side=args.points_per_side))
    return Question(Way.TEXT, parse_phrases(args.text if args.text is not None else args.sound))


def choice_of(args: argparse.Namespace, question: Question) -> Choice:
    """Which candidates count."""
    return searching.choice_of(
        question.way,
        score=args.score,
        text_score=args.text_score,
        min_area=args.min_area,
        box_size=args.box_size,
    )


def rules_of(args: argparse.Namespace, count: int) -> DiscoveryRules:
    """When to look and what is new; ``count`` is the number of frames.

    Raises:
        UsageError: a value makes no sense.
    """
    every = args.every
    if every is None:
        every = DEFAULTS.every if args.track else max(count, 1)
    new = NewRules(args.max_objects, args.min_area, args.new_share)
    return DiscoveryRules(every, new, Again(args.seen_again), args.backward)


def check_finder(args: argparse.Namespace, way: Way) -> str:
    """The name of the finder that will be asked.

    Raises:
        UsageError: no such finder, or it cannot be asked this way.
        ModelError: none can be asked this way here.
    """
    if args.finder is None:
        return best_finder(way).name
    spec = named_finder(args.finder, way)
    problem = spec.status().problem
    if problem is not None:
        raise ModelError(problem)
    return spec.name


def make_finder(args: argparse.Namespace, name: str) -> Finder:
    """The finder with its model loaded.

    Raises:
        ModelError: packages or the checkpoint are missing, damaged or of another model.
    """
    checkpoint: Path | None = args.finder_checkpoint
    return create_finder(name, args.device, checkpoint)


def make_listener(device: str | None) -> Listener:
    """What hears, with its model loaded.

    Raises:
        ModelError: none is here.
    """
    return best_listener().create(device)
