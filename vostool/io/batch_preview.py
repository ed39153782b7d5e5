"""What a batch would write: the tree of files with counts and sizes, without writing it.

A few frames of each video go through the real writers, twice with different numbers of frames,
into a folder that is thrown away; what every folder holds is a straight line through these two
points. So a format needs no description of its own files, and a new one is previewed as it is.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from vostool.errors import Cancelled, VosToolError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.batch_clock import BatchListener, Clock, Phase, unheard
from vostool.io.batch_plan import Batch, opened
from vostool.io.dataset import Dataset, ExportItem, make_dataset
from vostool.io.export_run import write_dataset
from vostool.io.exporters import check_options, find_formats
from vostool.io.staging import MANIFEST
from vostool.progress import Progress, silent

SAMPLED_FRAMES = 8
"""Frames that are really written for a preview, of one data set; at least two of each video."""


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """Files of one folder.

    Attributes:
        path: of the file, or of the folder with a slash at the end where there are many, below
            the destination, with forward slashes.
        files: how many, about.
        size_bytes: together, about.
        examples: names of some of them, where there are many.
    """

    path: str
    files: int
    size_bytes: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch would write.

    Attributes:
        destination: the folder that everything goes to.
        entries: by path.
        projects: those that would be written.
        frames: of all of them, in each format.
        free_bytes: on the destination's disk.
        failures: a sentence each on projects that cannot be previewed.
    """

    destination: Path
    entries: tuple[PreviewEntry, ...]
    projects: int
    frames: int
    free_bytes: int
    failures: tuple[str, ...]

    @property
    def files(self) -> int:
        """Files of the whole batch, about."""
        return sum(entry.files for entry in self.entries)

    @property
    def size_bytes(self) -> int:
        """Size of the whole batch, about."""
        return sum(entry.size_bytes for entry in self.entries)

    @property
    def fits(self) -> bool:
        """False where the disk has too little room for it."""
        return self.size_bytes < self.free_bytes


def preview_batch(batch: Batch, listener: BatchListener = unheard) -> Preview:
    """Estimate what :func:`vostool.io.batch.run_batch` would write; the destination is untouched.

    Raises:
        UsageError: the batch itself makes no sense.
        Cancelled: from ``listener``.
    """
    batch.check()
    clock = Clock(batch.names(), 0, listener)
    gathered = _Gathered(batch)
    if batch.merge:
        gathered.together(clock)
    else:
        gathered.each(clock)
    return Preview(
        batch.destination,
        tuple(sorted(gathered.entries, key=lambda entry: entry.path)),
        gathered.projects,
        gathered.frames,
        _free(batch.destination),
        tuple(gathered.failures),
    )


