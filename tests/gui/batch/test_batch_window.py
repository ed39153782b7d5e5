"""File > Batch: job files opened, run, watched, cancelled, gone on with, and their projects opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jobs_clips import write_clip
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMessageBox, QWidget

from vostool.gui.batch import run as batch_run
from vostool.gui.batch.recent import recent_job_files
from vostool.gui.batch.rows import FRAMES, PRIORITY, STATE, WORKER, State
from vostool.gui.batch.window import BatchWindow
from vostool.gui.widgets.progress_cell import PROGRESS_ROLE
from vostool.io.project.file import create
from vostool.io.project.reading import read_project
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.jobs import cluster
from vostool.jobs.job import TRACKING, Job, JobProgress, Listener, Setup
from vostool.jobs.local import run_here
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

LEFT = Qt.MouseButton.LeftButton
BOX = 'boxes = ["0:1:8,20,32,44"]'


@pytest.fixture
def job_file(tmp_path: Path) -> Path:
    """Three clips of six frames and a job for each."""
    for number in range(3):
        write_clip(tmp_path / "clips" / f"c{number}", 6, number)
    path = tmp_path / "jobs.toml"
    path.write_text(
        'vostool_jobs = 1\nprojects = "labels"\nengine = "flow"\n'
        f'[[jobs]]\nvideo = "clips/*"\n{BOX}\n'
    )
    return path


@pytest.fixture
def rests() -> threading.Event:
    """Cleared, and the batch waits as while the window's engine is busy."""
    made = threading.Event()
    made.set()
    return made


@pytest.fixture
def batch(qtbot, rests: threading.Event, _own_places: None) -> Iterator[BatchWindow]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = BatchWindow(rests, lambda: None, lambda: "flow", parent)
    made.show()
    yield made
    rests.set()
    made.close_threads()


Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def until(qtbot) -> Until:
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, rests: threading.Event) -> threading.Event:
    """The first job is held at its second frame, as if the window's engine worked, until it rests."""
    reached = threading.Event()

    def run(jobs: list[Job], setup: Setup, listener: Listener) -> object:
        def tell(progress: JobProgress) -> None:
            listener.tell(progress)
            if not reached.is_set() and progress.what == TRACKING and progress.done == 2:
                rests.clear()
                reached.set()

        return run_here(jobs, setup, replace(listener, tell=tell))

    monkeypatch.setattr(batch_run, "run_here", run)
    return reached


def states(batch: BatchWindow) -> list[State]:
    return [row.state for row in batch.ui.rows.rows]


def cell(batch: BatchWindow, row: int, column: int) -> str:
    return batch.ui.rows.index(row, column).data()


def loaded(batch: BatchWindow, path: Path, until: Until) -> None:
    looked: list[bool] = []
    batch.files.looked.connect(lambda: looked.append(True))
    batch.open_file(path)
    until(lambda: looked)


def choose(batch: BatchWindow, *rows: int) -> None:
    batch.ui.table.clearSelection()
    for row in rows:
        place = batch.ui.table.visualRect(batch.ui.rows.index(row, STATE)).center()
        held = Qt.KeyboardModifier.ControlModifier if row != rows[0] else Qt.KeyboardModifier(0)
        QTest.mouseClick(batch.ui.table.viewport(), LEFT, held, place)


def press(button: QWidget) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


def finished(batch: BatchWindow, until: Until) -> None:
    until(lambda: not batch.run.is_running)


def test_a_batch_is_run_and_gone_on_with(batch, job_file, until, qtbot) -> None:
    loaded(batch, job_file, until)
    assert states(batch) == [State.WAITING] * 3
    assert recent_job_files() == [job_file]
    until(lambda: len(batch._pictures.pictures) == 3)
    assert not batch._pictures.pictures["c0"].isNull()
    press(batch.ui.start_button)
    assert not batch.ui.start_button.isEnabled()
    finished(batch, until)
    assert states(batch) == [State.DONE] * 3
    assert batch.ui.message.text() == "3 jobs: 3 done."
    assert cell(batch, 0, FRAMES) == "6"
    assert cell(batch, 0, WORKER) == "this computer"
    assert batch.ui.bar.value() == 1000
    (job_file.parent / "labels/c1.vos").unlink()
    loaded(batch, job_file, until)
    assert states(batch) == [State.BEFORE, State.WAITING, State.BEFORE]
    press(batch.ui.start_button)
    finished(batch, until)
    assert states(batch) == [State.BEFORE, State.DONE, State.BEFORE]


