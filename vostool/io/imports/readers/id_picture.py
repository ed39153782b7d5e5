"""A PNG as an array of object ids, whichever way it stores them."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.io.imports.readers.pixels import counts_mask
from vostool.masks.colours import voc_palette
from vostool.masks.mask import Mask

IdArray = NDArray[np.uint8] | NDArray[np.int32]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WHOLE_MODES = {"P", "L", "1", "I", "I;16", "I;16B", "I;16L"}
_COLOUR_TYPE, _RGB = 25, 2  # a byte of the header, and its value
_MOST_IDS = 5_000
_SEE_THROUGH = "see-through"
_PEEKED_PIXELS = 64 << 20
_MOST_CHANGES = 0.1  # of pixels beside another value: ids 0.01 and less, photographs 0.15 and more


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG's header states, before anything is decoded.

    Raises:
        ValueError: it is no PNG.
    """
    if len(data) < 24 or not data.startswith(PNG_SIGNATURE):
        raise ValueError("it is no PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def id_picture(data: bytes, width: int, height: int) -> tuple[IdArray, bool]:
    """(height, width) ids of a PNG of just this size, and whether it is 8-bit, where 255 may be
    void.

    Palette indices, grey values of 1, 8 and 16 bits, and colours of the VOC palette are ids.

    Raises:
        ValueError: it is no PNG, damaged, of another size, or its colours are no ids.
    """
    found = png_size(data)
    if found != (width, height):
        raise ValueError(f"it is {found[0]}x{found[1]}, but the frames are {width}x{height}")
    image = _opened(data)
    mode, array = image.mode, np.asarray(image)
    if mode in ("LA", "RGBA"):
        alpha = set(np.unique(array[..., -1]).tolist())
        if not 255 in alpha <= {0, 255}:
            raise ValueError(
                f"its pixels are {mode}, partly see-through, so it is a cut-out or a matte, no "
                "picture of ids; save its alpha as black and white"
            )
        # What is see-through is background.
        colours = np.where(array[..., -1:] > 0, array[..., :-1], 0).astype(np.uint8)
        mode, array = ("L", colours[..., 0]) if mode == "LA" else ("RGB", colours)
    if mode in _WHOLE_MODES:
        return (array if mode in ("P", "L") else array.astype(np.int32)), mode in ("P", "L")
    if mode != "RGB":
        raise ValueError(f"its pixels are {mode}, but ids are palette, grey or VOC colours")
    return _from_colours(array), True


def colour_picture(
    data: bytes, width: int, height: int
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """(height, width) colours 0xRRGGBB of a PNG of just this size, and its palette indices or grey
    values, None for a picture of colours. What is see-through is black.

    Raises:
        ValueError: it is no PNG, damaged or of another size.
    """
    found = png_size(data)
    if found != (width, height):
        raise ValueError(f"it is {found[0]}x{found[1]}, but the frames are {width}x{height}")
    image = _opened(data)
    index = np.asarray(image).astype(np.int32) if image.mode in ("P", "L") else None
    rgba = np.asarray(image.convert("RGBA"))
    if image.mode == "P":
        rgba = np.asarray(image.convert("RGB"))
    colours = rgba[..., :3].astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    if rgba.shape[-1] == 4:
        colours = np.where(rgba[..., 3] > 0, colours, 0)
    return colours.astype(np.int32), index


def alpha_pixels(data: bytes) -> NDArray[np.bool_]:
    """(h, w) True where a PNG is not see-through, or, without alpha, not black.

    Raises:
        ValueError: it is no PNG, or damaged.
    """
    width, height = png_size(data)
    if width * height > _PEEKED_PIXELS:
        raise ValueError(f"a picture of {width}x{height} is too large")
    image = _opened(data)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    array = np.asarray(image)
    if image.mode in ("RGBA", "LA"):
        array = array[..., -1]
    found: NDArray[np.bool_] = np.greater(array if array.ndim == 2 else array.max(axis=-1), 0)
    return found


def _opened(data: bytes) -> PillowImage.Image:
    try:
        with PillowImage.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return image
    except (OSError, SyntaxError, ValueError, PillowImage.DecompressionBombError) as error:
        raise ValueError(f"it is damaged ({error})") from None


def masks_by_id(ids: IdArray) -> dict[int, Mask]:
    """The mask of every id but 0 in an (H, W) array, in ascending order.

    All are cut out of one run-length code of the picture, which is much faster than to encode
    each of them.

    Raises:
        ValueError: there are more ids than a label picture holds.
    """
    flat = ids.ravel(order="F")
    borders = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate(([0], borders))
    ends = np.append(borders, flat.size)
    values = flat[starts]
    found = [int(number) for number in np.unique(values) if number > 0]
    if len(found) > _MOST_IDS:
        raise ValueError(f"it holds {len(found)} ids, which no label picture does")
    height, width = ids.shape
    masks = {}
    for number in found:
        own = values == number
        bounds = np.column_stack([starts[own], ends[own]]).ravel()
        runs = np.diff(bounds, prepend=0, append=flat.size)
        masks[number] = counts_mask(runs if runs[-1] else runs[:-1], height, width)
    return masks


def looks_like_ids(data: bytes) -> bool:
    """True for a PNG with flat regions of ids, False for a photograph and everything else."""
    try:
        width, height = png_size(data)
        if width * height > _PEEKED_PIXELS:
            return False
        ids, _ = id_picture(data, width, height)
    except ValueError:
        return False
    if data[_COLOUR_TYPE] == _RGB and _is_grey(data) and not (ids == 0).any():
        return False  # a grey photograph without black; ids have a background
    if ids.size < 4096:
        return True
    changes = np.count_nonzero(ids[:, 1:] != ids[:, :-1]) / ids.size
    return bool(changes < _MOST_CHANGES)


def why_no_ids(data: bytes) -> str | None:
    """Why a PNG whose pixels are see-through is no picture of ids; None for others."""
    try:
        id_picture(data, *png_size(data))
    except ValueError as error:
        return str(error) if _SEE_THROUGH in str(error) else None
    return None


def _is_grey(data: bytes) -> bool:
    with PillowImage.open(io.BytesIO(data), formats=["PNG"]) as image:
        array = np.asarray(image)
    return bool((array[..., :1] == array).all())


def _from_colours(array: NDArray[np.uint8]) -> IdArray:
    """Ids of (H, W, 3) pixels: grey ones as they are, others by the VOC palette."""
    codes = array.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    found, places = np.unique(codes, return_inverse=True)
    if (array[..., :1] == array).all():
        return array[..., 0].astype(np.int32)
    palette = np.frombuffer(voc_palette(), np.uint8).reshape(256, 3).astype(np.int32)
    known = {int(code): i for i, code in enumerate(palette @ np.array([1 << 16, 1 << 8, 1]))}
    ids = [known.get(int(code)) for code in found]
    if None in ids:
        code = int(found[ids.index(None)])
        raise ValueError(f"the colour #{code:06x} is none of the VOC palette, so it is no id")
    listed = np.array(ids, np.int32)
    picked: IdArray = listed[places].reshape(codes.shape)
    return picked
