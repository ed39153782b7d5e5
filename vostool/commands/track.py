"""`vostool track`: prompts in, masks out, without a screen."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vostool.commands import arguments, output
from vostool.commands.engine_arguments import (
    add_engine,
    check_engine,
    check_learns,
    opened_engine,
)
from vostool.commands.export import ExportPlan, report_json, run_export
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.results import add_results, check_results
from vostool.commands.tracking import Changed, Outcome, add_tidy, track, values
from vostool.commands.workspace import Workspace, opened
from vostool.errors import ProjectFileError
from vostool.io.project.autosave import Autosaver
from vostool.io.project.file import create
from vostool.jobs import specs
from vostool.jobs.prompting import PromptSpecs, prompt_edit
from vostool.models.engine import Direction, Engine, Learns, TrackRequest
from vostool.models.memory_kinds import check_memory
from vostool.project import edits
from vostool.project.changes import Edit
from vostool.project.project import Project
from vostool.runs.gaps import gap_words
from vostool.runs.learning import learn
from vostool.runs.request import ENGINE_SETTING, choose_memory, keyframes, memory_of, plan_run

_EPILOG = """\
frames count from 0 and objects from 1; coordinates are pixels from the top left corner.

  vostool track clip.mp4 --box 0:1:120,80,260,210 --label 1:car --project clip.vos
  vostool track clip.mp4 --point 0:1:320,180 --extent 0:1:whole --project clip.vos
  vostool track clip.vos --point 40:1:200,150,- --export cvat-images,coco --out exported
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "source", type=arguments.absolute, metavar="SOURCE", help="video, image folder or project"
    )
    prompts = parser.add_argument_group("prompts (each may be given several times)")
    for name, kind, form in (
        ("box", specs.box_spec, "FRAME:OBJ:x0,y0,x1,y1"),
        ("point", specs.point_spec, "FRAME:OBJ:x,y,(+|-)"),
        ("mask", specs.mask_spec, "FRAME:png | FRAME:OBJ:png"),
        ("extent", specs.choice_spec, "FRAME:OBJ:(part|more|whole)"),
        ("label", specs.label_spec, "OBJ:name"),
    ):
        prompts.add_argument(f"--{name}", type=kind, metavar=form, action="append", default=[])
    run = parser.add_argument_group("run")
    add_engine(run)
    run.add_argument("--direction", choices=[d.value for d in Direction], default="forward")
    add_tidy(run)
    run.add_argument(
        "--adapt", action="store_true",
        help="MobileSAM first learns each object from its given, corrected and confirmed masks",
    )  # fmt: skip
    run.add_argument("--start", type=arguments.whole, metavar="FRAME", help="first frame tracked")
    run.add_argument("--end", type=arguments.whole, metavar="FRAME", help="last frame tracked")
    run.add_argument(
        "--video", type=arguments.absolute, metavar="PATH", help="where a project's video lies now"
    )
    add_results(parser)


def run(args: argparse.Namespace) -> int:
    """Track, save and export; 0 only when everything was written."""
    check_engine(args)
    plan = check_results(args)
    in_place = arguments.is_project(args.source) and args.project is None
    with opened(args.source, video=args.video, write=in_place, quiet=args.quiet) as space:
        output.warn(space.warnings)
        edit = prompt_edit(space.project, _specs(args))
        space.project.apply(edit)
        remembered = choose_memory(space.project, args.memory or memory_of(space.project))
        space.project.apply(remembered)
        request = _planned(args, space.project)
        _warn_unprompted(space.project)
        with opened_engine(args, space) as engine, Interrupt() as interrupt:
            check_memory(request.memory, engine.info.memories, engine.info.title)
            if args.adapt:
                check_learns(engine)
            setting = edits.set_setting(space.project, ENGINE_SETTING, engine.info.name)
            space.project.apply(setting)
            with kept(space, args.project, args.overwrite) as changed:
                changed(values(edit) + values(remembered) + values(setting))
                if args.adapt:
                    learned = _learn(space.project, engine, interrupt)
                    changed(values(learned))
                    request = _planned(args, space.project)
                outcome = track(
                    space.project, engine, request,
                    changed=changed, cancelled=interrupt, quiet=args.quiet, tidy=args.tidy,
                )  # fmt: skip
            return _finish(args, space, plan, outcome, interrupt)


