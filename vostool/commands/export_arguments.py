"""The options of `vostool export`, and the batch that they ask for."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from vostool.commands import arguments
from vostool.errors import UsageError
from vostool.files import is_there
from vostool.io.batch.recipe import load_recipe
from vostool.io.batch.run import Batch, BatchProject, find_projects
from vostool.io.exports.exporters import FORMATS
from vostool.io.exports.options import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy

_BESIDE_A_RECIPE = {"recipe", "out", "overwrite", "json", "quiet", "check", "preview"}


def add_overwrite(parser: argparse._ActionsContainer) -> None:
    """The options that every command which writes files has."""
    parser.add_argument("--overwrite", action="store_true", help="replace earlier results there")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "project", type=arguments.absolute, metavar="P.vos", nargs="*",
        help="projects, or folders that hold some; several get a folder each below DIR",
    )  # fmt: skip
    parser.add_argument(
        "--format", type=arguments.names, action="append", metavar="FORMAT",
        help=f"one or more of {', '.join(FORMATS)}",
    )  # fmt: skip
    parser.add_argument("--out", type=arguments.absolute, metavar="DIR")
    parser.add_argument(
        "--video", type=arguments.absolute, metavar="PATH", help="where the video lies now"
    )
    _add_frames(parser.add_argument_group("what is written"))
    _add_shapes(parser.add_argument_group("how it is written"))
    _add_runs(parser.add_argument_group("several projects"))
    add_overwrite(parser)


def _add_frames(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--start", type=arguments.whole, default=0, metavar="FRAME")
    group.add_argument("--end", type=arguments.whole, metavar="FRAME")
    group.add_argument("--every", type=arguments.whole, default=1, metavar="N")
    group.add_argument(
        "--frames", choices=[c.value for c in FrameChoice], default=FrameChoice.LABELLED.value
    )
    group.add_argument("--objects", type=arguments.object_ids, metavar="OBJ,..")
    group.add_argument("--labels", type=arguments.names, action="append", metavar="LABEL,..")
    group.add_argument(
        "--images", choices=[c.value for c in ImageFiles], default=ImageFiles.NONE.value,
        help="write the pictures, too",
    )  # fmt: skip
    group.add_argument("--jpeg-quality", type=arguments.whole, default=95, metavar="1..100")


def _add_shapes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--min-area", type=arguments.whole, default=0, metavar="PIXELS",
        help="leave smaller masks out",
    )  # fmt: skip
    group.add_argument(
        "--fill-holes", type=arguments.whole, default=0, metavar="PIXELS",
        help="fill holes of up to this size",
    )  # fmt: skip
    group.add_argument(
        "--drop-specks", type=arguments.whole, default=0, metavar="PIXELS",
        help="drop smaller parts of masks",
    )  # fmt: skip
    group.add_argument(
        "--tolerance", type=_number, default=0.0, metavar="PIXELS",
        help="how far polygons may lie from the outline; 0 is exact",
    )  # fmt: skip
    group.add_argument(
        "--pattern", default="", metavar="TEXT",
        help="file names of frames, such as {video}_{frame:06d} or {name}",
    )  # fmt: skip
    group.add_argument(
        "--split", choices=[c.value for c in SplitBy], default=SplitBy.NONE.value,
        help="into train, val and test: whole videos, or each video by time",
    )  # fmt: skip
    group.add_argument(
        "--shares", type=_shares, default=(80.0, 10.0, 10.0), metavar="TRAIN,VAL,TEST",
        help="of the split; 80,10,10",
    )  # fmt: skip
    group.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="FORMAT.OPTION=VALUE",
        help="an option of one format: " + "; ".join(_format_options()),
    )  # fmt: skip


def _add_runs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--merge", action="store_true", help="into one data set with unique ids")
    group.add_argument(
        "--check", action="store_true", help="only say what is wrong with the projects"
    )
    group.add_argument("--preview", action="store_true", help="only say what would be written")
    group.add_argument(
        "--recipe", type=arguments.absolute, metavar="FILE",
        help="take projects, formats and options from a TOML or JSON recipe",
    )  # fmt: skip
    group.add_argument(
        "--save-recipe", type=arguments.absolute, metavar="FILE",
        help="store this run as a recipe, too",
    )  # fmt: skip


def is_batch(args: argparse.Namespace) -> bool:
    """True where more is asked for than writing one project."""
    alone = len(args.project) == 1 and not os.path.isdir(args.project[0])
    more = args.merge or args.check or args.preview or args.recipe or args.save_recipe
    return bool(more) or not alone


def batch_of(args: argparse.Namespace) -> Batch:
    """The run that was typed, or the recipe's.

    Raises:
        UsageError: something is missing or given twice.
    """
    if args.recipe is not None:
        return _from_recipe(args)
    require(args)
    for path in args.project:
        if not os.path.isdir(path) and is_there(path) and not arguments.is_project(path):
            raise UsageError(f"'{path}' is not a project; `vostool track` makes one.")
    projects = find_projects(args.project)
    if args.video is not None:
        if len(projects) != 1:
            raise UsageError("--video is for one project; a recipe can name one for each.")
        projects = (BatchProject(projects[0].path, args.video),)
    formats = tuple(arguments.flattened(args.format))
    return Batch(projects, formats, args.out, options_of(args), args.merge)


def require(args: argparse.Namespace) -> None:
    """Refuse a request without projects, formats or a place.

    Raises:
        UsageError: says which is missing.
    """
    if not args.project:
        raise UsageError("Name a project to export, or a recipe with --recipe.")
    if args.format is None:
        raise UsageError("Say with --format which formats to write.")
    if args.out is None:
        raise UsageError("Say with --out which folder to write to.")


def options_of(args: argparse.Namespace) -> ExportOptions:
    """What was typed, as options.

    Raises:
        UsageError: a value that makes no sense.
    """
    given: dict[str, dict[str, str]] = {}
    for name, option, value in args.set:
        given.setdefault(name, {})[option] = value
    return ExportOptions(
        first=args.start,
        last=args.end,
        every=args.every,
        frames=FrameChoice(args.frames),
        object_ids=args.objects,
        labels=arguments.flattened(args.labels) if args.labels else None,
        min_area=args.min_area,
        fill_holes=args.fill_holes,
        drop_specks=args.drop_specks,
        polygon_tolerance=args.tolerance,
        split=Split(SplitBy(args.split), *args.shares),
        pattern=args.pattern,
        images=ImageFiles(args.images),
        jpeg_quality=args.jpeg_quality,
        overwrite=args.overwrite,
        format_options=given,
    )


def _from_recipe(args: argparse.Namespace) -> Batch:
    usual = arguments.Parser()
    add_arguments(usual)
    defaults = vars(usual.parse_args([]))
    for name, value in vars(args).items():
        if name not in _BESIDE_A_RECIPE and value != defaults[name]:
            word = "A project" if name == "project" else f"--{name.replace('_', '-')}"
            raise UsageError(f"{word} cannot be given beside --recipe; write it into the recipe.")
    batch = load_recipe(args.recipe)
    destination: Path = args.out or batch.destination
    overwrite = batch.options.overwrite or args.overwrite
    return replace(
        batch, destination=destination, options=replace(batch.options, overwrite=overwrite)
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number.") from None


def _shares(text: str) -> tuple[float, float, float]:
    parts = text.split(",")
    if len(parts) not in {2, 3}:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form TRAIN,VAL,TEST.")
    train, val, test = [*map(_number, parts), 0.0][:3]
    return train, val, test


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
