"""A CVAT job in the window: opening, the four ways of tracking, pushing, and what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from cvat_fixtures import START, cvat, held, job_clip, mask_shape, memory_keyring, truth
from cvat_stub import PASSWORD, USER, CvatStub
from drifting_engine import DriftingEngine, drifted
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication, QDialog, QInputDialog

from vostool.evaluate.generated_clip import GeneratedClip
from vostool.gui.cvat.open_dialog import PASSWORD as BY_PASSWORD
from vostool.gui.cvat.open_dialog import CvatOpenDialog
from vostool.gui.cvat.push_dialog import CvatPushDialog
from vostool.gui.window.workbench import Workbench
from vostool.io.cvat_server.connections import log_out
from vostool.io.cvat_server.credentials import Credentials, stored_credentials
from vostool.io.cvat_server.job import project_job
from vostool.io.cvat_server.project import default_path
from vostool.io.cvat_server.pull import changed_cells
from vostool.io.project.file import read_project

__all__ = ["cvat", "job_clip", "memory_keyring"]

PATIENCE = 8000


class Window:
    """The window, and a hand that works modal dialogs."""

    def __init__(self, bench: Workbench, qtbot: object) -> None:
        self.bench, self.qtbot = bench, qtbot
        self.errors: list[BaseException] = []

    @property
    def session(self):
        assert self.bench.workspace is not None
        return self.bench.workspace.session

    @property
    def project(self):
        return self.session.document.project

    def until(self, holds: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=PATIENCE)

    def action(self, name: str, drive: Callable[[QDialog], None] | None = None) -> None:
        """Choose an action; ``drive`` works the modal dialog that it shows."""

        def now() -> None:
            dialog = QApplication.activeModalWidget()
            try:
                assert isinstance(dialog, QDialog)
                drive(dialog)
            except BaseException as error:  # would be lost in the event loop
                self.errors.append(error)
            finally:
                if isinstance(dialog, QDialog) and dialog.isVisible():
                    dialog.reject()
                    self.until(lambda: not dialog.isVisible())

        if drive is not None:
            QTimer.singleShot(0, now)
        action = self.bench.window.actions_by_id[name]
        assert action.isEnabled(), name
        action.trigger()
        if self.errors:
            raise self.errors[0]

    def open_job(self) -> None:
        def drive(dialog: CvatOpenDialog) -> None:
            self.until(lambda: dialog.table.rowCount() == 1 and not dialog.job.is_running)
            dialog.open_button.click()
            self.until(lambda: not dialog.isVisible())

        self.action("cvat_open", drive)
        self.until(lambda: self.bench.workspace is not None)
        self.until(lambda: self.bench.workspace.display.shown_frame == 0)

    def run(self, name: str) -> None:
        with self.qtbot.waitSignal(self.session.run_ended, timeout=PATIENCE):
            self.action(name)

    def status(self) -> str:
        """The passing line of the status bar, or the notice over the canvas."""
        notice = self.bench.window.notice
        said = notice.text.text() if notice.isVisible() else ""
        return f"{said} {self.bench.window.statusBar().currentMessage()}".strip()


@pytest.fixture
def window(bench: Workbench, qtbot: object, cvat: CvatStub) -> Window:
    return Window(bench, qtbot)


@pytest.fixture
def engine(bench: Workbench, qtbot: object, job_clip: GeneratedClip) -> DriftingEngine:
    made = DriftingEngine(job_clip.ids)
    with qtbot.waitSignal(bench.worker.engine_ready):
        bench.worker.use(lambda: made)
    return made


@pytest.fixture
def opened(
    window: Window, engine: DriftingEngine, cvat: CvatStub, job_clip: GeneratedClip
) -> Window:
    """Job 7 with object 1 on frames 2 and 8."""
    for frame in (2, 8):
        cvat.put(7, "shapes", mask_shape(frame, truth(job_clip, frame, 1), 1))
    window.open_job()
    return window


def compared(window: Window, dialog: QDialog) -> CvatPushDialog:
    assert isinstance(dialog, CvatPushDialog)
    window.until(lambda: not dialog.work.is_running)
    return dialog


def rows(dialog: CvatPushDialog) -> list[list[str]]:
    table = dialog.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_a_job_opens_with_its_labels_and_asks_for_each_frame_once(
    opened: Window, cvat: CvatStub
) -> None:
    assert opened.project.prompted_frames(1) == [2, 8]
    assert opened.project.objects[1].colour == (255, 0, 0)
    assert "job-7@" in opened.bench.window.windowTitle()
    assert opened.bench.window.actions_by_id["cvat_push"].isEnabled()
    assert len(set(cvat.frames_asked())) == len(cvat.frames_asked())


def test_the_whole_round_trip(opened: Window, cvat: CvatStub, job_clip: GeneratedClip) -> None:
    opened.run("track_initial")
    shown: list[list[list[str]]] = []

    def push(dialog: QDialog) -> None:
        made = compared(opened, dialog)
        shown.append(rows(made))
        assert "PATCH" not in {method for method, _ in cvat.log}
        made.push_button.click()
        opened.until(lambda: made.summary.text().startswith("Pushed"))

    opened.action("cvat_push", push)
    found = {frame: drifted(job_clip.ids[frame], 1, frame - (2 if frame < 8 else 8))
             for frame in range(2, 16)}  # fmt: skip
    assert held(cvat) == {(f, 1): mask for f, mask in found.items() if not mask.is_empty}
    assert shown[0][0] == ["3", str(START + 3), "1", "", ""]
    assert changed_cells(opened.project) == set()
    opened.action("undo")  # the run goes, what the server holds is still known
    assert changed_cells(opened.project)


def test_a_run_over_all_frames_is_one_step_to_undo(opened: Window) -> None:
    before = {cell: opened.project.value(cell) for cell in opened.project.cells()}
    opened.run("track_initial")
    assert opened.project.masks.frames(1) == list(range(2, 16))
    opened.action("undo")
    after = {cell: opened.project.value(cell) for cell in opened.project.cells()}
    assert {cell.key for cell in after} == {cell.key for cell in before}


def test_chosen_frames_one_step_and_going_on(
    opened: Window, engine: DriftingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.session.go_to(2)
    opened.run("track_step")
    assert opened.session.playhead == 3
    assert opened.project.masks.frames(1) == [2, 3, 8]
    opened.run("track_reuse")
    assert [(r.first, r.last) for r in engine.requests] == [(2, 3), (3, 7), (8, 15)]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("4, 10", True))
    opened.run("track_again")
    assert [(r.first, r.last) for r in engine.requests[3:]] == [(4, 7), (10, 15)]
    opened.action("track_reuse")
    assert "nothing is left to track" in opened.status()
    for text, why in (("x", "no list of frames"), ("0", "holds no mask"), ("99", "outside")):
        monkeypatch.setattr(QInputDialog, "getText", lambda *_, t=text, **__: (t, True))
        opened.action("track_again")
        assert why in opened.status()


def test_a_conflict_is_asked_about_before_anything_is_sent(
    opened: Window, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    opened.run("track_initial")
    cvat.put(7, "shapes", mask_shape(4, truth(job_clip, 4, 2), group=9))

    def push(dialog: QDialog) -> None:
        made = compared(opened, dialog)
        assert made.conflicts.isVisible()
        assert not made.push_button.isEnabled()
        assert "was added" in made.conflict_text.text()
        made.theirs.click()
        compared(opened, made)
        assert "4" not in [row[0] for row in rows(made)]
        made.mine.click()
        compared(opened, made)
        made.push_button.click()
        opened.until(lambda: made.summary.text().startswith("Pushed"))

    opened.action("cvat_push", push)
    assert {(4, 1), (4, 9)} <= held(cvat).keys()


def test_a_push_that_breaks_goes_on(
    opened: Window, cvat: CvatStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vostool.io.cvat_server.push.BATCH", 4)
    opened.run("track_initial")

    def push(dialog: QDialog) -> None:
        made = compared(opened, dialog)
        cvat.break_after = 1
        made.push_button.click()
        compared(opened, made)
        assert "the connection broke off" in made.note.text()
        assert "goes on where this one stopped" in made.note.text()
        cvat.break_after = None
        made.push_button.click()  # compare again
        compared(opened, made)
        made.push_button.click()
        opened.until(lambda: made.summary.text().startswith("Pushed"))

    opened.action("cvat_push", push)
    masks = opened.project.masks
    assert held(cvat) == {(f, o): r.mask for f, o, r in masks.items() if not r.mask.is_empty}


def test_what_a_push_begins_is_on_the_disk_before_it_is_sent(
    opened: Window, cvat: CvatStub
) -> None:
    opened.run("track_initial")
    draft = default_path(project_job(opened.project))
    stored: list[bool] = []
    change = cvat._change

    def looking(*given: object) -> object:
        stored.append("cvat_pending" in read_project(draft)[0].settings)
        return change(*given)

    cvat._change = looking

    def push(dialog: QDialog) -> None:
        made = compared(opened, dialog)
        made.push_button.click()
        opened.until(lambda: made.summary.text().startswith("Pushed"))

    opened.action("cvat_push", push)
    assert stored == [True]
    assert "cvat_pending" not in opened.project.settings


def test_a_wrong_password_and_a_login_that_is_kept(
    window: Window, cvat: CvatStub, memory_keyring: object
) -> None:
    memory_keyring.entries.clear()

    def drive(dialog: CvatOpenDialog) -> None:
        window.until(lambda: not dialog.job.is_running)  # the login that is kept: there is none
        assert "No login is known" in dialog.note.text()
        dialog.method.setCurrentText(BY_PASSWORD)
        dialog.secret.setText("wrong")
        dialog.connect_button.click()
        assert "user name" in dialog.note.text()
        dialog.user.setText(USER)
        dialog.connect_button.click()
        window.until(lambda: not dialog.job.is_running)
        assert "refused the login" in dialog.note.text()
        dialog.secret.setText(PASSWORD)
        dialog.connect_button.click()
        window.until(lambda: dialog.table.rowCount() == 1)
        assert dialog.secret.text() == ""
        dialog.filter.setText("nothing like it")
        assert not dialog.open_button.isEnabled()

    window.action("cvat_open", drive)
    assert stored_credentials(cvat.url) == Credentials(USER, PASSWORD)
    assert window.bench.workspace is None


def test_a_job_that_is_gone_and_a_server_that_is(window: Window, cvat: CvatStub) -> None:
    def drive(dialog: CvatOpenDialog) -> None:
        window.until(lambda: dialog.table.rowCount() == 1 and not dialog.job.is_running)
        del cvat.jobs[7]
        dialog.open_button.click()
        window.until(lambda: not dialog.job.is_running)
        assert "There is no job 7" in dialog.note.text()
        cvat.stop()
        dialog.connect_button.click()
        window.until(lambda: not dialog.job.is_running)
        assert "cannot be reached" in dialog.note.text()

    window.action("cvat_open", drive)


def test_the_same_job_stays_open_and_can_be_pulled_anew(
    opened: Window, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    before = opened.bench.workspace

    def same(dialog: CvatOpenDialog) -> None:
        opened.until(lambda: dialog.table.rowCount() == 1 and not dialog.job.is_running)
        dialog.open_button.click()
        assert "is open already" in dialog.note.text()

    opened.action("cvat_open", same)
    assert opened.bench.workspace is before
    cvat.put(7, "shapes", mask_shape(12, truth(job_clip, 12, 1), 1))

    def anew(dialog: CvatOpenDialog) -> None:
        opened.until(lambda: dialog.table.rowCount() == 1 and not dialog.job.is_running)
        dialog.anew.setChecked(True)
        dialog.open_button.click()
        opened.until(lambda: not dialog.isVisible())

    opened.action("cvat_open", anew)
    opened.until(lambda: opened.bench.workspace not in (None, before))
    assert opened.project.prompted_frames(1) == [2, 8, 12]


def test_what_stays_on_the_server_is_told(window: Window, cvat: CvatStub) -> None:
    line = {"type": "polyline", "frame": START, "label_id": 11, "points": [0.0, 0, 5, 5]}
    cvat.put(7, "shapes", line)
    window.open_job()
    notice = window.bench.window.notice
    window.until(notice.isVisible)
    assert "1 polyline" in notice.text.text() + notice.details.toPlainText()


def test_work_goes_on_offline(opened: Window, cvat: CvatStub, engine: DriftingEngine) -> None:
    opened.run("track_initial")  # every frame from 2 on is on the disk now
    cvat.stop()
    log_out()
    folder = opened.project.source.path
    opened.bench.close_workspace()
    opened.bench.open_path(folder)
    opened.until(lambda: opened.bench.workspace is not None)
    opened.session.go_to(9)
    opened.until(lambda: opened.bench.workspace.display.shown_frame == 9)
    opened.run("track_initial")
    assert opened.project.masks.frames(1) == list(range(2, 16))


def test_the_window_closes_while_the_server_does_not_answer(
    window: Window, cvat: CvatStub, engine: DriftingEngine
) -> None:
    reached, release = threading.Event(), threading.Event()
    answer = cvat.answer

    def hanging(method: str, path: str, *rest: object) -> object:
        if path.endswith("/data"):
            reached.set()
            release.wait(20)
        return answer(method, path, *rest)

    def drive(dialog: CvatOpenDialog) -> None:
        window.until(lambda: dialog.table.rowCount() == 1 and not dialog.job.is_running)
        cvat.answer = hanging
        dialog.open_button.click()
        window.until(lambda: not dialog.isVisible())

    window.action("cvat_open", drive)
    window.until(lambda: window.bench.workspace is not None)
    window.until(reached.is_set)
    loader = window.bench.workspace.display.loader
    window.bench.close_workspace()
    window.until(loader.isFinished)
    release.set()
