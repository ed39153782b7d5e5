"""`vostool eval --unsupervised`: nothing is given; up to 20 proposals are matched to the truth."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from vostool.commands.eval_results import Results, finish_semi_supervised
from vostool.commands.new_objects import DEFAULTS, add_new_objects
from vostool.errors import UsageError
from vostool.evaluate.report import Json
from vostool.evaluate.unsupervised import PROPOSALS, Looks, UnsupervisedRun, check_matching
from vostool.finders.choice import Choice
from vostool.finders.finder import Finder, Question
from vostool.finders.ground import LARGEST_THING
from vostool.finders.identity import NewRules
from vostool.runs.discovery.values import Again, DiscoveryRules


def add_arguments(group: argparse._ArgumentGroup) -> None:
    """Declare what belongs to it."""
    group.add_argument(
        "--unsupervised", action="store_true",
        help=f"nothing is given: find, track, and match up to {PROPOSALS} proposals",
    )  # fmt: skip
    add_new_objects(group, "--unsupervised", most=PROPOSALS)


def check(args: argparse.Namespace) -> None:
    """Find what is wrong before any work is done.

    Raises:
        UsageError, ModelError: one sentence.
    """
    if not args.unsupervised:
        return
    if args.interactive or args.recall:
        other = "--interactive" if args.interactive else "--recall"
        raise UsageError(f"Give --unsupervised or {other}, not both.")
    if args.max_objects > PROPOSALS:
        raise UsageError(f"The protocol takes {PROPOSALS} proposals at most.")
    rules_of(args)
    check_matching()


def rules_of(args: argparse.Namespace) -> DiscoveryRules:
    """When to look and what is new."""
    new = NewRules(max_objects=args.max_objects, min_area=args.min_area)
    every = DEFAULTS.every if args.every is None else args.every
    return DiscoveryRules(every, new, Again.JOIN, args.backward)


def looks_of(args: argparse.Namespace, finder: Finder, question: Question) -> Looks:
    """How every sequence is looked at."""
    choice = Choice(smallest_area=args.min_area, box_size_threshold=LARGEST_THING)
    return Looks(finder, question, choice, rules_of(args))


def finish_unsupervised(
    runs: Sequence[UnsupervisedRun], facts: Json, results: Results, *, as_json: bool
) -> None:
    """Print the table or the JSON, and write everything there is to write."""
    finish_semi_supervised(
        [each.run for each in runs], facts, results, as_json=as_json,
        lines=[line for each in runs for line in _lines(each)],
        more={each.run.sequence.name: _json(each) for each in runs},
    )  # fmt: skip


def _lines(each: UnsupervisedRun) -> list[str]:
    """Where each object was found."""
    name = each.run.sequence.name
    lines = [f"{name}: {len(each.found_on)} proposals"]
    for oid, proposal in each.matches.items():
        if proposal is None:
            lines.append(f"{name}: nothing is left for object {oid}")
        else:
            frame = each.found_on[proposal]
            lines.append(f"{name}: object {oid} is proposal {proposal}, found on frame {frame}")
    return lines


def _json(each: UnsupervisedRun) -> Json:
    return {
        "proposals": len(each.found_on),
        "matches": [
            {
                "object": oid,
                "proposal": proposal,
                "found_on": None if proposal is None else each.found_on[proposal],
            }
            for oid, proposal in each.matches.items()
        ],
    }
