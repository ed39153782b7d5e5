"""A person at the window, for the scripts that record sessions: hands through X, eyes through Qt.

The window runs in this process and a second thread is the person: every act is a real mouse or key
event of xdotool; places are told in pixels of the frame, so that a change of the layout does no
harm.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from screen import Screen

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from vostool.gui.session.session import Session
    from vostool.gui.window.workbench import Workbench
    from vostool.gui.window.workspace import Workspace
    from vostool.masks.mask import MaskRecord
    from vostool.project.project import Project

T = TypeVar("T")


def run(make: Callable[[Workbench], Person], size: str) -> int:
    """The window here, the person in a thread; the exit status says whether it all went well.

    Args:
        size: of the window, "1280x800".
    """
    from vostool.gui.window.app import build, make_application

    app = make_application(sys.argv[:1])
    bench = build().bench
    bench.show()
    width, height = (int(v) for v in size.split("x"))
    bench.window.setGeometry(0, 0, width, height)
    person = make(bench)
    thread = threading.Thread(target=person.work)
    thread.start()
    app.exec()
    thread.join()
    return 0 if person.done else 1


class Person:
    """Looks at the window through questions that the GUI thread answers; acts through X."""

    def __init__(self, screen: Screen, bench: Workbench) -> None:
        from PyQt6.QtCore import QObject, pyqtSignal

        class Asker(QObject):
            asked = pyqtSignal(object)

        self.screen, self.bench = screen, bench
        self.done = False
        self._asker = Asker()
        self._asker.asked.connect(lambda question: question())

    def work(self) -> None:
        """Do what is to be seen, then close the window; a problem is printed."""
        try:
            self.act()
            self.done = True
        except Exception:
            traceback.print_exc()
        self.ask(self.bench.window.close)

    def act(self) -> None:
        """What is to be seen."""
        raise NotImplementedError

    def use(self, engine: str) -> None:
        """Wait until this engine is loaded."""
        self.until(lambda: self.bench.engine.current is not None)
        self.ask(lambda: self.bench.engine.use(engine))
        self.until(lambda: self.bench.engine.current == engine)

    def open(self, clip: Path) -> None:
        """Open a video by its path."""
        self.focus()
        self.screen.keys("ctrl+o")
        time.sleep(1)
        self.screen.type(str(clip))
        time.sleep(1)
        self.screen.keys("Return", "Return")  # the first one closes the list of completions
        self.until(lambda: self.bench.workspace is not None)
        self.until(lambda: self.workspace.display.shown_frame == 0)
        self.focus()

    def focus(self) -> None:
        """Give the window the keyboard, as a window manager would."""
        number = self.ask(lambda: int(self.bench.window.winId()))
        self.screen.do("windowfocus", number)

    def press(self, widget: QWidget) -> None:
        """Click the middle of a widget."""

        def look() -> tuple[int, int]:
            place = widget.mapToGlobal(widget.rect().center())
            return place.x(), place.y()

        self.screen.click(*self.ask(look))

    @property
    def workspace(self) -> Workspace:
        assert self.bench.workspace is not None
        return self.bench.workspace

    @property
    def session(self) -> Session:
        return self.workspace.session

    @property
    def project(self) -> Project:
        return self.workspace.document.project

    def masks(self) -> dict[tuple[int, int], MaskRecord]:
        return {(frame, oid): record for frame, oid, record in self.project.masks.items()}

    def answered(self, oid: int) -> bool:
        return self.project.masks.get(self.session.playhead, oid) is not None

    def run_of(self, keys: str) -> None:
        """Start a run and wait for its end."""
        self.screen.keys(keys)
        self.until(lambda: not self.session.is_tracking, 900)
        time.sleep(1.0)

    def click(self, place: tuple[int, int], button: int = 1) -> None:
        self.screen.click(*self.at(place), button)
        time.sleep(0.3)
        self.until(lambda: not self.session.clicks.waiting)

    def drag(self, box: tuple[int, int, int, int]) -> None:
        self.screen.drag(*self.at(box[:2]), *self.at(box[2:]))

    def at(self, place: tuple[int, ...]) -> tuple[int, int]:
        """Where a pixel of the frame is on the screen."""
        from PyQt6.QtCore import QPointF

        def look() -> tuple[int, int]:
            canvas = self.bench.window.canvas
            there = canvas.mapFromScene(canvas.view.mapViewToScene(QPointF(*place)))
            on_screen = canvas.viewport().mapToGlobal(there)
            return on_screen.x(), on_screen.y()

        return self.ask(look)

    def ask(self, question: Callable[[], T]) -> T:
        """What the GUI thread answers."""
        answer: list[T] = []
        ready = threading.Event()

        def put() -> None:
            try:
                answer.append(question())
            finally:
                ready.set()

        self._asker.asked.emit(put)
        assert ready.wait(60) and answer, "the window gave no answer"
        return answer[0]

    def until(self, holds: Callable[[], object], seconds: float = 300.0) -> None:
        end = time.monotonic() + seconds
        while not self.ask(lambda: bool(holds())):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
