"""The meta of CVAT's images XML: one task, or a project whose tasks are the videos' parts.

A task of CVAT belongs to one subset, so a video that is cut by time becomes a task for each part.
datumaro 1.13 reads only the parts that a task of the project names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.formats.cvat.meta import text
from vostool.io.exports.plan import ExportPlan

DEFAULT_SUBSET = "default"
"""What CVAT calls the one part of a data set that is not split."""


@dataclass(frozen=True, slots=True)
class CvatTask:
    """A task of a project.

    Attributes:
        number: its id, from 1.
        subset: the part it belongs to, as CVAT calls it.
        first, last: its frames, absolute.
    """

    plan: ExportPlan
    number: int
    subset: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The video's name, with the part where the video is cut."""
        return (
            self.plan.video if len(self.plan.subsets) == 1 else f"{self.plan.video}_{self.subset}"
        )


def tasks_of(dataset: Dataset) -> dict[tuple[int, str], CvatTask]:
    """The tasks by video number and part; none where one video is written whole."""
    found: dict[tuple[int, str], CvatTask] = {}
    if not dataset.merged and not dataset.split:
        return found
    for plan in dataset.videos:
        for first, last, subset in _parts(plan):
            task = CvatTask(plan, len(found) + 1, subset or DEFAULT_SUBSET, first, last)
            found[plan.number, subset] = task
    return found


def meta(dataset: Dataset, labels: str) -> str:
    """The ``<meta>`` element; ``labels`` is its ``<labels>``."""
    tasks = tasks_of(dataset)
    if not tasks:
        plan = dataset.videos[0]
        head = _task(plan, plan.video, plan.first, plan.last)
        source = f"<source>{text(plan.source_name)}</source>"
        return "\n".join([f"<meta><task>{head}", labels, source, "</task></meta>"])
    elements = [
        f"<task><id>{t.number}</id>{_task(t.plan, t.name, t.first, t.last)}\n"
        f"<subset>{t.subset}</subset></task>"
        for t in tasks.values()
    ]
    subsets = "\n".join(dict.fromkeys(t.subset for t in tasks.values()))
    name = dataset.videos[0].video if not dataset.merged else "videos"
    return "\n".join(
        [
            f"<meta><project><name>{text(name)}</name><tasks>",
            *elements,
            f"</tasks><subsets>{subsets}</subsets>",
            labels,
            "</project></meta>",
        ]
    )


def _parts(plan: ExportPlan) -> Iterator[tuple[int, int, str]]:
    """First and last frame of each part of a video, and its name."""
    starts = [plan.first, *(start for start, _ in plan.subsets[1:])]
    grid = range(plan.first, plan.last + 1, plan.every)
    ends = [grid[(start - plan.first) // plan.every - 1] for start in starts[1:]]
    for first, last, (_, subset) in zip(starts, [*ends, plan.last], plan.subsets, strict=True):
        yield first, last, subset


def _task(plan: ExportPlan, name: str, first: int, last: int) -> str:
    """The fields with which the task of a file and a task of a project both begin."""
    step = f"step={plan.every}" if plan.every > 1 else ""
    size = len(range(first, last + 1, plan.every))
    return (
        f"<name>{text(name)}</name><size>{size}</size>\n"
        "<mode>annotation</mode><overlap>0</overlap>\n"
        f"<start_frame>{first}</start_frame><stop_frame>{last}</stop_frame>\n"
        f"<frame_filter>{step}</frame_filter>"
    )
