"""Masks as immutable run-length codes, and the table that holds one for each object and frame.

The code is COCO's compressed RLE (column-major, pycocotools), because it is small (a full-HD
blob takes about 2 KB) and several exporters write it as it stands.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.masks.coco_counts import counts_of

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Mask:
    """A binary mask of one frame.

    Attributes:
        height, width: size of the frame in pixels.
        counts: COCO compressed RLE, column-major over the whole frame.
    """

    height: int
    width: int
    counts: bytes

    @classmethod
    def from_array(cls, array: NDArray[Any]) -> Mask:
        """Encode an (H, W) array; every non-zero pixel belongs to the mask."""
        if array.ndim != 2:
            raise ValueError(f"a mask has two dimensions, not {array.ndim}")
        pixels = (array != 0).view(np.uint8)
        column_major = _transposed(pixels).T if pixels.size else np.asfortranarray(pixels)
        return cls(array.shape[0], array.shape[1], bytes(coco_mask.encode(column_major)["counts"]))

    @classmethod
    def from_changes(cls, height: int, width: int, places: NDArray[np.int64]) -> Mask:
        """The mask that changes at these pixels, and nowhere else, on the way down its columns.

        Args:
            places: (n,) of ``column * height + row``, each once, sorted. What lies before the
                first one is background.
        """
        runs = np.diff(places, prepend=0, append=height * width)
        return cls(height, width, counts_of(runs, height, width))

    @classmethod
    def empty(cls, height: int, width: int) -> Mask:
        """A mask without a single pixel."""
        return cls.from_array(np.zeros((height, width), np.bool_))

    def to_array(self) -> BoolArray:
        """Decode to an (H, W) bool array, row-major and owned by the caller."""
        decoded = coco_mask.decode(self.rle())
        array = np.zeros((self.height, self.width), np.uint8)
        x, y, w, h = self.bbox
        if w:  # most masks are a small part of their frame
            array[y : y + h, x : x + w] = _transposed(decoded[y : y + h, x : x + w].T)
        return array.view(np.bool_)

    def rle(self) -> dict[str, Any]:
        """The mask as pycocotools takes it: ``{"size": [h, w], "counts": bytes}``."""
        return {"size": [self.height, self.width], "counts": self.counts}

    @property
    def area(self) -> int:
        """Number of pixels in the mask."""
        return int(coco_mask.area(self.rle()))

    @property
    def bbox(self) -> tuple[int, int, int, int]:
        """Tight box (x, y, width, height) in pixels; all zero for an empty mask."""
        x, y, w, h = (int(v) for v in coco_mask.toBbox(self.rle()))
        return x, y, w, h

    @property
    def is_empty(self) -> bool:
        """True where no pixel belongs to the mask."""
        return self.area == 0

    def iou(self, other: Mask) -> float:
        """Intersection over union; 1.0 for two empty masks."""
        if self.is_empty and other.is_empty:
            return 1.0
        return float(coco_mask.iou([self.rle()], [other.rle()], [0])[0, 0])


class Provenance(enum.Enum):
    """Where a mask came from; one that is FOUND is a machine's proposal that a person took."""

    PROMPTED = "prompted"
    TRACKED = "tracked"
    EDITED = "edited"
    IMPORTED = "imported"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class MaskRecord:
    """A mask with what is known about it.

    Attributes:
        mask: the mask; an empty one says "the object is absent here".
        provenance: who made it.
        score: the engine's confidence in 0..1, or None where it gave none.
        confirmed: a person looked at it and said it is right.
    """

    mask: Mask
    provenance: Provenance
    score: float | None = None
    confirmed: bool = False

    @property
    def is_kept(self) -> bool:
        """True for a mask that a person drew, imported or confirmed: no run overwrites it."""
        return self.confirmed or self.is_given

    @property
    def is_given(self) -> bool:
        """True for a mask that a person drew or imported."""
        return self.provenance in (Provenance.EDITED, Provenance.IMPORTED)


_COUNTABLE = 255
"""pycocotools 2.0 keeps in a byte of how many masks it counts the areas; numpy 2 refuses more."""


def areas_of(codes: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """(n,) pixels of masks as :meth:`Mask.rle` gives them, however many there are."""
    parts = [codes[start : start + _COUNTABLE] for start in range(0, len(codes), _COUNTABLE)]
    return np.concatenate([np.zeros(0), *(coco_mask.area(list(part)) for part in parts)])


class MaskTable:
    """Masks by object and frame. Only :class:`vostool.project.project.Project` writes to it."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, MaskRecord]] = {}
        self._kept: dict[int, set[int]] = {}
        self._shared: set[int] = set()  # rows that a copy holds too: copied before they are written

    def get(self, frame: int, object_id: int) -> MaskRecord | None:
        """The record of one object on one frame, or None."""
        return self._rows.get(object_id, {}).get(frame)

    def put(self, frame: int, object_id: int, record: MaskRecord | None) -> None:
        """Set one record; None removes it."""
        row = self._rows.setdefault(object_id, {})
        kept = self._kept.setdefault(object_id, set())
        if object_id in self._shared:
            row = self._rows[object_id] = dict(row)
            kept = self._kept[object_id] = set(kept)
            self._shared.discard(object_id)
        if record is None:
            row.pop(frame, None)
        else:
            row[frame] = record
        if record is not None and record.is_kept:
            kept.add(frame)
        else:
            kept.discard(frame)

    def at(self, frame: int) -> dict[int, MaskRecord]:
        """Records of one frame by object id."""
        return {oid: row[frame] for oid, row in self._rows.items() if frame in row}

    def row(self, object_id: int) -> Mapping[int, MaskRecord]:
        """Records of one object by frame, in no particular order. Not to be modified."""
        return self._rows.get(object_id, {})

    def kept(self, object_id: int) -> Set[int]:
        """Frames whose mask :attr:`MaskRecord.is_kept`, without a look at all the others.

        Not to be modified.
        """
        return self._kept.get(object_id, frozenset())

    def frames(self, object_id: int | None = None) -> list[int]:
        """Sorted frames that hold a record of the object (of any object when None)."""
        if object_id is not None:
            return sorted(self._rows.get(object_id, {}))
        return sorted(set().union(*self._rows.values())) if self._rows else []

    def items(self) -> Iterator[tuple[int, int, MaskRecord]]:
        """All (frame, object id, record)."""
        for oid, row in self._rows.items():
            for frame, record in row.items():
                yield frame, oid, record

    def copy(self) -> MaskTable:
        """An independent table; takes no time, since a row is copied when one of both writes it."""
        other = MaskTable()
        other._rows = dict(self._rows)
        other._kept = dict(self._kept)
        self._shared = set(self._rows)
        other._shared = set(self._rows)
        return other

    def __len__(self) -> int:
        return sum(len(row) for row in self._rows.values())


def _transposed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rows as columns; OpenCV goes by blocks, several times faster than numpy's copy."""
    import cv2  # here, because listing the engines and the formats needs no pixel

    turned: NDArray[np.uint8] = cv2.transpose(pixels)  # type: ignore[assignment]
    return turned
