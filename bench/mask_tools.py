"""How long the tools that draw keep the window's event loop, on a full-HD frame.

Each event is sent to the real window's canvas and what it has to repaint is painted; the table has
the time of the press, of the moves (the 95th percentile and the slowest) and of the release, and
after how long the mask was changed. Run it under Xvfb or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 1920, 1080
CASES = (("B", 20), ("B", 300), ("X", 60), ("Shift+G", 0), ("Shift+M", 0), ("U", 0), ("S", 0))


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=300, help="mouse moves a stroke")
    return parser.parse_args()


def write_frames(folder: Path) -> None:
    """Two pictures of noise with a large disk."""
    random = np.random.default_rng(1)
    for number in range(2):
        picture = random.integers(0, 60, (HEIGHT, WIDTH, 3), np.uint8)
        cv2.circle(picture, (960, 540), 420, (40, 160, 220), -1)
        cv2.imwrite(str(folder / f"{number}.png"), picture)


def main() -> int:
    """Measure with settings, drafts and frames in a folder that goes afterwards."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VOSTOOL_DRAFTS"] = f"{folder}/drafts"
        os.environ["VOSTOOL_CONFIG"] = folder
        frames = Path(folder, "frames")
        frames.mkdir()
        write_frames(frames)
        return measure(frames, arguments.moves)


def measure(frames: Path, moves: int) -> int:
    from vostool.gui.window.app import build, make_application

    app = make_application(sys.argv[:1])
    bench = build().bench
    bench.show()
    bench.window.resize(1920, 1080)
    spin(lambda: bench.engine.current is not None)
    bench.open_path(frames)
    spin(lambda: bench.workspace is not None and bench.workspace.display.shown_frame == 0)
    hand = Hand(bench, moves)
    print("tool        size   press  move p95   worst  release    mask")
    for keys, size in CASES:
        print(hand.stroke(keys, size))
    for name in ("fill_holes", "drop_specks", "keep_largest", "grow", "shrink", "smooth"):
        print(hand.action(name))
    bench.window.close()
    app.processEvents()
    return 0


def spin(until: Callable[[], bool], limit: float = 60.0) -> None:
    """Let the window work until something holds."""
    from PyQt6.QtWidgets import QApplication

    end = time.monotonic() + limit
    while not until() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.001)  # as a loop that waits for events leaves the processor to others


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of an event and of what it has to repaint."""
    from PyQt6.QtWidgets import QApplication

    start = time.perf_counter()
    act()
    QApplication.processEvents()
    return 1000 * (time.perf_counter() - start)


class Hand:
    """Mouse and keys on the canvas."""

    def __init__(self, bench, moves: int) -> None:
        self.bench, self.moves, self.canvas = bench, moves, bench.window.canvas

    def at(self, part: float):
        """A place on a path through the whole frame."""
        return self.on_screen(960 + 500 * math.cos(9 * part), 540 + 400 * math.sin(7 * part))

    def on_screen(self, x: float, y: float):
        from PyQt6.QtCore import QPointF

        return self.canvas.mapFromScene(self.canvas.view.mapViewToScene(QPointF(x, y)))

    def start(self, keys: str):
        """Where the stroke begins: on the mask to move it, on the disk for the wand."""
        record = self.bench.workspace.document.project.masks.get(0, 1)
        if keys == "Shift+M" and record is not None:
            rows, columns = np.nonzero(record.mask.to_array())
            return self.on_screen(columns[len(columns) // 2] + 0.5, rows[len(rows) // 2] + 0.5)
        return self.on_screen(960, 540) if keys == "U" else self.at(0)

    def stroke(self, keys: str, size: int) -> str:
        """One stroke of the tool that these keys choose, as a line of the table."""
        from PyQt6.QtCore import Qt
        from PyQt6.QtGui import QKeySequence
        from PyQt6.QtTest import QTest

        QTest.keySequence(self.canvas, QKeySequence(keys))
        if size:
            self.canvas.options.set(size=size)
        spin(lambda: False, 0.3)
        port, left, none = self.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
        path = [self.at(number / self.moves) for number in range(self.moves + 1)]
        first = self.start(keys)
        press = timed(lambda: QTest.mousePress(port, left, none, first))
        steps = [timed(lambda place=place: QTest.mouseMove(port, place)) for place in path]
        begun = time.perf_counter()
        release = timed(lambda: QTest.mouseRelease(port, left, none, path[-1]))
        whole = self.finish(begun)
        name, p95 = self.canvas.tool.title, np.percentile(steps, 95)
        return (f"{name:<10}{size or '':>6}{press:>8.1f}{p95:>10.1f}{max(steps):>8.1f}"
                f"{release:>9.1f}{whole:>8.1f}")  # fmt: skip

    def action(self, name: str) -> str:
        """One change of the whole mask, as a line of the table."""
        begun = time.perf_counter()
        asked = timed(self.bench.window.actions_by_id[name].trigger)
        return f"{name:<26}{'':>16}{asked:>9.1f}{self.finish(begun):>8.1f}"

    def finish(self, begun: float) -> float:
        """Milliseconds from ``begun`` until the mask has been changed."""
        spin(lambda: not self.bench.workspace.mask_editor.is_busy)
        return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
