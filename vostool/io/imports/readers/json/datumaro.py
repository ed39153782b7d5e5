"""datumaro's own JSON: ``items`` with annotations, written by datumaro 1.x.

Masks, polygons and boxes come in; an attribute ``object_id`` or ``track_id`` is the identity, and
``group`` only joins annotations of one picture. Frames are found by
``attr.frame``, the item's id or its picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.choice import chosen_file, records
from vostool.io.imports.readers.json.fields import stated_frame
from vostool.io.imports.readers.json.frames import listed
from vostool.io.imports.readers.json.text import DATUMARO as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.segmentation import annotated
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
    places = reader.places(items, values)
    for number, (item, frame) in enumerate(zip(items, places, strict=True)):
        progress(number, len(items), "items")
        reader.item(item, frame)
    return reader.result()


class _ItemReader:
    def __init__(self, out: Collector, labels: list[str]) -> None:
        self._out = out
        self._labels = labels
        self._seen: dict[int, str] = {}
        self._other: Counter[str] = Counter()

    def places(
        self, items: Sequence[Mapping[str, object]], values: Mapping[str, OptionValue]
    ) -> Sequence[int | None]:
        """The frame of each item: by a field, by its id, or by its picture's name."""
        return self._out.place([_picture(item, self._out.target) for item in items], values)

    def item(self, item: Mapping[str, object], frame: int | None) -> None:
        """Read one picture's annotations."""
        annotations = listed(item.get("annotations"))
        if not annotations:
            return
        oid = str(item.get("id"))
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
            turn = {"attributes": entry.get("attributes")}
            what = annotated({field: value, **turn}, self._out.target)
        except ValueError as error:
            self._out.skip(f"{where}: {error}.")
            return
        number = whole(entry.get("label_id"))
        known = number is not None and 0 <= number < len(self._labels)
        label = self._labels[number] if known and number is not None else f"label {number}"
        given = entry.get("attributes")
        attributes = self._out.attributes(label, given)
        # "group" only joins annotations of one picture.
        oid = identity(given)
        track = None if oid is None else self._out.identify(oid, label, attributes)
        depth = whole(entry.get("z_order")) or 0
        self._out.add(
            frame, track, label, what, where,
            attributes=attributes, depth=depth, occluded=is_occluded(given, entry),
        )  # fmt: skip

    def result(self) -> Imported:
        """Everything read."""
        if self._other:
            kinds = some([f"{count} {kind}" for kind, count in self._other.items()])
            self._out.skip(f"Annotations that are no masks, polygons or boxes: {kinds}.")
        return self._out.result([ImportedLabel(name) for name in self._labels])


def _picture(item: Mapping[str, object], target: ImportTarget) -> Picture:
    oid = str(item.get("id", ""))
    image = item.get("image")
    path = image.get("path") if isinstance(image, dict) else None
    known = target.frame_named(oid) is not None or any(c.isdecimal() for c in oid)
    name = oid if known or not isinstance(path, str) or not path else path
    return Picture(name, stated_frame({"attr": item.get("attr")}))


def _labels(data: object) -> list[str]:
    categories = data.get("categories") if isinstance(data, dict) else None
    label = categories.get("label") if isinstance(categories, dict) else None
    entries = listed(label.get("labels")) if isinstance(label, dict) else []
    return [str(entry.get("name")) for entry in entries if isinstance(entry, dict)]


DATUMARO = ImportFormat(
    name="datumaro",
    title="datumaro (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "masks and polygons as masks",
        "boxes",
        "object ids (object_id, track_id)",
        "labels, attributes (check boxes and numbers as such, a value a frame where it changes)",
        "what is occluded",
    ),
    loses=("points, captions, skeletons and cuboids", "groups"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(OptionSpec("file", "File, where a folder or zip holds several", ""), *NAME_OPTIONS),
)
"""datumaro JSON."""
