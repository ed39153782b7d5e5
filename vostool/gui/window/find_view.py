"""Finding objects in the window: panel, canvas and the open video's candidates, put together."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QObject

from vostool.errors import UsageError, VosToolError
from vostool.finders.choice import Choice
from vostool.finders.finder import Example, Question, Way
from vostool.finders.phrases import parse_phrases
from vostool.finders.registry import FINDERS, LISTENERS
from vostool.gui.canvas.tools.find import find_tool
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.session.finding import Finding
from vostool.gui.session.frame_range import FrameRange
from vostool.gui.session.listening import Sounding
from vostool.gui.threads.timers import single_shot
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.sound_view import SoundView
from vostool.gui.window.workspace import Workspace
from vostool.masks.box import Box
from vostool.project.phrase_list import kept_phrases
from vostool.words import mark, tr

NO_EXAMPLE = mark(
    "Select an object that has a mask on this frame, and what looks like it is looked for."
)
NO_ROW = mark("Choose a row over the timeline, and what sounds there is looked for.")
NOT_SHOWN = mark("This frame is still being read; ask again when it is shown.")
SLICE_SECONDS = 0.006


class FindView(QObject):
    """One window and one workspace; it is the panel of the canvas' find tool, too."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window, self._workspace = window, workspace
        self._finding: Finding = workspace.finding
        self._dock, self._panel = window.find_dock, window.find_dock.panel
        self._tool = find_tool(self._finding, self)
        self._tool_before: ToolSpec | None = None
        self._next: tuple[Sounding, int] | None = None
        self._shown_way = Way.EVERYTHING
        panel, session = self._panel, workspace.session
        self._connections = (
            (window.find_wanted, self.open),
            (panel.asked, self._ask),
            (panel.cancel_wanted, self._finding.cancel),
            (panel.take_wanted, self._take),
            (panel.leave_wanted, self.leave),
            (panel.escaped, self._escape),
            (panel.clear_wanted, self._finding.clear),
            (panel.choice_changed, self._set_choice),
            (panel.way_changed, self._show_sliders),
            (panel.frame_wanted, self._go),
            (workspace.selection.changed, self._range_changed),
            (self._dock.closed, self.leave),
            (session.playhead_moved, self._show_counts),
            (window.canvas.tool_changed, self._tool_changed),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        self._later = single_shot(self, 0, self._show_counts)
        self._finding.changed.connect(self._show_counts)
        self._finding.progressed.connect(panel.show_busy)
        self._finding.ended.connect(self._ended)
        self._sound = SoundView(window, workspace, self.look_for)
        panel.setEnabled(True)
        self._dock.hide()  # it may have been open when the window was closed the last time
        self._range_changed(workspace.selection.value)
        self._recall()
        self._show_sliders()
        panel.show_idle("")
        self._show_counts()

    def close(self) -> None:
        """Follow the workspace no more."""
        self.leave()
        self._later.stop()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._finding.changed.disconnect(self._show_counts)
        self._finding.progressed.disconnect(self._panel.show_busy)
        self._finding.ended.disconnect(self._ended)
        self._sound.close()
        self._panel.where.set_sounding("", ())
        self._panel.show_idle("")
        self._panel.show_counts(0, 0, 0)
        self._panel.setEnabled(False)

    # -- opening and leaving -------------------------------------------------------------------

    def open(self) -> None:
        """Show the panel, and what was found last over the picture."""
        self._panel.offer_ways([way for way in Way if _has(way)])
        self._dock.reveal()
        self._choose_tool()
        self._panel.focus_first()

    def _choose_tool(self) -> None:
        canvas = self._window.canvas
        if canvas.tool is not self._tool:
            self._tool_before = canvas.tool
            canvas.set_tool(self._tool)

    def leave(self) -> None:
        """Back to the tool before; what was found and heard is kept for the next time."""
        self._next = None
        self._finding.cancel()
        self._workspace.listening.cancel()
        self._go_back()

    def _go_back(self) -> None:
        if not self._workspace.listening.busy:  # else it says how far that is
            self._dock.give_way()
        if self._window.canvas.tool is self._tool and self._tool_before is not None:
            self._window.set_tool(self._tool_before)
        self._window.canvas.setFocus()

    def _tool_changed(self, tool: ToolSpec) -> None:
        """Another tool was chosen: what is looked for goes on, and the panel says how far it is."""
        if tool is not self._tool:
            self._tool_before = None
            busy = self._finding.busy or self._workspace.listening.busy
            self._dock.setVisible(busy and self._dock.isVisible())

    # -- what the canvas asks ------------------------------------------------------------------

    def look_within(self, box: Box) -> None:
        """Ask again, for this part of the frame."""
        self._ask(box)

    def look_for(self, sounding: Sounding, near: int) -> None:
        """Look by text for what sounds, on the frames on which it does; what is looked for ends.

        Args:
            near: the frame of them that is nearest to this one is shown; -1: to the playhead.
        """
        if self._finding.busy:
            self._next = (sounding, near)
            self._finding.cancel()
            return
        panel, session = self._panel, self._workspace.session
        panel.choose_way(Way.TEXT)
        panel.text_box.setText(sounding.word)
        panel.where.set_sounding(sounding.label, [each.frames for each in sounding.stretches])
        frames = panel.where.frames(session.playhead, len(self._workspace.source))
        near = session.playhead if near < 0 else near
        self._dock.reveal()
        session.go_to(min(frames, key=lambda frame: abs(frame - near)))
        self._ask()

    def take_key(self, name: str) -> None:
        """Esc stops what is looked for, then leaves; Return takes."""
        if name != "Esc":
            self._take()
        else:
            self._escape()

    def _escape(self) -> None:
        self._next = None
        if self._finding.busy:
            self._finding.cancel()
        elif self._workspace.listening.busy:
            self._workspace.listening.cancel()
        else:
            self.leave()

    # -- asking and taking ---------------------------------------------------------------------

    def _ask(self, within: Box | None = None) -> None:
        try:
            question, asked = self._question()
        except VosToolError as error:
            self._panel.show_idle(str(error))
            return
        here, count = self._workspace.session.playhead, len(self._workspace.source)
        frames = (here,) if within is not None else self._panel.where.frames(here, count)
        self._workspace.player.pause()
        self._choose_tool()
        self._window.canvas.setFocus()  # Esc stops it; then Return takes, and Tab shows parts
        self._finding.start(
            replace(question, within=within), frames, asked, self._panel.model.chosen
        )
        self._show_sliders()

    def _question(self) -> tuple[Question, str]:
        """What the panel asks, and its words.

        Raises:
            UsageError: nothing is typed or selected.
        """
        panel, way = self._panel, self._panel.way
        if way is Way.TEXT:
            phrases = parse_phrases(panel.text)
            return Question(way, phrases=phrases), ", ".join(phrases)
        if way is Way.LIKE:
            example = self._example()
            return Question(way, examples=(example,)), tr("like {label}", label=example.label)
        if way is Way.SOUND:
            raise UsageError(tr(NO_ROW))
        return Question(way, grid=panel.grid), "everything"

    def _example(self) -> Example:
        session = self._workspace.session
        frame, current = session.playhead, session.current_object
        project = self._workspace.document.project
        record = None if current is None else project.masks.get(frame, current)
        if current is None or record is None or record.mask.is_empty:
            raise UsageError(tr(NO_EXAMPLE))
        picture = self._workspace.display.picture(frame)
        if picture is None:
            raise UsageError(tr(NOT_SHOWN))
        return Example(picture, record.mask, frame, project.objects[current].label)

    def _take(self) -> None:
        if self._finding.busy:
            self._panel.show_busy(
                0.0, tr("Still looking; Esc or Cancel stops it, then Enter takes.")
            )
        elif not any(self._finding.wanted(frame) for frame in self._finding.frames):
            self._panel.show_idle(tr("Nothing is shown that could be taken; ask with Find first."))
        elif self._finding.take():
            self._go_back()

    # -- what the panel shows ------------------------------------------------------------------

    def _ended(self, said: str) -> None:
        if self._next is not None and not self._finding.busy:
            wish, self._next = self._next, None
            self.look_for(*wish)
            return
        self._panel.show_idle(said)
        if not said:
            self._show_counts()
        if not said and not self._finding.frames:
            self._panel.show_idle(tr("Nothing was found for '{asked}'.", asked=self._finding.asked))

    def _set_choice(self, choice: Choice) -> None:
        self._choose_tool()
        self._finding.set_choice(choice, self._sliders_way)

    def _show_counts(self, _frame: int = 0) -> None:
        finding = self._finding
        if finding.proposals.work(SLICE_SECONDS):
            self._later.start()  # of many frames in slices, so that the event loop goes on
            return
        if self._sliders_way is not self._shown_way:
            self._show_sliders()
        frames = finding.frames
        found = sum(len(finding.on(frame).candidates) for frame in frames)
        shown = sum(len(finding.shown(frame)) for frame in frames)
        wanted = sum(len(finding.wanted(frame)) for frame in frames)
        things = finding.proposals.count_things()
        self._panel.show_counts(found, shown, things, len(frames), shown - wanted)

    def _go(self, way: int) -> None:
        """To the next frame, this way, on which something was found."""
        here, frames = self._workspace.session.playhead, self._finding.frames
        beyond = [frame for frame in frames if (frame - here) * way > 0]
        if beyond:
            self._choose_tool()
            self._workspace.session.go_to(min(beyond, key=lambda frame: abs(frame - here)))

    def _range_changed(self, chosen: FrameRange | None) -> None:
        self._panel.where.set_range(None if chosen is None else (chosen.first, chosen.last))

    def _recall(self) -> None:
        """The phrases that were looked for in this project last."""
        phrases = kept_phrases(self._workspace.document.project)
        self._panel.text_box.setText(", ".join(phrases))
        if phrases:
            self._panel.choose_way(Way.TEXT)

    @property
    def _sliders_way(self) -> Way:
        """The sliders act on what is proposed; where nothing is, on what will be."""
        if self._finding.busy or self._finding.frames:
            return self._finding.way
        return Way.TEXT if self._panel.way is Way.SOUND else self._panel.way

    def _show_sliders(self) -> None:
        info = self._workspace.source.info
        self._shown_way = self._sliders_way
        choice = self._finding.choice(self._shown_way)
        self._panel.sliders.show_values(choice, info.width * info.height)


def _has(way: Way) -> bool:
    if way is Way.SOUND:
        return bool(LISTENERS)
    return any(way in spec.ways for spec in FINDERS.values())
