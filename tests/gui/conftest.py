"""The real window, offscreen, on a small generated clip, with engines that the tests hold by hand."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QThread, QTimer
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from vostool.evaluate.generated_clip import GeneratedClip, generate_clip, write_video
from vostool.frames import FrameSource
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.session import Session
from vostool.gui.session.tracking import Tracking
from vostool.gui.settings import preferences
from vostool.gui.threads.background import Background
from vostool.gui.threads.collector import Collector
from vostool.gui.threads.latest import LatestThread
from vostool.gui.threads.left import wait_for_left
from vostool.gui.widgets import theme
from vostool.gui.window import app
from vostool.gui.window.app import Program
from vostool.gui.window.resuming import PLACE
from vostool.gui.window.workbench import Workbench
from vostool.masks.mask import Mask, MaskRecord
from vostool.models.engine import (
    Direction,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)
from vostool.project.project import Project
from vostool.project.prompts import Prompts

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
OFFSCREEN = ("propagateSizeHints", "does not support raise", "grabbing the keyboard")
"""What the offscreen platform says of its windows."""
FRAMES, WIDTH, HEIGHT = 24, 240, 136
PATIENCE = 10.0
"""Seconds that a held engine waits for the test before it gives up."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(*OFFSCREEN))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)  # set by importing cv2's wheel
    return QApplication


@pytest.fixture(scope="session", autouse=True)
def _style(qapp: QApplication) -> None:
    theme.apply_style(qapp)
    theme.set_theme("Light")
    # pyqtgraph drops mouse moves that follow each other faster than a hand can move.
    pg.setConfigOption("mouseRateLimit", 0)


@pytest.fixture(scope="module", autouse=True)
def _garbage_is_collected_as_in_the_program(qapp: QApplication) -> Iterator[None]:
    """Not in a worker's thread, which would destroy the widgets of earlier tests.

    A file at a time: given back after each test, Python would look at every object each time.
    """
    made = Collector()
    yield
    made.stop()
    gc.collect()  # the windows of the file's tests; thousands of them would fill the memory


@pytest.fixture(scope="session")
def clip() -> GeneratedClip:
    """24 frames of 240x136: a ladybird (1), a fish (2) and a starfish (3)."""
    return generate_clip(FRAMES, WIDTH, HEIGHT)


