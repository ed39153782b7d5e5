"""What CVAT makes of a file that is uploaded to a task: the rules of its importers, without its server.

A model of ``load_anno`` (cvat/apps/dataset_manager/formats/cvat.py) and of ``import_dm_annotations``
and ``CommonData`` (bindings.py there) in CVAT 2.7x, MIT License, github.com/cvat-ai/cvat; written anew
from their rules and compared with them on the exports of this program. The rules that cost labels:

* a shape or attribute whose label does not declare it is dropped without a word;
* an image is the frame of its name (a video's frames are ``frame_%06d``), else that of its id;
* a frame that the task does not have makes CVAT refuse the whole file;
* a track of masks becomes its first keyframe as a single shape, and loses its ``group_id``;
* the attributes of a track that do not change are those of its last shape.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

SHAPES = {"mask": "mask", "polygon": "polygon", "box": "rectangle"}


class RefusedError(Exception):
    """CVAT shows an error and imports nothing."""


@dataclass(frozen=True)
class CvatShape:
    """A shape on one frame; ``points`` as CVAT stores them."""

    frame: int
    kind: str
    label: str
    points: tuple[float, ...]
    group: int = 0
    z_order: int = 0
    occluded: bool = False
    outside: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    def mask(self, height: int, width: int) -> np.ndarray:
        """The pixels of a mask, bool (height, width)."""
        *runs, left, top, right, bottom = (int(value) for value in self.points)
        flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        found = np.zeros((height, width), bool)
        found[top : bottom + 1, left : right + 1] = flat.reshape(bottom - top + 1, -1)
        return found


@dataclass(frozen=True)
class CvatTrack:
    """A track; its shapes are keyframes and hold the attributes that change."""

    label: str
    group: int
    attributes: Mapping[str, str]
    shapes: tuple[CvatShape, ...]


class CvatTask:
    """A task with labels, before and after an upload."""

    def __init__(
        self,
        labels: Mapping[str, Mapping[str, bool]],
        size: int,
        *,
        names: Sequence[str] | None = None,
    ) -> None:
        """Make one.

        Args:
            labels: attributes by label, and whether each is mutable.
            size: frames.
            names: of the pictures; None for a task made from a video.
        """
        self.labels = labels
        self.size = size
        self.shapes: list[CvatShape] = []
        self.tracks: list[CvatTrack] = []
        self._video = names is None
        named = names or [f"frame_{frame:06d}" for frame in range(size)]
        self._frames = {_stem(name): frame for frame, name in enumerate(named)}

    def upload(self, path: Path) -> None:
        """Import CVAT's XML.

        Raises:
            RefusedError: as CVAT would.
        """
        root = ET.parse(path).getroot()
        for image in root.iter("image"):
            frame = self._frame_named(image.get("name", ""), image.get("id", ""))
            for element in (e for e in image if e.tag in SHAPES):
                self._add(self._shape(element, element.get("label", ""), frame))
        for track in root.iter("track"):
            label = track.get("label", "")
            elements = [e for e in track if e.tag in SHAPES and e.get("keyframe") == "1"]
            shapes = [self._shape(e, label, int(e.get("frame", ""))) for e in elements]
            if shapes[0].kind == "mask":
                self._add(shapes[0])
            elif label in self.labels:
                self.tracks.append(self._track(label, int(track.get("group_id", 0)), shapes))

    def add_items(self, items: Sequence[Mapping[str, Any]], kinds: Sequence[str]) -> None:
        """Import what datumaro read, see tests/readers/read_with_datumaro.py; of these kinds."""
        root = self._root([item["name"] for item in items])
        for item in items:
            frame = self._frame_named(item["name"], item["name"], root)
            for entry in (a for a in item["annotations"] if a["type"] in kinds):
                own = {name: str(value) for name, value in entry["attributes"].items()}
                hidden = own.get("occluded", "").lower() == "true"
                points = _runs(entry["mask"]) if "mask" in entry else tuple(entry["points"])
                self._add(
                    CvatShape(
                        frame,
                        entry["type"],
                        entry["label"],
                        points,
                        occluded=hidden,
                        attributes=own,
                    )
                )

    def visible(self) -> Iterator[tuple[int, CvatTrack, CvatShape]]:
        """Frame, track and shape of all that tracks show: a keyframe holds until the next one."""
        for track in self.tracks:
            keyframes = {shape.frame: shape for shape in track.shapes}
            shown = None
            for frame in range(self.size):
                shown = keyframes.get(frame, shown)
                if shown is not None and not shown.outside:
                    yield frame, track, shown

    def _root(self, names: Sequence[str]) -> str:
        """The folder of the task's pictures in which the data set lies, by one of its names."""
        longest = PurePosixPath(max(names, key=lambda name: len(PurePosixPath(name).parts)))
        for known in map(PurePosixPath, self._frames):
            if known.parts[-len(longest.parts) :] == longest.parts:
                return "/".join(known.parts[: -len(longest.parts)])
        return ""

    def _frame_named(self, name: str, number: str, root: str = "") -> int:
        frame = self._frames.get(_stem(name))
        if frame is None and root and not name.startswith(root):
            frame = self._frames.get(f"{root}/{_stem(name)}")
        if frame is None and re.fullmatch(r"\s*-?\d+\s*", number):
            frame = int(number)
        if frame is None and self._video:
            digits = PurePosixPath(_stem(name)).name[len("frame_") :]
            frame = int(digits) if digits.isdecimal() else None
        return self._known(frame, name)

    def _known(self, frame: int | None, name: str) -> int:
        if frame is None or not 0 <= frame < self.size:
            raise RefusedError(f"Could not match item id: {name!r} with any task frame")
        return frame

    def _shape(self, element: ET.Element, label: str, frame: int) -> CvatShape:
        get = element.attrib.get
        own = {a.get("name", ""): a.text or "" for a in element.iter("attribute")}
        return CvatShape(
            self._known(frame, str(frame)),
            SHAPES[element.tag],
            label,
            _points(element),
            group=int(get("group_id", 0)),
            z_order=int(get("z_order", 0)),
            occluded=get("occluded", "0") == "1",
            outside=get("outside", "0") == "1",
            attributes=own,
        )

    def _add(self, shape: CvatShape) -> None:
        if shape.label in self.labels:
            declared = self.labels[shape.label]
            self.shapes.append(
                _with(shape, {n: v for n, v in shape.attributes.items() if n in declared})
            )

    def _track(self, label: str, group: int, shapes: Sequence[CvatShape]) -> CvatTrack:
        mutable = self.labels[label]
        fixed = {n: v for n, v in shapes[-1].attributes.items() if mutable.get(n) is False}
        own = tuple(
            _with(s, {n: v for n, v in s.attributes.items() if mutable.get(n)}) for s in shapes
        )
        return CvatTrack(label, group, fixed, own)


