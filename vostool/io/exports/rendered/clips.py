"""What the writers have in common that make one video file of each source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from vostool.io.exports.dataset import Dataset
from vostool.io.exports.frame import ExportFrame
from vostool.io.exports.plan import ExportPlan
from vostool.io.exports.rendered.ffmpeg import VideoPipe
from vostool.io.exports.rendered.fonts import missing
from vostool.io.exports.rendered.timeline import Timeline, timeline
from vostool.io.exports.staging import StagedFolder
from vostool.io.options import OptionValue
from vostool.words import tr


class ClipWriter(ABC):
    """Begins a file with each video's first frame, and ends it with its last one."""

    def __init__(
        self, dataset: Dataset, folder: StagedFolder, values: Mapping[str, OptionValue]
    ) -> None:
        self.folder = folder
        self.values = values
        self.warnings: list[str] = []
        self._dataset = dataset
        self._plan: ExportPlan | None = None
        self._timeline: Timeline | None = None
        self._pipe: VideoPipe | None = None
        if dataset.split:
            self.warnings.append(tr("Videos are written whole; the split does not cut them."))

    @abstractmethod
    def begin(self, plan: ExportPlan, times: Timeline, first: int) -> VideoPipe:
        """Start the file of a video; ``first`` is the first frame that there is."""

    @abstractmethod
    def add(self, frame: ExportFrame, times: Timeline, pipe: VideoPipe) -> None:
        """Write one frame into the file that is begun."""

    def complete(self) -> None:  # noqa: B027 - a hook; most have nothing left to do
        """What is left to do for a file when its last picture is written."""

    def close(self) -> None:
        """Stop what is running, after an error or a cancel; may be called twice."""
        if self._pipe is not None:
            self._pipe.close()

    def write(self, frame: ExportFrame) -> None:
        if frame.plan is not self._plan:
            self._end()
            left = frame.plan.frames[frame.plan.frames.index(frame.index) :]
            self._plan, self._timeline = frame.plan, timeline(frame.plan.source, left)
            self._tell_gaps(frame.plan)
            self._pipe = self.begin(frame.plan, self._timeline, frame.index)
        assert self._timeline is not None and self._pipe is not None
        self.add(frame, self._timeline, self._pipe)

    def picture_path(self, frame: ExportFrame) -> str:
        return f"images/{frame.path}"

    def finish(self) -> list[str]:
        self._end()
        return self.warnings

    def new_file(self, name: str) -> Path:
        """The path of a file that belongs to the export from now on."""
        self.folder.open(name).close()
        return self.folder.path / name

    def warn(self, plan: ExportPlan, text: str) -> None:
        """Add a warning about one video."""
        self.warnings.append(f"{plan.video}: {text}" if self._dataset.merged else text)

    def warn_about_fonts(self, plan: ExportPlan) -> None:
        """Say which characters of the labels cannot be drawn."""
        absent = missing("".join(obj.label for obj in plan.objects))
        if absent:
            self.warn(
                plan,
                tr(
                    "No font here has {absent!r}, so boxes stand for it in "
                    "captions; install a font that has it (Noto Sans, for example).",
                    absent=absent[:20],
                ),
            )

    def _end(self) -> None:
        if self._plan is not None and self._pipe is not None:
            self._pipe.finish()
            self.complete()
            self._plan = None

    def _tell_gaps(self, plan: ExportPlan) -> None:
        span = range(plan.frames[0], plan.frames[-1] + 1, plan.every)
        absent = len(span) - len(plan.frames)
        if absent > 0:
            self.warn(
                plan,
                tr(
                    "{absent} frames between the first and the last one were not "
                    "chosen: the picture before stands still there; choose all "
                    "frames for the whole video.",
                    absent=absent,
                ),
            )
