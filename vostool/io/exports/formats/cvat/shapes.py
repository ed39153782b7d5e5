"""A mask as CVAT's shapes: the element's name and its geometry, in both flavours of the XML.

Corners and boxes lie on the grid between the pixels, as CVAT draws them: the outer corner of the
top left pixel is 0, 0. Run lengths are row-major over the box, background first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vostool.io.exports.formats.losses import holes_were_filled
from vostool.io.exports.mask import ExportMask
from vostool.io.options import OptionSpec
from vostool.masks.box_rle import encode_rows
from vostool.masks.polygons import Ring
from vostool.words import tr

SHAPE = OptionSpec(
    "shape",
    "Masks as",
    "mask",
    ("mask", "polygon", "box"),
    ("exact masks", "polygons (holes are filled)", "boxes (masks are lost)"),
)
TRACKED = OptionSpec(
    "shape",
    "Masks as",
    "mask",
    ("mask", "polygon", "box"),
    (
        "exact masks: single shapes in CVAT, tracks are lost",
        "tracks of polygons: identity kept, holes filled",
        "tracks of boxes: identity kept, masks lost",
    ),
)
"""For CVAT's videos: its importer takes a mask track as single shapes, one a frame (CVAT 2.7x)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of one object on one frame.

    Attributes:
        tag: the element's name, "mask", "polygon" or "box".
        geometry: its attributes.
    """

    tag: str
    geometry: str


class ShapeMaker:
    """Shapes of the chosen kind; counts what they cannot hold."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._filled = 0
        self._parted = 0

    def shapes(self, mask: ExportMask) -> list[Shape]:
        """One shape, or with polygons one for each part, the largest first."""
        if self._kind == "mask":
            return [_mask(mask)]
        if self._kind == "box":
            return [_box(mask)]
        rings, holes = mask.polygons()
        self._filled += holes > 0
        self._parted += len(rings) > 1
        return [_polygon(ring) for ring in sorted(rings, key=_area, reverse=True)]

    def warnings(self) -> list[str]:
        """What polygons lost."""
        found = holes_were_filled(self._filled)
        if self._parted:
            found.append(
                tr(
                    "{parted} masks have several parts: each part is a polygon of "
                    "its own, with the object's group_id.",
                    parted=self._parted,
                )
            )
        return found


def _mask(mask: ExportMask) -> Shape:
    box = mask.box
    runs = ", ".join(map(str, encode_rows(box.pixels)))
    return Shape(
        "mask",
        f'rle="{runs}" left="{box.left}" top="{box.top}" width="{box.width}" height="{box.height}"',
    )


def _box(mask: ExportMask) -> Shape:
    x, y, width, height = mask.bbox
    edges = f'xtl="{x:.2f}" ytl="{y:.2f}" xbr="{x + width:.2f}" ybr="{y + height:.2f}"'
    return Shape("box", edges)


def _polygon(ring: Ring) -> Shape:
    # One formatting of all points is three times as fast as one each.
    points = ";".join(["%.2f,%.2f"] * len(ring)) % tuple(ring.ravel().tolist())
    return Shape("polygon", f'points="{points}"')


def _area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
