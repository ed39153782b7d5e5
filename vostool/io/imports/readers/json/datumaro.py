"""datumaro's own JSON: ``items`` with annotations, written by datumaro 1.x.

Masks, polygons and boxes come in; ``attributes.track_id`` is the identity, ``group`` only joins
annotations of one picture. Frames are found by the item's id, its picture or ``attr.frame``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from pathlib import Path

from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, find_frame, some, whole
from vostool.io.imports.readers.json.choice import chosen_file, records
from vostool.io.imports.readers.json.coco import annotated
from vostool.io.imports.readers.json.frames import listed
from vostool.io.imports.readers.json.text import DATUMARO as KIND
from vostool.io.imports.readers.json.text import is_single, parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress

_FIELDS = {"mask": "rle", "polygon": "points", "bbox": "bbox"}


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a datumaro file, or the one in a folder or zip.

    Raises:
        LabelsError: several files are there to choose from, or nothing in it fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    items = records(data, "items", shown)
    labels = _labels(data)
    reader = _ItemReader(Collector(shown, target), labels)
    for number, item in enumerate(items):
        progress(number, len(items), "items")
        reader.item(item)
    return reader.result()


class _ItemReader:
    def __init__(self, out: Collector, labels: list[str]) -> None:
        self._out = out
        self._labels = labels
        self._seen: dict[int, str] = {}
        self._other: Counter[str] = Counter()

    def item(self, item: Mapping[str, object]) -> None:
        """Read one picture's annotations."""
        annotations = listed(item.get("annotations"))
        if not annotations:
            return
        oid = str(item.get("id"))
        frame = self._frame(item)
        if frame is None or frame in self._seen:
            why = (
                "this video has no such frame"
                if frame is None
                else (f"frame {frame} is item {self._seen[frame]} already")
            )
            what = counted(len(annotations), "annotation")
            self._out.skip(f"item {oid}: {why}; {what} left out.")
            return
        self._seen[frame] = oid
        for number, entry in enumerate(annotations, 1):
            self._annotation(entry, frame, f"item {oid}, annotation {number}")

    def _annotation(self, entry: object, frame: int, where: str) -> None:
        kind = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or str(kind) not in _FIELDS:
            self._other[str(kind)] += 1
            return
        value = entry.get(_FIELDS[str(kind)])
        try:
            field = "bbox" if kind == "bbox" else "segmentation"
            what = annotated({field: value}, self._out.target)
        except ValueError as error:
            self._out.skip(f"{where}: {error}.")
            return
        number = whole(entry.get("label_id"))
        known = number is not None and 0 <= number < len(self._labels)
        label = self._labels[number] if known and number is not None else f"label {number}"
        self._out.add(frame, self._track(entry, label), label, what, where)

    def _track(self, entry: Mapping[str, object], label: str) -> Hashable | None:
        attributes = entry.get("attributes")
        if (
            not isinstance(attributes, dict)
            or (number := whole(attributes.get("track_id"))) is None
        ):
            return None
        own = [(str(k), str(v)) for k, v in attributes.items() if k not in _OWN]
        return self._out.identify(number, label, own)

    def _frame(self, item: Mapping[str, object]) -> int | None:
        attributes = item.get("attr")
        number = attributes.get("frame") if isinstance(attributes, dict) else None
        image = item.get("image")
        path = image.get("path") if isinstance(image, dict) else None
        target = self._out.target
        frame = find_frame(target, str(item.get("id")), number)
        return find_frame(target, str(path)) if frame is None and path else frame

    def result(self) -> Imported:
        """Everything read."""
        if self._other:
            kinds = some([f"{count} {kind}" for kind, count in self._other.items()])
            self._out.skip(f"Annotations that are no masks, polygons or boxes: {kinds}.")
        return self._out.result([ImportedLabel(name) for name in self._labels])


_OWN = {"track_id", "keyframe", "occluded", "outside"}


def _labels(data: object) -> list[str]:
    categories = data.get("categories") if isinstance(data, dict) else None
    label = categories.get("label") if isinstance(categories, dict) else None
    entries = listed(label.get("labels")) if isinstance(label, dict) else []
    return [str(entry.get("name")) for entry in entries if isinstance(entry, dict)]


DATUMARO = ImportFormat(
    name="datumaro",
    title="datumaro (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=("masks and polygons as masks", "boxes", "object ids (track_id)", "labels, attributes"),
    loses=("points, captions, skeletons and cuboids", "groups"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(OptionSpec("file", "File, where a folder or zip holds several", ""),),
)
"""datumaro JSON."""
