"""`vostool import`: labels of other programs come into a project, as the start of a track."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from vostool.commands import arguments, output
from vostool.commands.engine_arguments import (
    add_engine,
    check_engine,
    opened_engine,
)
from vostool.commands.import_question import settled
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.track import kept
from vostool.commands.tracking import Outcome, track, values
from vostool.commands.workspace import Workspace, opened
from vostool.errors import Cancelled, UsageError
from vostool.files import is_there
from vostool.io.imports.edit import (
    ImportPolicy,
    ImportSummary,
    ObjectPolicy,
    Ungrouped,
    import_edit,
)
from vostool.io.imports.format import Imported, ImportTarget
from vostool.io.imports.importers import (
    IMPORT_FORMATS,
    detect_format,
    find_import_format,
    read_labels,
)
from vostool.io.options import OptionValue
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.changes import Edit
from vostool.runs.request import ENGINE_SETTING, plan_run

_SHOWN = 20
_FIRST_NUMBERS = ("first_number", "first_frame")
_EPILOG = """\
masks and boxes on keyframes become prompts; with --track they are tracked from at once.
where names leave open how they count the frames, a terminal is asked; elsewhere (and with --quiet
or --json) 0 and every frame are taken, and stderr names the option that decides otherwise.

  vostool import clip.vos annotations.xml --video clip.mp4 --track
  vostool import clip.vos instances.json --objects match
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "project", type=arguments.absolute, metavar="P.vos", help="made where it is missing"
    )
    parser.add_argument(
        "labels", type=arguments.absolute, metavar="LABELS", help="a file, folder or zip"
    )
    parser.add_argument(
        "--format", metavar="FORMAT", choices=list(IMPORT_FORMATS),
        help=f"one of {', '.join(IMPORT_FORMATS)}; default: a look inside",
    )  # fmt: skip
    parser.add_argument(
        "--video", type=arguments.absolute, metavar="PATH",
        help="the video or image folder, for a new project or where it lies now",
    )  # fmt: skip
    parser.add_argument(
        "--objects", choices=[p.value for p in ObjectPolicy], default=ObjectPolicy.NEW.value,
        help="new: each object of the file is a new one; match: go on with the project's object "
        "of the same id and label",
    )  # fmt: skip
    parser.add_argument(
        "--ungrouped", choices=[u.value for u in Ungrouped], default=Ungrouped.AUTO.value,
        help="shapes without an identity: auto, each an object, or one object for each label",
    )  # fmt: skip
    parser.add_argument(
        "--replace-confirmed", action="store_true", help="also where a frame was confirmed"
    )
    parser.add_argument(
        "--boxes-between", action="store_true", help="interpolated boxes become prompts, too"
    )
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="OPTION=VALUE",
        help="an option of the format: " + "; ".join(_format_options()),
    )  # fmt: skip
    parser.add_argument(
        "--first-number", metavar="N",
        help="the number that the clip's first frame has in the names of label files (0, 1 ...); "
        "default: what the numbers prove, else a terminal is asked and 0 taken elsewhere",
    )  # fmt: skip
    parser.add_argument(
        "--frame-step", metavar="N",
        help="how many frames of the clip lie from one number in names to the next, where names "
        "count only frames that were taken out of it; default: what the file proves, else a "
        "terminal is asked and 1 taken elsewhere",
    )  # fmt: skip
    run = parser.add_argument_group("tracking")
    run.add_argument("--track", action="store_true", help="track from the imported keyframes")
    add_engine(run)
    run.add_argument("--direction", choices=[d.value for d in Direction], default="forward")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def run(args: argparse.Namespace) -> int:
    """Read, bring in and track; 0 only when everything asked for was done."""
    output.warn(IMPORT_FORMATS.problems)
    check_engine(args)
    name = args.format or detect_format(args.labels).name
    options = _options(args, name)
    exists = is_there(args.project)
    if not exists and args.video is None:
        raise UsageError(
            f"There is no project '{args.project}'; give --video to make one for that video."
        )
    if not exists and arguments.is_project(args.video):
        raise UsageError(f"'{args.video}' is a project; give it first and leave out --video.")
    opening = (
        opened(args.project, video=args.video, write=True, quiet=args.quiet)
        if exists
        else opened(args.video, quiet=args.quiet)
    )
    with opening as space, Interrupt() as stop:
        output.warn(space.warnings)
        try:
            imported = _read(args, name, options, space, stop)
            if imported.doubts and not (args.quiet or args.json):

                def again(more: Mapping[str, OptionValue]) -> Imported:
                    return _read(args, name, {**options, **more}, space, stop)

                imported = settled(imported, again, stop)
        except Cancelled:
            output.warn(["Stopped; nothing was imported."])
            return INTERRUPTED
        edit, summary = import_edit(space.project, imported, _policy(args))
        output.warn(doubt.sentence for doubt in summary.doubts)
        frames = summary.frames_sentence()
        notes = [*([f"frames: {frames}"] if frames else []), *summary.warnings, *summary.notes()]
        _warn(args, notes, summary.skipped)
        space.project.apply(edit)
        outcome = _keep(args, space, edit, summary, stop, new=not exists)
    return _finish(args, name, summary, outcome)


