"""Counts what a task costs: two objects of a clip with names, tracked, and a CVAT file of them.

From the start page to the file, by real mouse and key events that are counted as they are given;
what is typed (a path, a name) counts as text and its Return as a key. The file is read back. Needs
an X display (Xvfb :78 -screen 0 1280x800x24, say), xdotool and ImageMagick's `import`.
usage: DISPLAY=:78 PYTHONPATH=. python docs/record_task.py FOLDER CLIP X Y X Y [--engine flow]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.ElementTree import parse
from person import Person, run
from scratch_home import settle
from screen import Screen

if TYPE_CHECKING:
    from vostool.gui.export.dialog import ExportDialog
    from vostool.gui.window.workbench import Workbench

CLICKS, KEYS = 8, 6
"""At most so many for the task."""
Place = tuple[int, int]


class CountingScreen(Screen):
    """A screen that counts what a person does to it.

    Attributes:
        clicks, pressed, texts: clicks and drags; single keys; lines typed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clicks, self.pressed, self.texts = 0, list[str](), list[str]()

    def keys(self, *names: str) -> None:
        self.pressed += names
        super().keys(*names)

    def click(self, x: int, y: int, button: int = 1) -> None:
        self.clicks += 1
        super().click(x, y, button)

    def drag(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self.clicks += 1
        super().drag(x0, y0, x1, y1)

    def type(self, text: str) -> None:
        self.texts.append(text)
        super().type(text)


def main() -> int:
    """Do the task in a folder that goes afterwards, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("places", type=int, nargs=4, help="of the two objects on the first frame")
    parser.add_argument("--label", default="cup")
    parser.add_argument("--engine", default="mobile-sam")
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--size", default="1280x800")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        # What a second start has: the tour was seen, and the engine is the one that was used last.
        settle(Path(scratch), arguments.theme)
        clip = Path(shutil.copy(arguments.clip, scratch))
        screen = CountingScreen(arguments.folder)
        with screen.movie("task", arguments.size):
            status = run(lambda bench: Labeller(screen, bench, clip, arguments), arguments.size)
    return status


class Labeller(Person):
    """Labels two objects and exports them."""

    def __init__(
        self, screen: CountingScreen, bench: Workbench, clip: Path, arguments: argparse.Namespace
    ) -> None:
        super().__init__(screen, bench)
        self.counted, self.clip, self.arguments = screen, clip, arguments

    def act(self) -> None:
        """The whole task; everything before its first picture is the launch."""
        self.use(self.arguments.engine)
        self.focus()
        self.screen.picture("1-start")
        began = time.monotonic()
        self._open()
        x0, y0, x1, y1 = self.arguments.places
        self._object((x0, y0), 1)
        self.screen.keys("Return")
        self.screen.type(self.arguments.label)
        self.screen.keys("Return")
        self._object((x1, y1), 2)
        self.screen.keys("1")
        self.screen.picture("2-named")
        self.run_of("bracketright")
        self.screen.picture("3-tracked")
        self._export()
        self._tell(time.monotonic() - began)

    def _open(self) -> None:
        self.press(self.bench.window.start_page.buttons["open"])
        time.sleep(1)
        self.screen.type(str(self.clip))
        time.sleep(1)
        # Not counted twice: the first Return closes the list of completions of Qt's own dialog.
        self.screen.do("key", "Return")
        self.screen.keys("Return")
        self.until(lambda: self.bench.workspace is not None)
        self.until(lambda: self.workspace.display.shown_frame == 0)
        self.focus()

    def _object(self, place: Place, oid: int) -> None:
        self.click(place)
        self.until(lambda: self.answered(oid))
        time.sleep(0.5)

    def _export(self) -> None:
        self.press(self._button("export"))
        self.until(self._dialogs)
        time.sleep(1)
        self.screen.picture("4-export")
        assert "cvat-video" in self._dialogs()[0].ui.formats.chosen(), "what a first export writes"
        self.press(self._dialogs()[0].ui.export_button)
        self.until(self._files)
        self.until(lambda: not self._dialogs()[0].runner.is_running)
        time.sleep(2)
        self.screen.picture("5-exported")

    def _button(self, name: str) -> object:
        from PyQt6.QtWidgets import QToolBar

        def find() -> object:
            bar = self.bench.window.findChild(QToolBar, "toolbar")
            return bar.widgetForAction(self.bench.window.actions_by_id[name])

        return self.ask(find)

    def _dialogs(self) -> list[ExportDialog]:
        from vostool.gui.export.dialog import ExportDialog

        return [d for d in self.bench.window.findChildren(ExportDialog) if d.isVisible()]

    def _files(self) -> list[Path]:
        return [p for p in self.clip.parent.rglob("*.xml") if p.stat().st_size]

    def _tell(self, seconds: float) -> None:
        (file,) = self._files()
        tracks = parse(file).getroot().findall("track")
        # Exact masks are single shapes in CVAT; so each has a track of its own.
        labels = [t.get("label") for t in tracks for s in t if s.get("outside") == "0"]
        print(f"{len(labels)} shapes in {file.name}")
        assert set(labels) == {self.arguments.label}
        seen = [record for record in self.ask(self.masks).values() if not record.mask.is_empty]
        assert len(labels) == len(seen), "a shape for each mask that is not empty"
        clicks, keys = self.counted.clicks, self.counted.pressed
        print(f"{clicks} clicks, {len(keys)} keys {keys}, texts {self.counted.texts[1:]}")
        print(f"{seconds:.0f} s with {self.arguments.engine}")
        assert clicks <= CLICKS and len(keys) <= KEYS, "more than the task may take"


if __name__ == "__main__":
    sys.exit(main())
