"""One track run without a window: engine, progress, autosave and Ctrl+C."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vostool.commands import output
from vostool.models.engine import Direction, Engine, EngineInfo, TrackRequest, tracked_span
from vostool.project.changes import Cell, Edit, Value
from vostool.project.project import Project
from vostool.runs.request import run_edit
from vostool.runs.tidying import Tidying

Changed = Callable[[list[tuple[Cell, Value]]], None]
"""Called with every cell that the run wrote and its value."""


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        engine: what did it.
        frames: frames worked on.
        masks: masks written.
        seconds: duration of the run.
        cancelled: the person stopped it.
        problems: one sentence for each frame that could not be worked on.
        tidying: what became of specks and pinholes.
    """

    engine: EngineInfo
    frames: int = 0
    masks: int = 0
    seconds: float = 0.0
    cancelled: bool = False
    problems: list[str] = field(default_factory=list)
    tidying: Tidying = field(default_factory=Tidying)


def track(
    project: Project,
    engine: Engine,
    request: TrackRequest,
    *,
    changed: Changed,
    cancelled: Callable[[], bool],
    quiet: bool,
    tidy: bool = True,
) -> Outcome:
    """Run a request on an opened engine and write its masks into the project.

    Args:
        tidy: answers to clicks and boxes lose their specks and pinholes, as in the window.

    Raises:
        ModelError, PromptError: from the engine; what was done before is in the project.
    """
    outcome = Outcome(engine.info, tidying=Tidying(tidy))
    start = time.monotonic()
    done: set[tuple[int, int]] = set()
    with output.bar(step_count(request), "Tracking", "frame", quiet) as bar:
        for step in engine.track(request, cancelled):
            edit = run_edit(project, [outcome.tidying.step(project, step)])
            project.apply(edit)
            changed(values(edit))
            done.update(c.cell.key for c in edit.changes if isinstance(c.cell.key, tuple))
            if step.problem is not None:
                outcome.problems.append(f"Frame {step.frame}: {step.problem}")
            if not step.revised:
                outcome.frames += 1
                bar.update()
    outcome.cancelled = cancelled()
    outcome.masks = len(done)
    outcome.seconds = time.monotonic() - start
    return outcome


def add_tidy(group: argparse._ArgumentGroup) -> None:
    """Declare the switch of what :func:`track` does with specks and pinholes."""
    group.add_argument(
        "--tidy", action=argparse.BooleanOptionalAction, default=True,
        help="answers to points and boxes lose specks and pinholes, as in the window (default: "
        "yes)",
    )  # fmt: skip


def step_count(request: TrackRequest) -> int:
    """How many steps a run has: the frames of each leg on which any object is tracked."""
    legs = {Direction.FORWARD: (True,), Direction.BACKWARD: (False,)}
    ids = {key.object_id for key in request.keyframes}
    total = 0
    for forward in legs.get(request.direction, (True, False)):
        spans = (tracked_span(request, object_id, forward) for object_id in ids)
        total += len(set().union(*(span for span in spans if span is not None)))
    return total


def values(edit: Edit) -> list[tuple[Cell, Value]]:
    """An edit's cells with the values they have afterwards, as autosave takes them."""
    return [(change.cell, change.after) for change in edit.changes]