def _options(args: argparse.Namespace, name: str) -> dict[str, OptionValue]:
    """The values of the format's options, --first-number among them."""
    entry = find_import_format(name)
    given = dict(args.set)
    if args.first_number is not None:
        known = [spec.name for spec in entry.options if spec.name in _FIRST_NUMBERS]
        if not known:
            raise UsageError(
                f"--first-number is for formats that know frames by the numbers in names; {name} "
                "states them itself."
            )
        given[known[0]] = args.first_number
    if args.frame_step is not None:
        given["frame_step"] = args.frame_step
    return entry.values(given)


def _read(
    args: argparse.Namespace,
    name: str,
    options: Mapping[str, OptionValue],
    space: Workspace,
    stop: Interrupt,
) -> Imported:
    with output.progress("Reading labels", "B", args.quiet) as tell:

        def progress(done: int, total: int, what: str = "") -> None:
            if stop():
                raise Cancelled("The import was stopped.")
            tell(done, total, what)

        target = ImportTarget.of(space.source)
        return read_labels(args.labels, target, name, options, progress)


def _policy(args: argparse.Namespace) -> ImportPolicy:
    return ImportPolicy(
        ObjectPolicy(args.objects),
        Ungrouped(args.ungrouped),
        replace_confirmed=args.replace_confirmed,
        boxes_between=args.boxes_between,
    )


def _keep(
    args: argparse.Namespace,
    space: Workspace,
    edit: Edit,
    summary: ImportSummary,
    stop: Interrupt,
    *,
    new: bool,
) -> Outcome | None:
    """Store the import, and track where asked."""
    if not args.track:
        with kept(space, args.project if new else None, False) as changed:
            changed(values(edit))
        return None
    ids = (*summary.new_objects, *summary.matched_objects)
    request = plan_run(space.project, Direction(args.direction), object_ids=ids)
    with opened_engine(args, space) as engine:
        setting = edits.set_setting(space.project, ENGINE_SETTING, engine.info.name)
        space.project.apply(setting)
        with kept(space, args.project if new else None, False) as changed:
            changed(values(edit) + values(setting))
            return track(
                space.project, engine, request,
                changed=changed, cancelled=stop, quiet=args.quiet,
            )  # fmt: skip


def _warn(args: argparse.Namespace, notes: Sequence[str], skipped: Sequence[str]) -> None:
    if args.quiet:
        return
    output.warn(notes)
    output.warn(f"left out: {text}" for text in skipped[:_SHOWN])
    if len(skipped) > _SHOWN:
        output.warn([f"left out: {len(skipped) - _SHOWN} more; --json lists all of them."])


def _finish(
    args: argparse.Namespace, name: str, summary: ImportSummary, outcome: Outcome | None
) -> int:
    if outcome is not None:
        output.warn(outcome.problems)
        if outcome.cancelled:
            output.warn([f"Stopped after {outcome.frames} frames; what was done is saved."])
    if args.json:
        output.say_json(_facts(args, name, summary, outcome))
    elif not args.quiet:
        output.say(f"{summary.sentence()} ({name})")
        if outcome is not None:
            output.say(
                f"{outcome.masks} masks on {outcome.frames} frames tracked "
                f"({outcome.engine.name}, {outcome.engine.device})"
            )
        output.say(f"project: {args.project}")
    if outcome is not None and outcome.cancelled:
        return INTERRUPTED
    return 1 if outcome is not None and outcome.problems else 0


def _facts(
    args: argparse.Namespace, name: str, summary: ImportSummary, outcome: Outcome | None
) -> dict[str, object]:
    tracked = None
    if outcome is not None:
        tracked = {
            "engine": outcome.engine.name,
            "frames": outcome.frames,
            "masks": outcome.masks,
            "cancelled": outcome.cancelled,
            "problems": outcome.problems,
        }
    return {
        "project": str(args.project),
        "format": name,
        "new_objects": list(summary.new_objects),
        "matched_objects": list(summary.matched_objects),
        "masks": summary.masks,
        "boxes": summary.boxes,
        "between": summary.between,
        "absent": summary.absent,
        "frames": len(summary.frames),
        "replaced": summary.replaced,
        "kept_back": summary.kept_back,
        "left_out": summary.left_out,
        "frame_examples": dict(summary.examples),
        "frame_notes": list(summary.counting),
        "skipped": list(summary.skipped),
        "frame_doubts": [doubt.sentence for doubt in summary.doubts],
        "occluded": summary.occluded,
        "warnings": list(summary.warnings),
        "tracked": tracked,
    }


def _setting(text: str) -> tuple[str, str]:
    option, equals, value = text.partition("=")
    if not (equals and option):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form OPTION=VALUE.")
    return option, value


def _format_options() -> list[str]:
    return [
        f"{entry.name}: {spec.name} ({spec.title})"
        for entry in IMPORT_FORMATS.values()
        for spec in entry.options
    ]
