"""What the window may be at when Ctrl+C comes: each stage works the real window from inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QPoint, QPointF, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QMessageBox

from vostool.gui.export.dialog import ExportDialog
from vostool.gui.session.session import Session
from vostool.gui.window.app import Program
from vostool.models.flow.engine import FlowEngine
from vostool.project import edits

AT = "at the stage"
"""What a process says when it is there."""
KEPT = "done last"
"""The label of an object that a stage adds before it says so."""

LEFT = Qt.MouseButton.LeftButton
Steps = Iterator[Callable[[], object] | None]


@dataclass
class Inside:
    """The window of this process, and how it says that it is at the stage."""

    program: Program
    project: Path

    def open(self) -> Steps:
        """The project, and an object more, so that there is something to be kept."""
        bench = self.program.bench
        bench.open_path(self.project)
        yield lambda: bench.workspace is not None
        yield lambda: bench.workspace.display.shown_frame is not None  # type: ignore[union-attr]
        session = self.session
        session.document.do(edits.add_object(session.document.project, KEPT)[0])
        session.select(1)
        ready = False

        def loaded() -> None:
            nonlocal ready
            ready = True

        bench.worker.engine_ready.connect(loaded)
        bench.worker.use(FlowEngine)
        yield lambda: ready
        session.select(1)

    @property
    def session(self) -> Session:
        """The session of what is open."""
        workspace = self.program.bench.workspace
        assert workspace is not None
        return workspace.session

    def arrive(self) -> None:
        """Say that the stage is reached, from the event loop, inside whatever loop goes then."""
        QTimer.singleShot(0, partial(print, AT, flush=True))

    def act(self, name: str) -> None:
        """Trigger an action of the menus."""
        self.program.bench.window.actions_by_id[name].trigger()


# -- the stages ------------------------------------------------------------------------------------


def opening(inside: Inside) -> Steps:
    """A project is being opened, and its video's index made."""
    inside.arrive()
    inside.program.bench.open_path(inside.project)
    yield None


def opening_many(inside: Inside) -> Steps:
    """The video and the project in turns, as fast as the loop goes."""
    inside.arrive()
    for place in (inside.project, inside.project.with_name("clip.mp4")) * 40:
        inside.program.bench.open_path(place)
        yield None


def tracking(inside: Inside) -> Steps:
    """A run goes; the person watches it."""
    yield from inside.open()
    yield from _track(inside)
    inside.arrive()


def waiting_hidden(inside: Inside) -> Steps:
    """The window was closed to go when its run is done."""
    yield from inside.open()
    yield from _track(inside)
    window = inside.program.bench.window
    window.close()
    yield lambda: _boxes(inside)
    inside.arrive()
    _boxes(inside)[0].buttons()[0].click()
    yield None


def asked_about_a_run(inside: Inside) -> Steps:
    """The question is open whether a run is to be stopped."""
    yield from inside.open()
    yield from _track(inside)
    inside.arrive()
    inside.program.bench.open_path(inside.project.with_name("clip.mp4"))
    yield None


def exporting(inside: Inside) -> Steps:
    """Pictures of masks are written, below a dialog with a loop of its own."""
    yield from inside.open()

    def begin() -> None:
        (dialog,) = inside.program.bench.window.findChildren(ExportDialog)
        dialog.ui.formats.choose(("mask-png", "coco", "overlay-video"))
        dialog.ui.folder.setText(str(inside.project.with_name("out")))
        dialog.start()
        inside.arrive()

    QTimer.singleShot(200, begin)
    inside.act("export")
    yield None


def _dialog(name: str) -> Callable[[Inside], Steps]:
    def stage(inside: Inside) -> Steps:
        yield from inside.open()
        inside.session.select(1)
        inside.arrive()
        inside.act(name)
        yield None

    return stage