@dataclass
class _Gathered:
    batch: Batch
    entries: list[PreviewEntry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    projects: int = 0
    frames: int = 0

    def each(self, clock: Clock) -> None:
        names, folders = self.batch.names(), self.batch.folders()
        for position, entry in enumerate(self.batch.projects):
            below = folders[position].relative_to(self.batch.destination).as_posix()
            try:
                progress = clock.counting(Phase.CHECKING, position)
                with opened(entry, progress) as found:
                    self._add(make_dataset([found.item()], self.batch.options), below, progress)
            except (VosToolError, OSError) as error:
                self._fail(names[position], error)

    def together(self, clock: Clock) -> None:
        items: list[ExportItem] = []
        with ExitStack() as stack:
            for position, name in enumerate(self.batch.names()):
                progress = clock.counting(Phase.CHECKING, position)
                entry = self.batch.projects[position]
                try:
                    items.append(stack.enter_context(opened(entry, progress)).item(name))
                except (VosToolError, OSError) as error:
                    self._fail(name, error)
            try:
                if items:
                    whole = make_dataset(items, self.batch.options, merged=True)
                    self._add(whole, ".", clock.counting(Phase.CHECKING, 0))
            except (VosToolError, OSError) as error:
                self._fail("", error)

    def _add(self, dataset: Dataset, below: str, progress: Progress) -> None:
        self.entries += preview_dataset(dataset, self.batch, below, progress)
        self.projects += len(dataset.videos)
        self.frames += dataset.frame_count

    def _fail(self, name: str, error: Exception) -> None:
        if isinstance(error, Cancelled):
            raise error
        self.failures.append(f"{name}: {error}" if name else str(error))


def preview_dataset(
    dataset: Dataset, batch: Batch, below: str = ".", progress: Progress = silent
) -> list[PreviewEntry]:
    """The files of one data set, their paths beginning with ``below``.

    Raises:
        ExportError: a format cannot hold this data set.
        Cancelled: from ``progress``.
    """
    kept = [replace(plan, source=_Remembering(plan.source)) for plan in dataset.videos]
    whole = replace(dataset, videos=tuple(kept))
    most = max(2, SAMPLED_FRAMES // len(kept))
    large = _sample(whole, batch, most, progress)
    small = _sample(whole, batch, most // 2, progress)
    counts = {plan.video: len(plan.frames) for plan in dataset.videos}
    entries = []
    for folder, files in large.files.items():
        before = small.files.get(folder, {})
        line = _Line(small.of(folder), large.of(folder), _of(folder, counts))
        place = PurePosixPath(below) / folder
        if len(files) == len(before):
            for name, size in files.items():
                at_least = line.at(before.get(name, size), size)
                entries.append(PreviewEntry((place / name).as_posix(), 1, at_least))
            continue
        names = sorted(files)
        size = line.at(sum(before.values()), sum(files.values()))
        number = line.at(len(before), len(files))
        examples = tuple(dict.fromkeys((names[0], names[-1])))
        entries.append(PreviewEntry(f"{place.as_posix()}/", number, size, examples))
    return entries


@dataclass(frozen=True, slots=True)
class _Line:
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
class _Sample:
    """Sizes by name by folder, and how many frames of each video went in."""

    files: dict[str, dict[str, int]]
    counts: dict[str, int]

    def of(self, folder: str) -> int:
        return _of(folder, self.counts)


def _of(folder: str, counts: Mapping[str, int]) -> int:
    """Frames that a folder grows with: its video's, where it bears a video's name, or all."""
    named = [counts[part] for part in PurePosixPath(folder).parts if part in counts]
    return named[0] if named else sum(counts.values())


def _sample(dataset: Dataset, batch: Batch, most: int, progress: Progress) -> _Sample:
    plans = [replace(plan, frames=_spread(plan.frames, most)) for plan in dataset.videos]
    sampled = replace(dataset, videos=tuple(plans))
    values = check_options(batch.formats, batch.options)
    files: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="vostool-preview-") as folder:
        place = Path(folder)
        formats = find_formats(batch.formats)
        write_dataset(sampled, formats, values, place, batch.options, progress)
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != MANIFEST:
                parent = path.parent.relative_to(place).as_posix()
                files.setdefault(parent, {})[path.name] = path.stat().st_size
    return _Sample(files, {plan.video: len(plan.frames) for plan in plans})


def _spread(frames: Sequence[int], most: int) -> tuple[int, ...]:
    """At most so many of the frames, evenly spread, the first and the last among them."""
    if len(frames) <= most:
        return tuple(frames)
    if most == 1:
        return (frames[0],)
    step = (len(frames) - 1) / (most - 1)
    return tuple(frames[round(i * step)] for i in range(most))


class _Remembering:
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


def preview_text(preview: Preview) -> str:
    """The tree as lines for a terminal."""
    lines = [str(preview.destination)]
    for entry in preview.entries:
        many = f"{entry.files} files: {' … '.join(entry.examples)}, " if entry.examples else ""
        lines.append(f"  {entry.path}  ({many}about {size_text(entry.size_bytes)})")
    lines.append(
        f"{preview.frames} frames of {preview.projects} projects: about {preview.files} files, "
        f"{size_text(preview.size_bytes)}; {size_text(preview.free_bytes)} are free"
    )
    return "\n".join(lines)


def size_text(size: int) -> str:
    """A size for people: "512 B", "3.4 MB"."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def _free(folder: Path) -> int:
    """Bytes free on the disk that the folder is or will be on."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0
