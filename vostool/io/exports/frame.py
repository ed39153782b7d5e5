"""One frame on its way to the writers: its masks, decoded once for all formats, and its picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vostool.errors import ExportError
from vostool.frames import FrameSource, Image
from vostool.masks.box_rle import BoxPixels
from vostool.masks.cleaning import Cleaning, cleaned
from vostool.masks.mask import BoolArray, MaskRecord
from vostool.masks.polygons import Ring, outlines
from vostool.project.objects import AnnotatedObject

if TYPE_CHECKING:
    from vostool.io.exports.plan import ExportPlan


class Outlines(NamedTuple):
    """A mask as polygons.

    Attributes:
        rings: one (n, 2) float64 array of corners x, y a part, in pixels of the frame.
        holes: how many holes the polygons leave out.
    """

    rings: list[Ring]
    holes: int


class ExportMask:
    """A mask with at least one pixel, as it is to be written: cleaned, and decoded once.

    Attributes:
        object: whose mask it is, with the id that it has in its project.
        id: the object's id in the data set; write this one.
        record: as it stands in the project, but with the cleaned mask.
        area: pixels.
        bbox: tight (x, y, width, height).
    """

    def __init__(
        self, plan: ExportPlan, frame: int, obj: AnnotatedObject, record: MaskRecord
    ) -> None:
        self.object = obj
        self.id = plan.object_ids[obj.id]
        self.record = record
        self.area = record.mask.area
        self.bbox = record.mask.bbox
        self._frame = frame
        self._tolerance = plan.polygon_tolerance
        self._outlines: dict[float, Outlines] = {}

    @cached_property
    def box(self) -> BoxPixels:
        """The pixels in the tight box.

        Raises:
            ExportError: the mask's code is damaged.
        """
        try:
            return BoxPixels.of(self.record.mask)
        except ValueError as error:
            raise ExportError(
                f"The mask of object {self.object.id} on frame {self._frame} is damaged ({error}); "
                "delete it or track the frame again."
            ) from None

    def array(self) -> BoolArray:
        """The whole frame, (H, W) bool, new on every call."""
        mask = self.record.mask
        whole = np.zeros((mask.height, mask.width), np.bool_)
        whole[self.box.window] = self.box.pixels
        return whole

    def polygons(self, tolerance: float | None = None) -> Outlines:
        """The outer outlines of the parts, made once for each tolerance.

        Args:
            tolerance: pixels; None for the one chosen for the export.
        """
        wanted = self._tolerance if tolerance is None else tolerance
        if wanted not in self._outlines:
            rings, holes = outlines(self.box.pixels, wanted)
            corner = np.array((self.box.left, self.box.top), np.float64)
            self._outlines[wanted] = Outlines([ring + corner for ring in rings], holes)
        return self._outlines[wanted]

    def clean(self, cleaning: Cleaning) -> bool:
        """Tidy the mask; False where nothing is left of it."""
        tidy = cleaned(self.box, cleaning)
        if not tidy.width:
            return False
        if tidy is not self.box:
            mask = self.record.mask
            self.record = replace(self.record, mask=tidy.encoded(mask.height, mask.width))
            self.area = int(tidy.pixels.sum())
            self.bbox = (tidy.left, tidy.top, tidy.width, tidy.height)
            self.box = tidy
        return True


class SharedPicture:
    """A frame's picture, decoded when it is first asked for and kept for the other formats."""

    def __init__(self, source: FrameSource, index: int) -> None:
        self._source = source
        self._index = index
        self._pixels: Image | None = None

    def pixels(self) -> Image:
        """RGB uint8 (H, W, 3), read-only.

        Raises:
            SourceError: the frame cannot be decoded.
        """
        if self._pixels is None:
            self._pixels = self._source.frame(self._index)
        return self._pixels


@dataclass(frozen=True)
class ExportFrame:
    """One frame as the writers see it.

    Attributes:
        index: absolute frame number in the source, from 0.
        name: file name without ending, unique in its video.
        file_name: the picture's file name; written or not.
        masks: by ascending object id, only those with pixels.
        plan: the video it belongs to.
        number: from 1, unique in the data set, without gaps.
        position: from 0 among this video's written frames, without gaps.
        subset: the part of a split data set, "" where it is not split.
        picture: what :meth:`image` reads.
    """

    index: int
    name: str
    file_name: str
    masks: tuple[ExportMask, ...]
    plan: ExportPlan
    number: int
    position: int
    subset: str
    picture: SharedPicture

    @property
    def path(self) -> str:
        """``file_name``, below its video's folder where the data set holds several videos."""
        return self.plan.folder + self.file_name

    @property
    def front_first(self) -> list[ExportMask]:
        """The masks, the front one first: where masks overlap, the earlier one has the pixel."""
        return sorted(self.masks, key=lambda mask: self.plan.depth[mask.object.id])

    def image(self) -> Image:
        """The picture, RGB uint8 (H, W, 3), read-only; decoded once for all formats.

        Raises:
            SourceError: it cannot be decoded; never for formats that declare ``needs_pictures``.
        """
        return self.picture.pixels()
