"""Nothing closes before everything is stored, or the person has said that it may be lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMessageBox

from vostool.errors import ProjectFileError
from vostool.gui.widgets import dialogs
from vostool.io.project import file as project_file
from vostool.io.project.drafts import draft_path
from vostool.io.project.file import ProjectFile, read_project
from vostool.runs.unfinished import UnfinishedRun

FULL = "There is no space left; free some."


class Disk:
    """Full for as long as a test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.held, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        write = ProjectFile.write

        def written(file: ProjectFile, values) -> None:
            full = self.full  # what holds for a write is what it began with
            self.held.set()
            assert self.go_on.wait(10)
            if full:
                raise ProjectFileError(FULL)
            write(file, values)

        monkeypatch.setattr(ProjectFile, "write", written)

    def hold(self) -> None:
        """The next write waits for ``go_on``."""
        self.held.clear()
        self.go_on.clear()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def saved(opened, tmp_path: Path):
    """The clip with one object, saved as ``work.vos``."""
    opened.mark(1, oid=1)
    storage = opened.bench.workspace.storage
    with opened.qtbot.waitSignal(storage.saved):
        storage.save_as(tmp_path / "work.vos")
    return opened


def objects_in(path: Path) -> int:
    return len(read_project(path)[0].objects)


def boxes(hand) -> list[QMessageBox]:
    return [b for b in hand.window.findChildren(QMessageBox) if b.isVisible()]


