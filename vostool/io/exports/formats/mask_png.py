"""Masks as PNG files: DAVIS (one indexed picture a frame) and one binary picture an object.

DAVIS: 8-bit mode P with the VOC palette, background 0. Its evaluator takes the number of objects
from the first frame and wants ids without gaps, so ids are written in the order of first
appearance and ``objects.json`` says which object each one is. 255 means void in ground truth.
Where masks overlap the front one wins (vostool/project/stacking.py); the binary layout
(``video/001/frame.png``, SAM 2's "per object" layout) keeps overlaps. A split is told by lists
under ``ImageSets``: of videos (``ImageSets/2017/train.txt``, as in DAVIS), or of ``video/frame``
where the videos themselves are cut (``ImageSets/train.txt``).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.errors import ExportError
from vostool.io.exports.dataset import Dataset, video_error
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.masks.colours import voc_palette

MAX_OBJECTS = 254
"""Ids of an 8-bit picture without 0 (background) and 255 (void)."""

OBJECTS = "objects.json"
_RLE = 3  # zlib's Z_RLE
_GRAY = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # OpenCV of late
    _GRAY += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]


class DavisWriter:
    """``Annotations/<video>/<frame>.png``."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._palette = voc_palette()
        self._names = FrameNames(dataset)
        self._sets = ImageSets(dataset, folder)
        self._warnings = self._names.warnings
        self._ids: dict[int, dict[int, int]] = {}
        for plan in dataset.videos:
            self._number(plan, f"{plan.video}: " if dataset.merged else "")
        if dataset.videos[0].ending != ".jpg":
            self._warnings.append("DAVIS tools look for .jpg frames; choose JPEG pictures.")
        self._overlaps = 0
        _write_objects(folder, dataset, self._ids)

    def write(self, frame: ExportFrame) -> None:
        plan = frame.plan
        ids = self._ids[plan.number]
        canvas, overlap = painted(frame, ids)
        self._overlaps += overlap
        name = self._names.of(frame)
        self._sets.add(frame, name)
        path = f"Annotations/{plan.video}/{name}.png"
        self._folder.write(path, indexed_png(canvas, self._palette))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{frame.plan.video}/{self._names.of(frame)}{frame.plan.ending}"

    def finish(self) -> list[str]:
        self._sets.close()
        if self._overlaps:
            self._warnings.append(
                f"Objects overlap on {self._overlaps} frames: the object in front was kept there "
                "(masks-binary keeps both)."
            )
        return self._warnings

    def close(self) -> None:
        self._sets.close()

    def _number(self, plan: ExportPlan, where: str) -> None:
        """Ids of one video without gaps, by first appearance."""
        appearances = plan.first_appearances()
        order = sorted(appearances, key=lambda oid: (appearances[oid], oid))
        if len(order) > MAX_OBJECTS:
            raise video_error(
                plan,
                f"The range holds {len(order)} objects, but a DAVIS picture holds {MAX_OBJECTS}; "
                "choose fewer objects or export masks-binary.",
            )
        ids = {oid: number for number, oid in enumerate(order, 1)}
        self._ids[plan.number] = ids
        changed = [f"{oid} as {n}" for oid, n in ids.items() if oid != n]
        if changed:
            self._warnings.append(
                f"{where}Ids were made contiguous by first appearance: {_some(changed)}; "
                f"see {OBJECTS}."
            )
        late = [str(oid) for oid, f in appearances.items() if f != plan.frames[0]]
        if late:
            self._warnings.append(
                f"{where}Objects {_some(late)} appear after the first frame; the DAVIS evaluator "
                "stops at them."
            )


class BinaryWriter:
    """``<video>/<object id>/<frame>.png``, 0 and 255, for every chosen object and frame."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._folder = folder
        self._names = FrameNames(dataset)
        self._sets = ImageSets(dataset, folder)
        self._blank = b""
        self._blank_for = 0
        ids = {plan.number: dict(plan.object_ids) for plan in dataset.videos}
        _write_objects(folder, dataset, ids)

    def write(self, frame: ExportFrame) -> None:
        plan = frame.plan
        name = self._names.of(frame)
        self._sets.add(frame, name)
        masks = {mask.object.id: mask for mask in frame.masks}
        for obj in plan.objects:
            mask = masks.get(obj.id)
            data = (
                self._empty(plan) if mask is None else gray_png(mask.array().view(np.uint8) * 255)
            )
            self._folder.write(f"{plan.video}/{plan.object_ids[obj.id]:03d}/{name}.png", data)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{frame.plan.video}/{self._names.of(frame)}{frame.plan.ending}"

    def finish(self) -> list[str]:
        self._sets.close()
        return self._names.warnings

    def close(self) -> None:
        self._sets.close()

    def _empty(self, plan: ExportPlan) -> bytes:
        if self._blank_for != plan.number:
            self._blank = gray_png(np.zeros((plan.height, plan.width), np.uint8))
            self._blank_for = plan.number
        return self._blank


class FrameNames:
    """Names of mask files without ending.

    Frames of a video are ``%05d`` by absolute number, as DAVIS names them; frames of an image
    folder keep their names, and a person's pattern counts, unless the readers, which sort by
    name, would then mix the order.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.warnings: list[str] = []
        self._numbered: set[int] = set()
        for plan in dataset.videos:
            if not plan.from_images and not plan.pattern:
                self._numbered.add(plan.number)
                continue
            names = [plan.name(frame) for frame in plan.frames]
            if names != sorted(names):
                self._numbered.add(plan.number)
                where = f"{plan.video}: " if dataset.merged else ""
                what = "names after the pattern" if plan.pattern else "images' names"
                self.warnings.append(
                    f"{where}The {what} do not sort in the order of the frames: "
                    "the mask files are numbered."
                )

    def of(self, frame: ExportFrame) -> str:
        """The name of one frame."""
        return f"{frame.index:05d}" if frame.plan.number in self._numbered else frame.name


