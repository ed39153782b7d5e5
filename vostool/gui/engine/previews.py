"""What the engine's thread is asked besides clicks and runs: previews and close-ups."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.errors import ModelError, VosToolError
from vostool.frames import FrameSource
from vostool.masks.crop import Window, decode_window
from vostool.masks.mask import Mask
from vostool.models.engine import Engine, SeesPictures, SegmentReply, SegmentRequest
from vostool.project.prompts import Prompts
from vostool.words import tr

Outline = NDArray[np.float32]
"""(n, 2) corners x, y in pixels of the frame."""


@dataclass(frozen=True, eq=False)
class PreviewAnswer:
    """The outline of the mask that a click would give.

    Attributes:
        outlines: of its parts and holes; none where the engine could not say.
        seconds: what it took.
    """

    request: SegmentRequest
    outlines: tuple[Outline, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class CloseUpRequest:
    """Ask for the mask of one object on a part of a frame, which alone is looked at.

    Attributes:
        window: the part, in pixels of the frame.
        prompts: in pixels of the part.
    """

    frame: int
    object_id: int
    window: Window
    prompts: Prompts


@dataclass(frozen=True, eq=False)
class CloseUpAnswer:
    """The reply (a mask of the part's size), or one sentence about what went wrong."""

    request: CloseUpRequest
    reply: SegmentReply | None
    problem: str | None = None


def preview(engine: Engine, request: SegmentRequest) -> PreviewAnswer:
    """Answer as a click would be, as an outline. No click was made, so errors are not shown."""
    start = time.perf_counter()
    outlines: tuple[Outline, ...] = ()
    try:
        outlines = outlines_of(engine.segment(request).mask)
    except Exception:  # a click there will say what is wrong
        outlines = ()
    return PreviewAnswer(request, outlines, time.perf_counter() - start)


def close_up(engine: Engine, source: FrameSource, request: CloseUpRequest) -> CloseUpAnswer:
    """Cut the part out of its frame and ask for the mask in it."""
    part = request.window
    rows, columns = (
        slice(part.top, part.top + part.height),
        slice(part.left, part.left + part.width),
    )
    try:
        if not isinstance(engine, SeesPictures):
            raise ModelError(
                tr(
                    "{info_title} cannot look at a part of a frame alone; choose "
                    "another engine, such as SAM 2 or MobileSAM.",
                    info_title=engine.info.title,
                )
            )
        picture = np.ascontiguousarray(source.frame(request.frame)[rows, columns])
        return CloseUpAnswer(request, engine.segment_picture(picture, request.prompts))
    except VosToolError as error:
        return CloseUpAnswer(request, None, str(error))
    except Exception as error:  # a failed engine must not end the thread
        return CloseUpAnswer(
            request, None, tr("The engine failed on the visible part: {error}", error=error)
        )


def outlines_of(mask: Mask) -> tuple[Outline, ...]:
    """The outlines of a mask's parts and holes, through the middles of its outermost pixels."""
    window = Window.of(mask)
    if not window:
        return ()
    pixels = decode_window(mask, window).view(np.uint8)
    found, _ = cv2.findContours(pixels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    corner = np.array((window.left + 0.5, window.top + 0.5), np.float32)
    return tuple(np.asarray(ring[:, 0], np.float32) + corner for ring in found)
