"""A folder of images as frames, through Pillow."""

from __future__ import annotations

from pathlib import Path

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.video.image_files import image_files
from vostool.io.video.pictures import (
    WIDE_MODES,
    Header,
    largest_sample,
    read_header,
    read_image,
    white_of,
)
from vostool.progress import Progress, silent
from vostool.words import tr

DEFAULT_RATE = 25.0
"""Frames a second of a folder of images, which has no rate of its own."""

_REPORT_EVERY = 64
_SAMPLED = 64
"""Pictures of 32-bit samples that are read at opening, to find what is white in all of them."""


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
            tr(
                "The folder '{folder_name}' holds no images; choose one with "
                "jpg, png, bmp, tif or webp files.",
                folder_name=folder.name,
            )
        )
    first: Header | None = None
    formats, wide = set(), []
    for number, file in enumerate(files):
        this = read_header(file)
        formats.add(this.format)
        first = first or this
        _check(files[0], first, file, this)
        if this.mode in WIDE_MODES:
            wide.append((file, this.mode))
        if number % _REPORT_EVERY == 0:
            progress(number, len(files), tr("reading the images' sizes"))
    assert first is not None
    white = _white(wide, progress) if wide else None
    info = SourceInfo(
        path=folder,
        kind="images",
        width=first.width,
        height=first.height,
        frame_count=len(files),
        rate=rate,
        codec=", ".join(sorted(formats)).lower(),
        warning=None if white is None else _told(white),
    )
    return ImageFolder(info, files, white)


def _check(first_file: Path, first: Header, file: Path, this: Header) -> None:
    """Refuse a picture of another size, and a file of several pictures."""
    if this.pictures > 1:
        raise SourceError(
            tr(
                "The file '{file_name}' holds {pictures} pictures; convert it "
                "to single images, and open the folder of those.",
                file_name=file.name,
                pictures=this.pictures,
            )
        )
    if (this.width, this.height) != (first.width, first.height):
        raise SourceError(
            tr(
                "The images differ in size: '{first_file_name}' is "
                "{width}x{height}, but '{file_name}' is {width_2}x{height_2}; "
                "choose a folder of images of one size.",
                first_file_name=first_file.name,
                width=first.width,
                height=first.height,
                file_name=file.name,
                width_2=this.width,
                height_2=this.height,
            )
        )


def _white(wide: list[tuple[Path, str]], progress: Progress) -> float:
    """What is white in all pictures of 32-bit samples, by some that are spread over them."""
    step = -(-len(wide) // _SAMPLED)
    sampled = wide[::step]
    largest = []
    for number, (file, _) in enumerate(sampled):
        progress(number, len(sampled), tr("finding what is white"))
        largest.append(largest_sample(file))
    return white_of(largest, all(mode == "I" for _, mode in wide))


def _told(white: float) -> str:
    return tr(
        "In pictures of 32-bit numbers 0 is shown black and {white:g} white, in all alike.",
        white=white,
    )


class ImageFolder:
    """A :class:`~vostool.frames.FrameSource` over image files; one thread at a time."""

    def __init__(self, info: SourceInfo, files: list[Path], white: float | None = None) -> None:
        self._info = info
        self._files = files
        self._white = white
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        return self._info

    def __len__(self) -> int:
        return len(self._files)

    def frame(self, index: int) -> Image:
        image = read_image(self._file(index), self._white)
        height, width = image.shape[:2]
        if (width, height) != (self._info.width, self._info.height):
            raise SourceError(
                tr(
                    "The image '{name}' is now {width}x{height} instead of "
                    "{width_2}x{height_2}; open the folder again.",
                    name=self._files[index].name,
                    width=width,
                    height=height,
                    width_2=self._info.width,
                    height_2=self._info.height,
                )
            )
        return image

    def time(self, index: int) -> float:
        self._file(index)
        return index / self._info.rate

    def name(self, index: int) -> str:
        return self._file(index).stem

    def clone(self) -> FrameSource:
        return ImageFolder(self._info, self._files, self._white)

    def close(self) -> None:
        self._closed = True

    def _file(self, index: int) -> Path:
        if self._closed:
            raise SourceError(
                tr(
                    "The folder '{path_name}' is closed; open it again.",
                    path_name=self._info.path.name,
                )
            )
        if not 0 <= index < len(self._files):
            raise SourceError(
                tr(
                    "There is no frame {index}: '{path_name}' has frames 0 to {count}.",
                    index=index,
                    path_name=self._info.path.name,
                    count=len(self._files) - 1,
                )
            )
        return self._files[index]
