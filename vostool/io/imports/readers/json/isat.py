"""ISAT: a JSON file a frame with polygons; ``group`` is the object through a video's frames.

A polygon of the category ``__background__`` cuts out what layers below it hold. A pixel whose
number lies in a polygon or on its edge is the object's, as ISAT's own converters paint it.
``isat.yaml`` beside the files names the labels and their colours. Format:
ISAT_with_segment_anything, ``ISAT/annotation.py``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
import yaml

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.json.frames import FrameFile, FrameFiles, flat, listed
from vostool.io.imports.readers.json.text import ISAT as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.label_tree import LabelTree, open_tree
from vostool.io.imports.readers.pixels import centres_mask, is_number
from vostool.io.imports.readers.rows.text import text
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.mask import Mask
from vostool.progress import Progress

BACKGROUND = "__background__"
_LARGEST_YAML = 1 << 20


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read one JSON file, or those of a folder or zip.

    Raises:
        LabelsError: nothing in it fits the target.
    """
    with open_tree(path) as tree:
        out = Collector(f"'{path.name}'", target)
        reader = _IsatReader(out, groups=bool(values["groups"]))
        for file in FrameFiles(tree, KIND, out, values).each(progress):
            reader.frame(file)
        labels = _labels(tree)
    return out.result(labels)


class _IsatReader:
    def __init__(self, out: Collector, *, groups: bool) -> None:
        self._out = out
        self._groups = groups

    def frame(self, file: FrameFile) -> None:
        """Read one file, the lowest layer first."""
        found: list[_Part] = []
        entries = list(enumerate(listed(file.value.get("objects")), 1))
        for number, entry in sorted(entries, key=lambda item: _layer(item[1])):
            where = f"{file.name}, object {number}"
            if not isinstance(entry, dict):
                self._out.skip(f"{where}: it is no object with a category.")
                continue
            try:
                mask = centres_mask(flat(entry.get("segmentation")), self._out.target)
            except ValueError as error:
                self._out.skip(f"{where}: {error}.")
                continue
            label = str(entry.get("category") or "").strip()
            if label == BACKGROUND:
                found = [replace(part, mask=_without(part.mask, mask)) for part in found]
            else:
                depth = round(_layer(entry))
                found.append(_Part(self._track(entry, label), label, mask, where, depth))
        for part in found:
            if not part.mask.is_empty:
                track, label = part.track, part.label
                self._out.add(file.frame, track, label, part.mask, part.where, depth=part.depth)

    def _track(self, entry: Mapping[str, object], label: str) -> Hashable | None:
        group = whole(entry.get("group"))
        if not self._groups or group is None:
            return None
        note = str(entry.get("note") or "")
        return self._out.identify(group, label, (("note", note),) if note else ())


@dataclass(frozen=True, slots=True)
class _Part:
    track: Hashable | None
    label: str
    mask: Mask
    where: str
    depth: int


def _layer(entry: object) -> float:
    layer = entry.get("layer") if isinstance(entry, dict) else None
    return float(layer) if is_number(layer) else 0.0


def _without(mask: Mask, hole: Mask) -> Mask:
    return Mask.from_array(np.logical_and(mask.to_array(), ~hole.to_array()))


def _labels(tree: LabelTree) -> list[ImportedLabel]:
    """The labels of ``isat.yaml``; a damaged one only costs the colours."""
    try:
        if tree.files == (tree.path.name,) and tree.path.is_file():
            path = tree.path.parent / "isat.yaml"
            data = path.read_bytes() if path.is_file() else b""
        else:
            named = [name for name in tree.files if PurePosixPath(name).name == "isat.yaml"]
            data = tree.read(named[0], _LARGEST_YAML) if named else b""
        value = yaml.safe_load(text(data, "'isat.yaml'"))
    except (yaml.YAMLError, RecursionError, LabelsError, OSError):
        return []
    entries = listed(value.get("label")) if isinstance(value, dict) else []
    labels = []
    for entry in entries:
        if isinstance(entry, dict) and entry.get("name") not in (None, BACKGROUND):
            labels.append(ImportedLabel(str(entry["name"]), _colour(entry.get("color"))))
    return labels


def _colour(value: object) -> tuple[int, int, int] | None:
    if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
        return None
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:], 16)


ISAT = ImportFormat(
    name="isat",
    title="ISAT (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=("polygons as masks, with holes cut by the background", "object ids (group)", "labels"),
    loses=("layers beyond the order of whole objects", "crowd flags"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("groups", "group is the object through all frames", True),
        *NAME_OPTIONS,
    ),
)
"""ISAT."""
