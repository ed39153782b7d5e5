"""What a timeline shows: a project, the states of its frames, and what is chosen in it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.frame_range import FrameRange
from vostool.gui.threads.timers import single_shot
from vostool.gui.timeline.layout import RowLayout
from vostool.gui.timeline.run_mark import RunMark
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.scene import Scene
from vostool.gui.timeline.states import TimelineStates
from vostool.project.changes import Changes
from vostool.project.frame_values import FrameValues
from vostool.project.project import Project

SLICE_SECONDS = 0.006
"""Time given to changed frames at once, when they are many."""


class Content(QObject):
    """Follows one project; changed frames are looked at in slices, so that the event loop goes on.

    Signals:
        states_changed(): some frames are to be painted anew.
        rows_changed(): objects came, went or moved.
        run_moved(): the track run is elsewhere, or over.

    Attributes:
        project, states: what is shown; None where no video is open.
        time_of: seconds at which a frame is shown.
        playhead: the frame that the playhead is drawn at.
        current: id of the selected object, or None.
        objects: ids of all that are selected.
        chosen: the range, or None.
        run: the track run that goes, or None.
        block: ids of the objects that the range is of; None where it is of all.
    """

    states_changed = pyqtSignal()
    rows_changed = pyqtSignal()
    run_moved = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.states: TimelineStates | None = None
        self.time_of: Callable[[int], float] = float
        self.playhead = 0
        self.current: int | None = None
        self.objects: frozenset[int] = frozenset()
        self.chosen: FrameRange | None = None
        self.run: RunMark | None = None
        self.block: frozenset[int] | None = None
        self._values: FrameValues | None = None
        self._slices = single_shot(self, 0, self._work)

    def show(self, project: Project | None, time_of: Callable[[int], float] | None) -> None:
        """Another project, or none, with nothing chosen; no signal tells of it.

        Args:
            time_of: by the project's rate where it is None.
        """
        self.project = project
        self.states = TimelineStates(project) if project is not None else None
        rate = project.source.rate if project is not None else 1.0
        self.time_of = time_of if time_of is not None else lambda frame: frame / rate
        self.playhead, self.current, self.chosen = 0, None, None
        self.objects, self.run, self.block = frozenset(), None, None
        self._values = None
        self._slices.start()

    def show_run(self, run: RunMark | None) -> None:
        """Mark where a run is, or none."""
        if run != self.run:
            self.run = run
            self.states_changed.emit()
            self.run_moved.emit()

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        if self.states is not None:
            self.states.apply(changes)
            self._slices.start()
            if changes.objects or changes.settings:
                self._values = None
            if changes.objects:
                self.rows_changed.emit()
            self.states_changed.emit()

    def set_flagged(self, object_id: int, frames: Collection[int]) -> None:
        """Mark the frames that the review asks about, in place of those marked before."""
        if self.states is not None:
            self.states.set_flagged(object_id, frames)
            self._slices.start()
            self.states_changed.emit()

    @property
    def count(self) -> int:
        """Frames of the video; 0 where none is open."""
        return self.project.source.frame_count if self.project is not None else 0

    @property
    def object_ids(self) -> list[int]:
        """The rows from the top."""
        return list(self.project.objects) if self.project is not None else []

    @property
    def values(self) -> FrameValues | None:
        """What attributes are on a frame; looked up anew after objects or settings changed."""
        if self._values is None and self.project is not None:
            self._values = FrameValues(self.project)
        return self._values

    def layout(self, height: int, scroll: int) -> RowLayout:
        """Where the rows lie in a viewport of this height, scrolled so far, in pixels."""
        ids = self.object_ids
        current = ids.index(self.current) if self.current in ids else None
        return RowLayout(height, len(ids), scroll, current)

    def scene(self, scale: TimeScale, layout: RowLayout) -> Scene | None:
        """What one paint shows, or None where no video is open."""
        if self.project is None or self.states is None:
            return None
        return Scene(
            self.project, self.states, scale, layout, self.time_of,
            self.playhead, self.current, self.chosen, self.objects, self.run, self.block,
            self.values,
        )  # fmt: skip

    def _work(self) -> None:
        if self.states is not None and self.states.work(SLICE_SECONDS):
            self._slices.start()
            self.states_changed.emit()
