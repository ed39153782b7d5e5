"""Which part of the video the timeline shows: zoom, panning, and the scroll bar that says so."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QScrollBar

from vostool.gui.timeline.scale import TimeScale

ZOOM_STEP = 1.5
_LONGEST_BAR = 2**30


class VisibleTime(QObject):
    """The scale of one timeline, kept in step with its horizontal scroll bar.

    Columns are pixels of the track, from 0 where the labels end.

    Signals:
        changed(): other frames are in sight.
    """

    changed = pyqtSignal()

    def __init__(self, bar: QScrollBar, parent: QObject) -> None:
        super().__init__(parent)
        self.scale = TimeScale.whole(0, 1)
        self._bar = bar
        bar.valueChanged.connect(self._pan_to)

    def reset(self, count: int, width: int) -> None:
        """Show the whole of another video of so many frames; says nothing."""
        self.scale = TimeScale.whole(count, width)

    def resize(self, width: int) -> None:
        """The track is so many pixels wide now; says nothing."""
        whole = self.scale.is_whole
        count = self.scale.count
        self.scale = TimeScale.whole(count, width) if whole else self.scale.resized(width)

    def show_frame(self, frame: int, margin: float) -> None:
        """Have a frame in sight, and a share of the width beside it."""
        self._set(self.scale.showing(frame, margin))

    def zoom(self, factor: float, playhead: int, column: int | None = None) -> None:
        """Show less time (a factor above 1) or more, around a column or the playhead."""
        inside = self.scale.showing(playhead, 0.5)
        at = inside.x(playhead) if column is None else column
        self._set((inside if column is None else self.scale).zoomed(factor, at))

    def show_whole(self, width: int) -> None:
        """Show the whole video."""
        self._set(TimeScale.whole(self.scale.count, width))

    def pan(self, pixels: float) -> None:
        """Move later frames in (a positive number) or earlier ones."""
        self._set(self.scale.moved_to(self.scale.first + pixels / self.scale.pixels_per_frame))

    def update_bar(self) -> None:
        """Let the scroll bar say what is in sight."""
        per_frame, bar = self.scale.pixels_per_frame, self._bar
        bar.blockSignals(True)  # it follows the scale here, and would round it
        hidden = 0 if self.scale.is_whole else (self.scale.count - self.scale.span) * per_frame
        bar.setRange(0, min(round(hidden), _LONGEST_BAR))
        bar.setPageStep(self.scale.width)
        bar.setSingleStep(max(round(per_frame), 16))
        bar.setValue(round(self.scale.first * per_frame))
        bar.blockSignals(False)

    def _set(self, scale: TimeScale) -> None:
        if scale != self.scale:
            self.scale = scale
            self.changed.emit()

    def _pan_to(self, pixels: int) -> None:
        self._set(self.scale.moved_to(pixels / self.scale.pixels_per_frame))
