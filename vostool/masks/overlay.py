"""Masks -> colours: what the canvas lays over a picture and what pictures of results show.

All work is done within each mask's bounding box, so that a small object costs
little on a large frame.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.colours import Colour, palette_colour
from vostool.masks.mask import BoolArray

DEFAULT_OPACITY = 0.45
DEFAULT_OUTLINE = 2
WHITE: Colour = (255, 255, 255)


def overlay_rgba(
    masks: Mapping[int, BoolArray],
    colours: Mapping[int, Colour],
    opacity: float = DEFAULT_OPACITY,
    outline: int = DEFAULT_OUTLINE,
    *,
    front_to_back: Sequence[int] | None = None,
    selected: Collection[int] = (),
    whole: Collection[int] = (),
) -> NDArray[np.uint8]:
    """Paint masks into one transparent picture.

    Args:
        masks: (H, W) bool arrays by object id, all of one size.
        colours: RGB by object id; an object that is not among them gets its palette colour.
        opacity: of the inside, 0..1; the outline is always opaque.
        outline: its width in pixels, drawn inside the mask; 0 draws none.
        front_to_back: who is in front where masks overlap (:mod:`vostool.project.stacking`);
            None: the lower id.
        selected: outlines of these are whole, whatever lies in front, with a white edge.
        whole: outlines of these are whole as well, without the edge.

    Returns:
        (H, W, 4) uint8 RGBA, straight (not premultiplied) alpha.

    Raises:
        ValueError: no mask at all (so no size), or masks of different sizes.
    """
    picture = transparent(masks)
    words = words_of(picture)
    alpha = alpha_of(opacity)
    for object_id in back_first(masks, front_to_back):
        box = bounding_box(masks[object_id])
        if box is None:
            continue
        colour = colours.get(object_id, palette_colour(object_id))
        inside = masks[object_id][box]
        np.copyto(words[box], word(colour, alpha), where=inside)
        if outline > 0:
            _draw_edge(words, box, inside, colour, outline)
    if outline > 0:
        draw_whole(words, masks, colours, whole, outline)
        emphasise_all(words, masks, colours, selected, outline)
    return picture


def draw_whole(
    words: NDArray[np.uint32],
    masks: Mapping[int, BoolArray],
    colours: Mapping[int, Colour],
    whole: Collection[int],
    outline: int,
) -> None:
    """Draw the outlines of these objects once more, over all that lies in front of them."""
    for object_id in sorted(masks.keys() & set(whole), reverse=True):
        box = bounding_box(masks[object_id])
        if box is not None:
            colour = colours.get(object_id, palette_colour(object_id))
            _draw_edge(words, box, masks[object_id][box], colour, outline)


def _draw_edge(
    words: NDArray[np.uint32],
    box: tuple[slice, slice],
    inside: BoolArray,
    colour: Colour,
    outline: int,
) -> None:
    np.copyto(words[box], word(colour, 255), where=inside & ~eroded(inside, outline))


def emphasise_all(
    words: NDArray[np.uint32],
    masks: Mapping[int, BoolArray],
    colours: Mapping[int, Colour],
    selected: Collection[int],
    outline: int,
) -> None:
    """:func:`emphasise` for each selected object that has a mask."""
    for object_id in sorted(masks.keys() & set(selected)):
        colour = colours.get(object_id, palette_colour(object_id))
        emphasise(words, masks[object_id], colour, outline)


def emphasise(
    words: NDArray[np.uint32], mask: BoolArray, colour: Colour, outline: int = DEFAULT_OUTLINE
) -> None:
    """Draw a whole outline with a white edge, twice as wide as ``outline`` pixels."""
    box = bounding_box(mask)
    if box is None:
        return
    inside = mask[box]
    edge = inside & ~eroded(inside, outline)
    np.copyto(words[box], word(colour, 255), where=inside & ~eroded(inside, 2 * outline))
    np.copyto(words[box], word(WHITE, 255), where=edge)


def transparent(masks: Mapping[int, BoolArray]) -> NDArray[np.uint8]:
    """(H, W, 4) uint8, nothing drawn yet.

    Raises:
        ValueError: no mask at all (so no size), or masks of different sizes.
    """
    shapes = {mask.shape for mask in masks.values()}
    if len(shapes) != 1:
        raise ValueError(f"an overlay needs masks of one size, not {sorted(shapes)}")
    height, width = shapes.pop()
    return np.zeros((height, width, 4), np.uint8)


def words_of(picture: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """One 32-bit word per pixel: a masked copy of words is several times faster than of vectors."""
    words: NDArray[np.uint32] = picture.view(np.uint32)[..., 0]
    return words


def back_first(masks: Iterable[int], front_to_back: Sequence[int] | None) -> list[int]:
    """Ids in the order of painting, so that the front one covers the others."""
    depth = {oid: place for place, oid in enumerate(front_to_back or ())}
    return sorted(masks, key=lambda oid: (depth.get(oid, len(depth)), oid), reverse=True)


def alpha_of(opacity: float) -> int:
    """0..1 as 0..255; what is beyond stops at the ends."""
    return round(255 * min(max(opacity, 0.0), 1.0))


def blend(image: Image, overlay: NDArray[np.uint8]) -> Image:
    """Lay an RGBA overlay (H, W, 4) over an RGB picture (H, W, 3); returns a new picture."""
    alpha = overlay[..., 3:].astype(np.uint16)
    mixed = overlay[..., :3] * alpha + image * (255 - alpha)
    # Exact rounded division by 255 for 16-bit products (Blinn, "Three Wrongs Make a Right").
    mixed += 128
    blended: Image = ((mixed + (mixed >> 8)) >> 8).astype(np.uint8)
    return blended


def word(colour: Colour, alpha: int) -> np.uint32:
    """A pixel as :func:`words_of` has it."""
    return np.uint32(np.array([*colour, alpha], np.uint8).view(np.uint32)[0])


def bounding_box(mask: BoolArray) -> tuple[slice, slice] | None:
    """Rows and columns of the tight box; None for an empty mask."""
    if not mask.size:
        return None
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    return (slice(top, top + height), slice(left, left + width)) if width else None


def eroded(mask: BoolArray, radius: int) -> BoolArray:
    """Erosion by a square of side ``2 * radius + 1``; outside the box counts as background."""
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    # One call of a library that lets go of the interpreter, where numpy would take a dozen.
    less = cv2.erode(pixels, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return less.view(np.bool_)
