"""Background work of which only the newest counts."""

from __future__ import annotations

import threading

from PyQt6.QtCore import QObject

from vostool.errors import UsageError
from vostool.gui.threads.newest import Newest

PATIENCE = 10.0


def test_only_the_newest_work_is_told(qtbot) -> None:
    parent, told = QObject(), []
    newest = Newest(parent)
    may_end = threading.Event()

    def old(_progress: object) -> str:
        assert may_end.wait(PATIENCE)
        return "old"

    newest.start(old, told.append, told.append)
    newest.start(lambda _progress: "new", told.append, told.append)
    qtbot.waitUntil(lambda: told == ["new"])
    assert not newest.is_running
    may_end.set()
    newest.drop()
    newest.start(lambda _progress: "last", told.append, told.append)
    qtbot.waitUntil(lambda: told == ["new", "last"])


def test_what_is_dropped_is_cancelled_and_told_no_more(qtbot) -> None:
    parent, told, reports = QObject(), [], []
    newest = Newest(parent)
    newest.progressed.connect(lambda *report: reports.append(report))
    begun, may_go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work(progress) -> None:
        try:
            progress(0, 2, "a")
            begun.set()
            assert may_go_on.wait(PATIENCE)
            progress(1, 2, "b")
            told.append("it went on")
        finally:
            ended.set()

    newest.start(work, told.append, told.append)
    qtbot.waitUntil(lambda: begun.is_set() and reports == [(0, 2, "a")])
    newest.drop()
    assert not newest.is_running
    may_go_on.set()
    qtbot.waitUntil(ended.is_set)
    assert told == [] and reports == [(0, 2, "a")]


def test_a_failure_is_a_sentence_and_later_work_is_done(qtbot) -> None:
    def fails(error: Exception):
        def work(_progress: object) -> None:
            raise error

        return work

    parent, done, failed = QObject(), [], []
    newest = Newest(parent)
    for error in (UsageError("This makes no sense."), RuntimeError("broken")):
        newest.start(fails(error), done.append, failed.append)
        qtbot.waitUntil(lambda: not newest.is_running)
    newest.start(lambda _progress: "done", done.append, failed.append)
    qtbot.waitUntil(lambda: done == ["done"])
    assert failed[0] == "This makes no sense." and "RuntimeError: broken" in failed[1]
