"""An MP4 of the video with its objects drawn in."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from vostool.frames import Image
from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.rendered.clips import ClipWriter
from vostool.io.exports.rendered.ffmpeg import BT709, VideoPipe, require
from vostool.io.exports.rendered.painting import (
    LOOK_OPTIONS,
    Look,
    fitted,
    painted,
    scaled,
    shapes_of,
)
from vostool.io.exports.rendered.sound import SILENT, sound_of
from vostool.io.exports.rendered.timeline import Timeline
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.words import tr

CRF = {"small": "28", "good": "20", "best": "14"}
"""x264's constant rate factor by quality; each 6 less about doubles the file."""


class OverlayVideoWriter(ClipWriter):
    """``<video>.mp4``: H.264, with the sound as AAC."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder, values)
        self._look = Look.of(values)
        self._size = (0, 0)
        require("libx264", "aac")

    def begin(self, plan: ExportPlan, times: Timeline, first: int) -> VideoPipe:
        self._size = fitted(plan.width, plan.height, int(self.values["width"]), step=2)
        width = self._size[0] * (2 if self.values["side-by-side"] else 1)
        height = self._size[1]
        even = (width + width % 2, height + height % 2)
        if even != (width, height):
            self.warn(
                plan,
                tr(
                    "H.264 needs even sizes: {width}x{height} became "
                    "{even}x{even_2} by repeating the last column or row.",
                    width=width,
                    height=height,
                    even=even[0],
                    even_2=even[1],
                ),
            )
        if self._look.caption in ("label", "label-id"):
            self.warn_about_fonts(plan)
        sound = sound_of(plan.source, first, times.end) if self.values["sound"] else SILENT
        output = [
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", CRF[str(self.values["quality"])]),
            *("-pix_fmt", "yuv420p", *BT709, "-movflags", "+faststart"),
            # With gaps, the order of B-frames would leave the last picture's time out of the file.
            *(() if times.steady else ("-bf", "0")),
            *(("-c:a", "aac", "-b:a", "192k") if sound.given else ()),
        ]
        target = self.new_file(f"{plan.video}.mp4")
        return VideoPipe(target, even, times.tick, times.last, output, sound=sound)

    def add(self, frame: ExportFrame, times: Timeline, pipe: VideoPipe) -> None:
        image = scaled(frame.image(), self._size)
        picture = painted(image, shapes_of(frame.front_first, self._size), self._look)
        if self.values["side-by-side"]:
            picture = np.concatenate((image, picture), axis=1)
        pipe.write(even_sized(picture), times.ticks[frame.index])


def even_sized(picture: Image) -> Image:
    """The picture with its last column or row repeated where a side is odd."""
    height, width = picture.shape[:2]
    if not height % 2 and not width % 2:
        return picture
    wider = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(wider, np.uint8)


OVERLAY_VIDEO = ExportFormat(
    name="overlay-video",
    title="Overlay video (MP4)",
    main="{video}.mp4",
    suffix=".mp4",
    keeps=("the pictures with masks, outlines, boxes and captions", "sound", "times of frames"),
    loses=("the masks themselves (they are painted in)", "prompts", "scores and confirmations"),
    open=OverlayVideoWriter,
    options=(
        *LOOK_OPTIONS,
        OptionSpec("side-by-side", "The original beside it, on the left", False),
        OptionSpec("sound", "Keep the sound", True),
        OptionSpec("quality", "Quality", "good", tuple(CRF)),
        OptionSpec("width", "Largest width of a picture in pixels, 0 for the source's", 0),
    ),
    lossless=False,
    family="rendered",
    needs_pictures=True,
)
