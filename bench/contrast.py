"""The lowest contrast of texts and icons on every screen of the window, read from its pixels.

usage: QT_QPA_PLATFORM=offscreen PYTHONPATH=. python bench/contrast.py [--theme Dark] [--points 14]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "docs")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--points", type=float, default=0.0, help="size of the system's text")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        ini = Path(scratch, "vostool.ini")
        ini.write_text(f"[General]\ntheme={arguments.theme}\ntour_seen=true\n")
        os.environ.update(VOSTOOL_CONFIG=scratch, VOSTOOL_DRAFTS=f"{scratch}/drafts")
        os.environ["VOSTOOL_CHECKPOINTS"] = f"{scratch}/none"
        return measure(arguments, Path(scratch))


def measure(arguments: argparse.Namespace, scratch: Path) -> int:
    from fitting import faults_of
    from painted import marks_of, measured
    from record_screens import rest, until
    from screens import Stage, screens

    from vostool.evaluate.generated_clip import generate_clip, write_video
    from vostool.gui.widgets import theme
    from vostool.gui.window.app import build, make_application

    clip, video = generate_clip(24, 240, 136), scratch / "clip.mp4"
    write_video(clip, video)
    app = make_application(sys.argv[:1])
    if arguments.points:
        font = app.font()
        font.setPointSizeF(arguments.points)
        app.setFont(font)
        theme.set_theme(arguments.theme)
    program = build()
    program.bench.show()
    program.bench.window.resize(*(int(v) for v in arguments.size.split("x")))
    until(lambda: program.bench.engine.current is not None)
    stage = Stage(program, video, things(clip.ids[0]), until, scratch)
    lowest, cut = {}, set()
    for screen in screens(stage):
        rest(0.2)
        marks = marks_of(screen.widget)
        cut |= set(faults_of(screen.widget, marks))
        for kind, ratio, what in measured(screen.widget, marks):
            if ratio < lowest.get(kind, (99.0, ""))[0]:
                lowest[kind] = ratio, f"{screen.name}: {what}"
        print(f"{screen.name:32} {len(marks):4} texts and icons", flush=True)
    print(*(f"{k:10} {r:5.2f} {w}" for k, (r, w) in sorted(lowest.items())), sep="\n")
    print(f"{len(cut)} texts that are cut", *sorted(cut), sep="\n  ")
    program.bench.close()
    return 0


def things(ids):
    """The clip's three objects with a pixel of each near its middle."""
    import numpy as np

    found = []
    for label, number in (("beetle", 1), ("fish", 2), ("star", 3)):
        ys, xs = np.nonzero(ids == number)
        at = np.argmin((xs - xs.mean()) ** 2 + (ys - ys.mean()) ** 2)
        found.append((label, (float(xs[at]) + 0.5, float(ys[at]) + 0.5)))
    return found


if __name__ == "__main__":
    sys.exit(main())
