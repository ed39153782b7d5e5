"""`vostool cvat track`: initial segmentation, tracking again, going on, or one step."""

from __future__ import annotations

import argparse

from vostool.commands import output
from vostool.commands.cvat.project import job_opened
from vostool.commands.engine_arguments import check_engine, opened_engine
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.track import kept
from vostool.commands.tracking import Changed, Outcome, track, values
from vostool.commands.workspace import Workspace
from vostool.errors import PromptError
from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.pull import changed_cells
from vostool.models.engine import Engine
from vostool.project import edits
from vostool.project.project import Project
from vostool.runs.keyframes import (
    Span,
    again_spans,
    initial_spans,
    is_labelled,
    last_result,
    next_step,
    plan_span,
    remaining_spans,
)
from vostool.runs.request import ENGINE_SETTING


def track_job(args: argparse.Namespace) -> int:
    """Track; 0 only when every frame of every span was worked on."""
    check_engine(args)
    with job_opened(args, pull=True) as (space, job):
        spans = chosen_spans(args, space.project, job)
        outcome = None
        with Interrupt() as interrupt:
            if spans:
                with (
                    opened_engine(args, space) as engine,
                    kept(space, None, overwrite=False) as changed,
                ):
                    outcome = _track_all(
                        space.project,
                        engine,
                        spans,
                        changed=changed,
                        interrupt=interrupt,
                        quiet=args.quiet,
                    )
            return _finish(args, space, job, spans, outcome)


def chosen_spans(args: argparse.Namespace, project: Project, job: Job) -> list[Span]:
    """The spans that the options ask for; ``--frames`` are CVAT's numbers, spans are ours.

    Raises:
        PromptError: there is nothing to start from.
    """
    if args.frames is not None:
        for number in args.frames:
            if number not in job.index:
                raise PromptError(
                    f"Frame {number} is not in job {job.id}, which has frames {job.numbers[0]} to "
                    f"{job.numbers[-1]}."
                )
            if not is_labelled(project, job.index[number]):
                raise PromptError(
                    f"Frame {number} holds no mask to track from; annotate it or choose another."
                )
        return again_spans(project, [job.index[number] for number in args.frames])
    if args.step:
        return [next_step(project, last_result(project))]
    return remaining_spans(project) if args.reuse else initial_spans(project)


def _track_all(
    project: Project,
    engine: Engine,
    spans: list[Span],
    *,
    changed: Changed,
    interrupt: Interrupt,
    quiet: bool,
) -> Outcome:
    setting = edits.set_setting(project, ENGINE_SETTING, engine.info.name)
    project.apply(setting)
    changed(values(setting))
    total = Outcome(engine.info)
    for span in spans:
        request = plan_span(project, span)
        if request is None:
            continue
        done = track(project, engine, request, changed=changed, cancelled=interrupt, quiet=quiet)
        total.frames += done.frames
        total.masks += done.masks
        total.seconds += done.seconds
        total.problems += done.problems
        total.cancelled = done.cancelled
        if done.cancelled:
            break
    return total


def _finish(
    args: argparse.Namespace, space: Workspace, job: Job, spans: list[Span], outcome: Outcome | None
) -> int:
    assert space.file is not None
    problems = [] if outcome is None else outcome.problems
    cancelled = outcome is not None and outcome.cancelled
    output.warn(problems)
    if cancelled:
        output.warn(["Stopped; what was done is kept, --reuse goes on from there."])
    facts: dict[str, object] = {
        "url": job.url,
        "job": job.id,
        "project": str(space.file.path),
        "engine": None if outcome is None else outcome.engine.name,
        "spans": [[job.numbers[span.start], job.numbers[span.end]] for span in spans],
        "frames": 0 if outcome is None else outcome.frames,
        "masks": 0 if outcome is None else outcome.masks,
        "seconds": 0.0 if outcome is None else round(outcome.seconds, 3),
        "cancelled": cancelled,
        "problems": problems,
        "not_pushed": len(changed_cells(space.project)),
    }
    if args.json:
        output.say_json(facts)
    elif not args.quiet:
        _say(facts, job, spans)
    if cancelled:
        return INTERRUPTED
    return 1 if problems else 0


def _say(facts: dict[str, object], job: Job, spans: list[Span]) -> None:
    if not spans:
        output.say("every frame has its masks already")
        return
    shown = ", ".join(f"{job.numbers[span.start]}-{job.numbers[span.end]}" for span in spans[:8])
    more = f" and {len(spans) - 8} more" if len(spans) > 8 else ""
    output.say(
        f"{facts['masks']} masks on {facts['frames']} frames in {facts['seconds']} s "
        f"({facts['engine']}), frames {shown}{more}"
    )
    output.say(f"{facts['not_pushed']} masks not pushed; project: {facts['project']}")
