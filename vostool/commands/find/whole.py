"""`vostool find --whole-video`: what is asked of a model that detects and tracks by itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from vostool.commands.workspace import Workspace
from vostool.errors import ModelError, UsageError
from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Question
from vostool.finders.identity import NewRules
from vostool.finders.registry import CONCEPTS, best_concepts
from vostool.models.engine import TrackRequest
from vostool.runs.discovery.values import DiscoveredFrame
from vostool.runs.discovery.whole import Followed, follow


def check(args: argparse.Namespace) -> str:
    """The name of the model that will be asked; "sam3" stands for "sam3-video".

    Raises:
        UsageError: no such model, or options that make no sense with it.
        ModelError: it cannot be used here.
    """
    if args.text is None:
        raise UsageError("--whole-video looks for what a text names; give --text as well.")
    if args.every is not None or args.backward:
        raise UsageError(
            "--whole-video looks on every frame and tracks by itself; leave --every and "
            "--backward out."
        )
    if args.finder is not None:
        return _named(args)
    return best_concepts().name


def steps(  # noqa: PLR0917
    args: argparse.Namespace,
    space: Workspace,
    request: TrackRequest,
    tracker: ConceptTracker,
    question: Question,
    cancelled: Callable[[], bool],
) -> Iterator[DiscoveredFrame]:
    """The steps of the run.

    Raises:
        UsageError: a value or a phrase makes no sense.
        ModelError: from the tracker; what was yielded stays true.
    """
    rules = NewRules(args.max_objects, args.min_area, args.new_share)
    asked = Followed(question.phrases, rules, args.score)
    project = space.project.snapshot()
    run = follow(project, space.source, request, tracker, asked, cancelled)
    return (step for step in run if step is not None)


def frames(request: TrackRequest) -> range:
    """Those that are looked at."""
    return range(request.first, request.last + 1)


def _named(args: argparse.Namespace) -> str:
    video = f"{args.finder}-video"
    name: str = video if video in CONCEPTS else args.finder
    if name not in CONCEPTS:
        raise UsageError(
            f"The finder '{args.finder}' does not look through a whole video by itself; these do: "
            f"{', '.join(CONCEPTS)}."
        )
    problem = CONCEPTS[name].status().problem
    if problem is not None and args.finder_checkpoint is None:
        raise ModelError(problem)
    return name
