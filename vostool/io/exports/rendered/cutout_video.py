"""A video that is transparent but for the objects, for editing over something else."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.rendered.clips import ClipWriter
from vostool.io.exports.rendered.cutouts import alpha_of, transparent
from vostool.io.exports.rendered.ffmpeg import BT709, VideoPipe, require
from vostool.io.exports.rendered.sound import SILENT, sound_of
from vostool.io.exports.rendered.timeline import Timeline
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue

BLEED = 8
"""Pixels of the picture that are kept around a mask, fully transparent: colour is compressed in
blocks, and black next to an object would darken its edge."""

_KINDS = {
    "prores": (
        "mov",
        ("prores_ks", "pcm_s16le"),
        (*("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
         *("-alpha_bits", "16", "-vendor", "apl0", "-c:a", "pcm_s16le")),
    ),
    "vp9": (
        "webm",
        ("libvpx-vp9", "libopus"),
        # VP9's alternate reference frames are not for streams with transparency.
        (*("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"),
         *("-crf", "18", "-b:v", "0", "-deadline", "good", "-cpu-used", "4", "-row-mt", "1"),
         *("-c:a", "libopus", "-b:a", "160k")),
    ),
}  # fmt: skip


class CutoutVideoWriter(ClipWriter):
    """``<video>.mov`` or ``<video>.webm``: all chosen objects, everything else transparent."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder, values)
        self._ending, encoders, self._output = _KINDS[str(values["codec"])]
        require(*encoders)

    def begin(self, plan: ExportPlan, times: Timeline, first: int) -> VideoPipe:
        sound = sound_of(plan.source, first, times.end) if self.values["sound"] else SILENT
        target = self.new_file(f"{plan.video}.{self._ending}")
        size = (plan.width, plan.height)
        output = (*self._output, *BT709)
        return VideoPipe(target, size, times.tick, times.last, output, alpha=True, sound=sound)

    def add(self, frame: ExportFrame, times: Timeline, pipe: VideoPipe) -> None:
        whole = (0, 0, frame.plan.width, frame.plan.height)
        picture = bled(frame.image(), alpha_of(frame.masks, whole))
        pipe.write(picture, times.ticks[frame.index])


def bled(image: Image, alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) straight RGBA; colours reach :data:`BLEED` pixels beyond the mask, then black."""
    near = cv2.dilate(alpha, np.ones((2 * BLEED + 1, 2 * BLEED + 1), np.uint8))
    return transparent(image, alpha, np.asarray(near, np.uint8))


CUTOUT_VIDEO = ExportFormat(
    name="cutout-video",
    title="Cut-out video (transparent MOV or WebM)",
    main="{video}",
    suffix=".mov",
    keeps=(
        "the objects' pixels; transparency is the mask (exact in ProRes, nearly in VP9)",
        "times of frames",
        "sound, by option",
    ),
    loses=(
        "which object is which (all are in one video)",
        "the background",
        "prompts",
        "scores and confirmations",
    ),
    open=CutoutVideoWriter,
    options=(
        OptionSpec("codec", "ProRes 4444 (.mov) or VP9 (.webm)", "prores", tuple(_KINDS)),
        OptionSpec("sound", "Keep the sound", False),
    ),
    lossless=False,
    family="rendered",
    needs_pictures=True,
)
