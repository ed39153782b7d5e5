"""Small moving pictures for pages and messages: GIF and WebP.

FFmpeg makes both, since Pillow keeps all frames of a GIF in memory until the last one. A GIF takes
three steps: the pictures go to a small lossless file, one palette is made of all of them, and with
it the GIF, so that colours do not flicker from frame to frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from pathlib import Path

from vostool.errors import UsageError
from vostool.io.exports.dataset import Dataset
from vostool.io.exports.format import ExportFormat
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.rendered.clips import ClipWriter
from vostool.io.exports.rendered.ffmpeg import VideoPipe, require, run
from vostool.io.exports.rendered.painting import (
    LOOK_OPTIONS,
    Look,
    fitted,
    painted,
    scaled,
    shapes_of,
)
from vostool.io.exports.rendered.timeline import Timeline
from vostool.io.exports.rendered.webp_end import set_last_duration
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionSpec, OptionValue
from vostool.words import mark, tr

FASTEST = 50.0
"""Frames a second: browsers show a GIF's shorter delays as a tenth of a second."""

_WEBP_QUALITY = "80"


class AnimationWriter(ClipWriter):
    """Frames thinned to a rate and shrunk to a width, with the objects drawn at that size."""

    tick: Fraction

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder, values)
        self._look = Look.of(values)
        self._rate = float(values["fps"])
        if not 0 < self._rate <= FASTEST:
            raise UsageError(
                tr(
                    "fps is {rate:g}, but must be above 0 and at most {fastest:g}.",
                    rate=self._rate,
                    fastest=FASTEST,
                )
            )
        self._size = (0, 0)
        self._due = 0
        self._shown = self._until = 0.0

    def begin(self, plan: ExportPlan, times: Timeline, first: int) -> VideoPipe:
        self._size = fitted(plan.width, plan.height, int(self.values["width"]))
        self._due = 0
        self._shown = 0.0
        self._until = times.end
        if self._look.caption in ("label", "label-id"):
            self.warn_about_fonts(plan)
        return self.open_pipe(plan, self._size)

    def open_pipe(self, plan: ExportPlan, size: tuple[int, int]) -> VideoPipe:
        """The process that takes the pictures of one video."""
        raise NotImplementedError

    def add(self, frame: ExportFrame, times: Timeline, pipe: VideoPipe) -> None:
        seconds = times.seconds(frame.index)
        if not self._is_due(times, frame.index, seconds):
            return
        image = scaled(frame.image(), self._size)
        picture = painted(image, shapes_of(frame.front_first, self._size), self._look)
        pipe.write(picture, round(seconds / self.tick))
        self._shown = seconds

    def _is_due(self, times: Timeline, frame: int, seconds: float) -> bool:
        if times.steady:
            # Every n-th frame: an even motion, where the exact rate would stumble.
            return times.ticks[frame] % ceil(1 / (float(times.tick) * self._rate) - 1e-6) == 0
        # The n-th picture is due at n / rate; a thousandth forgives the last binary digit. One
        # that came late does not make the next one follow at once.
        early = seconds * self._rate < self._due - 1e-3
        if early or (self._due and (seconds - self._shown) * self._rate < 0.5):
            return False
        self._due = int(seconds * self._rate + 1e-3) + 1
        return True

    @property
    def remaining(self) -> int:
        """Ticks from the last picture to the end of the video."""
        return round((self._until - self._shown) / self.tick)


class GifWriter(AnimationWriter):
    """``<video>.gif``; times in hundredths of a second."""

    tick = Fraction(1, 100)

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder, values)
        self._target = self._lossless = Path()
        require("gif", "ffv1", "png")

    def open_pipe(self, plan: ExportPlan, size: tuple[int, int]) -> VideoPipe:
        self._target = self.new_file(f"{plan.video}.gif")
        self._lossless = self._target.with_suffix(".pictures")
        output = ("-c:v", "ffv1", "-pix_fmt", "bgr0", "-f", "nut")
        return VideoPipe(self._lossless, size, self.tick, 1, output)

    def complete(self) -> None:
        palette = self._target.with_suffix(".palette")
        pictures = ("-f", "nut", "-i", f"file:{self._lossless}")
        try:
            run((*pictures, "-vf", "palettegen=stats_mode=full", "-update", "1",
                 "-c:v", "png", "-f", "image2"), palette, self.folder.go_on)  # fmt: skip
            last = max(2, self.remaining)
            run((*pictures, "-f", "png_pipe", "-i", f"file:{palette}",
                 "-lavfi", "paletteuse=dither=sierra2_4a:diff_mode=rectangle",
                 "-fps_mode", "passthrough", "-enc_time_base", f"{self.tick}",
                 "-loop", "0", "-final_delay", f"{last}", "-f", "gif"),
                self._target, self.folder.go_on)  # fmt: skip
        finally:
            self._lossless.unlink(missing_ok=True)
            palette.unlink(missing_ok=True)


class WebpWriter(AnimationWriter):
    """``<video>.webp``; times in milliseconds."""

    tick = Fraction(1, 1000)

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        super().__init__(dataset, folder, values)
        self._target = Path()
        require("libwebp_anim")

    def open_pipe(self, plan: ExportPlan, size: tuple[int, int]) -> VideoPipe:
        self._target = self.new_file(f"{plan.video}.webp")
        output = ("-c:v", "libwebp_anim", "-quality", _WEBP_QUALITY, "-loop", "0", "-f", "webp")
        return VideoPipe(self._target, size, self.tick, 1, output)

    def complete(self) -> None:
        set_last_duration(self._target, self.remaining)


_KEEPS = ("the pictures with masks, outlines, boxes and captions",)
_LOSES = (
    mark("frames beyond the chosen rate, and size beyond the chosen width"),
    "sound",
    "the masks themselves (they are painted in)",
    "prompts",
    "scores and confirmations",
)
_OPTIONS = (
    *LOOK_OPTIONS,
    OptionSpec("width", "Largest width in pixels, 0 for the source's", 480),
    OptionSpec("fps", "Most frames a second", 12.5),
)

OVERLAY_GIF = ExportFormat(
    name="overlay-gif",
    title="Overlay animation (GIF)",
    main="{video}.gif",
    suffix=".gif",
    keeps=_KEEPS,
    loses=("colours (256 in all)", *_LOSES),
    open=GifWriter,
    options=_OPTIONS,
    lossless=False,
    family="rendered",
    needs_pictures=True,
)

OVERLAY_WEBP = ExportFormat(
    name="overlay-webp",
    title="Overlay animation (WebP)",
    main="{video}.webp",
    suffix=".webp",
    keeps=_KEEPS,
    loses=_LOSES,
    open=WebpWriter,
    options=_OPTIONS,
    lossless=False,
    family="rendered",
    needs_pictures=True,
)
