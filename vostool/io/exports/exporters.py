"""The export formats, and the functions that write them.

:data:`FORMATS` is what menu, dialog, command line and docs read. :func:`export` and
:func:`export_dataset` go through the frames once for all chosen formats, so that each mask is
decoded and each picture decoded and encoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vostool.errors import UsageError
from vostool.frames import FrameSource
from vostool.io.exports.dataset import ExportItem, make_dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.formats.coco import COCO
from vostool.io.exports.formats.cvat.images import CVAT_IMAGES
from vostool.io.exports.formats.cvat.segmentation_mask import CVAT_SEGMENTATION_MASK
from vostool.io.exports.formats.cvat.video import CVAT_VIDEO
from vostool.io.exports.formats.labelme import LABELME
from vostool.io.exports.formats.mot import MOT, MOTS
from vostool.io.exports.formats.pictures.binary import MASKS_BINARY
from vostool.io.exports.formats.pictures.davis import MASKS
from vostool.io.exports.formats.yolo import YOLO_DETECT, YOLO_SEG
from vostool.io.exports.formats.youtube_vis import YOUTUBE_VIS
from vostool.io.exports.formats.youtube_vos import YOUTUBE_VOS
from vostool.io.exports.options import ExportOptions, FrameChoice, ImageFiles, Split, SplitBy
from vostool.io.exports.rendered.animations import OVERLAY_GIF, OVERLAY_WEBP
from vostool.io.exports.rendered.cutout_video import CUTOUT_VIDEO
from vostool.io.exports.rendered.cutouts import CUTOUTS
from vostool.io.exports.rendered.overlay_video import OVERLAY_VIDEO
from vostool.io.exports.run import ExportReport, WrittenFormat, write_dataset
from vostool.io.options import OptionSpec
from vostool.plugins import Registry
from vostool.progress import Progress
from vostool.project.project import Project
from vostool.words import tr

__all__ = [
    "FORMATS",
    "ExportFormat",
    "ExportItem",
    "ExportOptions",
    "ExportReport",
    "FrameChoice",
    "ImageFiles",
    "OptionSpec",
    "Split",
    "SplitBy",
    "WrittenFormat",
    "check_options",
    "export",
    "export_dataset",
    "find_formats",
]

FORMATS: Registry[ExportFormat] = Registry(
    (
        CVAT_IMAGES,
        CVAT_VIDEO,
        CVAT_SEGMENTATION_MASK,
        COCO,
        MASKS,
        MASKS_BINARY,
        YOUTUBE_VOS,
        YOUTUBE_VIS,
        YOLO_SEG,
        YOLO_DETECT,
        MOTS,
        MOT,
        LABELME,
        OVERLAY_VIDEO,
        CUTOUTS,
        CUTOUT_VIDEO,
        OVERLAY_GIF,
        OVERLAY_WEBP,
    ),
    "vostool.export_formats",
    ExportFormat,
)
"""Every format by name, in the order of menus; those of plug-ins last."""


def find_formats(names: Sequence[str]) -> tuple[ExportFormat, ...]:
    """The formats of these names, each once.

    Raises:
        UsageError: a name is unknown, or none is given.
    """
    for name in names:
        if name not in FORMATS:
            raise UsageError(
                tr(
                    "There is no format {name!r}; choose from {names}.",
                    name=name,
                    names=", ".join(FORMATS),
                )
            )
    if not names:
        raise UsageError(tr("No format is chosen; choose from {names}.", names=", ".join(FORMATS)))
    return tuple(FORMATS[name] for name in dict.fromkeys(names))


def check_options(
    formats: Sequence[str], options: ExportOptions
) -> dict[str, dict[str, str | int | float | bool]]:
    """All option values of the chosen formats by format name, checked.

    Raises:
        UsageError: an unknown format or option, or a value that it does not take.
    """
    for name in options.format_options:
        find_formats([name])
    return {
        entry.name: entry.values(options.format_options.get(entry.name, {}))
        for entry in find_formats(formats)
    }


def export(  # noqa: PLR0917 - what window and command line call alike
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
        project: a snapshot, which does not change meanwhile.
        source: the project's source, for its size and names, and for pictures where asked for.
        formats: names from :data:`FORMATS`.
        destination: a folder; it is made when it is missing.
        progress: called with frames; may raise :class:`~vostool.errors.Cancelled`.

    Raises:
        UsageError: an unknown format or option, or frames or objects that are not there.
        ExportError: the destination is taken, read-only or full, or a format cannot hold this.
        Cancelled: from ``progress``.
    """
    values = check_options(formats, options)
    dataset = make_dataset([ExportItem(project, source)], options)
    return write_dataset(dataset, find_formats(formats), values, destination, options, progress)


def export_dataset(
    items: Sequence[ExportItem],
    formats: Sequence[str],
    destination: Path,
    options: ExportOptions,
    progress: Progress,
) -> ExportReport:
    """Write several projects as one data set, each format to ``destination / <format name>``.

    As :func:`export`; ids of objects, frames and classes are unique in the whole, and each
    video's files lie in a folder of its own, see :class:`~vostool.io.exports.dataset.Dataset`.

    Raises:
        UsageError, ExportError, Cancelled: as :func:`export`; nothing was written.
    """
    values = check_options(formats, options)
    dataset = make_dataset(items, options, merged=True)
    return write_dataset(dataset, find_formats(formats), values, destination, options, progress)
