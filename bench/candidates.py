"""How soon the picture answers a slider of the Find panel, and how long the event loop is blocked.

The real window shows a hundred rough candidates on 854x480; each move of the least score shows
others. Told are the time from the slider's event to the painted picture that answers it, how long
the window's thread worked at a stretch (time of its processor, which other programs do not change),
and the gaps between the ticks of a 1 ms timer.
Run it under Xvfb or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from gaps import Gaps

WIDTH, HEIGHT = 854, 480


def main() -> int:
    """Measure with drafts and settings in a folder that goes afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=100)
    parser.add_argument("--moves", type=int, default=40)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VOSTOOL_DRAFTS"] = os.environ["VOSTOOL_CONFIG"] = folder
        return measure(arguments.candidates, arguments.moves, Path(folder))


def measure(count: int, moves: int, folder: Path) -> int:
    from PyQt6.QtCore import QEvent, QObject, Qt, QTimer

    from vostool.evaluate.generated_clip import generate_clip, write_video
    from vostool.finders.finder import Way
    from vostool.finders.registry import FINDERS
    from vostool.finders.spec import FinderSpec
    from vostool.gui.canvas.tools.items.candidates import CandidatesItem
    from vostool.gui.window.app import build, make_application

    finder = rough_finder(count)
    spec = FinderSpec(name="rough", title="Rough", ways=(Way.EVERYTHING,), load=lambda *_: finder,
                      rank=1000)  # fmt: skip
    FINDERS._own["rough"] = spec
    FINDERS.forget()
    app = make_application(sys.argv[:1])
    bench = build().bench
    window = bench.window
    window.resize(1280, 800)
    bench.show()

    turns: list[float] = []  # seconds of this thread in each turn of the event loop

    def spin(until: Callable[[], object], limit: float = 60.0) -> None:
        end = time.monotonic() + limit
        while not until():
            start = time.thread_time()
            app.processEvents()
            turns.append(time.thread_time() - start)
            assert time.monotonic() < end, "it does not come"

    clip = folder / "clip.mp4"
    write_video(generate_clip(3, WIDTH, HEIGHT), clip)
    bench.open_path(clip)
    spin(lambda: bench.workspace is not None and bench.workspace.display.shown_frame == 0)
    spin(lambda: bench.engine.current is not None)
    finding, panel = bench.workspace.finding, window.find_dock.panel
    window.find_wanted.emit()
    panel.find_button.click()
    spin(lambda: finding.frames and not finding.busy)
    (item,) = [i for i in window.canvas.scene().items() if isinstance(i, CandidatesItem)]

    class Paints(QObject):
        """When the canvas was painted last with the outlines of now."""

        at = 0.0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, self.note)  # after it was painted
            return False

        def note(self) -> None:
            picture = item.picture
            if picture is not None and picture.wish.shapes is item.shapes:
                self.at = time.perf_counter()

    paints, gaps, timer = Paints(), Gaps(), QTimer()
    window.canvas.viewport().installEventFilter(paints)
    spin(lambda: paints.at)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(gaps.tick)
    timer.start(1)
    spin(lambda: len(gaps.by_phase.get("start", ())) > 200)
    gaps.begin("slider")
    turns.clear()
    answers, asked, shown = [], [], []
    slider = panel.sliders.score
    for number in range(1, moves + 1):
        before, busy = time.perf_counter(), time.thread_time()
        slider.setValue(70 + (7 * number) % 28)
        asked.append(time.thread_time() - busy)
        spin(lambda start=before: paints.at > start)
        answers.append(paints.at - before)
        shown.append(len(finding.shown(0)))
    print(f"{count} candidates, {min(shown)} to {max(shown)} shown, {moves} moves")
    pieces = [each for each in turns if each > 0.001]
    for name, values in (
        ("from the slider's event to the painted picture", answers),
        ("own work in the slider's event", asked),
        ("own work in a turn of the event loop above 1 ms", pieces),
    ):
        middle, worst = statistics.median(values), max(values)
        print(f"{name}: median {1000 * middle:.1f} ms, longest {1000 * worst:.1f} ms")
    print(gaps.report())
    bench.close()
    return 0


def rough_finder(count: int) -> object:
    """Finds so many rough blobs of 20 to 120 pixels, the same on every frame."""
    from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
    from vostool.masks.box import Box
    from vostool.masks.mask import Mask

    rng = np.random.default_rng(0)
    yy, xx = np.mgrid[:HEIGHT, :WIDTH]
    found = []
    for number in range(count):
        x, y, radius = (
            rng.uniform(40, WIDTH - 40),
            rng.uniform(40, HEIGHT - 40),
            rng.uniform(10, 60),
        )
        angle = np.arctan2(yy - y, xx - x)
        edge = radius * (1 + 0.15 * np.sin(9 * angle + number) + 0.05 * np.sin(41 * angle))
        pixels = (yy - y) ** 2 + (xx - x) ** 2 < edge**2
        rows, columns = np.nonzero(pixels)
        box = Box(float(columns.min()), float(rows.min()), float(columns.max() + 1),
                  float(rows.max() + 1))  # fmt: skip
        score = 0.7 + 0.3 * number / count
        found.append(Candidate(box, score, f"thing {number}", Mask.from_array(pixels)))

    class Rough:
        info = FinderInfo("rough", "Rough", (Way.EVERYTHING,))

        def find(self, view: View, question: Question) -> Iterator[Look]:
            yield Look(1, 1, tuple(found))

        def close(self) -> None:
            """Nothing is held."""

    return Rough()


if __name__ == "__main__":
    sys.exit(main())
