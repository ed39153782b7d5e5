"""Job files: videos, what to begin from, the engine and the exports, as TOML.

    vostool_jobs = 1
    projects = "labels"
    engine = "mobile-sam"
    exports = ["coco"]
    out = "exported"

    [[jobs]]
    video = "clips/*.mp4"
    import = "first/{name}.xml"

    [[jobs]]
    video = "street.mp4"
    boxes = ["0:1:120,80,260,210"]
    labels = ["1:car"]

Paths count from the file's own folder; ``{name}`` is the video's name without its ending.
"""

from __future__ import annotations

import argparse
import glob
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from vostool.errors import UsageError
from vostool.files import is_special, is_there
from vostool.io.batch import toml
from vostool.io.batch.options_text import options_from_plain
from vostool.io.exports.exporters import check_options
from vostool.io.exports.names import safe_name
from vostool.io.imports.importers import find_import_format
from vostool.io.imports.plain_table import Table
from vostool.jobs.job import Job, Labels, Setup, digest_of
from vostool.jobs.prompting import PromptSpecs
from vostool.jobs.searching import search_of
from vostool.jobs.specs import box_spec, choice_spec, label_spec, mask_spec, point_spec
from vostool.jobs.store import is_address
from vostool.models.engine import Direction
from vostool.models.engine_options import quality_named
from vostool.models.memory_kinds import STANDARD, memory_named
from vostool.models.registry import check_engine_name, default_engine
from vostool.words import tr

VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True)
class Jobs:
    """A job file: what all jobs share, and the jobs in the order of the file."""

    setup: Setup
    jobs: tuple[Job, ...]


def load_jobs(path: Path) -> Jobs:
    """Read a job file; names, formats and prompts are checked, videos are not opened.

    Raises:
        UsageError: one sentence that names the file and what is wrong in it.
    """
    try:
        return jobs_of(toml.read_file(path, "a job file", toml.loads), path.absolute().parent)
    except UsageError as error:
        raise UsageError(
            tr("The job file '{path}' cannot be used: {reason}", path=path, reason=error)
        ) from None


def jobs_of(plain: Mapping[str, Any], folder: Path) -> Jobs:
    """The jobs that these values describe; paths count from ``folder``.

    Raises:
        UsageError: a sentence about the first thing that is wrong.
    """
    if "vostool_jobs" not in plain:
        raise UsageError(tr("It is no job file of VOSTool: 'vostool_jobs = 1' is missing."))
    table = Table(plain, "")
    version = table.whole("vostool_jobs", None)
    if version != VERSION:
        raise UsageError(
            tr(
                "It is of version {version}, but only {known} is known; update VOSTool.",
                version=version,
                known=VERSION,
            )
        )
    setup = _setup(table, folder)
    rows = table.several("jobs", dict)
    table.finish()
    if not rows:
        raise UsageError(tr("It has no [[jobs]]."))
    shared = {"engine": setup.engine, "checkpoint": setup.checkpoint, "quality": setup.quality}
    if setup.memory != STANDARD:  # what was done before there was a choice counts as done
        shared["memory"] = setup.memory
    found: list[Job] = []
    for number, row in enumerate(rows, 1):
        found += _jobs(row, f"jobs[{number}]", folder, shared)
    return Jobs(setup, tuple(_named(found)))


def _setup(table: Table, folder: Path) -> Setup:
    projects = table.text("projects", "")
    if not projects:
        raise UsageError(tr("projects is missing: say in which folder the projects go."))
    engine = table.text("engine", "") or default_engine()
    check_engine_name(engine)
    formats = tuple(table.several("exports", str) or ())
    options = options_from_plain(table.mapping("options"))
    out = table.text("out", "")
    if formats and not out:
        raise UsageError(tr("out is missing: say in which folder the exports go."))
    if formats:
        check_options(formats, options)
    checkpoint = table.text("checkpoint", "")
    return Setup(
        projects=projects if is_address(projects) else str(toml.absolute(projects, folder)),
        engine=engine,
        device=table.text("device", "") or None,
        checkpoint=toml.absolute(checkpoint, folder) if checkpoint else None,
        quality=_value(quality_named, table.text("quality", "auto"), "quality"),
        memory=_value(memory_named, table.text("memory", STANDARD), "memory"),
        formats=formats,
        out=toml.absolute(out, folder) if out else None,
        options=options,
    )


