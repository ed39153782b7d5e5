"""A run that the end of the process cut off is offered again, with all that it had still to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vostool.io.project.file import read_project
from vostool.masks.mask import Provenance
from vostool.runs.agreeing import Correction
from vostool.runs.unfinished import REACHED, RUN


def reached(path: Path) -> object:
    """How far the run is, as the file on the disk says, which is all that a kill leaves."""
    return read_project(path)[0].settings.get(REACHED)


def killed_copy(hand, tmp_path: Path, part: int, at: int) -> Path:
    """The project as it would be found if the process were killed now."""
    place = hand.bench.workspace.storage.place
    hand.until(lambda: reached(place) == {"part": part, "at": at}, timeout=1500)
    return Path(shutil.copy(place, tmp_path / "killed.vos"))


def go_on(hand, engine) -> None:
    engine.release()
    button = hand.window.notice.action_button
    assert button.text() == "Go on"
    with hand.qtbot.waitSignal(hand.session.run_ended, timeout=8000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def finish(hand, engine) -> None:
    with hand.qtbot.waitSignal(hand.session.run_ended, timeout=8000):
        hand.session.runs.cancel()


def test_a_killed_run_is_offered_again(opened, engine, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(1)
    opened.until(lambda: len(opened.project.masks) == 1 and engine.log.count(("track", 0)))
    copy = killed_copy(opened, tmp_path, part=0, at=0)
    finish(opened, engine)
    assert RUN not in opened.project.settings
    opened.open(copy)
    assert "stopped at frame 0, with 24 frames to go" in opened.status()
    go_on(opened, engine)
    assert len(opened.project.masks) == 24
    assert RUN not in opened.project.settings
    assert opened.tracking.unfinished() is None


def test_the_parts_that_had_not_begun_are_offered_too(opened, engine, tmp_path: Path) -> None:
    opened.go_to(10)
    opened.mark(1, oid=1)
    opened.session.select(None)
    opened.go_to(14)
    opened.mark(2, oid=2)
    opened.go_to(0)
    opened.bench.workspace.selection.select(2, 20)
    engine.hold_runs()
    opened.keys("Shift+T")  # forward from 10, then 1 backward from 10 and 2 backward from 14
    engine.allow(1)
    copy = killed_copy(opened, tmp_path, part=0, at=10)
    finish(opened, engine)
    opened.open(copy)
    go_on(opened, engine)
    masks = opened.project.masks
    assert set(masks.row(1)) == set(masks.row(2)) == set(range(2, 21))


def test_a_run_before_its_first_frame_is_offered_whole(opened, engine, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    place = opened.bench.workspace.storage.place
    opened.until(lambda: reached(place) == {"part": 0, "at": None}, timeout=1500)
    copy = Path(shutil.copy(place, tmp_path / "killed.vos"))
    finish(opened, engine)
    opened.open(copy)
    assert "stopped before its first frame" in opened.status()
    go_on(opened, engine)
    assert len(opened.project.masks) == 24


def test_a_run_whose_objects_are_gone_is_not_offered(opened, engine, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(1)
    copy = killed_copy(opened, tmp_path, part=0, at=0)
    finish(opened, engine)
    opened.open(copy)
    opened.keys("Ctrl+Delete")
    opened.until(lambda: not opened.project.objects)
    assert opened.tracking.unfinished() is None
    assert not opened.tracking.go_on()


def test_a_killed_track_of_a_correction_is_offered_again(opened, engine, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    opened.run("]")
    opened.go_to(12)
    x, y = opened.middle(1, 12)
    opened.click(x + 6, y, Qt.MouseButton.RightButton)  # a correction, on the way of a stretch
    opened.until(lambda: opened.mask(12, 1).provenance is Provenance.PROMPTED)
    corrected = opened.mask(12, 1)
    engine.hold_runs()
    assert opened.tracking.corrected_stretches([Correction(12, 1, 8, 16, 16)])
    engine.allow(2)  # the corrected frame, whose mask stays, and one more
    copy = killed_copy(opened, tmp_path, part=0, at=13)
    finish(opened, engine)
    opened.open(copy)
    assert "stopped at frame 13, with 7 frames to go" in opened.status()
    engine.log.clear()
    go_on(opened, engine)
    reached = {frame for what, frame, *_ in engine.log if what == "track"}
    assert reached == set(range(8, 17)), "what is left of the stretch, and no frame outside it"
    assert opened.mask(12, 1) == corrected and RUN not in opened.project.settings
