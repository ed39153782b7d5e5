"""What one paint of the timeline shows, and in words what lies at one place of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPoint

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.timeline.layout import CURVE_HEIGHT, LABEL_WIDTH, RULER_HEIGHT, RowLayout
from vostool.gui.timeline.run_mark import RunMark
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.states import LOW_SCORE, FrameState, TimelineStates
from vostool.project.frame_values import FrameValues
from vostool.project.mask_notes import is_occluded
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.runs.gaps import gaps, listed
from vostool.words import counted, mark, shortened, tr

WORDS = (
    (FrameState.PROMPTED, mark("prompted")),
    (FrameState.EDITED, mark("edited or imported")),
    (FrameState.TRACKED, mark("tracked")),
    (FrameState.LOW_SCORE, mark("tracked, low score")),
    (FrameState.ABSENT, mark("absent")),
    (FrameState.CONFIRMED, mark("confirmed")),
    (FrameState.FLAGGED, mark("flagged for review")),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is painted. Places are pixels of the viewport.

    Attributes:
        time_of: seconds at which a frame is shown.
        chosen: the range, or None.
        selected: ids of the selected objects.
        run: the track run that goes, or None.
        block: ids of the objects that the range is of; None where it is of all.
        values: what attributes are on a frame.
    """

    project: Project
    states: TimelineStates
    scale: TimeScale
    layout: RowLayout
    time_of: Callable[[int], float]
    playhead: int
    current: int | None
    chosen: FrameRange | None
    selected: frozenset[int] = frozenset()
    run: RunMark | None = None
    block: frozenset[int] | None = None
    values: FrameValues | None = None

    @property
    def objects(self) -> list[AnnotatedObject]:
        """The rows from the top."""
        return list(self.project.objects.values())

    @property
    def shown(self) -> AnnotatedObject | None:
        """The selected object."""
        return None if self.current is None else self.project.objects.get(self.current)

    def changes(self, shown: AnnotatedObject) -> list[int]:
        """Frames on which an attribute of the object changes, ascending."""
        lines = self.values.lines(shown) if self.values is not None else {}
        return sorted({frame for line in lines.values() for frame, _ in line})

    def value_words(self, shown: AnnotatedObject, frame: int) -> list[str]:
        """What changes on a frame, a line each."""
        lines = self.values.lines(shown) if self.values is not None else {}
        return [
            tr("{name}: {value} from here on", name=name, value=shortened(value, 40))
            for name, line in lines.items()
            for at, value in line
            if at == frame
        ]

    @property
    def range_words(self) -> str:
        """ "5–11, 7 frames", or of a block "5–11, 2 objects"; "" where no range is chosen."""
        if self.chosen is None or self.block is None:
            return f"{self.chosen}" if self.chosen is not None else ""
        return f"{self.chosen.first}–{self.chosen.last}, {counted(len(self.block), 'object')}"

    def frame_at(self, x: int) -> int:
        """The frame under a viewport column, clipped to the video."""
        return self.scale.frame(x - LABEL_WIDTH)

    def object_at(self, y: int) -> int | None:
        """The object whose row is at a height of the viewport, or None."""
        row = self.layout.at(y)
        return None if row is None else self.objects[row].id

    def describe(self, at: QPoint) -> str:
        """The frame, its time, the object and its state there; empty beside all of it."""
        row = self.layout.at(at.y())
        shown = self.objects[row] if row is not None else None
        if self.layout.has_curve and at.y() >= self.layout.bottom:
            shown = self.shown
        if at.x() < LABEL_WIDTH:
            return _summary(self, shown) if shown is not None else ""
        frame = self.frame_at(at.x())
        lines = [tr("Frame {frame}, {clock}", frame=frame, clock=clock(self.time_of(frame)))]
        if shown is not None:
            lines.append(
                f"{object_title(self.project, shown)}: {self.state_words(frame, shown.id)}"
            )
            lines += self.value_words(shown, frame)
        elif self.chosen is not None and at.y() < RULER_HEIGHT and frame in self.chosen:
            lines.append(tr("Range {range_words}", range_words=self.range_words))
        return "\n".join(lines)

    def state_words(self, frame: int, object_id: int) -> str:
        """The state of one object on one frame, in words."""
        flags = FrameState(int(self.states.row(object_id)[frame]))
        words = [tr(word) for flag, word in WORDS if flag & flag_of(flag, flags)]
        record = self.project.masks.get(frame, object_id)
        if record is not None and record.score is not None:
            words.append(tr("score {score:.2f}", score=record.score))
        if is_occluded(self.project, frame, object_id):
            words.append("occluded")
        return ", ".join(words) or self._nothing(frame, object_id)

    def _nothing(self, frame: int, object_id: int) -> str:
        """Where a frame has nothing: it may lie between two stretches that were tracked."""
        for first, last in gaps(np.flatnonzero(self.states.row(object_id)).tolist()):
            if first <= frame <= last:
                return tr(
                    "nothing on {listed}: not tracked there yet", listed=listed([(first, last)])
                )
        return "nothing"


def flag_of(flag: FrameState, flags: FrameState) -> FrameState:
    """The flag where it is among the flags, else none."""
    return flags & flag


def clock(seconds: float) -> str:
    """``m:ss.mmm``, with hours where there are any."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{start}:{rest:02d}.{thousandths:03d}"


def curve_top(layout: RowLayout) -> int:
    """Where the score curve's lane begins."""
    return layout.height - CURVE_HEIGHT


def _summary(scene: Scene, shown: AnnotatedObject) -> str:
    row = scene.states.row(shown.id)
    counts = [
        (f"{int(((row & flag) != 0).sum())} {word}")
        for flag, word in (
            (FrameState.PROMPTED, mark("prompted")),
            (FrameState.CONFIRMED, mark("confirmed")),
            (FrameState.ABSENT, mark("absent")),
            (FrameState.LOW_SCORE, tr("below a score of {low_score}", low_score=LOW_SCORE)),
        )
        if (row & flag).any()
    ]
    labelled = int((row != 0).sum())
    if left_open := gaps(np.flatnonzero(row).tolist()):
        counts.append(tr("not tracked yet: {listed}", listed=listed(left_open)))
    return "\n".join(
        [
            tr(
                "{object_title}: {labelled} of {count} frames",
                object_title=object_title(scene.project, shown),
                labelled=labelled,
                count=len(row),
            ),
            *counts,
        ]
    )
