"""The videos of one export as one data set: ids, classes and parts that all formats share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from vostool.errors import ExportError, UsageError
from vostool.frames import FrameSource
from vostool.io.exports.choice import check_choice
from vostool.io.exports.names import unique_names
from vostool.io.exports.options import ExportOptions, Split, SplitBy
from vostool.io.exports.plan import ExportPlan, make_plan, own_name
from vostool.masks.colours import Colour
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import declared_label, with_attributes
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One video of an export.

    Attributes:
        project: a snapshot, which does not change meanwhile.
        source: the project's source.
        name: of the video; "" for the source's own.
    """

    project: Project
    source: FrameSource
    name: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A class of objects: its name, and its colour or else that of its first object."""

    name: str
    colour: Colour


class VideoError(ExportError):
    """One video of a merged data set cannot be written; the others could be without it.

    Attributes:
        video: its name in the data set.
    """

    def __init__(self, video: str, text: str) -> None:
        super().__init__(f"{video}: {text}")
        self.video = video


def video_error(plan: ExportPlan, text: str) -> ExportError:
    """An error of one video; in a merge it names the video."""
    return VideoError(plan.video, text) if plan.folder else ExportError(text)


@dataclass(frozen=True)
class Dataset:
    """What one export writes, fixed before the first file is written.

    Attributes:
        videos: at least one, by ascending ``number``.
        merged: the layout is that of several videos: files lie below ``<video>/`` and names of
            pictures begin with it. One video exported alone is not merged.
        subsets: parts that hold frames, in the order train, val, test; ("",) without a split.
        labels: in the order of their first object; index + 1 is the class id.
        warnings: what the person should know.
    """

    videos: tuple[ExportPlan, ...]
    merged: bool
    subsets: tuple[str, ...]
    labels: tuple[Label, ...]
    warnings: tuple[str, ...]

    @cached_property
    def classes(self) -> Mapping[str, int]:
        """Class ids from 1 by label."""
        return {label.name: number for number, label in enumerate(self.labels, 1)}

    @property
    def split(self) -> bool:
        """True where the data set has parts."""
        return self.subsets != ("",)

    @property
    def frame_count(self) -> int:
        """Frames to write, of all videos."""
        return sum(len(plan.frames) for plan in self.videos)

    def objects(self) -> list[tuple[ExportPlan, AnnotatedObject]]:
        """All chosen objects with their videos, by ascending id in the data set."""
        return [(plan, obj) for plan in self.videos for obj in plan.objects]

    @cached_property
    def changing(self) -> dict[str, int]:
        """How many objects change it from frame to frame, by the name of the attribute."""
        found: Counter[str] = Counter()
        for plan in self.videos:
            found.update(plan.values.changing(plan.objects))
        return dict(found)

    def place(self, main: str) -> str:
        """An :attr:`ExportFormat.main` filled in for this data set."""
        if not self.merged:
            return main.format(video=self.videos[0].video)
        parts = PurePosixPath(main).parts
        fixed = [part for part in parts[: _first(parts)] if part]
        return "/".join(fixed)


def make_dataset(
    items: Sequence[ExportItem], options: ExportOptions, merged: bool = False
) -> Dataset:
    """Plan an export of one video, or of several as one data set.

    Ids of objects in a merged data set count on from video to video in the order given, each
    video's after the largest id of the one before; they do not depend on what is chosen. A video
    in which nothing is chosen is left out with a warning, as long as another is left.

    Raises:
        UsageError: ranges, ids, labels or a split that do not fit these projects.
        ExportError: nothing is left to write.
    """
    if not items:
        raise UsageError(tr("No project is given; name at least one."))
    check_choice([item.project for item in items], options)
    names = unique_names(item.name or own_name(item.source.info) for item in items)
    plans: list[ExportPlan] = []
    warnings: list[str] = []
    empty: list[ExportError] = []
    offset = 0
    for item, name in zip(items, names, strict=True):
        ids = {oid: oid + offset for oid in item.project.objects}
        offset = max(ids.values(), default=offset) if merged else 0
        try:
            plan = make_plan(item.project, item.source, options, name)
        except ExportError as error:
            empty.append(error)
            warnings.append(tr("{name} was left out: {error}", name=name, error=error))
            continue
        folder = f"{name}/" if merged else ""
        objects = tuple(with_attributes(item.project, chosen) for chosen in plan.objects)
        plan = replace(plan, number=len(plans) + 1, folder=folder, object_ids=ids, objects=objects)
        plans.append(plan)
        warnings += [f"{name}: {text}" if merged else text for text in plan.warnings]
    if not plans:
        raise empty[0]
    plans = _split(plans, options.split)
    found = {name for plan in plans for _, name in plan.subsets}
    subsets = tuple(name for name in ("", "train", "val", "test") if name in found)
    return Dataset(tuple(plans), merged, subsets, _labels(plans), tuple(warnings))


def apportioned(count: int, shares: Mapping[str, float]) -> dict[str, int]:
    """How many of ``count`` things each part gets, by largest remainder.

    Every part gets at least one where there are as many things as parts.
    """
    least = 1 if count >= len(shares) else 0
    # Rounded so that shares such as 0.7 do not lose one to the last binary digit.
    exact = {name: round(count * share, 9) for name, share in shares.items()}
    given = {name: max(int(value), least) for name, value in exact.items()}
    while missing := count - sum(given.values()):
        step = 1 if missing > 0 else -1
        open_names = [name for name in shares if step > 0 or given[name] > least]
        furthest = max(open_names, key=lambda name: step * (exact[name] - given[name]))
        given[furthest] += step
    return given


def _split(plans: Sequence[ExportPlan], split: Split) -> list[ExportPlan]:
    if split.by is SplitBy.NONE:
        return list(plans)
    shares = split.shares()
    if split.by is SplitBy.TIME:
        return [replace(plan, subsets=_by_time(plan.frames, shares)) for plan in plans]
    if len(plans) < len(shares):
        raise UsageError(
            tr(
                "Splitting {count} videos into {names} leaves parts empty; "
                "split by time or give more videos.",
                count=len(plans),
                names=", ".join(shares),
            )
        )
    names = [
        name for name, number in apportioned(len(plans), shares).items() for _ in range(number)
    ]
    return [replace(plan, subsets=((0, name),)) for plan, name in zip(plans, names, strict=True)]


def _by_time(frames: Sequence[int], shares: Mapping[str, float]) -> tuple[tuple[int, str], ...]:
    starts = []
    begin = 0
    for name, number in apportioned(len(frames), shares).items():
        if number:
            starts.append((frames[begin], name))
        begin += number
    return tuple(starts)


def _labels(plans: Sequence[ExportPlan]) -> tuple[Label, ...]:
    found: dict[str, Label] = {}
    for plan in plans:
        for obj in plan.objects:
            known = declared_label(plan.project, obj.label)
            colour = known.colour if known is not None else None
            found.setdefault(obj.label, Label(obj.label, colour or obj.colour))
    return tuple(found.values())


def _first(parts: Sequence[str]) -> int:
    """Where the first part that depends on the video stands."""
    return next((i for i, part in enumerate(parts) if "{video}" in part), len(parts))
