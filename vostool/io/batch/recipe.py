"""Recipes: a whole batch in a TOML or JSON file, to run it again, share it or keep it with data.

    vostool_recipe = 1
    formats = ["coco", "masks"]
    destination = "labels"
    merge = true

    [[projects]]
    path = "a.vos"

    [options]
    images = "jpeg"
    split = { by = "video", train = 0.8, val = 0.2, test = 0.0 }
    formats.coco.segmentation = "polygon"

Paths count from the recipe's own folder, so that it can be moved together with its projects.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from vostool.errors import ExportError, UsageError
from vostool.io.batch import toml
from vostool.io.batch.options_text import Plain, options_from_plain, options_to_plain
from vostool.io.batch.plan import Batch, BatchProject
from vostool.io.imports.plain_table import Table
from vostool.replacing import replacing
from vostool.words import tr

VERSION = 1
SUFFIXES = (".toml", ".json")


def save_recipe(batch: Batch, path: Path) -> None:
    """Store a batch; the ending says whether as TOML or as JSON. A file there is replaced.

    Raises:
        UsageError: another ending.
        ExportError: the file cannot be written; one that was there is unchanged.
    """
    text = _text(recipe_to_plain(batch, path.absolute().parent), path)
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ExportError(
            tr(
                "The recipe '{path}' cannot be written: {strerror}; choose another folder.",
                path=path,
                strerror=error.strerror or error,
            )
        ) from error


def load_recipe(path: Path) -> Batch:
    """Read a batch; formats, options and names are checked, projects are not opened.

    Raises:
        UsageError: one sentence that names the file and what is wrong in it.
    """
    try:
        return recipe_from_plain(_parsed(path), path.absolute().parent)
    except UsageError as error:
        raise UsageError(
            tr("The recipe '{path}' cannot be used: {error}", path=path, error=error)
        ) from None


def recipe_to_plain(batch: Batch, folder: Path) -> Plain:
    """A batch as plain values; paths below ``folder`` or beside it become relative."""
    projects = []
    for project in batch.projects:
        row = {"path": _relative(project.path, folder)}
        if project.video is not None:
            row["video"] = _relative(project.video, folder)
        projects.append(row)
    return {
        "vostool_recipe": VERSION,
        "formats": list(batch.formats),
        "destination": _relative(batch.destination, folder),
        "merge": batch.merge,
        "options": options_to_plain(batch.options),
        "projects": projects,
    }


def recipe_from_plain(plain: object, folder: Path) -> Batch:
    """The batch of :func:`recipe_to_plain`.

    Raises:
        UsageError: a sentence about the first thing that is wrong.
    """
    if not isinstance(plain, dict) or "vostool_recipe" not in plain:
        raise UsageError(tr("It is no recipe of VOSTool: 'vostool_recipe = 1' is missing."))
    table = Table(plain, "")
    version = table.whole("vostool_recipe", None)
    if version != VERSION:
        raise UsageError(
            tr(
                "It is of version {version}, but only {version_2} is known; update VOSTool.",
                version=version,
                version_2=VERSION,
            )
        )
    for name in ("projects", "formats", "destination"):
        if not table.has(name):
            raise UsageError(tr("{name} is missing.", name=name))
    batch = Batch(
        projects=_projects(plain["projects"], folder),
        formats=tuple(table.several("formats", str) or ()),
        destination=toml.absolute(table.text("destination", ""), folder),
        options=options_from_plain(table.mapping("options")),
        merge=table.yes("merge"),
    )
    table.several("projects", dict)
    table.finish()
    batch.check()
    return batch


def _projects(rows: object, folder: Path) -> tuple[BatchProject, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(tr("projects must be a list of tables with a path each."))
    found = []
    for number, row in enumerate(rows, 1):
        table = Table(row, f"projects[{number}]")
        path, video = table.text("path", ""), table.text("video", "")
        table.finish()
        if not path:
            raise UsageError(tr("projects[{number}].path is missing.", number=number))
        place = toml.absolute(video, folder) if video else None
        found.append(BatchProject(toml.absolute(path, folder), place))
    return tuple(found)


def _parsed(path: Path) -> object:
    _check_suffix(path)
    return toml.read_file(
        path, "a recipe", json.loads if path.suffix.lower() == ".json" else toml.loads
    )


def _text(plain: Plain, path: Path) -> str:
    _check_suffix(path)
    if path.suffix.lower() == ".json":
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    return toml.dumps(plain)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            tr(
                "A recipe ends in {names}, not in '{suffix}'.",
                names=tr(" or ").join(SUFFIXES),
                suffix=path.suffix,
            )
        )


def _relative(path: Path, folder: Path) -> str:
    """Relative with forward slashes; absolute where only the disk's root is shared."""
    try:
        if Path(os.path.commonpath((path, folder))) == Path(path.anchor):
            return path.as_posix()
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
