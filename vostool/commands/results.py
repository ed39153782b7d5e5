"""Where the results of a command that labels go: a project, exports, or both."""

from __future__ import annotations

import argparse

from vostool.commands import arguments
from vostool.commands.export import ExportPlan, add_overwrite
from vostool.errors import ProjectFileError, UsageError
from vostool.files import is_there
from vostool.io.exports.options import ExportOptions


def add_results(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    results = parser.add_argument_group("results")
    results.add_argument(
        "--project",
        type=arguments.absolute,
        metavar="P.vos",
        help="keep everything here, saved while it runs; for a project as SOURCE: a copy",
    )
    results.add_argument("--export", type=arguments.names, metavar="FORMAT,..", action="append")
    results.add_argument("--out", type=arguments.absolute, metavar="DIR", help="exports go here")
    add_overwrite(results)


def check_results(args: argparse.Namespace, *, beside: bool = False) -> ExportPlan | None:
    """What is to be exported; whatever is wrong is found before any work is done for it.

    Args:
        beside: exports without --out go into a folder beside the project.

    Raises:
        UsageError, ProjectFileError, ExportError: one sentence; nothing was changed.
    """
    if args.project == args.source:
        args.project = None
    if args.project is not None and is_there(args.project) and not args.overwrite:
        raise ProjectFileError(
            f"The file '{args.project}' exists already; choose another name, replace it with "
            "--overwrite, or give it as SOURCE to go on with it."
        )
    formats = arguments.flattened(args.export)
    project = args.source if args.project is None else args.project
    if formats and args.out is None and beside and arguments.is_project(project):
        args.out = project.with_name(f"{project.stem}-export")
    if formats and args.out is None:
        raise UsageError("Say with --out where the exports go.")
    if args.out is not None and not formats:
        raise UsageError("Say with --export which formats to write to --out.")
    if not formats and args.project is None and not arguments.is_project(args.source):
        raise UsageError(
            "Nothing would be kept; give --project P.vos, or --export FORMAT with --out DIR."
        )
    if args.start is not None and args.end is not None and args.end < args.start:
        raise UsageError(f"The range ends at {args.end}, before it starts at {args.start}.")
    if not formats:
        return None
    plan = ExportPlan(formats, args.out, ExportOptions(overwrite=args.overwrite))
    plan.check()
    return plan