_NOTHING_LEARNED = (
    "Nothing was learned: it takes masks that were given, corrected or confirmed, and what they "
    "teach has to hold on one of them that is left out."
)


def _planned(args: argparse.Namespace, project: Project) -> TrackRequest:
    return plan_run(project, Direction(args.direction), first=args.start or 0, last=args.end)


def _learn(project: Project, engine: Engine, interrupt: Interrupt) -> Edit:
    """What the masks that a person gave or confirmed teach, before anything is tracked by it."""
    assert isinstance(engine, Learns)
    edit = learn(project, engine, list(project.objects), interrupt)
    project.apply(edit)
    if not edit.changes:
        output.warn([_NOTHING_LEARNED])
    return edit


def _specs(args: argparse.Namespace) -> PromptSpecs:
    return PromptSpecs(args.point, args.box, args.mask, args.label, args.extent)


def _warn_unprompted(project: Project) -> None:
    prompted = {key.object_id for key in keyframes(project, project.objects.keys())}
    idle = [str(oid) for oid in project.objects if oid not in prompted]
    if idle:
        which = f"Objects {', '.join(idle)} have" if len(idle) > 1 else f"Object {idle[0]} has"
        output.warn([f"{which} no prompt and cannot be tracked; give a --box, --point or --mask."])


@contextmanager
def kept(space: Workspace, path: Path | None, overwrite: bool) -> Iterator[Changed]:
    """Where the run tells its cells, so that they are saved while it goes on.

    Args:
        path: a project file to make first, or None for the workspace's own, if it has one.

    Raises:
        ProjectFileError: at the end, when something could not be stored.
    """
    with ExitStack() as stack:
        if path is not None:
            space.file = create(path, space.project, overwrite=overwrite)
            stack.enter_context(space.file)
        if space.file is None:
            yield lambda cells: None
            return
        saver = Autosaver(space.file, on_problem=lambda text: output.warn([text] if text else []))
        try:
            yield saver.changed
        finally:
            stored = saver.close()
        if not stored:
            raise ProjectFileError(
                f"The last masks could not be stored in '{space.file.path}': {saver.problem}"
            )


def _finish(
    args: argparse.Namespace,
    space: Workspace,
    plan: ExportPlan | None,
    outcome: Outcome,
    interrupt: Interrupt,
) -> int:
    output.warn(outcome.problems)
    output.warn([outcome.tidying.sentence] if outcome.tidying.sentence else [])
    output.warn(gap_words(space.project, space.project.objects.keys(), "Object {}".format))
    report = None
    if outcome.cancelled:
        kept = f"; what was done is saved in '{space.file.path}'" if space.file else ""
        output.warn([f"Stopped after {outcome.frames} frames{kept}."])
    elif plan is not None:
        report = run_export(space.project, space.source, plan, args.quiet, interrupt)
    facts: dict[str, object] = {
        "source": str(space.project.source.path),
        "engine": outcome.engine.name,
        "device": outcome.engine.device,
        "memory": memory_of(space.project),
        "frames": outcome.frames,
        "masks": outcome.masks,
        "seconds": round(outcome.seconds, 3),
        "tidied": {"specks": outcome.tidying.specks, "pinholes": outcome.tidying.pinholes},
        "cancelled": outcome.cancelled,
        "problems": outcome.problems,
        "project": str(space.file.path) if space.file else None,
        "export": None if report is None else report_json(report),
    }
    if args.json:
        output.say_json(facts)
    elif not args.quiet:
        _say(facts, [] if report is None else [w.main for w in report.written])
    if outcome.cancelled:
        return INTERRUPTED
    return 1 if outcome.problems else 0


def _say(facts: Mapping[str, object], exported: Sequence[Path]) -> None:
    output.say(
        f"{facts['masks']} masks on {facts['frames']} frames in {facts['seconds']} s "
        f"({facts['engine']}, {facts['device']})"
    )
    if facts["project"] is not None:
        output.say(f"project: {facts['project']}")
    for path in exported:
        output.say(f"exported: {path}")
