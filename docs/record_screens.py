"""Makes a picture of every screen of the window, in one theme and at one size.

The window runs on an X display (Xvfb :78 -screen 0 1920x1080x24, say) with a real engine; the walk
through its screens is the one of the tests, `tests/support/screens.py`. The CVAT dialogs talk to
the tests' own server.
usage: DISPLAY=:78 PYTHONPATH=. python docs/record_screens.py FOLDER CLIP --size 1280x800 \\
       --theme Light --thing cup 655 430 --thing cup 915 430
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from scratch_home import settle

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

PATIENCE = 900.0
"""Seconds for one thing to happen."""


def main() -> int:
    """Record every screen in a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--size", default="1280x800", help="of the window")
    parser.add_argument("--theme", default="Light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--engine", default="mobile-sam")
    parser.add_argument(
        "--thing", action="append", nargs=3, metavar=("LABEL", "X", "Y"), required=True,
        help="an object and a pixel of it on the first frame",
    )  # fmt: skip
    parser.add_argument("--only", default="", help="screens whose names begin so")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        settle(Path(scratch), arguments.theme, language=arguments.language)
        os.environ["VOSTOOL_CVAT_CACHE"] = f"{scratch}/cvat"
        _serve(stack)
        return _record(arguments, Path(scratch))


def _serve(stack: ExitStack) -> None:
    """A CVAT server with one job, whose login is in a keyring that lasts as long as this."""
    import keyring
    from cvat_fixtures import MemoryKeyring
    from cvat_stub import LABELS, TOKEN, CvatStub, StubJob

    from vostool.evaluate.generated_clip import generate_clip
    from vostool.io.cvat_server.credentials import Credentials, keep_credentials, remember_server

    keyring.set_keyring(MemoryKeyring())
    server = stack.enter_context(CvatStub())
    server.add(StubJob(7, generate_clip(16, 160, 96).frames, LABELS))
    keep_credentials(server.url, Credentials("", TOKEN))
    remember_server(server.url)


def _record(arguments: argparse.Namespace, scratch: Path) -> int:
    from screens import Stage, screens

    from vostool.gui.window.app import build, make_application

    app = make_application(sys.argv[:1])
    program = build()
    bench = program.bench
    bench.show()
    width, height = (int(v) for v in arguments.size.split("x"))
    bench.window.setGeometry(0, 0, width, height)
    bench.window.activateWindow()
    until(lambda: bench.engine.current is not None)
    bench.engine.use(arguments.engine)
    until(lambda: bench.engine.current == arguments.engine)
    things = [(label, (float(x), float(y))) for label, x, y in arguments.thing]
    stage = Stage(program, arguments.clip, things, until, scratch)
    for screen in screens(stage):
        if screen.name.startswith(arguments.only):
            rest(0.35)
            _picture(app, arguments.folder / f"{screen.name}.png", width, height)
    bench.close()
    return 0


def _picture(app: object, path: Path, width: int, height: int) -> None:
    from PyQt6.QtGui import QGuiApplication

    assert isinstance(app, QGuiApplication)
    screen = app.primaryScreen()
    assert screen is not None
    screen.grabWindow(0, 0, 0, width, height).save(str(path))  # type: ignore[call-overload]
    print(path, flush=True)


def until(holds: Callable[[], object]) -> None:
    """Run the event loop until something holds, which it must in time."""
    end = time.monotonic() + PATIENCE
    rest(0.02)
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        rest(0.02)


def rest(seconds: float) -> None:
    """Let the event loop run."""
    from PyQt6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
