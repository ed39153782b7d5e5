"""Runs that wait for the one that goes: shown, taken out one by one, and kept over a kill."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.io.project.file import read_project
from vostool.runs.unfinished import RUN, WAITING

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def waiting(opened, engine):
    """Object 1 is tracked on from frame 10 and stands at its first frame; [ from there waits."""
    opened.go_to(10)
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(1)
    opened.until(lambda: engine.log.count(("track", 10)))
    opened.keys("[")
    return opened


def lines(hand) -> list[str]:
    return [a.text() for a in hand.window.run_bar.queue.menu().actions() if a.text()]


def frames(hand, oid: int = 1) -> list[int]:
    return hand.project.masks.frames(oid)


def all_done(hand, engine) -> None:
    engine.release()
    hand.until(lambda: not hand.session.is_tracking and not hand.session.runs.waiting)


def test_a_second_run_waits_is_shown_and_follows_the_first(waiting, engine) -> None:
    queue = waiting.window.run_bar.queue
    assert queue.isVisible() and queue.text() == "1 waiting"
    assert lines(waiting) == ["✕  1. Frames 0 to 10, 1 unlabelled"]
    assert frames(waiting) == [10]
    all_done(waiting, engine)
    assert frames(waiting) == list(range(24))
    assert not queue.isVisible() and WAITING not in waiting.project.settings
    waiting.keys("Ctrl+Z")
    assert frames(waiting) == list(range(10, 24)), "each run is an undo step of its own"
    waiting.keys("Ctrl+Z")
    assert frames(waiting) == [10]


def test_the_same_run_does_not_wait_twice(waiting) -> None:
    waiting.keys("[")
    waiting.keys("]")
    assert len(waiting.session.runs.waiting) == 1
    assert "goes, or waits, already" in waiting.status()


def test_each_can_be_taken_out_by_itself(waiting, engine) -> None:
    waiting.keys("\\")
    assert len(lines(waiting)) == 3, "two runs, and one line for both"
    waiting.window.run_bar.queue.menu().actions()[0].trigger()
    assert lines(waiting) == ["✕  1. Frames 0 to 23, 1 unlabelled"]
    waiting.window.run_bar.queue.menu().actions()[0].trigger()
    assert not waiting.window.run_bar.queue.isVisible()
    all_done(waiting, engine)
    assert frames(waiting) == list(range(10, 24))


def test_esc_ends_only_the_run_that_goes(waiting, engine) -> None:
    with waiting.qtbot.waitSignal(waiting.session.run_ended):
        waiting.keys("Esc")
    waiting.until(lambda: not waiting.session.runs.waiting and waiting.session.is_tracking)
    all_done(waiting, engine)
    assert frames(waiting) == list(range(11))


def test_undo_of_the_run_that_goes_lets_the_next_one_begin(waiting, engine) -> None:
    waiting.keys("Ctrl+Z")
    waiting.until(lambda: not waiting.session.runs.waiting)
    all_done(waiting, engine)
    assert frames(waiting) == list(range(11))


def test_it_takes_what_is_there_when_it_begins(waiting, engine) -> None:
    waiting.go_to(6)
    x, y = waiting.middle(1, 6)
    waiting.click(x, y)  # a correction on the way of the run that waits
    waiting.until(lambda: (6, 1) in waiting.project.prompts)
    corrected = waiting.project.prompts[6, 1]
    all_done(waiting, engine)
    assert frames(waiting) == list(range(24)) and waiting.project.prompts[6, 1] == corrected


def test_a_run_whose_object_went_is_left_out(waiting, engine) -> None:
    waiting.keys("Ctrl+Delete")
    all_done(waiting, engine)
    assert not waiting.project.objects and WAITING not in waiting.project.settings


def stored(path: Path) -> int:
    found = read_project(path)[0].settings.get(WAITING)
    return len(found) if isinstance(found, list) else 0


def test_what_waits_is_offered_after_a_kill(waiting, engine, tmp_path: Path) -> None:
    waiting.keys("\\")
    place = waiting.bench.workspace.storage.place
    waiting.until(lambda: stored(place) == 2, timeout=2000)
    copy = Path(shutil.copy(place, tmp_path / "killed.vos"))
    waiting.session.runs.leave()
    waiting.until(lambda: not waiting.session.is_tracking)
    engine.release()
    waiting.open(copy)
    assert "stopped at frame 10, with 14 frames to go. 2 runs had not begun." in waiting.status()
    button = waiting.window.notice.action_button
    QTest.mouseClick(button, LEFT)
    assert len(waiting.session.runs.waiting) == 2
    waiting.until(lambda: not waiting.session.is_tracking and not waiting.session.runs.waiting)
    assert frames(waiting) == list(range(24))
    assert not {RUN, WAITING} & set(waiting.project.settings)


def test_closing_when_it_is_done_waits_for_all(waiting, engine, video: Path) -> None:
    place = waiting.bench.workspace.storage.place
    waiting.window.close()
    text = waiting.choose("Close when it is done")
    assert "it is at frame 10 of 24, and 1 run waits" in text
    engine.release()
    waiting.until(lambda: waiting.bench.workspace is None)
    assert len(read_project(place)[0].masks) == 24


def test_stopping_keeps_what_waits_for_the_next_time(waiting) -> None:
    place = waiting.bench.workspace.storage.place
    waiting.window.close()
    waiting.choose("Stop it and keep what is done")
    waiting.until(lambda: waiting.bench.workspace is None)
    assert stored(place) == 1
