"""Ways of looking at masks besides fill and outline: spotlight, matte, what the last run changed.

RGBA pictures to lay over the frame, as :mod:`vostool.masks.overlay` makes them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.masks.colours import Colour, palette_colour
from vostool.masks.mask import BoolArray
from vostool.masks.overlay import (
    DEFAULT_OPACITY,
    DEFAULT_OUTLINE,
    alpha_of,
    back_first,
    bounding_box,
    emphasise_all,
    eroded,
    overlay_rgba,
    transparent,
    word,
    words_of,
)
from vostool.words import mark

ADDED: Colour = (86, 180, 233)
REMOVED: Colour = (213, 94, 0)
SAME: Colour = (225, 225, 225)
"""Okabe & Ito's sky blue and vermillion, which colour-blind people tell apart too, and a gray;
removed pixels are hatched as well, so that the difference does not rest on colours alone."""
_HATCH = 6
_BLACK: Colour = (0, 0, 0)
_CHECKS: tuple[Colour, Colour] = ((102, 102, 102), (153, 153, 153))


class Style(enum.Enum):
    """How masks are shown; the value is the name that people read."""

    FILL = mark("Fill")
    OUTLINE = mark("Outline")
    SPOTLIGHT = mark("Spotlight")
    CHECKERBOARD = mark("Matte on checkerboard")
    BLACK = mark("Matte on black")
    DIFFERENCE = mark("Difference to the last run")


@dataclass(frozen=True)
class Look:
    """A style and what goes with it.

    Attributes:
        opacity: of fills, 0..1; of a spotlight, how dark the rest is.
        outline: its width in pixels of the frame, 0 draws none.
        front_to_back: who is in front where masks overlap; None: the lower id.
        selected: the objects whose outlines stand out.
        whole: objects whose outlines are seen whatever lies in front, to be compared.
    """

    style: Style = Style.FILL
    opacity: float = DEFAULT_OPACITY
    outline: int = DEFAULT_OUTLINE
    front_to_back: tuple[int, ...] | None = None
    selected: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()


def styled_rgba(
    masks: Mapping[int, BoolArray],
    colours: Mapping[int, Colour],
    look: Look,
    before: Mapping[int, BoolArray] | None = None,
) -> NDArray[np.uint8]:
    """Masks in one of the styles.

    Args:
        masks: (H, W) bool arrays by object id, all of one size.
        colours: RGB by object id.
        before: for the difference, the masks of the objects that the last run changed, as they
            were before it; an object that is not among them is the same as it was.

    Returns:
        (H, W, 4) uint8 RGBA, straight alpha.

    Raises:
        ValueError: no mask at all (so no size), or masks of different sizes.
    """
    if look.style is Style.DIFFERENCE:
        return _difference(masks, before or {}, colours, look)
    if look.style in (Style.FILL, Style.OUTLINE):
        opacity = look.opacity if look.style is Style.FILL else 0.0
        outline = look.outline if look.style is Style.FILL else max(look.outline, 1)
        return overlay_rgba(
            masks, colours, opacity, outline,
            front_to_back=look.front_to_back, selected=look.selected, whole=look.whole,
        )  # fmt: skip
    return _rest_hidden(masks, colours, look)


def front_ids(
    masks: Mapping[int, BoolArray], front_to_back: Sequence[int] | None = None
) -> NDArray[np.int32]:
    """The object in front at every pixel, (H, W) int32; 0 where there is none.

    Raises:
        ValueError: no mask at all (so no size), or masks of different sizes.
    """
    ids = np.zeros(transparent(masks).shape[:2], np.int32)
    for object_id in back_first(masks, front_to_back):
        box = bounding_box(masks[object_id])
        if box is not None:
            ids[box][masks[object_id][box]] = object_id
    return ids


def _rest_hidden(
    masks: Mapping[int, BoolArray], colours: Mapping[int, Colour], look: Look
) -> NDArray[np.uint8]:
    """The objects as they are in the picture; everything else dimmed or covered."""
    picture = transparent(masks)
    words = words_of(picture)
    height, width = words.shape
    if look.style is Style.CHECKERBOARD:
        size = max(8, height // 45)
        odd = (np.arange(height)[:, None] // size + np.arange(width) // size) & 1
        dark, light = (word(colour, 255) for colour in _CHECKS)
        words[:] = np.where(odd.astype(np.bool_), light, dark)
    else:
        # Half of a slider should dim more than half: what is left of the light, squared.
        dimmed = 1.0 if look.style is Style.BLACK else 1 - (1 - min(max(look.opacity, 0), 1)) ** 2
        words[:] = word(_BLACK, alpha_of(dimmed))
    for mask in masks.values():
        box = bounding_box(mask)
        if box is not None:
            words[box][mask[box]] = 0
    if look.style is Style.SPOTLIGHT:
        emphasise_all(words, masks, colours, look.selected, look.outline)
    return picture


def _difference(
    masks: Mapping[int, BoolArray],
    before: Mapping[int, BoolArray],
    colours: Mapping[int, Colour],
    look: Look,
) -> NDArray[np.uint8]:
    """Added, removed and unchanged pixels of each object, with the present outline."""
    words = words_of(picture := transparent({**before, **masks}))
    nothing = np.zeros(words.shape, np.bool_)
    strong = alpha_of(look.opacity + 0.3)
    same, added = word(SAME, alpha_of(0.5 * look.opacity)), word(ADDED, strong)
    removed = word(REMOVED, strong)
    for object_id in back_first({**before, **masks}, look.front_to_back):
        now = masks.get(object_id, nothing)
        then = before.get(object_id, now)
        box = bounding_box(now | then)
        if box is None:
            continue
        now, then = now[box], then[box]
        rows, columns = np.arange(box[0].start, box[0].stop), np.arange(box[1].start, box[1].stop)
        hatched = (rows[:, None] + columns) % _HATCH < _HATCH - 2
        np.copyto(words[box], same, where=now & then)
        np.copyto(words[box], added, where=now & ~then)
        np.copyto(words[box], removed, where=then & ~now & hatched)
        if look.outline > 0:
            colour = colours.get(object_id, palette_colour(object_id))
            edge = now & ~eroded(now, max(look.outline // 2, 1))
            np.copyto(words[box], word(colour, 255), where=edge)
    return picture
