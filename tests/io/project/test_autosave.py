"""Autosave: soon, together, in the background, and stubborn when the disk is full."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from vostool.errors import ProjectFileError
from vostool.frames import SourceRef
from vostool.io.project.autosave import Autosaver
from vostool.io.project.file import ProjectFile, create, read_project
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Table, Value
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

RECORD = MaskRecord(Mask.from_array(np.eye(6, 8)), Provenance.TRACKED, 0.5)


@pytest.fixture
def file(tmp_path: Path) -> Iterable[ProjectFile]:
    project = Project(SourceRef(tmp_path / "v.mp4", "video", 1, "0", 8, 6, 1000, 25.0))
    project.load([(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1))])
    with create(tmp_path / "p.vos", project) as opened:
        yield opened


def mask_cell(frame: int) -> Cell:
    return Cell(Table.MASKS, (frame, 1))


class Counting:
    """A project file that counts its transactions, and fails as often as told."""

    def __init__(self, file: ProjectFile, failures: int = 0) -> None:
        self.file, self.path, self.failures = file, file.path, failures
        self.times: list[float] = []
        self.written = threading.Event()

    def write(self, values: Iterable[tuple[Cell, Value]]) -> None:
        if self.failures:
            self.failures -= 1
            raise ProjectFileError("There is no space left.")
        self.file.write(values)
        self.times.append(time.monotonic())
        self.written.set()


def saver_of(counting: Counting, **kwargs: object) -> Autosaver:
    return Autosaver(counting, **kwargs)  # type: ignore[arg-type]  # same doors as a ProjectFile


def test_a_change_is_stored_without_being_asked(file: ProjectFile) -> None:
    counting = Counting(file)
    saver = saver_of(counting)
    start = time.monotonic()
    saver.changed([(mask_cell(3), RECORD)])
    assert counting.written.wait(5)
    assert counting.times[0] - start < 1
    assert read_project(file.path)[0].masks.get(3, 1) == RECORD
    assert saver.close()


def test_many_changes_go_together_and_the_latest_counts(file: ProjectFile) -> None:
    counting = Counting(file)
    saver = saver_of(counting, interval=0.2)
    start = time.monotonic()
    for frame in range(500):
        saver.changed([(mask_cell(frame), None), (mask_cell(frame), RECORD)])
    calls = time.monotonic() - start
    assert saver.flush()
    assert len(read_project(file.path)[0].masks) == 500
    assert len(counting.times) <= 3 + calls / 0.2
    assert calls < 0.5
    saver.changed([(mask_cell(frame), None) for frame in range(499)])
    assert saver.close()
    assert read_project(file.path)[0].masks.frames() == [499]


def test_a_full_disk_is_told_once_and_nothing_is_lost(
    file: ProjectFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vostool.io.project.autosave._RETRY_SECONDS", 0.01)
    counting = Counting(file, failures=3)
    told: list[str | None] = []
    recovered = threading.Event()

    def problem(sentence: str | None) -> None:
        told.append(sentence)
        if sentence is None:
            recovered.set()

    saver = saver_of(counting, interval=0.01, on_problem=problem)
    saver.changed([(mask_cell(1), RECORD)])
    saver.changed([(mask_cell(2), RECORD)])
    assert recovered.wait(5)
    assert told == ["There is no space left.", None]
    assert saver.close()
    assert read_project(file.path)[0].masks.frames() == [1, 2]


def test_flush_says_when_it_failed_and_a_newer_value_wins(file: ProjectFile) -> None:
    counting = Counting(file, failures=1)
    saver = saver_of(counting)
    saver.changed([(mask_cell(1), RECORD), (mask_cell(2), RECORD)])
    deadline = time.monotonic() + 5
    while saver.problem is None and time.monotonic() < deadline:
        saver.flush(0.01)
        if counting.times:
            break
    saver.changed([(mask_cell(2), None)])
    assert saver.flush()
    assert read_project(file.path)[0].masks.frames() == [1]
    assert saver.problem is None
    assert saver.close()


def test_close_reports_what_could_not_be_stored(file: ProjectFile) -> None:
    saver = saver_of(Counting(file, failures=10**6))
    saver.changed([(mask_cell(1), RECORD)])
    assert not saver.close()
    assert saver.problem == "There is no space left."


def test_an_unexpected_error_does_not_end_the_thread(file: ProjectFile) -> None:
    saver = Autosaver(file, interval=0.01)
    saver.changed([(Cell(Table.MASKS, (1, 1)), AnnotatedObject.new(1))])
    assert not saver.flush(5)
    assert saver.problem is not None
    saver.changed([(mask_cell(1), RECORD)])
    assert saver.flush(5)
    assert saver.close()


class Held(Counting):
    """Its first write waits until the test lets it fail."""

    def __init__(self, file: ProjectFile) -> None:
        super().__init__(file, failures=1)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def write(self, values: Iterable[tuple[Cell, Value]]) -> None:
        self.begun.set()
        assert self.go_on.wait(10)
        super().write(values)


def test_a_flush_is_not_answered_by_an_attempt_that_began_before_it(file: ProjectFile) -> None:
    held = Held(file)
    saver = saver_of(held)
    saver.changed([(mask_cell(1), RECORD)])
    assert held.begun.wait(10)
    answers: list[bool] = []
    flush = threading.Thread(target=lambda: answers.append(saver.flush(10)))
    flush.start()
    while not saver._flushes:  # the flush stands in its wait
        pass
    held.go_on.set()
    flush.join(10)
    assert answers == [True]
    saver.close()


def test_flush_with_nothing_to_do(file: ProjectFile) -> None:
    saver = Autosaver(file)
    assert saver.flush(5)
    assert saver.close()
    assert saver.close()
