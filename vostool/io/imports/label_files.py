"""Label files: CVAT's JSON of labels, as its label constructor takes and gives it ('Raw')."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from vostool.errors import ExportError, LabelsError
from vostool.files import TooLarge, read_bounded
from vostool.project.labels import LabelSpec, labels_from_json, labels_json
from vostool.replacing import replacing
from vostool.words import tr

SUFFIX = ".json"
_LARGEST = 16 * 2**20  # bytes; a list of labels is a few thousand


def read_labels(path: Path) -> tuple[LabelSpec, ...]:
    """The labels of a file.

    Raises:
        LabelsError: it cannot be read, or is something else.
    """
    try:
        value = json.loads(read_bounded(path, _LARGEST).decode("utf-8-sig"))
    except TooLarge:
        raise LabelsError(
            tr("'{path_name}' is too large for a list of labels.", path_name=path.name)
        ) from None
    except OSError as error:
        raise LabelsError(
            tr(
                "'{path_name}' cannot be read ({strerror}).",
                path_name=path.name,
                strerror=error.strerror,
            )
        ) from error
    except (ValueError, RecursionError) as error:
        raise LabelsError(
            tr("'{path_name}' is no JSON, so it holds no labels.", path_name=path.name)
        ) from error
    try:
        return labels_from_json(value)
    except LabelsError as error:
        raise LabelsError(f"'{path.name}': {error}") from error


def write_labels(path: Path, labels: Iterable[LabelSpec]) -> None:
    """Write a file that CVAT's label constructor takes; beside, then renamed into place.

    Raises:
        ExportError: it cannot be written; a file that was there is as it was.
    """
    text = json.dumps(labels_json(labels), ensure_ascii=False, indent=2) + "\n"
    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ExportError(
            tr(
                "'{path}' cannot be written ({strerror}); choose another folder.",
                path=path,
                strerror=error.strerror,
            )
        ) from error
