"""`vostool export`: a project's masks in the formats of other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vostool.commands import arguments, output
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.workspace import opened
from vostool.errors import Cancelled, UsageError
from vostool.frames import FrameSource
from vostool.io.export_options import ExportOptions, FrameChoice, ImageFiles
from vostool.io.exporters import FORMATS, ExportReport, export, find_formats
from vostool.io.staging import Staging, one_sentence
from vostool.project import Project


@dataclass(frozen=True)
class ExportPlan:
    """What to write where."""

    formats: Sequence[str]
    destination: Path
    options: ExportOptions

    def check(self) -> None:
        """Refuse unknown formats and a destination that cannot take them, before any work.

        Raises:
            UsageError, ExportError: one sentence; nothing was changed.
        """
        chosen = find_formats(self.formats)
        with (
            one_sentence(self.destination),
            Staging(self.destination, [f.name for f in chosen], self.options.overwrite),
        ):
            pass


def add_overwrite(parser: argparse._ActionsContainer) -> None:
    """The options that every command which writes files has."""
    parser.add_argument("--overwrite", action="store_true", help="replace earlier results there")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("project", type=arguments.absolute, metavar="P.vos")
    parser.add_argument(
        "--format", type=arguments.names, action="append", required=True,
        metavar="FORMAT", help=f"one or more of {', '.join(FORMATS)}",
    )  # fmt: skip
    parser.add_argument("--out", type=arguments.absolute, metavar="DIR", required=True)
    parser.add_argument("--start", type=arguments.whole, default=0, metavar="FRAME")
    parser.add_argument("--end", type=arguments.whole, metavar="FRAME")
    parser.add_argument("--every", type=arguments.whole, default=1, metavar="N")
    parser.add_argument(
        "--frames", choices=[c.value for c in FrameChoice], default=FrameChoice.LABELLED.value
    )
    parser.add_argument("--objects", type=arguments.object_ids, metavar="OBJ,..")
    parser.add_argument(
        "--images", choices=[c.value for c in ImageFiles], default=ImageFiles.NONE.value,
        help="write the pictures, too",
    )  # fmt: skip
    parser.add_argument("--jpeg-quality", type=arguments.whole, default=95, metavar="1..100")
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="FORMAT.OPTION=VALUE",
        help="an option of one format: " + "; ".join(_format_options()),
    )  # fmt: skip
    parser.add_argument(
        "--video", type=arguments.absolute, metavar="PATH", help="where the video lies now"
    )
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Export; 0 only when everything was written."""
    plan = ExportPlan(arguments.flattened(args.format), args.out, _options(args))
    find_formats(plan.formats)
    if not arguments.is_project(args.project) and args.project.exists():
        raise UsageError(f"'{args.project}' is not a project; `vostool track` makes one.")
    with opened(args.project, video=args.video, quiet=args.quiet) as space, Interrupt() as stop:
        output.warn(space.warnings)
        try:
            report = run_export(space.project, space.source, plan, args.quiet, stop)
        except Cancelled:
            output.warn(["Stopped; nothing was written."])
            return INTERRUPTED
    if args.json:
        output.say_json(report_json(report))
    elif not args.quiet:
        output.say(f"{report.masks} masks of {report.objects} objects on {report.frames} frames")
        for written in report.written:
            output.say(f"{written.name}: {written.main} ({written.files} files)")
    return 0


def run_export(
    project: Project,
    source: FrameSource,
    plan: ExportPlan,
    quiet: bool,
    cancelled: Interrupt | None = None,
) -> ExportReport:
    """Export with a progress bar and show the warnings.

    Raises:
        ExportError, UsageError, Cancelled: nothing was written.
    """
    with output.progress("Exporting", "frame", quiet) as tell:

        def progress(done: int, total: int, what: str = "") -> None:
            if cancelled is not None and cancelled():
                raise Cancelled("The export was stopped.")
            tell(done, total, what)

        report = export(project, source, plan.formats, plan.destination, plan.options, progress)
    output.warn(report.warnings)
    return report


def report_json(report: ExportReport) -> dict[str, object]:
    """A report as `--json` prints it."""
    return {
        "frames": report.frames,
        "objects": report.objects,
        "masks": report.masks,
        "written": [
            {"format": w.name, "path": str(w.main), "files": w.files, "bytes": w.size_bytes}
            for w in report.written
        ],
        "warnings": list(report.warnings),
    }


def _options(args: argparse.Namespace) -> ExportOptions:
    given: dict[str, dict[str, str]] = {}
    for name, option, value in args.set:
        given.setdefault(name, {})[option] = value
    return ExportOptions(
        first=args.start,
        last=args.end,
        every=args.every,
        frames=FrameChoice(args.frames),
        object_ids=args.objects,
        images=ImageFiles(args.images),
        jpeg_quality=args.jpeg_quality,
        overwrite=args.overwrite,
        format_options=given,
    )


def _setting(text: str) -> tuple[str, str, str]:
    name, equals, value = text.partition("=")
    form, dot, option = name.partition(".")
    if not (equals and dot and form and option):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form FORMAT.OPTION=VALUE.")
    return form, option, value


def _format_options() -> list[str]:
    return [
        f"{entry.name}.{spec.name} ({spec.title}; {spec.default})"
        for entry in FORMATS.values()
        for spec in entry.options
    ]
