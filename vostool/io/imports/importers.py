"""The import formats, and the functions through which every label file comes in.

:data:`IMPORT_FORMATS` is what the file dialog, the command line and the docs read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vostool.errors import LabelsError, UsageError, VosToolError
from vostool.files import refuse_special
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.cvat.reader import CVAT
from vostool.io.imports.readers.foreign import explain
from vostool.io.imports.readers.json.burst import BURST
from vostool.io.imports.readers.json.coco import COCO
from vostool.io.imports.readers.json.datumaro import DATUMARO
from vostool.io.imports.readers.json.isat import ISAT
from vostool.io.imports.readers.json.label_studio import LABEL_STUDIO
from vostool.io.imports.readers.json.labelme import LABELME
from vostool.io.imports.readers.json.results import COCO_RESULTS, YOUTUBE_VIS_RESULTS
from vostool.io.imports.readers.json.sa1b import SA_1B
from vostool.io.imports.readers.json.sav import SA_V
from vostool.io.imports.readers.json.supervisely import SUPERVISELY
from vostool.io.imports.readers.json.via import VIA
from vostool.io.imports.readers.json.youtube_vis import YOUTUBE_VIS
from vostool.io.imports.readers.pictures.masks import MASKS
from vostool.io.imports.readers.pictures.mots_png import MOTS_PNG
from vostool.io.imports.readers.pictures.voc import VOC_MASKS
from vostool.io.imports.readers.rows.mot import MOT
from vostool.io.imports.readers.rows.mots import MOTS
from vostool.io.imports.readers.rows.yolo import YOLO
from vostool.io.imports.readers.voc_xml import VOC_XML
from vostool.io.options import OptionValue
from vostool.plugins import Registry, plugin_errors
from vostool.progress import Progress, silent
from vostool.words import tr

__all__ = ["IMPORT_FORMATS", "detect_format", "find_import_format", "read_labels"]

_ENTRIES: tuple[ImportFormat, ...] = (
    CVAT,
    COCO,
    YOUTUBE_VIS,
    LABELME,
    ISAT,
    DATUMARO,
    SA_V,
    BURST,
    SA_1B,
    COCO_RESULTS,
    YOUTUBE_VIS_RESULTS,
    LABEL_STUDIO,
    SUPERVISELY,
    VIA,
    MOTS,
    MOT,
    YOLO,
    MOTS_PNG,
    VOC_MASKS,
    VOC_XML,
    MASKS,
)
# In the order in which detection asks them.

IMPORT_FORMATS: Registry[ImportFormat] = Registry(_ENTRIES, "vostool.import_formats", ImportFormat)
"""Every import format by name; those of plug-ins last, and asked last."""


def find_import_format(name: str) -> ImportFormat:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in IMPORT_FORMATS:
        known = ", ".join(IMPORT_FORMATS)
        raise UsageError(
            tr("There is no import format {name!r}; choose from {known}.", name=name, known=known)
        )
    return IMPORT_FORMATS[name]


def detect_format(path: Path) -> ImportFormat:
    """The first format that recognises the file or folder by a look inside.

    Raises:
        LabelsError: it is not there, cannot be read, or no format knows it.
    """
    failed: list[str] = []
    try:
        refuse_special(path)
        for entry in IMPORT_FORMATS.values():
            if _recognises(entry, path, failed):
                return entry
        known = explain(path)
    except FileNotFoundError:
        raise LabelsError(tr("There is no file '{path}'; check the name.", path=path)) from None
    except OSError as error:
        raise LabelsError(
            tr("'{path}' cannot be read ({strerror}).", path=path, strerror=error.strerror or error)
        ) from None
    names = ", ".join(IMPORT_FORMATS)
    what = known or tr("'{path_name}' holds no labels of a known format.", path_name=path.name)
    raise LabelsError(
        " ".join([tr("{what} Formats that are read: {names}.", what=what, names=names), *failed])
    )


def _recognises(entry: ImportFormat, path: Path, failed: list[str]) -> bool:
    """Whether a format knows the file; a plug-in's that breaks is named in ``failed``."""
    try:
        return entry.detect(path)
    except OSError:
        raise
    except Exception as error:
        if not entry.origin:
            raise
        # The mistake of another distribution must not hide the formats that are asked after it.
        failed.append(
            tr("{origin} could not look at it ({error!r}).", origin=entry.origin, error=error)
        )
        return False


def read_labels(
    path: Path,
    target: ImportTarget,
    format: str | None = None,
    options: Mapping[str, OptionValue] | None = None,
    progress: Progress = silent,
) -> Imported:
    """Read a label file or folder for a target.

    Args:
        format: a name from :data:`IMPORT_FORMATS`; None looks inside.
        options: values by name of the format's own options.
        progress: may raise :class:`~vostool.errors.Cancelled`.

    Raises:
        UsageError: an unknown format or option.
        LabelsError: the file cannot be trusted, or nothing in it is for this target.
    """
    entry = detect_format(path) if format is None else find_import_format(format)
    values = entry.values(options or {})
    try:
        refuse_special(path)
        with plugin_errors(entry.origin, f"read '{path.name}'", LabelsError, VosToolError):
            imported = entry.read(path, target, values, progress)
            if entry.origin:
                _check_read(imported, target)
    except FileNotFoundError:
        raise LabelsError(tr("There is no file '{path}'; check the name.", path=path)) from None
    except OSError as error:
        raise LabelsError(
            tr("'{path}' cannot be read ({strerror}).", path=path, strerror=error.strerror or error)
        ) from None
    except RecursionError:
        raise LabelsError(tr("'{path}' is nested too deeply to be labels.", path=path)) from None
    except OverflowError:
        raise LabelsError(
            tr("'{path}' holds a number that is too large for any label.", path=path)
        ) from None
    except MemoryError:
        raise LabelsError(tr("There is not enough memory to read '{path}'.", path=path)) from None
    if not imported.shapes:
        raise LabelsError(_nothing(path, imported))
    return imported


def _check_read(imported: object, target: ImportTarget) -> None:
    """What another distribution hands back may be anything."""
    if not isinstance(imported, Imported):
        raise TypeError(f"it gave {type(imported).__name__}, not Imported")
    for shape in imported.shapes:
        if not 0 <= shape.frame < target.frame_count:
            raise ValueError(f"it gave a shape on frame {shape.frame} of {target.frame_count}")
        size = (target.width, target.height)
        if shape.mask is not None and (shape.mask.width, shape.mask.height) != size:
            raise ValueError(f"it gave a mask that is not {size[0]}x{size[1]}")


def _nothing(path: Path, imported: Imported) -> str:
    if not imported.skipped:
        return tr(
            "'{path_name}' holds no shape of any object; there is nothing to import.",
            path_name=path.name,
        )
    more = len(imported.skipped) - 1
    others = tr(" ({more} more like this)", more=more) if more else ""
    first = imported.skipped[0].rstrip(".")
    return tr(
        "Nothing in '{path_name}' is for this video: {first}{others}.",
        path_name=path.name,
        first=first,
        others=others,
    )