class ImageSets:
    """Lists of what belongs to each part of a split data set; nothing without a split."""

    def __init__(self, dataset: Dataset, folder: StagedFolder) -> None:
        whole = all(len(plan.subsets) == 1 for plan in dataset.videos)
        self._whole_videos = whole
        self._last: tuple[str, str] | None = None
        names = [name for name in dataset.subsets if name]
        place = "ImageSets/2017" if whole else "ImageSets"
        self._files: dict[str, IO[bytes]] = {}
        for name in names:
            self._files[name] = folder.open(f"{place}/{name}.txt")

    def add(self, frame: ExportFrame, name: str) -> None:
        """List the frame, or its video when this is the first of its frames."""
        video = (frame.subset, frame.plan.video)
        if not frame.subset or (self._whole_videos and video == self._last):
            return
        self._last = video
        line = video[1] if self._whole_videos else f"{video[1]}/{name}"
        self._files[frame.subset].write(line.encode() + b"\n")

    def close(self) -> None:
        """Complete the lists; may be called twice."""
        for file in self._files.values():
            file.close()


def indexed_png(canvas: NDArray[np.uint8], palette: bytes) -> bytes:
    """A mode-P PNG file of an (H, W) uint8 array."""
    image = PillowImage.fromarray(canvas)
    image.putpalette(palette)
    return _png(image)


def gray_png(canvas: NDArray[np.uint8]) -> bytes:
    """An 8-bit gray PNG file of an (H, W) uint8 array."""
    # Pillow would try five filters on every row, of which no mask needs any: 33 ms against 2.
    done, data = cv2.imencode(".png", canvas, _GRAY)
    if not done:
        raise ExportError("A mask's picture could not be encoded; export another format.")
    return bytes(data)


def _png(image: PillowImage.Image) -> bytes:
    buffer = io.BytesIO()
    # Run lengths suit masks: twice as fast as the default and a third of its size.
    image.save(buffer, "PNG", compress_level=1, compress_type=_RLE)
    return buffer.getvalue()


def _write_objects(
    folder: StagedFolder, dataset: Dataset, ids: Mapping[int, Mapping[int, int]]
) -> None:
    """Which object each written id is, by video number and the object's id in its project."""
    videos = {plan.video: _objects(plan, ids[plan.number]) for plan in dataset.videos}
    if dataset.merged:
        listed: object = {"videos": {name: {"objects": found} for name, found in videos.items()}}
    else:
        listed = {"video": dataset.videos[0].video, "objects": videos[dataset.videos[0].video]}
    folder.write(OBJECTS, json.dumps(listed, indent=2).encode("ascii") + b"\n")


def _objects(plan: ExportPlan, ids: Mapping[int, int]) -> dict[str, object]:
    return {
        str(ids[obj.id]): {
            "object_id": plan.object_ids[obj.id],
            "label": obj.label,
            "colour": list(obj.colour),
            "attributes": dict(obj.attributes),
        }
        for obj in sorted(plan.objects, key=lambda o: ids.get(o.id, 0))
        if obj.id in ids
    }


def _some(items: list[str], limit: int = 8) -> str:
    more = f" and {len(items) - limit} more" if len(items) > limit else ""
    return ", ".join(items[:limit]) + more


MASKS = ExportFormat(
    name="masks",
    title="Mask PNGs, DAVIS palette",
    main="Annotations/{video}",
    suffix=".png",
    keeps=("exact masks with holes and parts", "labels and object ids (objects.json)"),
    loses=(
        "overlaps (the object in front wins)",
        "object ids in the pictures (made contiguous)",
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=DavisWriter,
    overlaps=False,
)

MASKS_BINARY = ExportFormat(
    name="masks-binary",
    title="Mask PNGs, one binary picture for each object",
    main="{video}",
    suffix=".png",
    keeps=(
        "exact masks with holes, parts and overlaps",
        "object ids (folder names)",
        "labels (objects.json)",
    ),
    loses=(
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=BinaryWriter,
)


def painted(frame: ExportFrame, ids: Mapping[int, int]) -> tuple[NDArray[np.uint8], bool]:
    """A frame's objects in one picture, (H, W) uint8, and whether any of them overlap.

    Args:
        ids: pixel value by the project's object id; where masks overlap the front one wins.
    """
    canvas = np.zeros((frame.plan.height, frame.plan.width), np.uint8)
    overlap = False
    for mask in reversed(frame.front_first):  # the front one paints over the others
        part = canvas[mask.box.window]
        overlap |= bool(part[mask.box.pixels].any())
        part[mask.box.pixels] = ids[mask.object.id]
    return canvas, overlap
