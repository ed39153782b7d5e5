"""COCO instances, and mmtracking's CocoVID, which adds ``videos`` and ``frame_id``.

Read as pycocotools 2.0.11 and the writers at hand mean them: polygons, compressed and
uncompressed RLE (also with ``iscrowd``, as datumaro writes every mask), and boxes where an
annotation has no segmentation. The identity is ``attributes.track_id`` (CVAT, datumaro, our
export), ``track_id`` or ``instance_id`` (CocoVID).

Ids decide what belongs together, so a repeated image id makes its annotations ambiguous: they
are left out. Repeated annotation ids refer to nothing here; each annotation is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, find_frame, some, whole
from vostool.io.imports.readers.json.choice import chosen_file, chosen_video, records
from vostool.io.imports.readers.json.text import COCO as KIND
from vostool.io.imports.readers.json.text import is_single, parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import finite, polygon_mask, rle_mask
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress

_OWN = {"track_id", "keyframe", "occluded"}
_NAMED = 8


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a COCO file, or the one in a folder or zip.

    Raises:
        LabelsError: it is no COCO JSON, several files or videos are there to choose from, or
            nothing in it fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    reader = _CocoReader(data, shown, target, str(values["video"]))
    return reader.run(progress, crowds=bool(values["crowds"]))


class _CocoReader:
    def __init__(self, data: object, shown: str, target: ImportTarget, video: str) -> None:
        self._target = target
        self._out = Collector(shown, target)
        self._video = chosen_video(records(data, "videos", shown), video, shown)
        self._labels = {
            entry.get("id"): str(entry.get("name"))
            for entry in records(data, "categories", shown)
            if isinstance(entry.get("id"), int | str)
        }
        self._images = records(data, "images", shown)
        self._annotations = records(data, "annotations", shown)
        self._frames: dict[Hashable, int] = {}
        self._unknown: set[str] = set()

    def run(self, progress: Progress, *, crowds: bool) -> Imported:
        self._place_images()
        for number, annotation in enumerate(self._annotations):
            if number % 256 == 0:
                progress(number, len(self._annotations), "annotations")
            frame = self._frames.get(_key(annotation.get("image_id")))
            if frame is not None and (crowds or not annotation.get("iscrowd")):
                self._read(annotation, frame, f"annotation {annotation.get('id', number)}")
        self._warn_about_ids()
        return self._out.result([ImportedLabel(name) for name in self._labels.values()])

    def _place_images(self) -> None:
        """Find every image's frame; name those whose annotations cannot come in."""
        waiting = Counter(_key(entry.get("image_id")) for entry in self._annotations)
        names: dict[Hashable, str] = {}
        lost: dict[str, int] = {}
        taken: dict[int, Hashable] = {}
        for image in self._images:
            key, name = _key(image.get("id")), str(image.get("file_name", ""))
            if self._video is not None and image.get("video_id") != self._video:
                waiting.pop(key, None)
                continue
            count = waiting.get(key, 0)
            where = f"image {image.get('id')} ('{name}')"
            if key in names:
                if names[key] != name:
                    self._out.skip(
                        f"{where}: the id also names '{names[key]}', so its annotations may "
                        "belong to either and were left out."
                    )
                    self._forget(key, taken)
                continue
            names[key] = name
            if not count:
                continue
            frame = find_frame(self._target, name, image.get("frame_id"))
            if frame is None:
                lost[name or f"image {image.get('id')}"] = count
            elif (reason := self._misfit(image, frame, taken)) is not None:
                what = counted(count, "annotation")
                self._out.skip(f"{where}: {reason}; {what} left out.")
            else:
                self._frames[key] = frame
                taken[frame] = key
        self._name_lost(lost)
        self._name_orphans({key: count for key, count in waiting.items() if key not in names})

    def _name_orphans(self, orphans: Mapping[Hashable, int]) -> None:
        if orphans:
            self._out.skip(
                f"image ids {some(list(orphans), _NAMED)}: they are not declared; "
                f"{counted(sum(orphans.values()), 'annotation')} left out."
            )

    def _forget(self, key: Hashable, taken: dict[int, Hashable]) -> None:
        frame = self._frames.pop(key, None)
        if frame is not None:
            taken.pop(frame)

    def _name_lost(self, lost: Mapping[str, int]) -> None:
        if lost:
            self._out.skip(
                f"{some(list(lost), _NAMED)}: this video has no such frame; "
                f"{counted(sum(lost.values()), 'annotation')} left out."
            )

    def _misfit(
        self, image: Mapping[str, Any], frame: int, taken: Mapping[int, Hashable]
    ) -> str | None:
        width, height = image.get("width"), image.get("height")
        target = self._target
        if frame in taken:
            return f"frame {frame} is image {taken[frame]} already"
        if (width, height) != (target.width, target.height) and None not in (width, height):
            return f"it is {width}x{height}, but the video is {target.width}x{target.height}"
        return None

    def _read(self, annotation: Mapping[str, Any], frame: int, where: str) -> None:
        category = annotation.get("category_id")
        label = self._labels.get(category if isinstance(category, int | str) else None)
        if label is None:
            label = f"category {category}"
            self._unknown.add(str(category))
        try:
            what = annotated(annotation, self._target)
        except ValueError as error:
            self._out.skip(f"{where} on frame {frame}: {error}.")
            return
        number = _identity(annotation)
        track = None
        if number is not None:
            track = self._out.identify(number, label, _attributes(annotation))
        self._out.add(frame, track, label, what, where)

    def _warn_about_ids(self) -> None:
        if self._unknown:
            self._out.warnings.append(
                f"The categories {some(sorted(self._unknown))} are not declared; their numbers "
                "became labels."
            )
        counts = Counter(_key(entry["id"]) for entry in self._annotations if "id" in entry)
        repeated = [key for key, count in counts.items() if count > 1]
        if repeated:
            self._out.warnings.append(
                f"The annotation ids {some(repeated)} stand more than once; every annotation was "
                "read."
            )


