"""Writing a data set: one pass over the frames for all formats, then into place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from vostool.errors import ExportError, SourceError, VosToolError
from vostool.frames import Image
from vostool.io.exports.dataset import Dataset, video_error
from vostool.io.exports.encoding import encoded
from vostool.io.exports.format import ExportFormat, FormatWriter
from vostool.io.exports.formats.losses import one_value_an_object
from vostool.io.exports.frame import ExportFrame, SharedPicture
from vostool.io.exports.options import ExportOptions, ImageFiles
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import Staging, one_sentence
from vostool.io.options import OptionValue
from vostool.plugins import plugin_errors
from vostool.progress import Progress
from vostool.words import tr


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
        written: one entry for each format, in the order asked for.
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


LAST_STEP = "putting into place"


def write_dataset(  # noqa: PLR0917 - called by the two functions of exporters only
    dataset: Dataset,
    formats: Sequence[ExportFormat],
    values: Mapping[str, Mapping[str, OptionValue]],
    destination: Path,
    options: ExportOptions,
    progress: Progress,
) -> ExportReport:
    """Write every format to ``destination / <format name>``, all or nothing.

    Args:
        values: all option values of each format, by its name.
        progress: called with frames of the whole data set.

    Raises:
        ExportError: the destination is taken, read-only or full, or a format cannot hold this.
        Cancelled: from ``progress``.
    """
    total = dataset.frame_count
    with one_sentence(destination), ExitStack() as stack:
        names = [entry.name for entry in formats]
        staging = Staging(
            destination, names, options.overwrite, lambda: progress(total, total, LAST_STEP)
        )
        stack.enter_context(staging)
        writers: list[tuple[ExportFormat, FormatWriter]] = []
        for entry in formats:
            with _named_errors(entry):
                writer = entry.open(dataset, staging.folder(entry.name), values[entry.name])
            stack.callback(_close, entry, writer)
            writers.append((entry, writer))
        tally = _Tally(list(dataset.warnings))
        decode = options.images is not ImageFiles.NONE or any(f.needs_pictures for f in formats)
        for frame in _frames(dataset, decode, progress, tally):
            _write_frame(frame, writers, staging, options)
            tally.count(frame)
        progress(total, total, LAST_STEP)
        for entry, writer in writers:
            with _named_errors(entry):
                told = writer.finish()
            if entry.family == "labels" and not (entry.frame_values or entry.origin):
                told += one_value_an_object(dataset.changing)
            tally.warnings += [f"{entry.name}: {text}" for text in told]
        tally.warnings += staging.publish()
        return ExportReport(
            _written(formats, dataset, staging),
            tally.frames,
            len(tally.objects),
            tally.masks,
            tuple(tally.warnings),
        )


def _named_errors(entry: ExportFormat) -> AbstractContextManager[None]:
    """A mistake of a plug-in's writer becomes a sentence that names the plug-in."""
    return plugin_errors(
        entry.origin, tr("write, so nothing was changed"), ExportError, VosToolError
    )


def _close(entry: ExportFormat, writer: FormatWriter) -> None:
    with _named_errors(entry):
        writer.close()


@dataclass
class _Tally:
    """Counts for the report, taken as the frames go by."""

    warnings: list[str]
    frames: int = 0
    masks: int = 0
    objects: set[tuple[int, int]] = field(default_factory=set)

    def count(self, frame: ExportFrame) -> None:
        self.frames += 1
        self.masks += len(frame.masks)
        self.objects.update((frame.plan.number, mask.object.id) for mask in frame.masks)


def _frames(
    dataset: Dataset, decode: bool, progress: Progress, tally: _Tally
) -> Iterator[ExportFrame]:
    """All frames; one that must be decoded and cannot be is left out, with a warning."""
    done = 0
    for plan in dataset.videos:
        where = f"{plan.video}: " if dataset.merged else ""
        position = 0
        for index in plan.frames:
            progress(
                done, dataset.frame_count, tr("{where}frame {index}", where=where, index=index)
            )
            done += 1
            picture = SharedPicture(plan.source, index)
            try:
                if decode:
                    picture.pixels()
            except SourceError as error:
                tally.warnings.append(
                    tr(
                        "{where}Frame {index} was left out: {error}",
                        where=where,
                        index=index,
                        error=error,
                    )
                )
                continue
            try:
                frame = _frame(plan, index, tally.frames + 1, position, picture)
            except ExportError as error:
                raise video_error(plan, str(error)) from error
            yield frame
            position += 1


def _frame(
    plan: ExportPlan, index: int, number: int, position: int, picture: SharedPicture
) -> ExportFrame:
    return ExportFrame(
        index=index,
        name=plan.name(index),
        file_name=plan.file_name(index),
        masks=plan.masks(index),
        plan=plan,
        number=number,
        position=position,
        subset=plan.subset(index),
        picture=picture,
    )


def _write_frame(
    frame: ExportFrame,
    writers: Sequence[tuple[ExportFormat, FormatWriter]],
    staging: Staging,
    options: ExportOptions,
) -> None:
    picture: bytes | None = None
    for entry, writer in writers:
        with _named_errors(entry):
            writer.write(frame)
        if options.images is ImageFiles.NONE or entry.family != "labels":
            continue
        picture = picture or encode_picture(frame.image(), options)
        with _named_errors(entry):
            place = writer.picture_path(frame)
        staging.folder(entry.name).write(place, picture)


def encode_picture(picture: Image, options: ExportOptions) -> bytes:
    """A JPEG or PNG file of an RGB picture (H, W, 3) uint8."""
    jpeg = options.images is ImageFiles.JPEG
    parameters = [cv2.IMWRITE_JPEG_QUALITY, options.jpeg_quality] if jpeg else []
    bgr = np.ascontiguousarray(picture[:, :, ::-1])
    failure = tr("The picture could not be encoded; choose another image format.")
    return encoded(".jpg" if jpeg else ".png", bgr, failure, parameters)


def _written(
    formats: Sequence[ExportFormat], dataset: Dataset, staging: Staging
) -> tuple[WrittenFormat, ...]:
    return tuple(
        WrittenFormat(
            entry.name,
            _main(staging.destination / entry.name, dataset.place(entry.main)),
            staging.folder(entry.name).file_count,
            staging.folder(entry.name).byte_count,
        )
        for entry in formats
    )


def _main(folder: Path, place: str) -> Path:
    """What a person opens; a split makes other files beside it, so then it is their folder."""
    main = folder / place
    return main if main.exists() else main.parent
