"""Makes the picture of the batch window while a batch goes on, by real mouse and key events.

Clips are generated and tracked by `flow`. Needs an X display (Xvfb :81 -screen 0 1280x800x24, say),
xdotool and ImageMagick's `import`.
usage: DISPLAY=:81 python docs/record_batch_window.py FOLDER_FOR_PICTURES [--theme Dark]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from person import Person, run
from scratch_home import settle
from screen import Screen

from vostool.evaluate.generated_clip import generate_clip, write_video

if TYPE_CHECKING:
    from vostool.gui.batch.window import BatchWindow
    from vostool.gui.window.workbench import Workbench

FRAMES, WIDTH, HEIGHT = 40, 320, 180
CLIPS = "meadow", "pond", "beach", "forest", "harbour"
BOXES = '["0:1:100,30,160,80", "0:2:165,90,235,150"]'


def main() -> int:
    """Make the clips, run the window, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--size", default="1280x800")
    arguments = parser.parse_args()
    sys.argv = sys.argv[:1]
    with tempfile.TemporaryDirectory() as scratch:
        settle(Path(scratch), arguments.theme)
        job_file = make_jobs(Path(scratch, "clips"))
        screen = Screen(arguments.folder)
        return run(partial(Watcher, screen, job_file), arguments.size)


def make_jobs(folder: Path) -> Path:
    """Clips, one of them damaged, and a job file for them."""
    folder.mkdir()
    clip = generate_clip(FRAMES, WIDTH, HEIGHT)
    for name in CLIPS:
        write_video(clip, folder / f"{name}.mp4")
    (folder / "market.mp4").write_bytes(b"cut short" * 500)
    path = folder / "jobs.toml"
    path.write_text(
        'vostool_jobs = 1\nprojects = "labels"\nengine = "flow"\nexports = ["coco"]\n'
        f'out = "exported"\n[[jobs]]\nvideo = "*.mp4"\nboxes = {BOXES}\n'
        'labels = ["1:fish", "2:starfish"]\n'
    )
    return path


class Watcher(Person):
    """Opens the job file, starts it, puts one job first, and looks at the review of all."""

    def __init__(self, screen: Screen, job_file: Path, bench: Workbench) -> None:
        super().__init__(screen, bench)
        self._job_file = job_file

    def act(self) -> None:
        self.use("flow")
        self.focus()
        self.screen.keys("F1")
        time.sleep(0.5)
        self.screen.type("batch")
        self.screen.keys("Return")
        self.until(self._windows)
        batch = self.ask(lambda: self._windows()[0])
        self.ask(lambda: batch.move(140, 60))
        self.screen.do("windowfocus", self.ask(lambda: int(batch.winId())))
        self.press(batch.ui.open_button)
        time.sleep(1)
        self.screen.type(str(self._job_file))
        time.sleep(0.5)
        self.screen.keys("Return", "Return")
        self.until(lambda: batch.jobs is not None and batch.ui.start_button.isEnabled())
        time.sleep(2)
        self.press(batch.ui.start_button)
        self.until(lambda: self._ended(batch) >= 2)
        self._choose(batch, 5)
        self.press(batch.ui.first_button)
        time.sleep(1)
        self.screen.picture("batch-window")
        self.until(lambda: not batch.run.is_running, 300)
        self.until(lambda: not batch.ui.review.is_looking)
        self.screen.picture("batch-over")
        self.ask(lambda: batch.ui.tabs.setCurrentIndex(1))
        time.sleep(1)
        self.screen.picture("batch-review")

    def _windows(self) -> list[BatchWindow]:
        from vostool.gui.batch.window import BatchWindow

        return self.bench.window.findChildren(BatchWindow)

    def _ended(self, batch: BatchWindow) -> int:
        return sum(row.result is not None for row in batch.ui.rows.rows)

    def _choose(self, batch: BatchWindow, row: int) -> None:
        def look() -> tuple[int, int]:
            table = batch.ui.table
            room = table.viewport()
            assert room is not None
            place = room.mapToGlobal(table.visualRect(batch.ui.rows.index(row, 0)).center())
            return place.x(), place.y()

        self.screen.click(*self.ask(look))


if __name__ == "__main__":
    sys.exit(main())
