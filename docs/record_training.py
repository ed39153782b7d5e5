"""Makes the pictures of training on one's own labels, by real mouse and key events.

A project whose masks were confirmed is opened, and MobileSAM's decoder learns from them; then
before and after are compared, and the new engine is used or not, as the window proposes. The clip
is any folder of pictures with a mask picture for each, such as pumavos_chair (PUMaVOS, CC BY 4.0).
Needs an X display (Xvfb :81 -screen 0 1280x800x24, say), xdotool and ImageMagick's `import`.
usage: DISPLAY=:81 python docs/record_training.py CLIP FOLDER_FOR_PICTURES [--every 4]

CLIP holds JPEGImages and Annotations with pictures of the same names.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from person import Person, run
from PIL import Image
from scratch_home import settle
from screen import Screen

from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Table, Value
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

if TYPE_CHECKING:
    from vostool.gui.training.window import TrainingWindow
    from vostool.gui.window.workbench import Workbench

PATIENCE = 1500.0
ENGINE = "mobile-sam"


def main() -> int:
    """Prepare a clip of every so many frames, run the window, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--epochs", default="4")
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--size", default="1280x800")
    arguments = parser.parse_args()
    sys.argv = sys.argv[:1]
    with tempfile.TemporaryDirectory() as scratch:
        settle(Path(scratch), arguments.theme)
        weights = Path(scratch, "data", "vostool", "checkpoints")
        weights.mkdir(parents=True)
        os.environ["XDG_DATA_HOME"] = str(Path(scratch, "data"))
        project = labelled(arguments.clip, Path(scratch, "clip"), arguments.every)
        screen = Screen(arguments.folder)
        return run(partial(Teacher, screen, project, arguments.epochs), arguments.size)


def labelled(clip: Path, folder: Path, every: int) -> Path:
    """A project of the clip, with the masks of every so many frames confirmed."""
    (folder / "pictures").mkdir(parents=True)
    names = [path.stem for path in sorted((clip / "JPEGImages").iterdir())]
    for path in sorted((clip / "JPEGImages").iterdir()):
        shutil.copy(path, folder / "pictures")
    with closing(open_source(folder / "pictures")) as source:
        project = Project(source_ref(source))
    cells: list[tuple[Cell, Value]] = [(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1, "thing"))]
    for frame, name in list(enumerate(names))[::every]:
        with Image.open(clip / "Annotations" / f"{name}.png") as picture:
            mask = Mask.from_array(np.asarray(picture) > 0)
        record = MaskRecord(mask, Provenance.EDITED, 1.0, confirmed=True)
        cells.append((Cell(Table.MASKS, (frame, 1)), record))
    project.load(cells)
    path = folder / f"{clip.name}.vos"
    create(path, project).close()
    return path


class Teacher(Person):
    """Opens the project, trains on its labels, compares, uses the new engine or keeps the old."""

    def __init__(self, screen: Screen, project: Path, epochs: str, bench: Workbench) -> None:
        super().__init__(screen, bench)
        self._place, self._epochs = project, epochs

    def act(self) -> None:
        self.use(ENGINE)
        self.open(self._place)
        self.screen.picture("training-1-confirmed")
        window = self._open_window()
        self._train(window)
        self._compare(window)

    def _open_window(self) -> TrainingWindow:
        from vostool.gui.training.window import TrainingWindow

        self.screen.keys("F1")
        time.sleep(1)
        self.screen.type("train on these")
        time.sleep(1)
        self.screen.keys("Return")
        found = partial(self.bench.window.findChildren, TrainingWindow)
        self.until(found)
        window: TrainingWindow = self.ask(lambda: found()[0])
        self.ask(lambda: window.move(100, 40))
        self.until(lambda: not window.planning.is_busy)
        self.screen.do("windowfocus", self.ask(lambda: int(window.winId())))
        self.press(window.ui.epochs)
        self.screen.keys("ctrl+a")
        self.screen.type(self._epochs)
        self.screen.keys("Tab")
        time.sleep(2)
        self.until(window.ui.start_button.isEnabled)
        self.screen.picture("training-2-planned")
        return window

    def _train(self, window: TrainingWindow) -> None:
        self.press(window.ui.start_button)
        self.until(lambda: len(window.ui.curves.values) > 2, PATIENCE)
        self.screen.picture("training-3-going")
        self.until(lambda: not window.run.is_running, PATIENCE)
        print(self.ask(window.ui.message.text))

    def _compare(self, window: TrainingWindow) -> None:
        panel = window.ui.comparison
        self.until(lambda: panel.shown is not None)
        self.screen.picture("training-4-before-and-after")
        print(self.ask(panel.verdict.text), self.ask(panel.numbers.text))
        self.press(panel.next_button)
        self.screen.picture("training-5-another-frame")
        better = self.ask(panel.use_button.isDefault)
        self.press(panel.use_button if better else panel.keep_button)
        if better:
            self.until(lambda: self.bench.engine.current == "mine")
        self.screen.picture("training-6-decided")


if __name__ == "__main__":
    sys.exit(main())
