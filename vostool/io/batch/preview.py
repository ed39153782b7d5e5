"""What a batch would write: the tree of files with counts and sizes, without writing it.

A few frames of each video go through the real writers, twice with different numbers of frames,
into a folder that is thrown away; what every folder holds is a straight line through these two
points. So a format needs no description of its own files, and a new one is previewed as it is.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from vostool.errors import Cancelled
from vostool.io.batch.clock import BatchListener, Clock, Phase, unheard
from vostool.io.batch.plan import Batch, opened, sentence
from vostool.io.batch.sample import Line, Remembering, frames_of, take_sample
from vostool.io.exports.dataset import Dataset, ExportItem, make_dataset
from vostool.progress import Progress, silent

SAMPLED_FRAMES = 8
"""Frames that are really written for a preview, of one data set; at least four of each video."""


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
    """Estimate what :func:`~vostool.io.batch.run.run_batch` would write, and write nothing.

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
            except Exception as error:
                self._fail(names[position], error)

    def together(self, clock: Clock) -> None:
        items: list[ExportItem] = []
        with ExitStack() as stack:
            for position, name in enumerate(self.batch.names()):
                progress = clock.counting(Phase.CHECKING, position)
                entry = self.batch.projects[position]
                try:
                    items.append(stack.enter_context(opened(entry, progress)).item(name))
                except Exception as error:
                    self._fail(name, error)
            try:
                if items:
                    whole = make_dataset(items, self.batch.options, merged=True)
                    self._add(whole, ".", clock.counting(Phase.CHECKING, 0))
            except Exception as error:
                self._fail("", error)

    def _add(self, dataset: Dataset, below: str, progress: Progress) -> None:
        self.entries += preview_dataset(dataset, self.batch, below, progress)
        self.projects += len(dataset.videos)
        self.frames += dataset.frame_count

    def _fail(self, name: str, error: Exception) -> None:
        if isinstance(error, Cancelled):
            raise error
        self.failures.append(f"{name}: {sentence(error)}" if name else sentence(error))


def preview_dataset(
    dataset: Dataset, batch: Batch, below: str = ".", progress: Progress = silent
) -> list[PreviewEntry]:
    """The files of one data set, their paths beginning with ``below``.

    Raises:
        ExportError: a format cannot hold this data set.
        Cancelled: from ``progress``.
    """
    kept = [replace(plan, source=Remembering(plan.source)) for plan in dataset.videos]
    whole = replace(dataset, videos=tuple(kept))
    most = max(4, SAMPLED_FRAMES // len(kept))
    large = take_sample(whole, batch, most, progress)
    small = take_sample(whole, batch, most // 2, progress)
    counts = {plan.video: len(plan.frames) for plan in dataset.videos}
    entries = []
    for folder, files in large.files.items():
        before = small.files.get(folder, {})
        line = Line(small.of(folder), large.of(folder), frames_of(folder, counts))
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
