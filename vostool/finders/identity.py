"""Which candidates are new beside the objects that are known, and which were seen before.

The rules are those that SAM-Track has for new objects (its paper: arXiv:2305.06558), with a
numbering of our own. numpy alone: no engine, no finder and no project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vostool.errors import UsageError
from vostool.finders.choice import wholes_of
from vostool.finders.finder import Candidate
from vostool.finders.looks import Looks, likeness
from vostool.masks.crop import Window, decode_window, encode_window
from vostool.masks.mask import BoolArray, Mask
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class NewRules:
    """When a candidate is a new object.

    Attributes:
        max_objects: no more objects than this, those that are known included (SAM-Track's
            ``max_obj_num``); of too many the best by score, then by area stay.
        min_area: smaller ones are left out, in pixels (``min_area``).
        outside: at least this share of its area lies outside all known objects, and that part has
            ``min_area`` pixels, too (``min_new_obj_iou``, whose name misleads).
        likeness: from here on, 0..1, a new one may be one that was lost. Measured by
            ``bench/likeness.py``, see docs/discovery.md.

    Raises:
        UsageError: a value makes no sense.
    """

    max_objects: int = 255
    min_area: int = 200
    outside: float = 0.8
    likeness: float = 0.78

    def __post_init__(self) -> None:
        if self.max_objects < 1:
            raise UsageError(tr("The largest number of objects must be 1 or more."))
        if self.min_area < 1:
            raise UsageError(tr("The smallest area must be 1 pixel or more."))
        if not 0 < self.outside <= 1 or not 0 < self.likeness <= 1:
            raise UsageError(
                tr("The share outside known objects and the likeness lie above 0 and up to 1.")
            )


@dataclass(frozen=True, slots=True)
class NewThing:
    """A candidate that is new.

    Attributes:
        index: of the candidate.
        mask: what of it lies outside the known objects and the things before it: no pixel
            belongs to two.
    """

    index: int
    mask: Mask


def new_things(
    candidates: Sequence[Candidate], known: Iterable[Mask], rules: NewRules, room: int | None = None
) -> list[NewThing]:
    """The candidates that are new, best first; a part of one that is taken is none.

    Args:
        candidates: with masks of one size; those without a mask are passed over.
        known: masks of the objects on this frame, tracked or not.
        room: how many may be taken; None asks ``rules`` alone.
    """
    limit = rules.max_objects if room is None else min(room, rules.max_objects)
    ranked = _ranked(candidates, rules.min_area)
    if not ranked or limit < 1:
        return []
    taken = _together(known, candidates[ranked[0]].mask)
    found: list[NewThing] = []
    chosen: set[int] = set()
    for index in ranked:
        mask = candidates[index].mask
        if len(found) == limit or mask is None:
            break
        if chosen.intersection(wholes_of(candidates, index)):
            continue
        own = _outside(mask, taken, rules)
        if own is not None:
            found.append(NewThing(index, own))
            chosen.add(index)
    return found


def seen_before(
    lost: Mapping[int, Looks], things: Sequence[Looks], least: float
) -> dict[int, tuple[int, float]]:
    """Which things may be lost objects: by index of the thing, the object's id and the likeness.

    The likeliest pair is made first; no object takes two things and no thing two objects.

    Args:
        lost: by id, the last sighting of each object that is not seen any more.
        least: a smaller likeness makes no pair.
    """
    pairs = sorted(
        (
            (likeness(looks, thing), -object_id, -index)
            for object_id, looks in lost.items()
            for index, thing in enumerate(things)
        ),
        reverse=True,
    )
    found: dict[int, tuple[int, float]] = {}
    gone: set[int] = set()
    for alike, minus_id, minus_index in pairs:
        if alike < least:
            break
        if -minus_index not in found and -minus_id not in gone:
            found[-minus_index] = (-minus_id, alike)
            gone.add(-minus_id)
    return found


def _ranked(candidates: Sequence[Candidate], min_area: int) -> list[int]:
    """Those with a mask that is large enough: wholes before their parts, then by score and area."""
    areas = {i: c.mask.area for i, c in enumerate(candidates) if c.mask is not None}
    large = [index for index, area in areas.items() if area >= min_area]
    return sorted(
        large,
        key=lambda i: (len(wholes_of(candidates, i)), -candidates[i].score, -areas[i], i),
    )


def _together(known: Iterable[Mask], like: Mask | None) -> BoolArray:
    """(H, W): every pixel of a known object."""
    assert like is not None
    taken = np.zeros((like.height, like.width), np.bool_)
    for mask in known:
        window = Window.of(mask)
        if window:
            taken[_slices(window)] |= decode_window(mask, window)
    return taken


def _outside(mask: Mask, taken: BoolArray, rules: NewRules) -> Mask | None:
    """The part of a new thing that is its own, which is then taken; None where it is not new."""
    window = Window.of(mask)
    pixels = decode_window(mask, window)
    own = pixels & ~taken[_slices(window)]
    area = int(np.count_nonzero(own))
    if area < rules.min_area or area < rules.outside * np.count_nonzero(pixels):
        return None
    taken[_slices(window)] |= pixels
    return (
        mask
        if area == np.count_nonzero(pixels)
        else encode_window(mask.height, mask.width, window, own)
    )


def _slices(window: Window) -> tuple[slice, slice]:
    return (
        slice(window.top, window.top + window.height),
        slice(window.left, window.left + window.width),
    )