def _jobs(row: Mapping[str, Any], where: str, folder: Path, shared: Mapping[str, Any]) -> list[Job]:
    """The jobs of one table: one for each video of its pattern."""
    table = Table(row, where)
    video, name = table.text("video", ""), table.text("name", "")
    if not video:
        raise UsageError(tr("{where}.video is missing.", where=where))
    videos = [video] if is_address(video) else _videos(video, where, folder)
    if name and len(videos) > 1:
        raise UsageError(
            tr(
                "{where}.name names one video, but {count} match '{video}'.",
                where=where,
                count=len(videos),
                video=video,
            )
        )
    jobs = []
    for place in videos:
        stem = name or Path(place).stem
        job = Job(safe_name(stem), place)
        jobs.append(_filled(job, table, where, folder, stem))
    table.finish()
    asked = {k: v for k, v in row.items() if k not in {"video", "name", "priority"}}
    return [replace(job, digest=digest_of({**asked, "video": job.video}, shared)) for job in jobs]


def _filled(job: Job, table: Table, where: str, folder: Path, stem: str) -> Job:
    def specs(key: str, read: Callable[[str], T]) -> Sequence[T]:
        texts = table.several(key, str) or ()
        return tuple(_value(read, text, f"{where}.{key}") for text in texts)

    def beside(path: str) -> Path:
        return toml.absolute(path.replace("{name}", stem), folder)

    masks = [replace(m, path=beside(str(m.path))) for m in specs("masks", mask_spec)]
    prompts = PromptSpecs(
        specs("points", point_spec), specs("boxes", box_spec), tuple(masks),
        specs("labels", label_spec), specs("extents", choice_spec),
    )  # fmt: skip
    path, form = table.text("import", ""), table.text("import_format", "")
    if form:
        find_import_format(form)
    search = search_of(table, where, folder)
    start, end = table.whole("start", None), table.whole("end", None)
    if (start or 0) < 0 or (end is not None and end < (start or 0)):
        raise UsageError(tr("{where}.start to end are no frames of a video.", where=where))
    if not (prompts.points or prompts.boxes or prompts.masks or path or search):
        raise UsageError(
            tr(
                "{where} has nothing to begin from; give boxes, points, masks, import, text or "
                "everything.",
                where=where,
            )
        )
    return replace(
        job,
        prompts=prompts,
        labels=Labels(beside(path), form or None) if path else None,
        search=search,
        direction=table.choice("direction", Direction.FORWARD),
        start=start,
        end=end,
        priority=table.whole("priority", 0) or 0,
        tidy=table.yes("tidy", usual=True),
    )


def _videos(pattern: str, where: str, folder: Path) -> list[str]:
    place = toml.absolute(pattern, folder)
    if is_there(place):
        return [str(place)]
    found = sorted(p for p in glob.glob(str(place), recursive=True) if not is_special(p))
    if not found:
        raise UsageError(tr("{where}.video: there is no '{place}'.", where=where, place=place))
    return found


def _named(jobs: Sequence[Job]) -> list[Job]:
    """The jobs with names that differ: of the same ones, each takes its folder's name along."""
    counts = Counter(job.name.casefold() for job in jobs)
    named = [
        replace(job, name=safe_name(f"{Path(job.video).parent.name}-{job.name}"))
        if counts[job.name.casefold()] > 1
        else job
        for job in jobs
    ]
    again = Counter(job.name.casefold() for job in named)
    for job in named:
        if again[job.name.casefold()] > 1:
            raise UsageError(
                tr("Two jobs have the name '{name}'; give one of them a name.", name=job.name)
            )
    return named


def _value(read: Callable[[str], T], text: str, where: str) -> T:
    try:
        return read(text)
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise UsageError(f"{where}: {error}") from None
