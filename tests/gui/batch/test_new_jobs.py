"""A job file made in the window, without a line of TOML, and opened there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs_clips import write_clip
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMessageBox, QWidget

from vostool.gui.batch.rows import State
from vostool.gui.batch.window import BatchWindow
from vostool.jobs.job_file import load_jobs
from vostool.jobs.writing import Begin

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def batch(qtbot, _own_places: None) -> Iterator[BatchWindow]:
    parent, rests = QWidget(), threading.Event()
    qtbot.addWidget(parent)
    made = BatchWindow(rests, lambda: None, lambda: "flow", parent)
    made.show()
    yield made
    made.close_threads()


def test_it_is_made_saved_and_opened(batch: BatchWindow, tmp_path: Path, qtbot, monkeypatch):
    clips = [write_clip(tmp_path / f"c{n}", 3, n) for n in range(2)]
    (tmp_path / "jobs.toml").write_text("another one")
    dialog = batch.new_jobs(clips)
    assert dialog is not None
    assert dialog.engine.currentData() == "flow"
    assert dialog.file.text() == str(tmp_path / "jobs.toml")
    dialog.begin.setCurrentIndex(dialog.begin.findData(Begin.LABELS))
    QTest.keyClicks(dialog.words, "{name}.json")
    dialog.formats.item(0).setCheckState(Qt.CheckState.Checked)
    answers = iter([QMessageBox.StandardButton.No, *[QMessageBox.StandardButton.Yes] * 2])
    monkeypatch.setattr(QMessageBox, "question", lambda *a: next(answers))
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "jobs.toml").read_text() == "another one"
    QTest.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: "c0.json" in dialog.message.text())
    assert (tmp_path / "jobs.toml").read_text() == "another one"
    for clip in clips:
        clip.with_suffix(".json").write_text("{}")
    QTest.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: [r.state for r in batch.ui.rows.rows] == [State.WAITING] * 2)
    plan = load_jobs(tmp_path / "jobs.toml")
    assert [job.name for job in plan.jobs] == ["c0", "c1"]
    assert len(plan.setup.formats) == 1


def test_nothing_can_be_saved_without_a_video(batch: BatchWindow, tmp_path: Path) -> None:
    dialog = batch.new_jobs([])
    assert dialog is not None
    assert not dialog.save_button.isEnabled()
    clip = write_clip(tmp_path / "c0", 3, 0)
    dialog.add_videos([clip, clip])
    assert dialog.videos.count() == 1
    assert dialog.save_button.isEnabled()
    dialog.videos.item(0).setSelected(True)
    QTest.mouseClick(dialog.remove_button, LEFT)
    assert not dialog.save_button.isEnabled()
    dialog.reject()