@pytest.fixture(scope="session")
def video(clip: GeneratedClip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_video(clip, path)
    return path


@pytest.fixture(autouse=True)
def _own_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nothing of the person who runs the tests is read or written."""
    home = tmp_path_factory.mktemp("places")
    monkeypatch.setenv("VOSTOOL_DRAFTS", str(home / "drafts"))
    monkeypatch.setenv("VOSTOOL_CONFIG", str(home / "config"))
    monkeypatch.setattr("vostool.io.video.index_store.default_folder", lambda: home / "index")
    monkeypatch.setattr("vostool.gui.window.start.presence.WAIT_S", 5)  # the machine may be busy
    monkeypatch.setattr(
        "vostool.models.weights.catalog.checkpoint_dirs", lambda: (home / "checkpoints",)
    )
    for module in ("vostool.models.weights.catalog", "vostool.gui.engine.models_dialog"):
        monkeypatch.setattr(f"{module}.user_checkpoint_dir", lambda: home / "checkpoints")


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """pytest-qt's, whose ``waitUntil`` looks every 2 ms in place of 10."""
    qtbot.waitUntil = wait_until
    return qtbot


def wait_until(holds: Callable[[], object], *, timeout: int = 5000) -> None:
    """As pytest-qt's: True or None ends the waiting, False or an AssertionError goes on with it."""
    ticks, loop = QTimer(), QEventLoop()
    ticks.timeout.connect(loop.quit)
    ticks.start(2)
    end = time.monotonic() + timeout / 1000
    while not _holds(holds, time.monotonic() >= end):
        loop.exec()  # and not processEvents, which leaves what is to be deleted later


def _holds(holds: Callable[[], object], last: bool) -> bool:
    try:
        result = holds()
    except AssertionError:
        if last:
            raise
        return False
    assert not (last and result is False), f"{holds} did not come to hold"
    return result is None or bool(result)


class TruthEngine:
    """Answers with the clip's own masks, and as slowly or as wrongly as a test wants.

    Attributes:
        clicks: clear it, and clicks wait until it is set.
        failure: raised by the next click or frame when it is not None.
        log: ("segment", frame, object id) and ("track", frame), in the order worked on.
        unreadable: frames that a run cannot decode.
    """

    def __init__(self, clip: GeneratedClip) -> None:
        self._ids = clip.ids
        self.clicks = threading.Event()
        self.clicks.set()
        self._permits: threading.Semaphore | None = None
        self.failure: Exception | None = None
        self.log: list[tuple[object, ...]] = []
        self.unreadable: set[int] = set()
        self.sources: list[FrameSource] = []
        self.closed = False

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("truth", "Truth", detail="Knows the clip.")

    def open(self, source: FrameSource) -> None:
        self.sources.append(source)

    def close(self) -> None:
        self.closed = True

    def prepare(self, frame: int, preempted: Callable[[], bool]) -> None:
        """There is nothing to look ahead at."""

    def hold_runs(self) -> None:
        """Runs wait before each frame for :meth:`allow`."""
        self._permits = threading.Semaphore(0)

    def allow(self, frames: int) -> None:
        assert self._permits is not None
        self._permits.release(frames)

    def release(self) -> None:
        """Nothing waits any more."""
        self.clicks.set()
        if self._permits is not None:
            self._permits.release(10_000)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        self.log.append(("segment", request.frame, request.object_id))
        assert self.clicks.wait(PATIENCE)
        if self.failure is not None:
            raise self.failure
        return self._answer(request.frame, self._which(request.frame, request.prompts), request)

    def track(self, request: TrackRequest, cancelled: Callable[[], bool]) -> Iterator[TrackedFrame]:
        which = {
            k.object_id: self._which(k.frame, k.prompts) for k in request.keyframes if k.prompts
        }
        legs = [d for d in (Direction.FORWARD, Direction.BACKWARD)
                if request.direction in (d, Direction.BOTH)]  # fmt: skip
        for leg in legs:
            spans = {oid: tracked_span(request, oid, leg is Direction.FORWARD) for oid in which}
            frames = sorted({f for span in spans.values() if span for f in span})
            for frame in frames if leg is Direction.FORWARD else reversed(frames):
                if not self._may_go_on(cancelled):
                    return
                self.log.append(("track", frame))
                if self.failure is not None:
                    raise self.failure
                if frame in self.unreadable:
                    yield TrackedFrame(frame, {}, f"Frame {frame} cannot be decoded.")
                    continue
                there = [oid for oid, span in spans.items() if span and frame in span]
                yield TrackedFrame(frame, {o: self._answer(frame, which[o]) for o in there})

    def _may_go_on(self, cancelled: Callable[[], bool]) -> bool:
        while self._permits is not None and not self._permits.acquire(timeout=0.005):
            if cancelled():
                return False
        return not cancelled()

    def _which(self, frame: int, prompts: Prompts) -> int:
        if prompts.points:
            x, y = prompts.points[0].x, prompts.points[0].y
        elif prompts.mask is not None:
            return int(np.median(self._ids[frame][prompts.mask.to_array()]))
        else:
            assert prompts.box is not None
            x = (prompts.box.x0 + prompts.box.x1) / 2
            y = (prompts.box.y0 + prompts.box.y1) / 2
        return int(self._ids[frame][int(y), int(x)])

    def _answer(
        self, frame: int, truth: int, request: SegmentRequest | None = None
    ) -> SegmentReply:
        mask = self._ids[frame] == truth if truth else np.zeros((HEIGHT, WIDTH), bool)
        for point in request.prompts.points if request is not None else ():
            if not point.positive:
                yy, xx = np.mgrid[:HEIGHT, :WIDTH]
                mask = mask & ((xx - point.x) ** 2 + (yy - point.y) ** 2 > 16)
        return SegmentReply(Mask.from_array(mask), 0.9)


class Hand:
    """What a person does with mouse and keys on one window, and what they see."""

    def __init__(self, program: Program, qtbot: object, clip: GeneratedClip) -> None:
        self.bench, self.tour = program.bench, program.tour
        self.window, self.canvas = self.bench.window, self.bench.window.canvas
        self.qtbot, self.clip = qtbot, clip

    # -- what there is

    @property
    def session(self) -> Session:
        assert self.bench.workspace is not None
        return self.bench.workspace.session

    @property
    def tracking(self) -> Tracking:
        assert self.bench.workspace is not None
        return self.bench.workspace.tracking

    @property
    def project(self) -> Project:
        return self.session.document.project

    def mask(self, frame: int, oid: int) -> MaskRecord | None:
        return self.project.masks.get(frame, oid)

    def truth(self, frame: int, truth: int) -> Mask:
        return Mask.from_array(self.clip.ids[frame] == truth)

    def content(self) -> dict:
        """All that is labelled; where the project was left says nothing of it."""
        return {c: self.project.value(c) for c in self.project.cells() if c.key != PLACE}

    def status(self) -> str:
        """The passing line of the status bar, or the notice over the canvas."""
        notice = self.window.notice
        said = notice.text.text() if notice.isVisible() else ""
        return f"{said} {self.window.statusBar().currentMessage()}".strip()

    def middle(self, truth: int, frame: int = 0) -> tuple[float, float]:
        """A pixel of a true object near its middle, as (x, y)."""
        ys, xs = np.nonzero(self.clip.ids[frame] == truth)
        best = np.argmin((xs - xs.mean()) ** 2 + (ys - ys.mean()) ** 2)
        return float(xs[best]) + 0.5, float(ys[best]) + 0.5

    def until(self, holds: Callable[[], object], timeout: int = 8000) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=timeout)

    # -- what is done

    def open(self, path: Path) -> None:
        old = self.bench.workspace
        self.bench.open_path(path)
        self.until(lambda: self.bench.workspace is not None and self.bench.workspace is not old)
        self.until_shown(self.session.playhead)

    def until_shown(self, frame: int) -> None:
        self.until(lambda: self.bench.workspace.display.shown_frame == frame)

    def at(self, x: float, y: float) -> QPoint:
        """A place of the picture in the canvas' viewport."""
        return self.canvas.mapFromScene(self.canvas.view.mapViewToScene(QPointF(x, y)))

    def click(
        self,
        x: float,
        y: float,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.mouseClick(self.canvas.viewport(), button, modifiers, self.at(x, y))

    def click_object(self, truth: int) -> None:
        self.click(*self.middle(truth, self.session.playhead))

    def drag(self, start: tuple[float, float], end: tuple[float, float],
             button: Qt.MouseButton = Qt.MouseButton.LeftButton,
             modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:  # fmt: skip
        drag(self.canvas.viewport(), self.at(*start), self.at(*end), button, modifiers)

    def keys(self, text: str) -> None:
        """Type a shortcut where the keyboard is."""
        target = QApplication.focusWidget() or self.window
        QTest.keySequence(target, QKeySequence(text))

    def go_to(self, frame: int) -> None:
        self.session.go_to(frame)
        self.until_shown(frame)

    def mark(self, truth: int, oid: int) -> None:
        """Click a true object on the current frame and wait for its mask."""
        frame = self.session.playhead
        self.click_object(truth)
        self.until(lambda: self.mask(frame, oid) is not None)

    def run(self, keys: str = "]") -> None:
        """Track to the end of the run."""
        with self.qtbot.waitSignal(self.session.run_ended, timeout=8000):
            self.keys(keys)

    def choose(self, button: str) -> str:
        """Click a button of the question that is asked; returns its text."""
        self.until(self._boxes)
        (box,) = self._boxes()
        (found,) = [b for b in box.buttons() if b.text().replace("&", "") == button]
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        return box.text()

    def problem(self) -> str:
        """The sentence of the notice or of the dialog that is shown, which is closed."""
        notice = self.window.notice
        self.until(lambda: self._boxes() or notice.isVisible())
        if notice.isVisible():
            assert notice.details_button.isVisible()
            QTest.mouseClick(notice.close_button, Qt.MouseButton.LeftButton)
            assert not notice.isVisible()
            return notice.text.text()
        (box,) = self._boxes()
        text = box.text()
        box.close()
        self.until(lambda: not self._boxes())
        self.window.activateWindow()  # what a window manager does
        self.until(self.window.isActiveWindow)
        return text

    def _boxes(self) -> list[QMessageBox]:
        return [b for b in self.window.findChildren(QMessageBox) if b.isVisible()]


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press, move in steps, let go."""
    QTest.mousePress(widget, button, modifiers, start)
    for part in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * part / 5)
    QTest.mouseRelease(widget, button, modifiers, end)


_started: weakref.WeakSet[QThread] = weakref.WeakSet()
"""Every thread of the window that a test has started and that is not collected yet."""


@pytest.fixture(scope="session", autouse=True)
def _threads_are_noted() -> Iterator[None]:
    """Asking the collector for all objects takes 0.1 s a test at the end of the suite."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Background, LatestThread, EngineWorker):
            patch.setattr(kind, "start", _noting(kind.start))
        yield


def _noting(start: Callable[..., None]) -> Callable[..., None]:
    def noted(self: QThread, *args: object) -> None:
        _started.add(self)
        start(self, *args)

    return noted


def threads_of_the_process() -> int:
    """All there are, those of Qt, FFmpeg and OpenMP among them, where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def running_threads() -> list[QThread]:
    return [t for t in list(_started) if not sip.isdeleted(t) and t.isRunning()]


@pytest.fixture
def program(qtbot: object, _own_places: None) -> Iterator[Program]:
    """The window with nothing open; afterwards every thread must have ended."""
    preferences.remember_follows_runs(False)  # tests say where the playhead is; some turn it on
    made = app.build()
    bench, window = made.bench, made.bench.window
    bench.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: window.isActiveWindow() and bench.engine.current is not None)
    # A mouse that passes would ask the engines of tests; those of the preview turn it on.
    window.view_side.state.set(preview=False)
    yield made
    bench.close()
    assert wait_for_left(10_000)
    assert not running_threads()
    _delete(window)


def _delete(window: QWidget) -> None:
    """Give a window's 300 widgets back: each change of theme would style those of all tests anew.

    The program itself has one window and ends with it.
    """
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert sip.isdeleted(window)


@pytest.fixture
def bench(program: Program) -> Workbench:
    """Opens and closes videos in the window."""
    return program.bench


@pytest.fixture
def hand(program: Program, qtbot: object, clip: GeneratedClip) -> Hand:
    """Mouse and keys on the window."""
    return Hand(program, qtbot, clip)


@pytest.fixture
def engine(bench: Workbench, qtbot: object, clip: GeneratedClip) -> Iterator[TruthEngine]:
    """The clip's truth as the engine, held by the test."""
    made = TruthEngine(clip)
    with qtbot.waitSignal(bench.worker.engine_ready):
        bench.worker.use(lambda: made)
    yield made
    made.release()


@pytest.fixture
def opened(hand: Hand, engine: TruthEngine, video: Path) -> Hand:
    """The clip is open and the truth answers."""
    hand.open(video)
    return hand
