"""Where frames come from: the protocol that everything else reads pictures through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""RGB picture, uint8, (H, W, 3), row-major."""

SourceKind = Literal["video", "images", "cvat"]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Facts about an opened source.

    Attributes:
        path: the video file, the image folder, or a CVAT job's folder in the frame cache.
        kind: "video", "images" or "cvat".
        width, height: size of the frames as shown (rotation applied), in pixels.
        frame_count: number of frames that can be asked for.
        rate: mean frames a second; 1 frame's time comes from :meth:`FrameSource.time`.
        codec: decoder name, or the image formats.
        warning: one sentence about what could not be read, or None.
    """

    path: Path
    kind: SourceKind
    width: int
    height: int
    frame_count: int
    rate: float
    codec: str = ""
    warning: str | None = None


class FrameSource(Protocol):
    """Random access to presented frames.

    Frame ``i`` is the i-th frame in presentation order, counted from 0. A source belongs to one
    thread at a time; another thread takes its own :meth:`clone`.
    """

    @property
    def info(self) -> SourceInfo: ...

    def __len__(self) -> int: ...

    def frame(self, index: int) -> Image:
        """The picture (H, W, 3) RGB uint8, read-only.

        Raises:
            SourceError: the frame could not be decoded, or there is no such frame.
        """
        ...

    def time(self, index: int) -> float:
        """Presentation time in seconds after frame 0."""
        ...

    def name(self, index: int) -> str:
        """The image's file name without its ending, or ``frame_%06d`` for a video."""
        ...

    def clone(self) -> FrameSource:
        """An independent reader of the same source for another thread; shares the index."""
        ...

    def close(self) -> None:
        """Give the files back; the source answers nothing afterwards."""
        ...


@runtime_checkable
class TellsDamage(Protocol):
    """A source whose pictures may come out damaged, which shows only when they are read."""

    def damage(self, index: int) -> str | None:
        """What is wrong with the picture of a frame that was read; None where nothing is known."""
        ...

    def damage_so_far(self) -> str | None:
        """The same of all frames that any reader of the source has read, in one sentence."""
        ...


def damage_of(source: FrameSource, index: int) -> str | None:
    """What is wrong with the picture of a frame that was read, in one sentence, or None."""
    return source.damage(index) if isinstance(source, TellsDamage) else None


@dataclass(frozen=True, slots=True)
class SourceRef:
    """How a project remembers its source.

    Attributes:
        path: where the source was last seen, absolute.
        size_bytes: of the file, or of all images together.
        fingerprint: hash that recognises the same pictures at another place
            (:func:`vostool.io.video.fingerprint.fingerprint`).
    """

    path: Path
    kind: SourceKind
    size_bytes: int
    fingerprint: str
    width: int
    height: int
    frame_count: int
    rate: float
