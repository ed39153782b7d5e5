"""COCO instances, and mmtracking's CocoVID, which adds ``videos`` and ``frame_id``.

Read as pycocotools 2.0.11 and the writers at hand mean them: polygons, compressed and
uncompressed RLE (also with ``iscrowd``, as datumaro writes every mask), and boxes where an
annotation has no segmentation. The identity is an attribute ``object_id`` or ``track_id`` (CVAT,
datumaro, our exports), ``track_id`` or ``instance_id`` (CocoVID, TAO). The frame is what a field
says (``frame_id``, TAO's ``frame_index``), else the number in the name.

Ids may be numbers or their text. They decide what belongs together, so a repeated image id makes
its annotations ambiguous: they are left out. Repeated annotation ids refer to nothing here; each
annotation is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from vostool.io.imports.format import Imported, ImportedLabel, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, counted, some, whole
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.choice import chosen_file, chosen_video, records
from vostool.io.imports.readers.json.fields import id_key, picture_of, stated_rate
from vostool.io.imports.readers.json.text import COCO as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.segmentation import annotated
from vostool.io.options import OptionSpec, OptionValue
from vostool.progress import Progress

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
    reader = _CocoReader(data, shown, target, values)
    return reader.run(progress, crowds=bool(values["crowds"]))


class _CocoReader:
    def __init__(
        self, data: object, shown: str, target: ImportTarget, values: Mapping[str, OptionValue]
    ) -> None:
        self._target = target
        self._values = values
        self._out = Collector(shown, target)
        video = chosen_video(records(data, "videos", shown), str(values["video"]), shown)
        self._video = None if video is None else id_key(video)
        self._labels = {
            id_key(entry.get("id")): str(entry.get("name"))
            for entry in records(data, "categories", shown)
        }
        self._images = records(data, "images", shown)
        self._rate = stated_rate(data, self._video)
        self._annotations = records(data, "annotations", shown)
        self._frames: dict[Hashable, int] = {}
        self._unknown: set[str] = set()
        self._dropped: list[str] = []

    def run(self, progress: Progress, *, crowds: bool) -> Imported:
        self._place_images()
        for number, annotation in enumerate(self._annotations):
            if number % 256 == 0:
                progress(number, len(self._annotations), "annotations")
            frame = self._frames.get(id_key(annotation.get("image_id")))
            if frame is not None and (crowds or not annotation.get("iscrowd")):
                self._read(annotation, frame, f"annotation {annotation.get('id', number)}")
        self._warn()
        return self._out.result([ImportedLabel(name) for name in self._labels.values()])

    def _place_images(self) -> None:
        """Find every image's frame; name those whose annotations cannot come in."""
        waiting = Counter(id_key(entry.get("image_id")) for entry in self._annotations)
        images = self._own_images(waiting)
        pictures = [picture_of(image, self._target) for image in images]
        places = self._out.place(pictures, self._values, rate=self._rate)
        lost: dict[str, int] = {}
        taken: dict[int, Hashable] = {}
        for image, frame in zip(images, places, strict=True):
            key, name = id_key(image.get("id")), str(image.get("file_name", ""))
            count = waiting.get(key, 0)
            where = f"image {image.get('id')} ('{name}')"
            if not count:
                continue
            if frame is None:
                lost[name or f"image {image.get('id')}"] = count
            elif (reason := self._misfit(image, frame, taken)) is not None:
                self._out.skip(f"{where}: {reason}; {counted(count, 'annotation')} left out.")
            else:
                self._frames[key] = frame
                taken[frame] = key
        self._name_lost(lost)

    def _own_images(self, waiting: Counter[Hashable]) -> list[Mapping[str, Any]]:
        """The images of the video, each id once; an id of two images means neither."""
        found: dict[Hashable, Mapping[str, Any]] = {}
        several: set[Hashable] = set()
        for image in self._images:
            key, name = id_key(image.get("id")), str(image.get("file_name", ""))
            if self._video is not None and id_key(image.get("video_id")) != self._video:
                waiting.pop(key, None)
                continue
            known = str(found[key].get("file_name", "")) if key in found else name
            if known != name:
                self._out.skip(
                    f"image {image.get('id')} ('{name}'): the id also names '{known}', so its "
                    "annotations may belong to either and were left out."
                )
                several.add(key)
            found.setdefault(key, image)
        orphans = {key: count for key, count in waiting.items() if key not in found}
        if orphans:
            self._out.skip(
                f"image ids {some(list(orphans), _NAMED)}: they are not declared; "
                f"{counted(sum(orphans.values()), 'annotation')} left out."
            )
        return [image for key, image in found.items() if key not in several]

    def _name_lost(self, lost: Mapping[str, int]) -> None:
        if lost:
            self._out.skip(
                f"{some(list(lost), _NAMED)}: this video has no such frame; "
                f"{counted(sum(lost.values()), 'annotation')} left out."
            )

    def _misfit(
        self, image: Mapping[str, Any], frame: int, taken: Mapping[int, Hashable]
    ) -> str | None:
        width, height = whole(image.get("width")), whole(image.get("height"))
        target = self._target
        if frame in taken:
            return f"frame {frame} is image {taken[frame]} already"
        if (width, height) != (target.width, target.height) and None not in (width, height):
            return f"it is {width}x{height}, but the video is {target.width}x{target.height}"
        return None

    def _read(self, annotation: Mapping[str, Any], frame: int, where: str) -> None:
        category = annotation.get("category_id")
        label = self._labels.get(id_key(category))
        if label is None:
            label = f"category {id_key(category)}"
            self._unknown.add(str(category))
        try:
            what = annotated(
                annotation,
                self._target,
                lambda why: self._dropped.append(f"{where} on frame {frame}: {why}"),
            )
        except ValueError as error:
            self._out.skip(f"{where} on frame {frame}: {error}.")
            return
        given = annotation.get("attributes")
        number = identity(given, annotation)
        attributes = self._out.attributes(label, given)
        track = None
        if number is not None:
            track = self._out.identify(number, label, attributes)
        hidden = is_occluded(given, annotation)
        self._out.add(frame, track, label, what, where, attributes=attributes, occluded=hidden)

    def _warn(self) -> None:
        if self._unknown:
            self._out.warnings.append(
                f"The categories {some(sorted(self._unknown))} are not declared; their numbers "
                "became labels."
            )
        if self._dropped:
            more = len(self._dropped) - 1
            rest = f" ({more} more like it)" if more else ""
            self._out.warnings.append(
                f"{self._dropped[0]}; it was left out, the other parts came in{rest}."
            )
        counts = Counter(id_key(entry["id"]) for entry in self._annotations if "id" in entry)
        repeated = [key for key, count in counts.items() if count > 1]
        if repeated:
            self._out.warnings.append(
                f"The annotation ids {some(repeated)} stand more than once; every annotation was "
                "read."
            )


COCO = ImportFormat(
    name="coco",
    title="COCO instances (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "masks (polygons, compressed and uncompressed RLE, crowds)",
        "boxes, where an annotation has no segmentation",
        "object ids (object_id, track_id, instance_id or group_id, also as attributes)",
        "labels, attributes (check boxes and numbers as such, a value a frame where it changes)",
        "what is occluded",
    ),
    loses=("key points", "captions", "areas and scores"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("file", "File, where a folder or zip holds several", ""),
        OptionSpec("video", "Video, where the file holds several (name or id)", ""),
        OptionSpec("crowds", "Read crowds as objects", True),
        *NAME_OPTIONS,
    ),
)
"""COCO and CocoVID."""