def declared_labels(path: Path) -> dict[str, dict[str, bool]]:
    """The labels that CVAT's XML declares, as a person makes a task with them."""
    return {
        label.findtext("name", ""): {
            a.findtext("name", ""): a.findtext("mutable") == "True" for a in label.iter("attribute")
        }
        for label in ET.parse(path).getroot().iter("label")
    }


def _with(shape: CvatShape, attributes: Mapping[str, str]) -> CvatShape:
    return CvatShape(**{**vars(shape), "attributes": attributes})


def _stem(name: str) -> str:
    return re.sub(r"\.[^./]+$", "", name)


def _points(element: ET.Element) -> tuple[float, ...]:
    get = element.attrib.__getitem__
    if element.tag == "box":
        return tuple(float(get(edge)) for edge in ("xtl", "ytl", "xbr", "ybr"))
    if element.tag == "polygon":
        return tuple(float(value) for value in re.split("[;,]", get("points")))
    left, top, width, height = (int(get(key)) for key in ("left", "top", "width", "height"))
    runs = [int(value) for value in get("rle").split(",")]
    return (*runs, left, top, left + width - 1, top + height - 1)


def _runs(mask: np.ndarray) -> tuple[float, ...]:
    ys, xs = np.nonzero(mask)
    top, left, bottom, right = ys.min(), xs.min(), ys.max(), xs.max()
    flat = mask[top : bottom + 1, left : right + 1].ravel()
    edges = np.flatnonzero(np.diff(flat.astype(np.int8), prepend=0)).tolist()
    runs = np.diff([0, *edges, flat.size]).tolist()
    return (*runs, left, top, right, bottom)
