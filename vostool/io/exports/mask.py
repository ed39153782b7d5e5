"""One mask as the writers see it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from vostool.errors import ExportError
from vostool.masks.box_rle import BoxPixels
from vostool.masks.cleaning import Cleaning, cleaned
from vostool.masks.mask import BoolArray, MaskRecord
from vostool.masks.polygons import Ring, outlines
from vostool.project.objects import AnnotatedObject
from vostool.words import tr


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
        object: whose mask it is, with the id that it has in its project and the values that its
            attributes have on the frame.
        id: the object's id in the data set; write this one.
        record: as it stands in the project, but with the cleaned mask.
        occluded: the object is marked as partly hidden on the frame.
        area: pixels.
        bbox: tight (x, y, width, height).
    """

    def __init__(
        self,
        frame: int,
        obj: AnnotatedObject,
        record: MaskRecord,
        number: int,
        tolerance: float,
        *,
        occluded: bool = False,
    ) -> None:
        """
        Args:
            number: becomes :attr:`id`.
            tolerance: of polygons where a writer asks for no other, in pixels.
        """
        self.occluded = occluded
        self.object = obj
        self.id = number
        self.record = record
        self.area = record.mask.area
        self.bbox = record.mask.bbox
        self._frame = frame
        self._tolerance = tolerance
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
                tr(
                    "The mask of object {id} on frame {frame} is damaged "
                    "({error}); delete it or track the frame again.",
                    id=self.object.id,
                    frame=self._frame,
                    error=error,
                )
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
