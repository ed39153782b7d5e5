"""Masks as PNG files: DAVIS (one indexed picture a frame) and one binary picture an object.

DAVIS: 8-bit mode P with the VOC palette, background 0. Its evaluator takes the number of objects
from the first frame and wants ids without gaps, so ids are written in the order of first
appearance and ``objects.json`` says which object each one is. 255 means void in ground truth.
Where masks overlap the lower written id wins, as in SAM 2's tools; the binary layout
(``video/001/frame.png``, SAM 2's "per object" layout) keeps overlaps.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.errors import ExportError
from vostool.io.export_format import ExportFormat, OptionValue
from vostool.io.export_plan import ExportFrame, ExportPlan
from vostool.io.staging import StagedFolder

MAX_OBJECTS = 254
"""Ids of an 8-bit picture without 0 (background) and 255 (void)."""

OBJECTS = "objects.json"
_RLE = 3  # zlib's Z_RLE


def voc_palette() -> bytes:
    """PASCAL VOC's palette, 256 x RGB: the bits of the index, three by three, from the top."""
    index = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= (((index >> channel) & 1) << (7 - bit)).astype(np.uint8)
        index >>= 3
    return colours.tobytes()


class DavisWriter:
    """``Annotations/<video>/<frame>.png``."""

    def __init__(
        self, plan: ExportPlan, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._palette = voc_palette()
        self._names, self._warnings = frame_names(plan)
        appearances = plan.first_appearances()
        order = sorted(appearances, key=lambda oid: (appearances[oid], oid))
        if len(order) > MAX_OBJECTS:
            raise ExportError(
                f"The range holds {len(order)} objects, but a DAVIS picture holds {MAX_OBJECTS}; "
                "choose fewer objects or export masks-binary."
            )
        self._ids = {oid: number for number, oid in enumerate(order, 1)}
        self._warn_about_ids(appearances)
        self._overlaps = 0
        _write_objects(folder, plan, self._ids)

    def write(self, frame: ExportFrame) -> None:
        canvas = np.zeros((self._plan.height, self._plan.width), np.uint8)
        overlap = False
        # Highest id first, so that the lower one paints over it.
        for mask in sorted(frame.masks, key=lambda m: -self._ids[m.object.id]):
            part = canvas[mask.box.window]
            overlap |= bool(part[mask.box.pixels].any())
            part[mask.box.pixels] = self._ids[mask.object.id]
        self._overlaps += overlap
        path = f"Annotations/{self._plan.video}/{self._names[frame.index]}.png"
        self._folder.write(path, indexed_png(canvas, self._palette))

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{self._plan.video}/{self._names[frame.index]}{self._plan.ending}"

    def finish(self) -> list[str]:
        if self._overlaps:
            self._warnings.append(
                f"Objects overlap on {self._overlaps} frames: the lower id was kept there "
                "(masks-binary keeps both)."
            )
        return self._warnings

    def close(self) -> None:
        return

    def _warn_about_ids(self, appearances: Mapping[int, int]) -> None:
        changed = [f"{oid} as {n}" for oid, n in self._ids.items() if oid != n]
        if changed:
            self._warnings.append(
                f"Ids were made contiguous by first appearance: {_some(changed)}; see {OBJECTS}."
            )
        late = [str(oid) for oid, f in appearances.items() if f != self._plan.frames[0]]
        if late:
            self._warnings.append(
                f"Objects {_some(late)} appear after the first frame; the DAVIS evaluator stops "
                "at them."
            )
        if self._plan.ending != ".jpg":
            self._warnings.append("DAVIS tools look for .jpg frames; choose JPEG pictures.")


class BinaryWriter:
    """``<video>/<object id>/<frame>.png``, 0 and 255, for every chosen object and frame."""

    def __init__(
        self, plan: ExportPlan, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._names, self._warnings = frame_names(plan)
        self._blank = gray_png(np.zeros((plan.height, plan.width), np.uint8))
        _write_objects(folder, plan, {obj.id: obj.id for obj in plan.objects})

    def write(self, frame: ExportFrame) -> None:
        masks = {mask.object.id: mask.box for mask in frame.masks}
        for obj in self._plan.objects:
            data = self._blank
            if obj.id in masks:
                canvas = np.zeros((self._plan.height, self._plan.width), np.uint8)
                canvas[masks[obj.id].window][masks[obj.id].pixels] = 255
                data = gray_png(canvas)
            name = self._names[frame.index]
            self._folder.write(f"{self._plan.video}/{obj.id:03d}/{name}.png", data)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"JPEGImages/{self._plan.video}/{self._names[frame.index]}{self._plan.ending}"

    def finish(self) -> list[str]:
        return self._warnings

    def close(self) -> None:
        return


def frame_names(plan: ExportPlan) -> tuple[Mapping[int, str], list[str]]:
    """Names of the mask files by frame, and warnings.

    Frames of a video are ``%05d`` by absolute number, as DAVIS names them; frames of an image
    folder keep their names, unless the readers, which sort by name, would then mix the order.
    """
    numbers = {frame: f"{frame:05d}" for frame in plan.frames}
    if not plan.from_images:
        return numbers, []
    names = [plan.name(frame) for frame in plan.frames]
    if names == sorted(names):
        return dict(zip(plan.frames, names, strict=True)), []
    return numbers, [
        "The images' names do not sort in the order of the frames: the mask files are numbered."
    ]


def indexed_png(canvas: NDArray[np.uint8], palette: bytes) -> bytes:
    """A mode-P PNG file of an (H, W) uint8 array."""
    image = PillowImage.fromarray(canvas)
    image.putpalette(palette)
    return _png(image)


def gray_png(canvas: NDArray[np.uint8]) -> bytes:
    """An 8-bit gray PNG file of an (H, W) uint8 array."""
    return _png(PillowImage.fromarray(canvas))


def _png(image: PillowImage.Image) -> bytes:
    buffer = io.BytesIO()
    # Run lengths suit masks: twice as fast as the default and a third of its size.
    image.save(buffer, "PNG", compress_level=1, compress_type=_RLE)
    return buffer.getvalue()


def _write_objects(folder: StagedFolder, plan: ExportPlan, ids: Mapping[int, int]) -> None:
    objects = {
        str(ids[obj.id]): {
            "object_id": obj.id,
            "label": obj.label,
            "colour": list(obj.colour),
            "attributes": dict(obj.attributes),
        }
        for obj in sorted(plan.objects, key=lambda o: ids.get(o.id, 0))
        if obj.id in ids
    }
    text = json.dumps({"video": plan.video, "objects": objects}, indent=2)
    folder.write(OBJECTS, text.encode("ascii") + b"\n")


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
        "overlaps (the lower id wins)",
        "object ids in the pictures (made contiguous)",
        "the difference between absent and not labelled",
        "prompts",
        "scores and confirmations",
    ),
    open=DavisWriter,
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