def menus(inside: Inside) -> Steps:
    """Menus open and close."""
    yield from inside.open()
    inside.arrive()
    window = inside.program.bench.window
    bar = window.menuBar()
    assert bar is not None
    while inside.program.bench.workspace is not None:
        for action in bar.actions():
            menu = action.menu()
            assert isinstance(menu, QMenu)
            menu.popup(window.mapToGlobal(QPoint(40, 30)))
            yield None
            menu.close()


def playing(inside: Inside) -> Steps:
    """Frames and their masks are painted as fast as they come."""
    yield from inside.open()
    inside.act("play")
    inside.arrive()


def painting(inside: Inside) -> Steps:
    """Everything is painted anew in each turn, in both themes."""
    yield from inside.open()
    inside.arrive()
    bench = inside.program.bench
    while bench.workspace is not None:
        at = inside.session.playhead
        bench.window.resize(1000 + 40 * (at % 5), 800)
        inside.session.go_to((at + 7) % 60)
        bench.window.repaint()
        yield None


def drawing(inside: Inside) -> Steps:
    """The brush is held down."""
    yield from inside.open()
    inside.session.select(1)
    inside.act("brush")
    canvas = inside.program.bench.window.canvas
    at = [canvas.mapFromScene(canvas.view.mapViewToScene(QPointF(x, 60))) for x in range(20, 200)]
    QTest.mousePress(canvas.viewport(), LEFT, pos=at[0])
    inside.arrive()
    for place in at * 20:
        QTest.mouseMove(canvas.viewport(), place)
        yield None


def leaving(inside: Inside) -> Steps:
    """The window is being closed already."""
    yield from inside.open()
    inside.arrive()
    yield None
    inside.program.bench.window.close()


def loading(_inside: Inside) -> Steps:
    """Nothing is done here: the process says that it is there before it loads anything."""
    yield None


@dataclass(frozen=True)
class Stage:
    """One of them.

    Attributes:
        lasts: seconds within which a signal comes while it is at that.
        edits: it adds an object before it says that it is there.
        loads: the process may still be at its imports.
    """

    steps: Callable[[Inside], Steps]
    lasts: float = 0.6
    edits: bool = True
    loads: bool = False


STAGES = {
    "loading": Stage(loading, 3.0, edits=False, loads=True),
    "opening": Stage(opening, 0.5, edits=False),
    "opening-many": Stage(opening_many, 1.0, edits=False),
    "tracking": Stage(tracking),
    "waiting-hidden": Stage(waiting_hidden),
    "asked-about-a-run": Stage(asked_about_a_run),
    "exporting": Stage(exporting, 1.0),
    "settings": Stage(_dialog("settings")),
    "file-dialog": Stage(_dialog("open")),
    "save-dialog": Stage(_dialog("save_as")),
    "colour-dialog": Stage(_dialog("recolour")),
    "labels": Stage(_dialog("labels")),
    "models": Stage(_dialog("models")),
    "menus": Stage(menus),
    "playing": Stage(playing),
    "painting": Stage(painting),
    "drawing": Stage(drawing),
    "leaving": Stage(leaving, 0.2),
}


def _track(inside: Inside) -> Steps:
    """A run over the whole clip, of an object from a click."""
    session = inside.session
    session.select(1)
    inside.act("track_both")
    yield lambda: session.is_tracking


def _boxes(inside: Inside) -> list[QMessageBox]:
    window = inside.program.bench.window
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def go(steps: Steps) -> None:
    """Take one step after the other, each from the event loop, when what the last one waits for holds."""
    waits: Callable[[], object] | None = None
    timer = QTimer(QApplication.instance())
    busy = False

    def on() -> None:
        nonlocal waits, busy
        if busy or (waits is not None and not waits()):
            return
        busy = True  # a step may run a loop of its own
        try:
            waits = next(steps)
        except StopIteration:
            timer.stop()
        finally:
            busy = False

    timer.timeout.connect(on)
    timer.start(2)
