"""How long the timeline takes to paint and to follow changes: 20 objects on 20,000 frames.

Times are those of the process, so that other programs count less, and those on the wall. Run it
under Xvfb or with QT_QPA_PLATFORM=offscreen; no video is needed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--objects", type=int, default=20)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--picture", type=Path, help="keep what was painted as an image")
    return parser.parse_args()


def make_project(frames: int, objects: int):
    """A project without a video; see :func:`fill_project`."""
    from vostool.frames import SourceRef
    from vostool.project.project import Project

    project = Project(SourceRef(Path("/generated.mp4"), "video", 1, "", 640, 360, frames, 25.0))
    fill_project(project, frames, objects)
    return project


def fill_project(project, frames: int, objects: int) -> None:
    """A mask of every object on every frame, and what a day of work leaves."""
    from vostool.masks.box import Box
    from vostool.masks.mask import Mask, MaskRecord, Provenance
    from vostool.project import edits
    from vostool.project.changes import Cell, Table
    from vostool.project.prompts import Prompts

    height, width = project.source.height, project.source.width
    rng = np.random.default_rng(7)
    shape = np.zeros((height, width), np.bool_)
    shape[60:120, 100:190] = True
    mask, empty = Mask.from_array(shape), Mask.empty(height, width)
    for _ in range(objects):
        project.apply(edits.add_object(project)[0])
    values = []
    for oid in project.objects:
        scores = 0.85 + 0.1 * np.sin(np.arange(frames) / 400 + oid)
        for start in rng.integers(0, frames - 120, 4):
            scores[start : start + 60] = 0.3
        absent = int(rng.integers(0, frames * 3 // 4))
        for frame in range(frames):
            gone = absent <= frame < absent + frames // 10
            record = MaskRecord(
                empty if gone else mask,
                Provenance.TRACKED,
                float(scores[frame]),
                frame < frames // 5,
            )
            values.append((Cell(Table.MASKS, (frame, oid)), record))
        prompts = Prompts(box=Box(100, 60, 190, 120))
        for frame in rng.integers(0, frames, 60).tolist():
            values.append((Cell(Table.PROMPTS, (frame, oid)), prompts))
    project.load(values)


class Table:
    """Measures and prints lines of milliseconds."""

    def __init__(self, turns: int) -> None:
        self._turns = turns
        print(f"{'what':<44}{'median':>9}{'95 %':>9}{'max':>9}{'wall':>9}  ms")

    def measure(self, what: str, act: Callable[[int], object], before=None, turns=None) -> None:
        cpu, wall = [], []
        for turn in range(turns or self._turns):
            if before is not None:
                before(turn)
            clock, began = time.perf_counter(), time.process_time()
            act(turn)
            cpu.append((time.process_time() - began) * 1000)
            wall.append((time.perf_counter() - clock) * 1000)
        values = (*np.percentile(cpu, [50, 95, 100]), np.median(wall))
        print(f"{what:<44}" + "".join(f"{value:>9.2f}" for value in values))


def main() -> int:
    from vostool.gui.timeline import Timeline
    from vostool.gui.window.app import make_application
    from vostool.project import range_edits
    from vostool.project.changes import Cell, Changes
    from vostool.project.changes import Table as Cells

    arguments = parse_arguments()
    app = make_application(sys.argv[:1])
    frames, objects = arguments.frames, arguments.objects
    project = make_project(frames, objects)
    timeline = Timeline()
    timeline.resize(arguments.width, 26 + 22 * objects + 60)
    timeline.show()
    app.processEvents()
    view, table = timeline.viewport(), Table(arguments.turns)
    assert view is not None
    print(f"{objects} objects, {frames} frames, {view.width()} pixels wide")
    table.measure("open (before the first paint)", lambda _: timeline.set_project(project), turns=1)
    states = timeline.states
    assert states is not None
    slices = []
    while True:
        began = time.process_time()
        more = states.work(0.006)
        slices.append((time.process_time() - began) * 1000)
        if not more:
            break
    print(f"reading all states: {sum(slices):.0f} ms in {len(slices)} slices of up to "
          f"{max(slices):.1f} ms")  # fmt: skip
    timeline.set_current_object(3)

    def paint(_turn: int) -> None:
        view.repaint()

    step = frames // arguments.turns
    table.measure("paint, playhead moved", paint, lambda t: timeline.set_playhead(t * step))
    table.measure("paint, every row anew", paint, lambda _: timeline.pictures.clear())
    table.measure("paint, zoomed", paint, lambda t: timeline.zoom(1.15 if t % 40 < 30 else 0.5))
    timeline.show_whole()

    def tracked(turn: int) -> Changes:
        frame = turn * step
        return Changes.of(Cell(Cells.MASKS, (frame, oid)) for oid in project.objects)

    table.measure("update, one frame of a run", lambda t: timeline.apply(tracked(t)))
    table.measure("paint after it", paint, lambda t: timeline.apply(tracked(t)))
    deleted = project.apply(range_edits.delete_range(project, 0, frames // 4))
    table.measure("update, a quarter of all masks deleted", lambda _: timeline.apply(deleted),
                  turns=1)  # fmt: skip
    while states.work(0.006):
        pass
    if arguments.picture is not None:
        timeline.grab().save(str(arguments.picture))
    return 0


if __name__ == "__main__":
    sys.exit(main())
