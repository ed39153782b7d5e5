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
CASES = (("B", 20), ("B", 300), ("X", 60), ("Shift+G", 0), ("S", 0), ("Shift+M", 0), ("U", 0))


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
    from PyQt6.QtCore import QPoint, QPointF, Qt
    from PyQt6.QtGui import QKeySequence
    from PyQt6.QtTest import QTest

    from vostool.gui.app import make_application
    from vostool.gui.workbench import Workbench

    app = make_application(sys.argv[:1])
    bench = Workbench()
    bench.show()
    bench.window.resize(1920, 1080)

    def spin(until: Callable[[], bool], limit: float = 60.0) -> None:
        end = time.monotonic() + limit
        while not until() and time.monotonic() < end:
            app.processEvents()

    spin(lambda: bench.engine.current is not None)
    bench.open_path(frames)
    spin(lambda: bench.workspace is not None and bench.workspace.display.shown_frame == 0)
    workspace = bench.workspace
    assert workspace is not None
    canvas, left, none = bench.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)

    def at(part: float) -> QPoint:
        x, y = 960 + 500 * math.cos(9 * part), 540 + 400 * math.sin(7 * part)
        return canvas.mapFromScene(canvas.view.mapViewToScene(QPointF(x, y)))

    def timed(act: Callable[[], object]) -> float:
        start = time.perf_counter()
        act()
        app.processEvents()
        return 1000 * (time.perf_counter() - start)

    def drag(start: QPoint) -> tuple[float, list[float], float, float]:
        port = canvas.viewport()
        press = timed(lambda: QTest.mousePress(port, left, none, start))
        steps = [timed(lambda n=n: QTest.mouseMove(port, at(n / moves))) for n in range(moves)]
        begun = time.perf_counter()
        release = timed(lambda: QTest.mouseRelease(port, left, none, at(1)))
        spin(lambda: not workspace.mask_editor.is_busy)
        return press, steps, release, 1000 * (time.perf_counter() - begun)

    print(
        f"{'tool':<10}{'size':>6}{'press':>8}{'move p95':>10}{'worst':>8}{'release':>9}{'mask':>8}"
    )
    for keys, size in CASES:
        QTest.keySequence(canvas, QKeySequence(keys))
        if size:
            canvas.options.set(size=size)
        spin(lambda: False, 0.3)
        press, steps, release, whole = drag(at(0.05))
        name = canvas.tool.value
        print(f"{name:<10}{size or '':>6}{press:>8.1f}{np.percentile(steps, 95):>10.1f}"
              f"{max(steps):>8.1f}{release:>9.1f}{whole:>8.1f}")  # fmt: skip
    for name in ("fill_holes", "drop_specks", "keep_largest", "grow", "shrink", "smooth"):
        start = time.perf_counter()
        asked = timed(bench.window.actions_by_id[name].trigger)
        spin(lambda: not workspace.mask_editor.is_busy)
        whole = 1000 * (time.perf_counter() - start)
        print(f"{name:<26}{'':>16}{asked:>9.1f}{whole:>8.1f}")
    bench.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