def annotated(annotation: Mapping[str, Any], target: ImportTarget) -> Mask | Box:
    """The mask of one COCO annotation, or its box where it has no segmentation.

    Raises:
        ValueError: neither is there, or it does not fit the frame.
    """
    code = annotation.get("segmentation")
    if isinstance(code, dict):
        return rle_mask(code, target)
    if code:
        parts = code if isinstance(code, list) and isinstance(code[0], list) else [code]
        return polygon_mask(parts, target)
    box = annotation.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not finite(box):
        raise ValueError("it has neither a segmentation nor a box of four numbers")
    x, y, width, height = box
    if width <= 0 or height <= 0:
        raise ValueError(f"the box is {width:g} wide and {height:g} high")
    cut = target.box(x, y, x + width, y + height)
    if cut is None:
        raise ValueError(f"the box lies outside the {target.width}x{target.height} frame")
    return cut


def _identity(annotation: Mapping[str, Any]) -> Hashable | None:
    attributes = annotation.get("attributes")
    own = attributes.get("track_id") if isinstance(attributes, dict) else None
    for value in (own, annotation.get("track_id"), annotation.get("instance_id")):
        number = whole(value)
        if number is not None:
            return number
        if isinstance(value, str) and value:
            return value
    return None


def _attributes(annotation: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = annotation.get("attributes")
    if not isinstance(given, dict):
        return []
    return [(str(name), str(value)) for name, value in given.items() if name not in _OWN]


def _key(value: object) -> Hashable:
    return value if isinstance(value, int | str) else repr(value)


COCO = ImportFormat(
    name="coco",
    title="COCO instances (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "masks (polygons, compressed and uncompressed RLE, crowds)",
        "boxes, where an annotation has no segmentation",
        "object ids (attributes.track_id, track_id or instance_id)",
        "labels and attributes",
    ),
    loses=("key points", "captions", "areas and scores"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("video", "Video, where the file holds several (name or id)", ""),
        OptionSpec("crowds", "Read crowds as objects", True),
    ),
)
"""COCO and CocoVID."""