def test_one_is_cancelled_another_one_done_next_and_the_rest_goes_on(
    batch, job_file, until, rests, held
) -> None:
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    until(held.is_set)
    until(lambda: states(batch)[0] is State.RUNNING)
    until(lambda: batch.ui.rows.index(0, STATE).data(PROGRESS_ROLE) == pytest.approx(2 / 6))
    until(lambda: "waits for what the window's engine does" in batch.ui.message.text())
    assert cell(batch, 0, FRAMES) == "2 / 6"
    choose(batch, 2)
    press(batch.ui.first_button)
    assert [cell(batch, row, PRIORITY) for row in range(3)] == ["0", "0", "1"]
    choose(batch, 0)
    assert not batch.ui.first_button.isEnabled()  # it has begun
    press(batch.ui.cancel_button)
    assert states(batch)[0] is State.STOPPING
    ended: list[str] = []
    batch.run.ended.connect(lambda results: ended.extend(r.name for r in results))
    rests.set()
    finished(batch, until)
    assert states(batch) == [State.STOPPED, State.DONE, State.DONE]
    assert ended == ["c0", "c2", "c1"]
    assert sorted(p.name for p in (job_file.parent / "labels").iterdir()) == ["c1.vos", "c2.vos"]


def test_a_priority_is_typed_into_its_cell(batch, job_file, until, rests, held) -> None:
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    until(held.is_set)
    until(lambda: states(batch)[0] is State.RUNNING)
    index = batch.ui.rows.index(2, PRIORITY)
    place = batch.ui.table.visualRect(index).center()
    QTest.mouseClick(batch.ui.table.viewport(), LEFT, pos=place)
    QTest.mouseDClick(batch.ui.table.viewport(), LEFT, pos=place)
    editor = batch.ui.table.indexWidget(index)
    assert editor is not None
    QTest.keyClicks(editor, "7")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    until(lambda: cell(batch, 2, PRIORITY) == "7")
    assert not batch.ui.rows.flags(batch.ui.rows.index(0, PRIORITY)) & Qt.ItemFlag.ItemIsEditable
    assert "begun already" in batch.ui.rows.index(0, PRIORITY).data(Qt.ItemDataRole.ToolTipRole)
    ended: list[str] = []
    batch.run.ended.connect(lambda results: ended.extend(r.name for r in results))
    rests.set()
    finished(batch, until)
    assert ended == ["c0", "c2", "c1"]


def test_all_are_cancelled_and_what_is_whole_stays(batch, job_file, until, rests, held) -> None:
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    until(held.is_set)
    press(batch.ui.cancel_all_button)
    finished(batch, until)
    assert states(batch) == [State.STOPPED] * 3
    assert not (job_file.parent / "labels").exists()
    rests.set()
    press(batch.ui.start_button)
    finished(batch, until)
    assert states(batch) == [State.DONE] * 3


def test_bad_input_is_one_sentence_in_its_place(
    batch, job_file, until, monkeypatch, tmp_path
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("vostool_jobs = 1\nprojects =")
    batch.open_file(broken)
    until(lambda: "broken.toml' cannot be used" in batch.ui.message.text())
    assert batch.jobs is None
    (tmp_path / "clips/broken.mp4").write_bytes(b"no video at all" * 99)
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    finished(batch, until)
    assert states(batch) == [State.FAILED, State.DONE, State.DONE, State.DONE]
    assert "broken.mp4" in cell(batch, 0, STATE)
    choose(batch, 0)
    assert "broken.mp4" in batch.ui.details.toPlainText()
    assert not batch.ui.project_button.isEnabled()
    batch.ui.where.setCurrentIndex(1)
    batch.ui.scheduler.clear()
    press(batch.ui.start_button)
    assert "scheduler's address" in batch.ui.message.text()
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    QTest.keyClicks(batch.ui.scheduler, "tcp://127.0.0.1:1")
    press(batch.ui.start_button)
    finished(batch, until)
    assert "127.0.0.1:1" in batch.ui.message.text()
    assert states(batch)[1:] == [State.DONE] * 3


def test_a_place_that_cannot_be_written_to_fails_each_job_with_a_sentence(
    batch, job_file, until, tmp_path
) -> None:
    (tmp_path / "labels").write_text("a file where the folder of projects would be")
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    finished(batch, until)
    assert states(batch) == [State.FAILED] * 3
    assert all("labels" in row.texts[0] for row in batch.ui.rows.rows)
    assert (tmp_path / "labels").read_text().startswith("a file")


def test_the_same_table_watches_a_cluster(batch, job_file, until) -> None:
    distributed = pytest.importorskip("distributed", reason="no extra `cluster` is installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0",
        silence_logs=50,
    ) as made:  # fmt: skip
        loaded(batch, job_file, until)
        batch.ui.where.setCurrentIndex(1)
        batch.ui.scheduler.setText(made.scheduler_address)
        choose(batch, 1)
        press(batch.ui.first_button)
        press(batch.ui.start_button)
        finished(batch, until)
        assert states(batch) == [State.DONE] * 3, batch.ui.message.text()
        assert cell(batch, 0, WORKER) in made.workers[0].address


# -- in the whole window ---------------------------------------------------------------------------


def test_a_done_project_opens_and_is_never_overwritten(program, hand, engine, job_file, until):
    program.bench.window.actions_by_id["batch"].trigger()
    batch = program.batches.dialog
    assert batch is not None
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    finished(batch, until)
    choose(batch, 1)
    place = batch.ui.table.visualRect(batch.ui.rows.index(1, STATE)).center()
    QTest.mouseDClick(batch.ui.table.viewport(), LEFT, pos=place)
    hand.until(lambda: hand.bench.workspace is not None)
    path = job_file.parent / "labels/c1.vos"
    assert hand.bench.workspace.storage.path == path
    hand.session.select(1)
    before = len(hand.project.masks)
    hand.bench.window.actions_by_id["delete_mask"].trigger()
    assert len(hand.project.masks) == before - 1
    hand.until(lambda: len(read_project(path)[0].masks) == before - 1)
    press(batch.ui.start_button)
    finished(batch, until)
    assert states(batch) == [State.BEFORE] * 3
    assert len(read_project(path)[0].masks) == before - 1
    batch.project_wanted.emit(path)  # it is open already: nothing is opened again
    assert len(hand.project.masks) == before - 1


def test_closing_the_window_asks_while_a_batch_goes_on(
    program, hand, engine, job_file, until
) -> None:
    batch = program.batches.show()
    batch.run._rests = rests = threading.Event()
    rests.set()
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    until(lambda: batch.run.is_running)
    rests.clear()
    batch.close()
    assert batch.run.is_running  # without its window, too
    hand.until(lambda: "Batch: " in hand.window.status.activity.text())
    hand.window.close()
    assert "3 jobs" in hand.choose("Stay")
    assert hand.window.isVisible()
    assert batch.run.is_running
    hand.window.close()
    hand.choose("Stop it and keep what is done")
    hand.until(lambda: not hand.window.isVisible())
    assert not batch.run.is_running


def test_it_closes_by_itself_when_the_batch_is_done(program, hand, job_file, until) -> None:
    batch = program.batches.show()
    batch.run._rests = rests = threading.Event()
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    hand.window.close()
    hand.choose("Close when it is done")
    hand.until(lambda: not hand.window.isVisible())
    assert batch.run.is_running
    rests.set()
    hand.until(lambda: hand.window.may_close)
    assert len(list((job_file.parent / "labels").iterdir())) == 3


def test_ctrl_c_stops_a_batch_without_a_question(program, hand, job_file, until) -> None:
    batch = program.batches.show()
    batch.run._rests = threading.Event()
    loaded(batch, job_file, until)
    press(batch.ui.start_button)
    program.bench.stop()
    hand.until(lambda: hand.window.may_close)
    assert not batch.run.is_running
    assert not (job_file.parent / "labels").exists()


def test_a_job_file_is_dropped_on_the_window(program, hand, job_file, until) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(job_file))])
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    hand.window.dropEvent(drop)
    batch = program.batches.dialog
    assert batch is not None
    until(lambda: states(batch) == [State.WAITING] * 3)
    assert hand.bench.workspace is None


