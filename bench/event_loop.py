"""How long the window's event loop is blocked while it opens, answers clicks, tracks and scrubs.

A run is followed by the picture first, then goes on without.

While a run goes on the session scrubs through what is tracked, clicks on a new object and corrects
tracked frames; how long each of these clicks waited for its mask is told, too.

A timer of 1 ms runs in the real window; the gap between two of its ticks is the time in which
nothing else could be answered. Run it under Xvfb or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from gaps import Gaps


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--box", default=None, help="x0,y0,x1,y1; default: the middle of the frame")
    parser.add_argument("--clicks", type=int, default=6, help="clicks while a run goes on")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long to track and scrub")
    return parser.parse_args()


def main() -> int:
    """Measure with drafts in a folder that goes afterwards."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("VOSTOOL_DRAFTS", folder)
        return measure(arguments)


def measure(arguments: argparse.Namespace) -> int:
    from PyQt6.QtCore import Qt, QTimer

    from vostool.gui.window.app import build, make_application
    from vostool.masks.box import Box
    from vostool.models.engine import Direction
    from vostool.project.prompts import Point, Prompts, with_point

    app = make_application(sys.argv[:1])
    bench = build().bench
    bench.show()
    gaps = Gaps()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(gaps.tick)
    timer.start(1)

    def spin(until, limit: float = 60.0) -> None:
        end = time.monotonic() + limit
        while not until() and time.monotonic() < end:
            app.processEvents()

    spin(lambda: bench.engine.current is not None)
    gaps.begin("open")
    bench.open_path(arguments.video)
    spin(lambda: bench.workspace is not None and bench.workspace.display.shown_frame == 0)
    workspace = bench.workspace
    assert workspace is not None
    session, info = workspace.session, workspace.source.info
    gaps.begin("click")
    corners = arguments.box or ",".join(
        str(v) for v in (info.width / 3, info.height / 3, info.width / 1.5, info.height / 1.5)
    )
    session.prompt(Prompts(box=Box(*(float(v) for v in corners.split(",")))), "Draw box")
    spin(lambda: len(workspace.document.project.masks) > 0)
    gaps.begin("track and follow")
    workspace.following.wanted = True
    workspace.tracking.track(Direction.FORWARD)
    end = time.monotonic() + arguments.seconds / 2
    spin(lambda: time.monotonic() > end or not session.is_tracking)
    assert workspace.following.on
    workspace.following.leave()
    gaps.begin("track, not followed")
    end = time.monotonic() + arguments.seconds / 2
    spin(lambda: time.monotonic() > end or not session.is_tracking)
    gaps.begin("track and scrub")
    end = time.monotonic() + arguments.seconds / 2
    while time.monotonic() < end and session.is_tracking:
        session.go_to((session.playhead + 1) % max(len(workspace.document.project.masks), 1))
        pause = time.monotonic() + 0.03
        spin(lambda until=pause: time.monotonic() > until)
    session.runs.cancel()
    spin(lambda: not session.is_tracking)
    waits: list[float] = []
    if not session.is_tracking:
        session.go_to(0)
        workspace.tracking.track(Direction.FORWARD)
    gaps.begin("track, click, correct")
    for turn in range(arguments.clicks):
        frames = workspace.document.project.masks.frames()
        session.go_to(frames[(turn * 7 + 2) % max(len(frames) - 1, 1)])
        at = session.playhead
        object_id = next(iter(workspace.document.project.objects))
        key = (at, object_id)
        before = workspace.document.project.masks.get(*key)
        point = Point(info.width * (0.35 + 0.04 * turn), info.height * 0.5, turn % 2 == 0)
        old = workspace.document.project.prompts.get(key)
        asked = time.perf_counter()
        session.prompt(with_point(old, before, point), "Click")

        def answered(key=key, before=before) -> bool:
            return workspace.document.project.masks.get(*key) != before

        spin(answered, 30.0)
        waits.append(time.perf_counter() - asked)
        if not session.is_tracking:
            break
    session.runs.cancel()
    spin(lambda: not session.is_tracking)
    gaps.begin("play with masks")
    session.go_to(0)
    workspace.player.toggle()
    end = time.monotonic() + arguments.seconds / 3
    spin(lambda: time.monotonic() > end)
    gaps.begin("close")
    print(f"{arguments.video.name}: {info.width}x{info.height}, engine {bench.engine.current}")
    bench.window.close()
    print(gaps.report())
    if waits:
        text = ", ".join(f"{wait:.2f}" for wait in waits)
        print(f"clicks answered while tracking, s each: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
