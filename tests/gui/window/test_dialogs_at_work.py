"""Every dialog closed at every stage of its work: nothing breaks, and every thread is given back.

A dialog's thread is held when it begins, at its first report, or when its work is done and only the
answer is left to be told; the dialog is closed then and destroyed, and the thread goes on.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile_kinds import labelme
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog

from tests.gui.conftest import Hand, running_threads, threads_of_the_process
from vostool.errors import UsageError
from vostool.gui.cvat import open_dialog, push_dialog
from vostool.gui.cvat.open_dialog import CvatOpenDialog, Listing
from vostool.gui.cvat.push_dialog import CvatPushDialog
from vostool.gui.engine import models_dialog
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.places import open_project_row
from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.threads.background import Background
from vostool.gui.window.handlers import program as program_handlers
from vostool.gui.window.settings import device_box
from vostool.io.cvat_server.job import Job
from vostool.models.devices import CPU
from vostool.progress import Progress

PATIENCE = 10.0
STAGES = ("begin", "report", "end")
CYCLES = 3
A_FEW = 8
"""Threads that a library makes once, when it is first asked."""


class Held:
    """Holds the next work that is started at one stage; other work goes on as ever."""

    def __init__(self) -> None:
        self.stage: str | None = None
        self.begun, self.go = threading.Event(), threading.Event()

    def at(self, stage: str) -> None:
        self.stage, self.begun, self.go = stage, threading.Event(), threading.Event()

    def around(self, work: Callable[[Progress], object]) -> Callable[[Progress], object]:
        stage, self.stage = self.stage, None
        if stage is None:
            return work
        begun, go = self.begun, self.go

        def stop(here: str) -> None:
            if here == stage and not begun.is_set():
                begun.set()
                assert go.wait(PATIENCE), "nobody let it go on"

        def held(progress: Progress) -> object:
            def told(done: int, total: int, what: str = "") -> None:
                stop("report")
                progress(done, total, what)

            stop("begin")
            try:
                return work(told)
            finally:
                stop("end")

        return held


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made, begin = Held(), Background.__init__
    monkeypatch.setattr(Background, "__init__", lambda self, work: begin(self, made.around(work)))
    yield made
    made.go.set()


# -- the dialogs, each opened so that the thread that is held is its own ----------------------------


def settings(hand: Hand, held: Held, stage: str) -> QDialog:
    held.at(stage)
    return program_handlers.show_settings(hand.bench)


def models(hand: Hand, held: Held, stage: str) -> QDialog:
    held.at(stage)
    hand.bench.engine.fetch_small()
    return shown(hand)


def export_looks(hand: Hand, held: Held, stage: str) -> ExportDialog:
    workspace = hand.bench.workspace
    row = open_project_row(workspace.document, workspace.source, workspace.storage.path)
    dialog = ExportDialog([row], hand.window)
    dialog.ui.formats.choose(("coco",))
    dialog.ui.folder.setText(str(Path(workspace.source.info.path).with_name(f"out {uuid.uuid4()}")))
    held.at(stage)
    dialog.open()
    return dialog


def export_runs(hand: Hand, held: Held, stage: str) -> ExportDialog:
    dialog = export_looks(hand, held, "never")
    hand.until(lambda: not dialog.estimator.is_busy)
    held.at(stage)
    dialog.start()
    return dialog


def export_searches(hand: Hand, held: Held, stage: str) -> ExportDialog:
    dialog = export_looks(hand, held, "never")
    hand.until(lambda: not dialog.estimator.is_busy)
    held.at(stage)
    dialog.ui.projects.add_places([Path(hand.session.source.info.path).parent])
    return dialog


def import_looks(hand: Hand, held: Held, stage: str) -> ImportDialog:
    workspace = hand.bench.workspace
    labels = Path(workspace.source.info.path).with_name("frame_000000.json")
    labels.write_text(labelme("thing", "[[1, 1], [30, 3], [40, 50]]"))
    held.at(stage)
    dialog = ImportDialog(workspace.document, workspace.source, labels, hand.window)
    dialog.open()
    return dialog


def import_reads(hand: Hand, held: Held, stage: str) -> ImportDialog:
    dialog = import_looks(hand, held, "never")
    dialog.reading.detected.disconnect()  # so that the next work is the reading
    hand.until(lambda: not dialog.reading.is_busy)
    dialog.reading.detected.connect(dialog._detected)
    held.at(stage)
    dialog.reading.detected.emit("labelme")
    return dialog


def cvat_lists(hand: Hand, held: Held, stage: str) -> QDialog:
    dialog = CvatOpenDialog(lambda _folder, _anew: True, hand.window)
    dialog.server.setText("http://127.0.0.1:9")
    dialog.open()
    held.at(stage)
    dialog.connect_to_server()
    return dialog


def cvat_compares(hand: Hand, held: Held, stage: str) -> QDialog:
    workspace = hand.bench.workspace
    held.at(stage)
    job = Job("http://127.0.0.1:9", 7, 3, "street", "in progress", (), (), (), 240, 136, ())
    dialog = CvatPushDialog(workspace.document, job, workspace.storage.flush, hand.window)
    dialog.open()
    return dialog


DIALOGS = {
    each.__name__: each
    for each in (
        settings, models, export_looks, export_runs, export_searches, import_looks, import_reads,
        cvat_lists, cvat_compares,
    )
}  # fmt: skip
WITHOUT_REPORTS = (
    "settings", "export_searches", "import_looks", "import_reads", "cvat_lists", "cvat_compares",
)  # fmt: skip
"""What is over in a moment, or tells only how long it takes."""


@pytest.fixture(autouse=True)
def _nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fetch(_spec: object, _folder: Path, progress: Progress) -> Path:
        progress(1, 2, "")
        progress(2, 2, "")
        return tmp_path

    def no_session(_url: str) -> None:
        raise UsageError("Nobody answers.")

    monkeypatch.setattr(models_dialog, "fetch", fetch)
    monkeypatch.setattr(device_box, "found_devices", lambda: (CPU,))
    monkeypatch.setattr(open_dialog, "_list_jobs", lambda *_: Listing("http://x", [], ""))
    monkeypatch.setattr(push_dialog, "session_for", no_session)


def shown(hand: Hand) -> QDialog:
    (dialog,) = [d for d in hand.window.findChildren(QDialog) if d.isVisible()]
    return dialog


def by_escape(dialog: QDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def by_its_cross(dialog: QDialog) -> None:
    dialog.close()


def closed(hand: Hand, held: Held, dialog: QDialog, close: Callable[[QDialog], None]) -> None:
    """Close it, destroy it while its thread is held, and let the thread go on."""
    close(dialog)
    if dialog.isVisible():  # it writes, and stops first
        held.go.set()
        hand.until(lambda: not running_of(dialog))
        close(dialog)
    assert not dialog.isVisible()
    dialog.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    held.go.set()
    hand.until(lambda: not [t for t in running_threads() if isinstance(t, Background)])
    QApplication.processEvents()


def running_of(dialog: QDialog) -> bool:
    return isinstance(dialog, ExportDialog) and dialog.runner.is_running


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_is_closed_at_each_stage_of_its_work(opened, held, name, caplog, capfd) -> None:
    opened.mark(1, oid=1)
    caplog.set_level(logging.WARNING)
    for stage in STAGES:
        if stage == "report" and name in WITHOUT_REPORTS:
            continue
        for close in (by_escape, by_its_cross):
            dialog = DIALOGS[name](opened, held, stage)
            opened.until(held.begun.is_set)
            closed(opened, held, dialog, close)
    assert not caplog.records, caplog.text
    said = capfd.readouterr().err
    assert "Traceback" not in said, said
    opened.window.activateWindow()  # what a window manager does
    opened.mark(2, oid=1)


@pytest.mark.parametrize("name", DIALOGS)
def test_the_window_is_closed_while_a_dialog_works(opened, held, name, caplog) -> None:
    opened.mark(1, oid=1)
    dialog = DIALOGS[name](opened, held, "end")
    opened.until(held.begun.is_set)
    opened.window.close()
    if running_of(dialog):
        held.go.set()
    opened.until(lambda: not opened.window.isVisible())
    assert opened.bench.workspace is None
    held.go.set()
    opened.until(lambda: not running_threads())
    assert not caplog.records, caplog.text


def test_threads_come_back_after_all_dialogs_again_and_again(opened, held) -> None:
    opened.mark(1, oid=1)

    def round_of_all() -> None:
        for name, make in DIALOGS.items():
            closed(opened, held, make(opened, held, "begin"), by_its_cross)
            assert not [d for d in opened.window.findChildren(QDialog) if d.isVisible()], name

    round_of_all()
    before = threads_of_the_process()
    for _ in range(CYCLES):
        round_of_all()
    opened.until(lambda: threads_of_the_process() <= before + A_FEW)
