"""One picture file: opened by a fixed list of formats, turned, and made RGB by one rule.

Pillow would open anything that it knows, whatever the name says: a PostScript file called
``0.png`` starts Ghostscript. So only the formats that the README names are tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from vostool.errors import SourceError
from vostool.files import NotRegular, open_regular
from vostool.frames import Image
from vostool.words import tr

FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
"""Pillow's names of the formats that are read; a camera's MPO is a JPEG with more behind it."""

WIDE_MODES = frozenset({"I", "F"})
"""Pillow's modes of 32-bit samples, whose black and white no file states."""

_TURNED = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height
_ORIENTATION, _SUBFILE, _WIDTH, _HEIGHT = 0x0112, 254, 256, 257  # TIFF tags, also of EXIF
_SMALLER, _MASK = 1, 4  # bits of the tag 254: a preview of another page, a mask of one
_MOST_PAGES = 4096
_ERRORS = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, OverflowError)


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says before its pixels are read.

    Attributes:
        width, height: in pixels, as shown.
        format: Pillow's name.
        mode: Pillow's mode of the samples.
        pictures: how many it holds: pages, or steps of an animation.
    """

    width: int
    height: int
    format: str
    mode: str
    pictures: int


@contextmanager
def opened_picture(path: Path) -> Iterator[Pillow.Image]:
    """Pillow's image of a file in one of :data:`FORMATS`, for as long as the context lasts.

    Raises:
        SourceError: it cannot be read, is none of them, or is too large; also while it is read.
    """
    try:
        with open_regular(path) as file, Pillow.open(file, formats=FORMATS) as image:
            yield image
    except (*_ERRORS, Pillow.DecompressionBombError, MemoryError) as error:
        raise _unreadable(path, error) from error


def read_header(path: Path) -> Header:
    """Size, format and number of pictures, without their pixels.

    Raises:
        SourceError: it is no picture that can be read.
    """
    with opened_picture(path) as image:
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        width, height = image.size
        if isinstance(image, TiffImageFile):  # newer Pillows give the size as turned already
            width, height = int(image.tag_v2[_WIDTH]), int(image.tag_v2[_HEIGHT])
        if turned:
            width, height = height, width
        return Header(width, height, image.format or "?", image.mode, _pictures(image))


def read_image(path: Path, white: float | None = None) -> Image:
    """One image as RGB (H, W, 3) uint8, upright by its EXIF orientation, read-only.

    Transparency is dropped, 16-bit samples keep their high byte, palettes are resolved.

    Args:
        white: the value of 32-bit samples that is shown white, 0 being black; None takes what
            suits this picture alone.

    Raises:
        SourceError: the file cannot be read or is no image.
    """
    with opened_picture(path) as opened:
        image = ImageOps.exif_transpose(opened)
        pixels = _to_rgb(image, white)
    pixels.setflags(write=False)
    return pixels


def largest_sample(path: Path) -> float:
    """The largest finite sample of a picture of 32-bit samples.

    Raises:
        SourceError: it cannot be read.
    """
    with opened_picture(path) as image:
        values = np.asarray(image)
        finite = values[np.isfinite(values)]
        return float(finite.max()) if finite.size else 0.0


def white_of(largest: list[float], integer: bool) -> float:
    """The one value that is white in all pictures, from the largest sample of some of them.

    Half of the pictures decide, so that one picture with a few bright spots changes nothing:
    numbers around 1 are fractions, up to 255 bytes, up to 65535 16-bit samples.
    """
    typical = float(np.median(largest)) if largest else 0.0
    for most, white in ((255.0, 255.0), (65535.0, 65535.0)):
        if typical <= 2 and not integer:
            return 1.0
        if typical <= most:
            return white
    return max(largest)


def pictures_in(path: Path) -> int:
    """How many pictures an image file holds: pages or steps of an animation; 0: unreadable."""
    try:
        return read_header(path).pictures
    except SourceError:
        return 0


def _pictures(image: Pillow.Image) -> int:
    """Pages that are pictures of their own; previews and masks of a page are none."""
    # A camera's JPEG may carry previews or a second eye's view (MPO); it is one picture.
    count = 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))
    if not isinstance(image, TiffImageFile) or not 1 < count <= _MOST_PAGES:
        return count
    own = 1
    for page in range(1, count):
        image.seek(page)
        own += not int(image.tag_v2.get(_SUBFILE, 0)) & (_SMALLER | _MASK)
    image.seek(0)
    return own


def _to_rgb(image: Pillow.Image, white: float | None) -> Image:
    if image.mode.startswith("I;16"):
        gray = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(gray[:, :, None], 3, axis=2)
    if image.mode in WIDE_MODES:
        values = np.asarray(image)
        if white is None:
            finite = values[np.isfinite(values)]
            largest = [float(finite.max())] if finite.size else []
            white = white_of(largest, image.mode == "I")
        return np.repeat(_to_bytes(values, white)[:, :, None], 3, axis=2)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return np.array(image.convert("RGB"), np.uint8)


def _to_bytes(values: NDArray[np.generic], white: float) -> NDArray[np.uint8]:
    numbers = np.nan_to_num(values.astype(np.float64), posinf=white, neginf=0.0)
    return np.clip(numbers * (255 / white), 0, 255).astype(np.uint8)


def _unreadable(path: Path, error: BaseException) -> SourceError:
    if isinstance(error, NotRegular):
        return SourceError(
            tr(
                "The image '{path_name}' cannot be read: {strerror}.",
                path_name=path.name,
                strerror=error.strerror,
            )
        )
    if isinstance(error, UnidentifiedImageError):
        reason = tr("it is no image in JPEG, PNG, BMP, TIFF or WebP")
    elif isinstance(error, MemoryError):
        reason = tr("there is not enough memory for it")
    else:
        reason = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return SourceError(
        tr(
            "The image '{path_name}' cannot be read ({reason}); repair it "
            "or take it out of the folder.",
            path_name=path.name,
            reason=reason,
        )
    )
