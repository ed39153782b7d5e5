"""`vostool export`: the masks of projects in the formats of other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vostool.commands import arguments, export_batch, output
from vostool.commands.export_arguments import (
    add_arguments,
    add_overwrite,
    batch_of,
    is_batch,
    options_of,
    require,
)
from vostool.commands.export_batch import report_json
from vostool.commands.interrupt import INTERRUPTED, Interrupt
from vostool.commands.workspace import opened
from vostool.errors import Cancelled, UsageError
from vostool.files import is_there
from vostool.frames import FrameSource
from vostool.io.batch.recipe import save_recipe
from vostool.io.exports.exporters import FORMATS, ExportReport, export, find_formats
from vostool.io.exports.options import ExportOptions
from vostool.io.exports.staging import Staging, one_sentence
from vostool.project.project import Project

__all__ = ["ExportPlan", "add_arguments", "add_overwrite", "report_json", "run", "run_export"]


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


def run(args: argparse.Namespace) -> int:
    """Export; 0 only when everything was written."""
    output.warn(FORMATS.problems)
    if not is_batch(args):
        return _run_one(args)
    batch = batch_of(args)
    batch.check()
    if args.save_recipe is not None:
        save_recipe(batch, args.save_recipe)
    if args.check:
        return export_batch.say_check(batch, args.json, args.quiet)
    if args.preview:
        return export_batch.say_preview(batch, args.json, args.quiet)
    return export_batch.write(batch, args.json, args.quiet)


def _run_one(args: argparse.Namespace) -> int:
    require(args)
    path = args.project[0]
    plan = ExportPlan(arguments.flattened(args.format), args.out, options_of(args))
    find_formats(plan.formats)
    if not arguments.is_project(path) and is_there(path):
        raise UsageError(f"'{path}' is not a project; `vostool track` makes one.")
    with opened(path, video=args.video, quiet=args.quiet) as space, Interrupt() as stop:
        output.warn(space.warnings)
        try:
            report = run_export(space.project, space.source, plan, args.quiet, stop)
        except Cancelled:
            output.warn(["Stopped; nothing was written."])
            return INTERRUPTED
    if args.json:
        output.say_json(report_json(report))
    elif not args.quiet:
        export_batch.say_report(report)
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
