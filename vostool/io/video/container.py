"""Opening a video's container, by the list of formats that are read, and choosing its stream."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from vostool.errors import SourceError
from vostool.files import NotRegular, open_regular
from vostool.words import tr

CONTAINERS = (
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "asf",
    "flv", "ogg", "nut", "mxf", "ivf", "gif", "apng", "dv", "rm", "wtv", "gxf", "yuv4mpegpipe",
    "h261", "h263", "h264", "hevc", "vvc", "m4v", "mpegvideo", "mjpeg", "av1", "obu", "vc1",
    "vc1test", "dirac", "cavsvideo", "avs2", "avs3", "swf", "nsv", "r3d", "bink", "smk", "roq",
)  # fmt: skip
"""FFmpeg's names of the containers that are read. A playlist, a script or a list of addresses in
disguise is none of them, so FFmpeg opens nothing that such a file names."""

_PICTURES = ("jpeg_pipe", "png_pipe", "webp_pipe", "tiff_pipe", "bmp_pipe", "image2")
"""Known for the sake of the sentence, and because raw MJPEG begins like a picture."""
_SOUND = ("wav", "mp3", "flac", "aac", "ac3", "aiff", "w64", "amr", "caf")
_STILL_BRANDS = ("heic", "heix", "heim", "heis", "mif1", "miaf", "avif", "avci", "jpeg")
"""ISO/IEC 23008-12: still pictures in the container of MP4; FFmpeg gives their tiles as streams."""

_RAW_MJPEG = (".mjpeg", ".mjpg")


def open_container(path: Path) -> InputContainer:
    """Open a local video file.

    Raises:
        SourceError: the file is absent, empty, unreadable or no video.
    """
    name = path.name
    try:
        with open_regular(path) as file:
            empty = not file.read(1)
        if empty:
            raise SourceError(
                tr("The file '{name}' is empty; choose a video with pictures in it.", name=name)
            )
        container = _opened(path)
        if container.format.name == "jpeg_pipe" and path.suffix.lower() in _RAW_MJPEG:
            # The first picture of a raw MJPEG stream looks like a single image.
            container.close()
            container = _opened(path, "mjpeg")
    except FileNotFoundError as error:
        raise SourceError(tr("There is no file '{path}'; check the name.", path=path)) from error
    except av.error.InvalidDataError as error:
        raise SourceError(
            tr(
                "The file '{name}' is no video that can be read: it is in no "
                "known format, or its header is damaged or missing.",
                name=name,
            )
        ) from error
    except NotRegular as error:
        raise SourceError(
            tr(
                "The file '{name}' cannot be opened: {strerror}.",
                name=name,
                strerror=error.strerror,
            )
        ) from error
    except av.error.ArgumentError as error:  # what FFmpeg says of a format that is not on the list
        raise SourceError(
            tr(
                "The file '{name}' is no video: it is of a kind that is not "
                "opened here, such as a playlist or a script; choose the video "
                "itself.",
                name=name,
            )
        ) from error
    except (av.FFmpegError, OSError) as error:
        reason = error.strerror or error
        raise SourceError(
            tr("The file '{name}' cannot be opened ({reason}).", name=name, reason=reason)
        ) from error
    if container.format.name in _PICTURES:
        container.close()
        raise SourceError(
            tr("The file '{name}' is no video; choose a video or a folder of images.", name=name)
        )
    if _is_still(container):
        container.close()
        raise SourceError(
            tr(
                "The file '{name}' is a still picture in a format that is not "
                "read (HEIF or AVIF); convert it to JPEG or PNG, and open the "
                "folder of those.",
                name=name,
            )
        )
    return container


def _opened(path: Path, container: str | None = None) -> InputContainer:
    # "file:" keeps a colon in a name from being read as a protocol, and the list keeps a playlist
    # in disguise from opening anything on the network.
    return av.open(f"file:{path}", format=container, options=_SAFE)


_SAFE = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join((*CONTAINERS, *_PICTURES, *_SOUND)),
}


def _is_still(container: InputContainer) -> bool:
    """True for pictures in the container of MP4, which are no video however many tiles there are.

    A sequence of such pictures has a track with all of them.
    """
    brand = container.metadata.get("major_brand", "")
    return brand in _STILL_BRANDS and all(s.frames <= 1 for s in container.streams.video)


def pick_stream(container: InputContainer, path: Path) -> VideoStream:
    """The video stream that FFmpeg's tool takes: marked as default, then the largest picture.

    Cover pictures are none. Of equal ones the first counts.

    Raises:
        SourceError: there is none, or no decoder for it.
    """
    streams = _videos(container)
    if not streams:
        kind = tr("only sound") if container.streams.audio else tr("no pictures")
        raise SourceError(
            tr(
                "The file '{path_name}' holds {kind}; choose a video with pictures.",
                path_name=path.name,
                kind=kind,
            )
        )
    stream = max(streams, key=_preference)
    if stream.codec_context is None:
        raise SourceError(
            tr(
                "The file '{path_name}' is compressed in a way that cannot be "
                "decoded here; convert it, to H.264 for example.",
                path_name=path.name,
            )
        )
    return stream


def other_streams(container: InputContainer, taken: VideoStream) -> list[str]:
    """The sizes of the video streams that are not shown."""
    return [f"{s.width}x{s.height}" for s in _videos(container) if s.index != taken.index]


def _videos(container: InputContainer) -> list[VideoStream]:
    return [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]


def _preference(stream: VideoStream) -> tuple[bool, bool, int]:
    known = stream.codec_context is not None
    default = bool(stream.disposition & Disposition.default)
    return known, default, stream.width * stream.height if known else 0


def discard_others(container: InputContainer, stream: VideoStream) -> None:
    """Do not even read the sound, where PyAV can say so (18 and later)."""
    discard = getattr(av.stream, "Discard", None)
    for other in container.streams:
        if discard is not None and other.index != stream.index:
            other.discard = discard.all
