"""A folder of images as frames, through Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.video.image_files import image_files
from vostool.progress import Progress, silent

DEFAULT_RATE = 25.0
"""Frames a second of a folder of images, which has no rate of its own."""

_TRANSPOSED = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height
_ORIENTATION = 0x0112
_REPORT_EVERY = 64


def open_image_folder(
    folder: Path, progress: Progress = silent, rate: float = DEFAULT_RATE
) -> ImageFolder:
    """Open the images directly in ``folder``, in natural order of their names.

    The header of every image is read, so that all are known to have one size.

    Raises:
        SourceError: no images, an image that is none, or images of different sizes.
        Cancelled: through ``progress``.
    """
    files = image_files(folder)
    if not files:
        raise SourceError(
            f"The folder '{folder.name}' holds no images; choose one with "
            "jpg, png, bmp, tif or webp files."
        )
    size, formats = None, set()
    for number, file in enumerate(files):
        this, fmt = _header(file)
        formats.add(fmt)
        size = size or this
        if this != size:
            raise SourceError(
                f"The images differ in size: '{files[0].name}' is {size[0]}x{size[1]}, but "
                f"'{file.name}' is {this[0]}x{this[1]}; choose a folder of images of one size."
            )
        if number % _REPORT_EVERY == 0:
            progress(number, len(files), "reading the images' sizes")
    assert size is not None
    info = SourceInfo(
        path=folder,
        kind="images",
        width=size[0],
        height=size[1],
        frame_count=len(files),
        rate=rate,
        codec=", ".join(sorted(formats)).lower(),
    )
    return ImageFolder(info, files)


class ImageFolder:
    """A :class:`~vostool.frames.FrameSource` over image files; one thread at a time."""

    def __init__(self, info: SourceInfo, files: list[Path]) -> None:
        self._info = info
        self._files = files
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        return self._info

    def __len__(self) -> int:
        return len(self._files)

    def frame(self, index: int) -> Image:
        image = read_image(self._file(index))
        height, width = image.shape[:2]
        if (width, height) != (self._info.width, self._info.height):
            raise SourceError(
                f"The image '{self._files[index].name}' is now {width}x{height} instead of "
                f"{self._info.width}x{self._info.height}; open the folder again."
            )
        return image

    def time(self, index: int) -> float:
        self._file(index)
        return index / self._info.rate

    def name(self, index: int) -> str:
        return self._file(index).stem

    def clone(self) -> FrameSource:
        return ImageFolder(self._info, self._files)

    def close(self) -> None:
        self._closed = True

    def _file(self, index: int) -> Path:
        if self._closed:
            raise SourceError(f"The folder '{self._info.path.name}' is closed; open it again.")
        if not 0 <= index < len(self._files):
            raise SourceError(
                f"There is no frame {index}: '{self._info.path.name}' has frames 0 to "
                f"{len(self._files) - 1}."
            )
        return self._files[index]


def read_image(path: Path) -> Image:
    """One image as RGB (H, W, 3) uint8, upright by its EXIF orientation, read-only.

    Transparency is dropped, 16-bit samples keep their high byte, palettes are resolved.

    Raises:
        SourceError: the file cannot be read or is no image.
    """
    try:
        with Pillow.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            pixels = _to_rgb(image)
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise _unreadable(path, error) from error
    pixels.setflags(write=False)
    return pixels


def pictures_in(path: Path) -> int:
    """How many pictures an image file holds: pages or steps of an animation; 0: unreadable."""
    try:
        with Pillow.open(path) as image:
            # A camera's JPEG may carry previews or a second eye's view (MPO); it is one picture.
            return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return 0


def _to_rgb(image: Pillow.Image) -> Image:
    if image.mode.startswith("I;16"):
        gray = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(gray[:, :, None], 3, axis=2)
    if image.mode in ("I", "F"):
        return np.repeat(_to_bytes(np.asarray(image), image.mode == "I")[:, :, None], 3, axis=2)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return np.array(image.convert("RGB"), np.uint8)


def _to_bytes(values: NDArray[np.generic], integer: bool) -> NDArray[np.uint8]:
    """32-bit samples: integers hold 16 bits in practice, floats 0..1 or 0..255."""
    numbers = np.nan_to_num(values.astype(np.float64))
    if integer:
        numbers = numbers / 256
    elif numbers.max() <= 1:
        numbers = numbers * 255
    return np.clip(numbers, 0, 255).astype(np.uint8)


def _header(path: Path) -> tuple[tuple[int, int], str]:
    """Size as shown and format, from the header alone."""
    try:
        with Pillow.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(_ORIENTATION) in _TRANSPOSED
            return (height, width) if turned else (width, height), image.format or "?"
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = "it is no image" if isinstance(error, UnidentifiedImageError) else str(error)
    return SourceError(
        f"The image '{path.name}' cannot be read ({reason}); "
        "repair it or take it out of the folder."
    )