@pytest.fixture
def projects(tmp_path: Path) -> list[Path]:
    """Two projects; the first has masks with low scores on frames 2 and 3, the second lower on 4, 5."""
    made = []
    for name, low in (("mild", {2: 0.2, 3: 0.2}), ("bad", {4: 0.05, 5: 0.05})):
        clip = write_clip(tmp_path / "review" / name, 8, 1)
        with closing(open_source(clip)) as source:
            project = Project(source_ref(source))
            size = (source.info.height, source.info.width)
        cells = [(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1, f"{name} cup"))]
        for frame in range(8):
            shape = np.zeros(size, bool)
            shape[20:40, 10 + frame : 30 + frame] = True
            record = MaskRecord(Mask.from_array(shape), Provenance.TRACKED, low.get(frame, 0.95))
            cells.append((Cell(Table.MASKS, (frame, 1)), record))
        project.load(cells)
        path = clip.with_suffix(".vos")
        create(path, project).close()
        made.append(path)
    return made


def test_the_review_of_all_projects_opens_each_at_its_frame(program, hand, engine, projects):
    batch = program.batches.show()
    batch.ui.tabs.setCurrentIndex(1)
    review = batch.ui.review
    review.show_projects(projects)
    hand.until(lambda: review.model.places)
    assert [(p.project.stem, p.frame) for p in review.model.places] == [("bad", 4), ("mild", 2)]
    assert batch.ui.tabs.tabText(1) == "Review all (2)"
    for row, frame in ((1, 2), (0, 4)):
        place = review.table.visualRect(review.model.index(row, 0)).center()
        QTest.mouseClick(review.table.viewport(), LEFT, pos=place)
        QTest.mouseDClick(review.table.viewport(), LEFT, pos=place)
        wanted = review.model.places[row].project
        hand.until(
            lambda wanted=wanted: (
                hand.bench.workspace is not None and hand.bench.workspace.is_of(wanted)
            )
        )
        hand.until(lambda frame=frame: hand.session.playhead == frame)
        hand.until(lambda: hand.bench.workspace.review.current is not None)
        assert hand.session.current_object == 1
    hand.bench.workspace.review.confirm()
    hand.bench.workspace.storage.flush()
    press(review.again_button)
    hand.until(lambda: [p.project.stem for p in review.model.places] == ["mild"])
    projects[0].write_bytes(b"no project")
    press(review.again_button)
    hand.until(lambda: "mild.vos" in review.note.text())
    assert [b for b in hand.window.findChildren(QMessageBox) if b.isVisible()] == []
