"""The tour: five notes beside the real widgets, while everything goes on working."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QToolBar, QWidget

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.gui.widgets.coach_mark import CoachMark
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.start.sample_clip import CLICK_HERE, sample_path
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.project.changes import Changes
from vostool.words import mark, tr


@dataclass(frozen=True)
class Step:
    """One note.

    Attributes:
        inside: its widget is too large to stand beside it.
        on_sample: what is said in place of ``text`` where the sample clip's first frame is shown.
        spot: where a ring asks for a click then, in pixels of the frame.
    """

    title: str
    text: str
    target: Callable[[MainWindow], QWidget]
    inside: bool = False
    on_sample: str = ""
    spot: tuple[float, float] | None = None


def _tool(name: str) -> Callable[[MainWindow], QWidget]:
    def find(window: MainWindow) -> QWidget:
        bar = window.findChild(QToolBar, "toolbar")
        button = bar.widgetForAction(window.actions_by_id[name]) if bar is not None else None
        return button if button is not None and button.isVisible() else window.canvas

    return find


def _way_in(window: MainWindow) -> QWidget:
    button = window.start_page.buttons["open_sample"]
    return button if button.isVisible() else _tool("open")(window)


STEPS = (
    Step(
        mark("Open a video"),
        mark(
            "A video, a folder of images or a project: drop one on the "
            "window, or try the sample clip first. Next opens it where "
            "nothing is open yet."
        ),
        _way_in,
    ),
    Step(
        mark("Click an object"),
        mark(
            "A click on an object gives its mask; a click with the right button takes away "
            "what is too much, and Tab goes from a part to the whole. Dragging draws a box "
            "instead."
        ),
        lambda window: window.canvas,
        inside=True,
        on_sample=mark(
            "Click on the starfish, where the ring is: that gives its mask. Then a click "
            "with the right button takes away what is too much, and Tab goes from a "
            "part to the whole. Dragging draws a box instead."
        ),
        spot=CLICK_HERE,
    ),
    Step(
        mark("Track it through the video"),
        mark(
            "Track forward follows the object to the end. You can look "
            "around and correct while it runs; Esc stops it and keeps what "
            "is done. A whole run is one step for Undo."
        ),
        _tool("track_forward"),
    ),
    Step(
        mark("Look along the timeline"),
        mark(
            "Each object has a row, with marks where its mask may be wrong. Review lists "
            "these places, and N goes to the next. A click, the lasso or the brush corrects "
            "the mask; then confirm it, or track on."
        ),
        lambda window: window.timeline,
    ),
    Step(
        mark("Name and export"),
        mark(
            "Labels, colours and locks are in the list of objects; export "
            "writes CVAT, COCO, YOLO and others. Ctrl+K finds every "
            "command, and Help has this tour again."
        ),
        lambda window: window.objects,
    ),
)
_OPEN, _CLICK, _TRACK, _TIMELINE, _LAST = range(len(STEPS))


class Tour(QObject):
    """Goes on by its buttons, and by itself when a person does what a note says.

    Attributes:
        at: the number of the note that is shown, from 0; None while there is none.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._window = bench.window
        self.at: int | None = None
        window = self._window
        self.mark = CoachMark(window, keep_to=window.canvas, keep_clear=window.notice)
        self.mark.next_wanted.connect(self.next)
        self.mark.back_wanted.connect(self.back)
        self.mark.skip_wanted.connect(self.end)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._window)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.end)
        # While a run goes, Esc ends that and not the tour.
        self._window.actions_by_id["cancel"].changed.connect(self._claim_escape)
        bench.opened.connect(self._opened)
        self._window.timeline.scrubbed.connect(lambda _frame: self._done(_TIMELINE))

    def begin_if_new(self) -> None:
        """Begin where this person never saw the tour."""
        if str(settings().value(keys.TOUR_SEEN, "false")).lower() != "true":
            self.begin()

    def begin(self) -> None:
        """Begin with the first note, and remember that the tour was seen."""
        settings().setValue(keys.TOUR_SEEN, True)
        self._show(_OPEN)

    def next(self) -> None:
        """Go on; from the first note with the sample clip, where nothing is open."""
        if self.at == _OPEN and self._bench.workspace is None:
            self._bench.open_path(sample_path())
        elif self.at is not None:
            self._show(self.at + 1)

    def back(self) -> None:
        """Go back to the note before."""
        if self.at:
            self._show(self.at - 1)

    def end(self) -> None:
        """Take the note away."""
        self.at = None
        self.mark.leave()
        self._window.canvas.show_spot(None)
        self._claim_escape()

    def _opened(self, workspace: Workspace) -> None:
        """What is done with the video takes the tour on."""
        workspace.document.changed.connect(self._masks_changed)
        workspace.session.run_ended.connect(lambda _text: self._done(_TRACK))
        workspace.session.playhead_moved.connect(lambda _frame: self._point())
        self._done(_OPEN)

    def _masks_changed(self, changes: Changes) -> None:
        if changes.masks:
            self._done(_CLICK)

    def _done(self, step: int) -> None:
        if self.at == step:
            self._show(step + 1)

    def _show(self, at: int) -> None:
        if at >= len(STEPS):
            self.end()
            return
        step = STEPS[at]
        self.at = at
        text = step.on_sample if step.on_sample and self._sample_begins else step.text
        self.mark.show_step(
            at + 1,
            len(STEPS),
            tr(step.title),
            tr(text),
            step.target(self._window),
            inside=step.inside,
        )
        self._point()
        self._claim_escape()

    @property
    def _sample_begins(self) -> bool:
        """True where the sample clip is open at the frame that the notes speak of."""
        workspace = self._bench.workspace
        if workspace is None or workspace.session.playhead:
            return False
        return workspace.document.project.source.path == sample_path()

    def _point(self) -> None:
        """Put the ring where a click is asked for, or take it away."""
        spot = None if self.at is None else STEPS[self.at].spot
        self._window.canvas.show_spot(spot if self._sample_begins else None)

    def _claim_escape(self) -> None:
        running = self._window.actions_by_id["cancel"].isEnabled()
        self._escape.setEnabled(self.at is not None and not running)
