"""Every thread of the window goes on after an exception of its work, and the window says it."""

from __future__ import annotations

import os
import threading

import pytest

from vostool.gui.canvas.frame_loader import FrameLoader
from vostool.gui.canvas.overlay_renderer import OverlayRenderer
from vostool.gui.threads.background import Background
from vostool.gui.threads.latest import LatestThread
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.gui.timeline.thumbnails import ThumbnailLoader
from vostool.gui.window.unforeseen import Unforeseen


class Breaks(LatestThread[str]):
    """Raises for "bad", and in its idle time as often as told."""

    doing = "testing"

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.idle_failures = 0

    def work(self, request: str) -> None:
        if request == "bad":
            raise RuntimeError("broken")
        self.done.append(request)

    def idle(self) -> bool:
        if self.idle_failures:
            self.idle_failures -= 1
            raise ValueError("idle")
        return False


def test_a_later_wish_is_answered_and_a_sentence_comes_once(qtbot) -> None:
    thread, told = Breaks(), []
    thread.broke.connect(told.append)
    thread.start()
    for bad, good in (("bad", "good"), ("bad", "better")):
        thread.ask(bad)
        qtbot.waitUntil(lambda: thread._request is None)
        thread.ask(good)
        qtbot.waitUntil(lambda wanted=good: wanted in thread.done)
    thread.idle_failures = 1
    thread.ask("best")
    qtbot.waitUntil(lambda: "best" in thread.done and len(told) == 2)
    thread.shut_down()
    assert thread.wait(5000)
    assert thread.done == ["good", "better", "best"]
    assert told[0].startswith(
        "Something unforeseen went wrong while testing (RuntimeError: broken)"
    )
    assert "ValueError: idle" in told[1]


@pytest.mark.parametrize("kind", [FrameLoader, OverlayRenderer])
def test_the_display_goes_on(opened, kind, monkeypatch) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.until(opened.window.run_card.isVisible)
    whole = kind.work

    def breaks_once(self, request) -> None:
        monkeypatch.setattr(kind, "work", whole)
        raise MemoryError("no room for a frame")

    monkeypatch.setattr(kind, "work", breaks_once)
    opened.session.go_to(20)
    opened.until(lambda: "no room for a frame" in opened.status())
    opened.go_to(9)
    opened.mark(2, oid=1)


def test_thumbnails_go_on(opened, monkeypatch) -> None:
    whole = ThumbnailLoader.work

    def breaks_once(self, request) -> None:
        monkeypatch.setattr(ThumbnailLoader, "work", whole)
        raise MemoryError("no room for a thumbnail")

    monkeypatch.setattr(ThumbnailLoader, "work", breaks_once)
    opened.window.timeline.zoom(4)
    opened.until(lambda: "no room for a thumbnail" in opened.status())
    with opened.qtbot.waitSignal(opened.window.thumbnails._loader.made):
        opened.window.timeline.show_whole()


def test_background_work_that_raises_is_told(qtbot) -> None:
    def work(_progress: object) -> None:
        raise ZeroDivisionError("by nothing")

    job = Background(work)
    with qtbot.waitSignal(job.failed) as told:
        job.start()
    assert job.wait(5000)
    assert "ZeroDivisionError: by nothing" in told.args[0]


class Priorities:
    """What the system says of threads' priorities, with no right to raise one."""

    def __init__(self, monkeypatch, niceness: int, forbidden: bool = False) -> None:
        self.niceness, self._forbidden = niceness, forbidden
        monkeypatch.setattr("sys.platform", "linux")
        monkeypatch.setattr(os, "PRIO_PROCESS", 0, raising=False)
        monkeypatch.setattr(os, "getpriority", lambda _kind, _thread: self.niceness, raising=False)
        monkeypatch.setattr(os, "setpriority", self._set, raising=False)

    def _set(self, _kind: int, _thread: int, niceness: int) -> None:
        if self._forbidden or niceness < self.niceness:
            raise PermissionError(13, "Permission denied")
        self.niceness = niceness


@pytest.mark.parametrize(
    ("before", "forbidden", "after"), [(0, False, 5), (10, False, 10), (0, True, 0)]
)
def test_a_thread_works_with_and_without_the_right_to_its_priority(
    monkeypatch, before, forbidden, after
) -> None:
    priorities = Priorities(monkeypatch, before, forbidden)
    yield_to_window()
    assert priorities.niceness == after


class Careless:
    """An engine that cannot be closed."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self.info = engine.info

    def close(self) -> None:
        raise RuntimeError("close")

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


def test_an_engine_that_cannot_be_closed_is_replaced(opened, engine) -> None:
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.worker.use(lambda: Careless(engine))
    opened.mark(1, oid=1)
    with opened.qtbot.waitSignal(opened.bench.worker.engine_ready):
        opened.bench.worker.use(lambda: engine)
    opened.go_to(5)
    opened.mark(1, oid=1)


class RefusesVideos(Careless):
    """An engine that cannot work on a video."""

    def open(self, source) -> None:
        raise OSError("not this video")

    def close(self) -> None:
        self._engine.close()


def test_an_engine_that_cannot_open_the_video_leaves_the_one_before(opened, engine) -> None:
    opened.bench.worker.use(lambda: RefusesVideos(engine))
    assert "not this video" in opened.problem()
    opened.mark(1, oid=1)


def test_an_exception_of_another_thread_is_shown_by_the_window_in_its_own(qtbot) -> None:
    shown: list[tuple[str, bool]] = []
    relay = Unforeseen(
        lambda _title, sentence, _more: shown.append(
            (sentence, threading.current_thread() is threading.main_thread())
        )
    )

    def work() -> None:
        try:
            raise KeyError("lost")
        except KeyError as error:
            relay.hook(KeyError, error, error.__traceback__)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not shown
    qtbot.waitUntil(lambda: len(shown) == 1)
    assert "KeyError: 'lost'" in shown[0][0]
    assert shown[0][1]
