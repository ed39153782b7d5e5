"""The export formats, and the one function that writes them.

:data:`FORMATS` is what menu, dialog, command line and docs read. :func:`export` goes through the
frames once for all chosen formats, so that each mask is decoded and each picture encoded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from vostool.errors import UsageError
from vostool.frames import FrameSource
from vostool.io.export_format import (
    ExportFormat,
    ExportOptions,
    FormatWriter,
    FrameChoice,
    ImageFiles,
    OptionSpec,
)
from vostool.io.export_plan import ExportFrame, ExportPlan, make_plan, pictures
from vostool.io.formats.coco import COCO
from vostool.io.formats.cvat_images import CVAT_IMAGES
from vostool.io.formats.mask_png import MASKS, MASKS_BINARY
from vostool.io.staging import Staging, one_sentence
from vostool.progress import Progress
from vostool.project import Project

__all__ = [
    "FORMATS",
    "ExportFormat",
    "ExportOptions",
    "ExportReport",
    "FrameChoice",
    "ImageFiles",
    "OptionSpec",
    "WrittenFormat",
    "export",
    "find_formats",
]

FORMATS: Mapping[str, ExportFormat] = MappingProxyType(
    {entry.name: entry for entry in (CVAT_IMAGES, COCO, MASKS, MASKS_BINARY)}
)
"""Every format by name, in the order of menus."""


@dataclass(frozen=True, slots=True)
class WrittenFormat:
    """One format of a finished export.

    Attributes:
        name: the format's name.
        main: the file or folder that a person opens or uploads.
        files: how many files lie in the format's folder by this export.
        size_bytes: their size together.
    """

    name: str
    main: Path
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        written: one entry a format, in the order asked for.
        frames: frames written, in each format.
        objects: chosen objects with at least one mask on these frames.
        masks: masks with pixels on these frames.
        warnings: sentences on what a format could not hold, each beginning with its name where
            it concerns one format only.
    """

    written: tuple[WrittenFormat, ...]
    frames: int
    objects: int
    masks: int
    warnings: tuple[str, ...]


def find_formats(names: Sequence[str]) -> tuple[ExportFormat, ...]:
    """The formats of these names, each once.

    Raises:
        UsageError: a name is unknown, or none is given.
    """
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"There is no format {name!r}; choose from {', '.join(FORMATS)}.")
    if not names:
        raise UsageError(f"No format is chosen; choose from {', '.join(FORMATS)}.")
    return tuple(FORMATS[name] for name in dict.fromkeys(names))


def export(  # noqa: PLR0917 - the door that window and command line call alike
    project: Project,
    source: FrameSource,
    formats: Sequence[str],
    destination: Path,
    options: ExportOptions,
    progress: Progress,
) -> ExportReport:
    """Write formats of one project, each to ``destination / <format name>``, all or nothing.

    The files are written beside and put into place at the end; a cancel or an error before leaves
    everything as it was. With ``options.overwrite`` the files of an earlier export are replaced,
    and files that no export wrote are kept.

    Args:
        project: a snapshot; nobody changes it meanwhile.
        source: the project's source, for its size and names, and for pictures where asked for.
        formats: names from :data:`FORMATS`.
        destination: a folder; it is made when it is missing.
        progress: called with frames; may raise :class:`~vostool.errors.Cancelled`.

    Raises:
        UsageError: an unknown format or option, or frames or objects that are not there.
        ExportError: the destination is taken, read-only or full, or a format cannot hold this.
        Cancelled: from ``progress``.
    """
    chosen = find_formats(formats)
    for name in options.format_options:
        find_formats([name])
    values = [entry.values(options.format_options.get(entry.name, {})) for entry in chosen]
    plan = make_plan(project, source, options)
    with one_sentence(destination), ExitStack() as stack:
        staging = Staging(destination, [entry.name for entry in chosen], options.overwrite)
        stack.enter_context(staging)
        writers: dict[str, FormatWriter] = {}
        for entry, given in zip(chosen, values, strict=True):
            writers[entry.name] = entry.open(plan, staging.folder(entry.name), given)
            stack.callback(writers[entry.name].close)
        tally = _Tally(list(plan.warnings))
        for frame, picture in tally.counted(pictures(source, plan, options, tally.warnings)):
            progress(tally.frames, len(plan.frames), f"frame {frame.index}")
            _write_frame(frame, picture, writers, staging)
        progress(len(plan.frames), len(plan.frames), "putting into place")
        for name, writer in writers.items():
            tally.warnings += [f"{name}: {text}" for text in writer.finish()]
        tally.warnings += staging.publish()
        return ExportReport(
            _written(chosen, plan, staging),
            tally.frames,
            len(tally.objects),
            tally.masks,
            tuple(tally.warnings),
        )


@dataclass
class _Tally:
    """Counts for the report, taken as the frames go by."""

    warnings: list[str]
    frames: int = 0
    masks: int = 0
    objects: set[int] = field(default_factory=set)

    def counted(
        self, items: Iterator[tuple[ExportFrame, bytes | None]]
    ) -> Iterator[tuple[ExportFrame, bytes | None]]:
        for frame, picture in items:
            yield frame, picture
            self.frames += 1
            self.masks += len(frame.masks)
            self.objects.update(mask.object.id for mask in frame.masks)


def _write_frame(
    frame: ExportFrame,
    picture: bytes | None,
    writers: Mapping[str, FormatWriter],
    staging: Staging,
) -> None:
    for name, writer in writers.items():
        writer.write(frame)
        if picture is not None:
            staging.folder(name).write(writer.picture_path(frame), picture)


def _written(
    formats: Sequence[ExportFormat], plan: ExportPlan, staging: Staging
) -> tuple[WrittenFormat, ...]:
    return tuple(
        WrittenFormat(
            entry.name,
            staging.destination / entry.name / entry.main.format(video=plan.video),
            staging.folder(entry.name).file_count,
            staging.folder(entry.name).byte_count,
        )
        for entry in formats
    )
