"""The source's sound beside written pictures."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import av

from vostool.errors import SourceError
from vostool.frames import FrameSource
from vostool.io.video.container import open_container, pick_stream


class Sound(NamedTuple):
    """What FFmpeg is told about the sound.

    Attributes:
        given: its second input; empty where there is no sound.
        maps: output options that choose the tracks.
    """

    given: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()


SILENT = Sound()


def sound_of(source: FrameSource, first: int, seconds: float) -> Sound:
    """FFmpeg's second input and its maps: all sound from a frame on, in step with the pictures.

    Sound is cut by the times in the file, so that a track which starts late, or a video which does
    not start at 0, stays in step. Tracks that cannot be decoded are left out.

    Args:
        first: the frame that the written video begins with.
        seconds: how long the written video is.
    """
    info = source.info
    if info.kind != "video" or not info.path.is_file():
        return SILENT
    try:
        container = open_container(info.path)
    except SourceError:
        return SILENT
    with container:
        tracks = [t.index for t in container.streams.audio if t.codec_context is not None]
        if not tracks:
            return SILENT
        try:
            begin = next(container.decode(pick_stream(container, info.path))).time or 0.0
        except (av.FFmpegError, SourceError, StopIteration):
            begin = 0.0
    start = max(0.0, begin + source.time(first))
    # Only local files, as when the source was opened; and times as they are in the file.
    given = (
        *("-protocol_whitelist", "file", "-seek_timestamp", "1"),
        *("-ss", f"{start:.6f}", "-t", f"{seconds:.6f}", "-i", f"file:{info.path.absolute()}"),
    )
    return Sound(given, tuple(chain.from_iterable(("-map", f"1:{track}") for track in tracks)))
