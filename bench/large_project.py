"""A project of 20,000 frames and 20 objects in the real window: what blocks its event loop.

The project and its small video are generated. It is opened, scrubbed, its timeline zoomed, objects
selected, a range of all objects deleted, undone and redone, a whole object deleted and undone, and
everything saved under another name. A 1 ms timer measures gaps; a cached seek is the time from the
wish for a frame until its picture is painted. Run it under Xvfb or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from gaps import Gaps
from timeline import fill_project

WIDTH, HEIGHT = 320, 180


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--objects", type=int, default=20)
    parser.add_argument("--range", type=int, default=2_000, help="frames of the deleted range")
    parser.add_argument("--seeks", type=int, default=60)
    parser.add_argument("--engine", default="flow", help="which engine is loaded beside it")
    return parser.parse_args()


def main() -> int:
    """Measure with everything in a folder that goes afterwards."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for variable in ("VOSTOOL_DRAFTS", "VOSTOOL_CONFIG"):
            os.environ[variable] = str(folder / variable)
        write_video(folder / "video.mp4", arguments.frames)
        write_project(folder, arguments)
        return Measured(folder, arguments).run()


def write_video(path: Path, frames: int) -> None:
    """A small video of a moving square."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "g": "50"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(frames):
            picture = np.full((HEIGHT, WIDTH, 3), 70, np.uint8)
            x = index % (WIDTH - 60)
            picture[60:120, x : x + 60] = (200, 120, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())


def write_project(folder: Path, arguments: argparse.Namespace) -> None:
    """The project file beside the video."""
    from vostool.io.project import file as project_file
    from vostool.io.video.fingerprint import source_ref
    from vostool.io.video.sources import open_source
    from vostool.project.project import Project

    source = open_source(folder / "video.mp4")
    project = Project(source_ref(source))
    fill_project(project, arguments.frames, arguments.objects)
    project_file.create(folder / "large.vos", project).close()
    source.close()


class Measured:
    """One window with the project, and what was measured in it."""

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        from PyQt6.QtCore import Qt, QTimer

        from vostool.gui.window import engine_choice
        from vostool.gui.window.app import build, make_application

        engine_choice.default_engine = lambda: arguments.engine
        self._folder, self._arguments = folder, arguments
        self._app = make_application(sys.argv[:1])
        self._bench = build().bench
        self._bench.window.resize(1600, 1000)
        self._bench.show()
        self._gaps = Gaps()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._gaps.tick)
        self._timer.start(1)
        self._memory: list[str] = []

    def run(self) -> int:
        """Everything, one phase after the other."""
        self._spin(lambda: self._bench.engine.current == self._arguments.engine)
        self._rest()
        self._phase("open", self._open)
        self._phase("let the timeline and review settle", lambda: self._rest(6.0))
        self._phase("scrub (uncached)", self._scrub)
        cached = self._phase("scrub (cached)", self._cached_seeks)
        self._phase("zoom the timeline", self._zoom)
        self._phase("select objects", self._select)
        self._phase("delete a range of all objects", self._delete_range)
        gone, row = self._arguments.range * self._arguments.objects, self._arguments.frames
        self._phase("undo it", lambda: self._change("undo", gone))
        self._phase("redo it", lambda: self._change("redo", -gone))
        self._phase("undo it again", lambda: self._change("undo", gone))
        self._phase("delete an object", lambda: self._change("delete_object", -row))
        self._phase("undo that", lambda: self._change("undo", row))
        self._phase("save under another name", self._save)
        self._phase("close", lambda: None)
        self._bench.window.close()
        print(f"{self._arguments.objects} objects, {self._arguments.frames} frames, range of "
              f"{self._arguments.range} frames")  # fmt: skip
        print(self._gaps.report())
        median, most, worst = np.percentile(cached, [50, 95, 100])
        print(f"cached seek to painted picture: median {median:.1f} ms, 95 % {most:.1f} ms, "
              f"worst {worst:.1f} ms")  # fmt: skip
        print("\n".join(self._memory))
        return 0

    # -- phases ----------------------------------------------------------------------------------

    def _open(self) -> None:
        self._bench.open_path(self._folder / "large.vos")
        self._spin(lambda: self._bench.workspace is not None)
        display = self._workspace.display
        self._spin(lambda: display.shown_frame == 0)

    def _scrub(self) -> None:
        rng = np.random.default_rng(3)
        for frame in rng.integers(0, self._arguments.frames, self._arguments.seeks // 3).tolist():
            self._seek(frame)

    def _cached_seeks(self) -> list[float]:
        start = self._arguments.frames // 2
        for frame in range(start, start + 12):
            self._seek(frame)
            self._rest(0.05)
        turns = range(self._arguments.seeks)
        return [self._seek(start + turn % 12) * 1000 for turn in turns]

    def _zoom(self) -> None:
        for name in ("timeline_in",) * 12 + ("timeline_out",) * 12 + ("timeline_whole",):
            self._trigger(name)

    def _select(self) -> None:
        for object_id in self._workspace.document.project.objects:
            self._workspace.session.select(object_id)
            self._rest(0.03)

    def _delete_range(self) -> None:
        first = self._arguments.frames // 3
        self._workspace.selection.select(first, first + self._arguments.range - 1)
        self._change("range_delete_all", -self._arguments.range * self._arguments.objects)

    def _change(self, name: str, masks: int) -> None:
        """Trigger an action and wait until there are so many masks more."""
        table = self._workspace.document.project.masks
        wanted = len(table) + masks
        self._trigger(name)
        self._spin(lambda: len(table) == wanted)

    def _save(self) -> None:
        storage, target = self._workspace.storage, self._folder / "saved.vos"
        storage.save_as(target)
        self._spin(lambda: storage.path == target, 120.0)

    # -- helpers ---------------------------------------------------------------------------------

    @property
    def _workspace(self):
        assert self._bench.workspace is not None
        return self._bench.workspace

    def _phase(self, name: str, act: Callable[[], object]):
        self._gaps.begin(name)
        result = act()
        self._rest()
        resident = Path("/proc/self/statm")
        if resident.exists():
            pages = int(resident.read_text().split()[1])
            self._memory.append(f"resident after '{name}': {pages * 4096 / 2**20:.0f} MiB")
        return result

    def _seek(self, frame: int) -> float:
        """Seconds until the frame's picture is on the canvas and painted."""
        display, canvas = self._workspace.display, self._bench.window.canvas
        began = time.perf_counter()
        self._workspace.session.go_to(frame)
        self._spin(lambda: display.shown_frame == frame)
        canvas.viewport().repaint()
        return time.perf_counter() - began

    def _trigger(self, name: str) -> None:
        self._bench.window.actions_by_id[name].trigger()
        self._rest(0.05)

    def _rest(self, seconds: float = 0.3) -> None:
        end = time.monotonic() + seconds
        self._spin(lambda: time.monotonic() > end, seconds + 1)

    def _spin(self, until: Callable[[], bool], limit: float = 60.0) -> None:
        from PyQt6.QtCore import QEventLoop

        end = time.monotonic() + limit
        while not until():
            assert time.monotonic() < end, "waited in vain"
            # Waiting as the program's own loop does: one that spins takes the threads' time.
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


if __name__ == "__main__":
    sys.exit(main())
