"""A few frames written for real and thrown away: what folders hold, and how they grow."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.batch.plan import Batch
from vostool.io.exports.dataset import Dataset
from vostool.io.exports.exporters import check_options, find_formats
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.run import write_dataset
from vostool.io.exports.staging import MANIFEST
from vostool.progress import Progress


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through two samples."""

    small: int
    large: int
    frames: int

    def at(self, small: int, large: int) -> int:
        """The value at all frames, of what was ``small`` and ``large`` in the samples."""
        if self.large == self.small:
            return large
        slope = (large - small) / (self.large - self.small)
        return max(round(large + slope * (self.frames - self.large)), 0)


@dataclass(frozen=True, slots=True)
class Sample:
    """Sizes by name by folder, and how many frames of each video went in."""

    files: dict[str, dict[str, int]]
    counts: dict[str, int]

    def of(self, folder: str) -> int:
        """Frames that went into a folder."""
        return frames_of(folder, self.counts)


def frames_of(folder: str, counts: Mapping[str, int]) -> int:
    """Frames that a folder grows with: its video's, where it bears a video's name, or all."""
    named = [counts[part] for part in PurePosixPath(folder).parts if part in counts]
    return named[0] if named else sum(counts.values())


def take_sample(dataset: Dataset, batch: Batch, most: int, progress: Progress) -> Sample:
    """Write at most so many frames of each video, and the first of each part, and throw them away.

    Raises:
        ExportError: a format cannot hold this data set.
        Cancelled: from ``progress``.
    """
    plans = [replace(plan, frames=_sampled(plan, most)) for plan in dataset.videos]
    sampled = replace(dataset, videos=tuple(plans))
    values = check_options(batch.formats, batch.options)
    for given in values.values():
        if "sound" in given:
            given["sound"] = False  # a few frames of an hour would have an hour of it encoded
    files: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="vostool-preview-") as folder:
        place = Path(folder)
        formats = find_formats(batch.formats)
        write_dataset(sampled, formats, values, place, batch.options, progress)
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != MANIFEST:
                parent = path.parent.relative_to(place).as_posix()
                files.setdefault(parent, {})[path.name] = path.stat().st_size
    return Sample(files, {plan.video: len(plan.frames) for plan in plans})


def _sampled(plan: ExportPlan, most: int) -> tuple[int, ...]:
    """A few frames of a video, the first of each of its parts among them."""
    parts = {frame for frame, _ in plan.subsets if frame in plan.frames}
    return tuple(sorted(parts.union(_spread(plan.frames, most))))


def _spread(frames: Sequence[int], most: int) -> tuple[int, ...]:
    """At most so many of the frames, evenly spread, the first and the last among them."""
    if len(frames) <= most:
        return tuple(frames)
    if most == 1:
        return (frames[0],)
    step = (len(frames) - 1) / (most - 1)
    return tuple(frames[round(i * step)] for i in range(most))


class Remembering:
    """A source that decodes each of the few sampled frames once."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._pictures: dict[int, Image] = {}

    @property
    def info(self) -> SourceInfo:
        return self._source.info

    def __len__(self) -> int:
        return len(self._source)

    def frame(self, index: int) -> Image:
        if index not in self._pictures:
            self._pictures[index] = self._source.frame(index)
        return self._pictures[index]

    def time(self, index: int) -> float:
        return self._source.time(index)

    def name(self, index: int) -> str:
        return self._source.name(index)

    def clone(self) -> FrameSource:
        return self._source.clone()

    def close(self) -> None:
        self._pictures.clear()