def test_save_says_saved_only_when_it_is(saved, disk: Disk, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    saved.window.statusBar().clearMessage()
    saved.keys("Ctrl+S")
    saved.until(lambda: FULL in saved.status())
    assert "Saved" not in saved.status()
    disk.full = False
    with saved.qtbot.waitSignal(saved.bench.workspace.storage.saved):
        saved.keys("Ctrl+S")
    assert objects_in(tmp_path / "work.vos") == 2


def test_a_second_save_is_not_answered_by_the_failure_of_the_first(
    saved, disk: Disk, tmp_path: Path
) -> None:
    disk.full = True
    disk.hold()
    saved.session.add_object()
    saved.keys("Ctrl+S")
    assert disk.held.wait(10)
    saved.keys("Ctrl+S")
    disk.full = False
    failed: list[str] = []
    storage = saved.bench.workspace.storage
    storage.failed.connect(failed.append)
    with saved.qtbot.waitSignal(storage.saved):
        disk.go_on.set()
    assert not failed
    assert objects_in(tmp_path / "work.vos") == 2


def test_a_full_disk_at_the_end_asks_and_trying_again_closes(saved, disk, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    saved.window.close()
    assert saved.window.isVisible()
    saved.until(lambda: boxes(saved))
    assert FULL in boxes(saved)[0].text()
    saved.choose("Try again")
    saved.until(lambda: boxes(saved))
    assert saved.bench.workspace is not None
    disk.full = False
    saved.choose("Try again")
    saved.until(lambda: not saved.window.isVisible())
    assert objects_in(tmp_path / "work.vos") == 2


def test_staying_keeps_everything_as_it_was(saved, disk, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    saved.window.close()
    saved.choose("Stay")
    assert saved.window.isVisible()
    disk.full = False
    saved.session.add_object()
    saved.until(saved.bench.workspace.storage.flush)
    assert objects_in(tmp_path / "work.vos") == 3


def test_saving_elsewhere_closes_with_all_of_it(saved, disk, tmp_path: Path, monkeypatch) -> None:
    disk.full = True
    saved.session.add_object()
    elsewhere = tmp_path / "other" / "elsewhere.vos"
    elsewhere.parent.mkdir()
    monkeypatch.setattr(dialogs, "ask_project_name", lambda *_: elsewhere)
    saved.window.close()
    saved.choose("Save elsewhere…")
    saved.until(lambda: not saved.window.isVisible())
    assert objects_in(elsewhere) == 2


def test_edits_may_be_lost_by_choice(saved, disk, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    saved.window.close()
    saved.choose("Lose these edits")
    saved.until(lambda: not saved.window.isVisible())
    assert objects_in(tmp_path / "work.vos") == 1


def test_opening_another_video_asks_as_well(saved, disk, video: Path, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    workspace = saved.bench.workspace
    folder = tmp_path / "pictures"
    folder.mkdir()
    copy = folder / "copy.mp4"
    copy.write_bytes(video.read_bytes() + b"\0")
    saved.bench.open_path(copy)
    saved.choose("Stay")
    assert saved.bench.workspace is workspace
    assert len(saved.project.objects) == 2
    disk.full = False
    saved.open(copy)
    assert not saved.project.objects
    assert objects_in(tmp_path / "work.vos") == 2


@pytest.mark.parametrize("leave", ["close", "open another"])
def test_leaving_while_a_copy_is_written_takes_the_late_edit_along(
    opened, video: Path, tmp_path: Path, monkeypatch, leave: str
) -> None:
    opened.mark(1, oid=1)
    begun, go = threading.Event(), threading.Event()
    create = project_file.create

    def slow(*args, **kwargs):
        begun.set()
        assert go.wait(10)
        return create(*args, **kwargs)

    monkeypatch.setattr(project_file, "create", slow)
    target = tmp_path / "late.vos"
    opened.bench.workspace.storage.save_as(target)
    opened.until(begun.is_set)
    opened.session.add_object()
    other = tmp_path / "b.mp4"
    other.write_bytes(video.read_bytes() + b"\0")
    monkeypatch.setattr(project_file, "create", create)
    old = opened.bench.workspace
    if leave == "close":
        opened.window.close()
    else:
        opened.bench.open_path(other)
    assert opened.bench.workspace is old
    go.set()
    if leave == "close":
        opened.until(lambda: not opened.window.isVisible())
    else:
        opened.until(lambda: opened.bench.workspace not in (None, old))
    assert objects_in(target) == 2
    file, _ = project_file.open_project(target)  # and no thread holds it any more
    file.close()


def test_a_run_may_end_before_the_window_goes(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(opened.project.masks) == 3)
    document = opened.bench.workspace.document
    opened.window.close()
    opened.choose("Close when it is done")
    assert not opened.window.isVisible()
    assert opened.bench.workspace is not None
    engine.release()
    opened.until(lambda: opened.bench.workspace is None)
    assert len(document.project.masks) == 24


def test_staying_lets_the_run_go_on(opened, engine) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(opened.project.masks) == 3)
    opened.window.close()
    opened.choose("Stay")
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.release()
    assert len(opened.project.masks) == 24


def test_the_window_closes_at_once_while_an_engine_loads(opened, engine, qtbot) -> None:
    loading, go = threading.Event(), threading.Event()

    def load():
        loading.set()
        assert go.wait(20)
        return engine

    opened.bench.worker.use(load)
    opened.until(loading.is_set)
    opened.window.close()
    opened.until(lambda: not opened.window.isVisible(), timeout=2000)
    assert opened.bench.worker.isRunning()
    go.set()
    opened.until(opened.bench.worker.isFinished)


@pytest.mark.parametrize("keys", ["]", "["])
def test_a_run_that_was_stopped_is_offered_again(opened, engine, video: Path, keys: str) -> None:
    if keys == "[":
        opened.go_to(20)
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys(keys)
    engine.allow(4)
    opened.until(lambda: len(opened.project.masks) == 4)
    opened.bench.open_path(video)
    old = opened.bench.workspace
    opened.choose("Stop it and keep what is done")
    opened.until(lambda: opened.bench.workspace not in (None, old))
    opened.until_shown(opened.session.playhead)
    assert len(opened.project.masks) >= 4
    assert "A track run was stopped at frame" in opened.status()
    engine.release()
    button = opened.window.notice.action_button
    assert button.text() == "Go on"
    with opened.qtbot.waitSignal(opened.session.run_ended, timeout=8000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(opened.project.masks) == (24 if keys == "]" else 21)
    assert opened.tracking.unfinished() is None


def test_ctrl_c_stops_a_run_without_a_question_and_keeps_it(opened, engine, video: Path) -> None:
    """Nobody may be looking at the window, or it was hidden until its run is done."""
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(opened.project.masks) == 3)
    project = opened.project
    opened.window.close()
    opened.choose("Close when it is done")
    ended = []
    opened.bench.ended.connect(lambda: ended.append(True))
    for _ in range(2):
        opened.bench.stop()
    opened.until(lambda: ended)
    assert ended == [True]
    assert not boxes(opened)
    assert opened.bench.workspace is None
    assert len(project.masks) == 3
    stored, _ = read_project(draft_path(project.source))
    assert len(stored.masks) == 3
    assert UnfinishedRun.of(stored) is not None


def test_ctrl_c_loses_no_edits(saved, disk: Disk, tmp_path: Path) -> None:
    disk.full = True
    saved.session.add_object()
    for _ in range(2):
        saved.bench.stop()
        saved.until(lambda: boxes(saved))
        assert FULL in boxes(saved)[0].text()
    disk.full = False
    saved.choose("Try again")
    saved.until(lambda: not saved.window.isVisible())
    assert objects_in(tmp_path / "work.vos") == 2
