"""Mouse, keys and pictures of an X display, for the scripts that record sessions.

Needs xdotool and ImageMagick's `import`.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg


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

    @contextmanager
    def movie(self, name: str, size: str) -> Iterator[None]:
        """Film the screen while something happens; stretches in which nothing changes are left out.

        Args:
            size: of the screen, "1280x800".
        """
        path = self.folder / f"{name}.mp4"
        program = subprocess.Popen(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "x11grab",
             "-framerate", "8", "-video_size", size, "-i", os.environ["DISPLAY"],
             "-vf", "mpdecimate=hi=400:lo=200:frac=0.02,setpts=N/8/TB", "-r", "8", "-crf", "30",
             "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)],
            stdin=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield
        finally:
            program.communicate(b"q", 60)
            print(path)
