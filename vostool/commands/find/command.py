"""`vostool find`: looks for objects, and by choice tracks them, without a screen."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice

from vostool.commands import arguments, output
from vostool.commands.engine_arguments import (
    add_engine,
    check_engine,
    opened_engine,
)
from vostool.commands.export import ExportPlan, report_json, run_export
from vostool.commands.find import asking, whole
from vostool.commands.find.finding import Finding, find, sentences, steps_of
from vostool.commands.find.heard import listen
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.results import add_results, check_results
from vostool.commands.track import kept
from vostool.commands.tracking import values
from vostool.commands.workspace import Workspace, opened
from vostool.errors import UsageError
from vostool.finders.finder import FinderInfo, Question
from vostool.finders.registry import create_concepts
from vostool.finders.sound.spans import find_label
from vostool.io.exports.exporters import ExportReport
from vostool.models.engine import Direction, EngineInfo, TrackRequest
from vostool.project import edits
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import Step
from vostool.runs.request import ENGINE_SETTING

_EPILOG = """\
frames count from 0; `vostool models` lists the finders and what each of them needs.

  vostool find clip.mp4 --text "person. dog" --track --project clip.vos --export coco
  vostool find clip.mp4 --everything --every 20 --track --backward --project clip.vos
  vostool find clip.mp4 --text "person" --whole-video --project clip.vos
  vostool find clip.vos --sound dog --every 10 --export coco --out exported
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "source", type=arguments.absolute, metavar="SOURCE", help="video, image folder or project"
    )
    asking.add_question(parser)
    asking.add_looks(parser)
    add_engine(parser.add_argument_group("engine"))
    add_results(parser)


def run(args: argparse.Namespace) -> int:
    """Look, track, save and export; 0 only when everything was written."""
    question = asking.question_of(args)
    choice, rules = asking.choice_of(args, question), asking.rules_of(args, 1)
    check_engine(args)
    name = whole.check(args) if args.whole_video else asking.check_finder(args, question.way)
    plan = check_results(args, beside=True)
    if args.backward and not args.track:
        raise UsageError("--backward tracks what was found; give --track as well.")
    in_place = arguments.is_project(args.source) and args.project is None
    with (
        opened(args.source, video=args.video, write=in_place, quiet=args.quiet) as space,
        Interrupt() as interrupt,
    ):
        output.warn(space.warnings)
        request = plan_discovery(
            space.project, Direction.FORWARD, first=args.start or 0, last=args.end
        )
        if args.whole_video:
            with closing(create_concepts(name, args.device, args.finder_checkpoint)) as tracker:
                steps = whole.steps(args, space, request, tracker, question, interrupt)
                work = _Work(args, space, question, tracker.info)
                finding = work.store(steps, len(whole.frames(request)), interrupt)
            return _finish(work, finding, plan, interrupt)
        rules = asking.rules_of(args, request.last - request.first + 1)
        rules = replace(rules, where=_where(args, space, request, interrupt))
        with opened_engine(args, space) as engine, closing(asking.make_finder(args, name)) as asked:
            looked = discover(
                space.project.snapshot(), space.source, request, rules,
                Asked(asked, question, engine, choice), interrupt, args.track,
            )  # fmt: skip
            work = _Work(args, space, question, asked.info, engine.info)
            finding = work.store(looked, steps_of(request, rules, args.track), interrupt)
            return _finish(work, finding, plan, interrupt)


@dataclass(frozen=True)
class _Work:
    """One run, with what is told of it; ``engine`` is None where the finder tracks by itself."""

    args: argparse.Namespace
    space: Workspace
    question: Question
    finder: FinderInfo
    engine: EngineInfo | None = None

    def store(self, steps: Iterator[Step], total: int, interrupt: Interrupt) -> Finding:
        """Look and track; what is done is stored while it goes on."""
        args, project = self.args, self.space.project
        finding = Finding(DiscoveryEdits(project))
        # A question that finder or engine refuses is refused here: no file is made for it.
        begun = list(islice(steps, 1))
        with kept(self.space, args.project, args.overwrite) as changed:
            if self.engine is not None:
                setting = edits.set_setting(project, ENGINE_SETTING, self.engine.name)
                project.apply(setting)
                changed(values(setting))
            find(
                project, chain(begun, steps), finding, total,
                changed=changed, cancelled=interrupt, quiet=args.quiet,
            )  # fmt: skip
        return finding


