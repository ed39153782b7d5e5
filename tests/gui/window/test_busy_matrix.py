"""Every pair of "busy with this" and "the person does that", by injected delay and failure.

The window answers at once, nothing that was asked for is lost, and what is stored is what is shown.
Quitting is closing: the action calls the window's close.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QDialog, QMessageBox

from tests.gui.conftest import Hand, TruthEngine
from tests.gui.window.busy import BUSY, Busy, Stage
from vostool.gui.session import storage
from vostool.gui.window import leaving
from vostool.io.project.file import read_project

AT_ONCE = 2.0
"""Seconds in which the window has to come back, on a machine that others use, too. What holds the
busy one up holds for ten."""


@pytest.fixture
def stage(opened: Hand, engine: TruthEngine, video: Path, tmp_path: Path, monkeypatch) -> Stage:
    monkeypatch.setattr(storage, "CLOSE_SECONDS", 0.3)
    monkeypatch.setattr(leaving, "STOP_MS", 200)
    opened.mark(1, oid=1)
    other = tmp_path / "other.mp4"
    other.write_bytes(video.read_bytes() + b"\0")
    work = opened.bench.workspace.storage
    with opened.qtbot.waitSignal(work.saved):
        work.save_as(tmp_path / "work.vos")
    shutil.copy(tmp_path / "work.vos", tmp_path / "as it was.vos")
    return Stage(opened, engine, monkeypatch, tmp_path, other)


def reopen(s: Stage, patch: pytest.MonkeyPatch, what: str) -> Stage:
    """The same window with a copy of the project, nothing going on, and another gate."""
    new = Stage(s.hand, s.engine, patch, s.folder, s.other)
    s.hand.bench.worker.use(lambda: s.engine)
    s.hand.open(Path(shutil.copy(s.folder / "as it was.vos", s.folder / f"{what}.vos")))
    s.hand.until(lambda: s.hand.bench.worker.info is not None)
    s.hand.session.select(1)
    s.hand.canvas.setFocus()
    return new


def begin(s: Stage, busy: Busy) -> None:
    busy.begin(s)
    s.hand.until(s.gate.begun.is_set)


def at_once(act: Callable[[], object], what: str) -> None:
    start = time.monotonic()
    act()
    took = time.monotonic() - start
    assert took < AT_ONCE, f"{what}: the window stood still for {took:.1f} s"


def open_gate(s: Stage) -> None:
    s.gate.go.set()


def come_to_rest(s: Stage) -> None:
    hand = s.hand
    for box in hand.window.findChildren(QMessageBox):
        assert not box.isVisible(), box.text()
    workspace = hand.bench.workspace
    hand.session.runs.cancel()
    for at_rest in (
        lambda: not hand.session.is_tracking,
        lambda: not hand.session.clicks.waiting,
        lambda: not workspace.is_busy,
        lambda: hand.bench._opening is None,
    ):
        hand.until(at_rest)


def stored_is_shown(s: Stage, what: str) -> None:
    storing = s.hand.bench.workspace.storage
    assert storing.flush(), what
    stored, _ = read_project(storing.place)
    assert {cell: stored.value(cell) for cell in stored.cells()} == s.hand.content(), what


# -- what the person does ---------------------------------------------------------------------------


def is_open(s: Stage, path: Path) -> bool:
    return s.hand.bench.workspace is not None and s.hand.bench.workspace.is_of(path)


def open_another(s: Stage) -> None:
    third = s.folder / "third.mp4"
    third.write_bytes(s.other.read_bytes() + b"\0")
    s.hand.bench.open_path(third)


def opened_another(s: Stage) -> None:
    hand = s.hand
    boxes = [b for b in hand.window.findChildren(QMessageBox) if b.isVisible()]
    if boxes:
        hand.choose("Stop it and keep what is done")
    hand.until(lambda: is_open(s, s.folder / "third.mp4"))
    hand.until_shown(0)


def start_run(s: Stage) -> None:
    s.hand.keys("]")


def undo_and_redo(s: Stage) -> None:
    s.hand.keys("Ctrl+Z")
    s.hand.keys("Ctrl+Shift+Z")


def saved_as(s: Stage) -> None:
    place = s.folder / "elsewhere.vos"
    s.hand.until(lambda: s.hand.bench.workspace.storage.path == place)


DEEDS: dict[str, tuple[Callable[[Stage], object], Callable[[Stage], object]]] = {
    "save": (lambda s: s.hand.keys("Ctrl+S"), lambda s: None),
    "save as": (
        lambda s: s.hand.bench.workspace.storage.save_as(s.folder / "elsewhere.vos"), saved_as,
    ),
    "change engine": (
        lambda s: s.hand.bench.worker.use(lambda: s.engine),
        lambda s: s.hand.until(lambda: s.hand.bench.worker._engine is s.engine),
    ),
    "undo and redo": (undo_and_redo, lambda s: None),
    "cancel": (lambda s: s.hand.keys("Esc"), lambda s: None),
    "delete": (
        lambda s: s.hand.session.select(1) or s.hand.keys("Ctrl+Delete"),
        lambda s: s.hand.until(lambda: 1 not in s.hand.project.objects),
    ),
    "start a run": (start_run, lambda s: None),
    "open another": (open_another, opened_another),
}  # fmt: skip

OVER = ("importing", "exporting", "downloading")


@pytest.mark.parametrize("busy", [b for b in BUSY if b.name not in OVER], ids=lambda b: b.name)
def test_the_person_goes_on(stage: Stage, busy: Busy) -> None:
    for name, (do, then) in DEEDS.items():
        what = f"{busy.name} x {name}"
        with pytest.MonkeyPatch.context() as patch:
            s = reopen(stage, patch, what)
            begin(s, busy)
            at_once(lambda do=do, s=s: do(s), what)
            if name == "open another":
                if busy.name in ("a run", "autosave", "mask editing", "Save as"):
                    open_gate(s)  # which is waited for, or asked about
                then(s)
                open_gate(s)
            else:
                open_gate(s)
                if busy.name == "opening":
                    s.hand.until(lambda s=s: is_open(s, s.other))
                else:
                    then(s)
            s.engine.release()
            come_to_rest(s)
            stored_is_shown(s, what)


@pytest.mark.parametrize("busy", BUSY, ids=lambda b: b.name)
def test_closing(stage: Stage, busy: Busy) -> None:
    hand, document = stage.hand, stage.hand.bench.workspace.document
    begin(stage, busy)
    at_once(hand.window.close, busy.name)
    if busy.name == "a run":
        hand.choose("Stop it and keep what is done")  # though the engine does not come back
    if busy.name in ("autosave", "mask editing", "Save as", "exporting"):
        assert hand.window.isVisible()  # until it is stored
        open_gate(stage)
    hand.until(lambda: not hand.window.isVisible())
    hand.until(lambda: hand.bench.workspace is None)
    open_gate(stage)
    assert not [d for d in hand.window.findChildren(QDialog) if d.isVisible()]
    place = stage.folder / ("copy.vos" if busy.name == "Save as" else "work.vos")
    stored, _ = read_project(place)
    assert {cell: stored.value(cell) for cell in stored.cells()} == {
        cell: document.project.value(cell) for cell in document.project.cells()
    }


@pytest.mark.parametrize("busy", [b for b in BUSY if b.failure], ids=lambda b: b.name)
def test_failing(stage: Stage, busy: Busy) -> None:
    hand = stage.hand
    stage.gate.failure = busy.failure
    begin(stage, busy)
    open_gate(stage)
    if busy.said:
        hand.until(lambda: busy.said in hand.status())
        assert hand.status().count(busy.said) == 1
    stage.gate.failure = None
    stage.engine.release()
    come_to_rest(stage)
    hand.session.add_object()  # and it goes on
    hand.until(hand.bench.workspace.storage.flush)
    hand.go_to(3)
    hand.mark(3, oid=hand.session.current_object)
    stored_is_shown(stage, busy.name)


def test_a_late_frame_of_the_video_before_is_in_no_run_of_the_next(stage: Stage) -> None:
    hand = stage.hand
    hand.go_to(12)
    hand.mark(1, oid=1)
    begin(stage, next(b for b in BUSY if b.name == "a run"))
    hand.bench.open_path(stage.other)
    hand.choose("Stop it and keep what is done")
    hand.until(lambda: is_open(stage, stage.other))  # the engine is still at the frame
    hand.until_shown(0)
    hand.click_object(1)
    stage.engine.hold_runs()
    hand.window.activateWindow()  # what a window manager does
    hand.until(hand.window.isActiveWindow)
    hand.keys("]")
    assert hand.session.is_tracking
    open_gate(stage)
    hand.until(lambda: hand.mask(0, 1) is not None)
    assert len(hand.project.masks) == 1
    stage.engine.allow(2)
    hand.until(lambda: len(hand.project.masks) == 2)
    assert set(hand.project.masks.row(1)) == {0, 1}
    hand.session.runs.cancel()
    come_to_rest(stage)


def test_a_click_that_was_not_answered_is_answered_when_it_is_opened_again(stage: Stage) -> None:
    hand = stage.hand
    begin(stage, next(b for b in BUSY if b.name == "a click"))
    hand.bench.open_path(stage.other)
    hand.until(lambda: is_open(stage, stage.other))
    open_gate(stage)
    hand.open(stage.folder / "work.vos")
    hand.until(lambda: hand.mask(0, 2) is not None)
    assert hand.mask(0, 2).mask == hand.truth(0, 2)
    assert hand.session.document.history.undo_title is None


@pytest.mark.parametrize("busy", [b for b in BUSY if b.not_with], ids=lambda b: b.name)
def test_a_dialog_is_left_at_once(stage: Stage, busy: Busy) -> None:
    """What else a person may do meanwhile is impossible: ``not_with`` says why."""
    assert set(busy.not_with) == set(DEEDS) - {"cancel"}
    hand = stage.hand
    begin(stage, busy)
    (dialog,) = [d for d in hand.window.findChildren(QDialog) if d.isVisible()]
    at_once(dialog.close, busy.name)
    if busy.name == "exporting":  # nothing half done is left behind
        assert "Stopping" in dialog.ui.message.text()
        open_gate(stage)
        hand.until(lambda: not dialog.runner.is_running)
        dialog.close()
    hand.until(lambda: not [d for d in hand.window.findChildren(QDialog) if d.isVisible()])
    assert not (stage.folder / "exported").exists() or not list(
        (stage.folder / "exported").iterdir()
    )
    open_gate(stage)
    hand.mark(2, oid=1)
    stored_is_shown(stage, busy.name)