def _where(
    args: argparse.Namespace,
    space: Workspace,
    request: TrackRequest,
    cancelled: Callable[[], bool],
) -> tuple[tuple[int, int], ...] | None:
    """The frames on which the wanted sound is heard; None where none is wanted.

    Raises:
        UsageError: the listener does not know it, or it is not heard.
    """
    if args.sound is None:
        return None
    with closing(asking.make_listener(args.device)) as listener:
        label = find_label(args.sound, listener.labels)
        spans = listen(listener, space.source, label, cancelled, args.quiet)
    inside = tuple(
        (max(first, request.first), min(last, request.last))
        for first, last in spans
        if first <= request.last and last >= request.first
    )
    if not inside:
        raise UsageError(
            f"'{label}' is not heard on these frames; look for it with --text instead."
        )
    return inside


def _finish(work: _Work, finding: Finding, plan: ExportPlan | None, interrupt: Interrupt) -> int:
    space, args = work.space, work.args
    output.warn(finding.problems)
    report = None
    if finding.cancelled:
        stored = f"; what was found is saved in '{space.file.path}'" if space.file else ""
        output.warn([f"Stopped after {finding.frames} frames{stored}."])
    elif plan is not None:
        report = run_export(space.project, space.source, plan, args.quiet, interrupt)
    if not finding.found and not finding.cancelled:
        output.warn(["Nothing new was found; try a lower --score or a smaller --min-area."])
    if args.json:
        output.say_json(_facts(work, finding, report))
    elif not args.quiet:
        _say(work, finding, report)
    if finding.cancelled:
        return INTERRUPTED
    return 1 if finding.problems else 0


def _facts(work: _Work, finding: Finding, report: ExportReport | None) -> dict[str, object]:
    """All that happened, for a script."""
    project, file = work.space.project, work.space.file
    return {
        "source": str(project.source.path),
        "finder": work.finder.name,
        "way": work.question.way.value,
        "phrases": list(work.question.phrases),
        "engine": None if work.engine is None else work.engine.name,
        "device": work.finder.device if work.engine is None else work.engine.device,
        "frames": finding.frames,
        "masks": len(finding.masks),
        "seconds": round(finding.seconds, 3),
        "found": [
            {
                "object": said.object_id,
                "label": project.objects[said.object_id].label,
                "frame": said.frame,
                "score": round(said.score, 4),
                "area": said.mask.area,
            }
            for said in finding.found
        ],
        "seen_again": [
            {
                "object": said.object_id,
                "frame": said.frame,
                "likeness": round(said.likeness, 4),
                "answer": said.answer.value,
                "new_object": said.new_id,
            }
            for said in finding.again
        ],
        "cancelled": finding.cancelled,
        "problems": finding.problems,
        "project": str(file.path) if file else None,
        "export": None if report is None else report_json(report),
    }


def _say(work: _Work, finding: Finding, report: ExportReport | None) -> None:
    finder, engine = work.finder, work.engine
    by = f"{finder.name}, {finder.device}"
    if engine is not None:
        by = f"{finder.name}, {engine.name}, {engine.device}"
    output.say(
        f"{len(finding.found)} new objects and {len(finding.masks)} masks on {finding.frames} "
        f"frames in {finding.seconds:.1f} s ({by})"
    )
    for line in sentences(finding, work.space.project):
        output.say(f"  {line}")
    if work.space.file is not None:
        output.say(f"project: {work.space.file.path}")
    for written in [] if report is None else report.written:
        output.say(f"exported: {written.main}")
