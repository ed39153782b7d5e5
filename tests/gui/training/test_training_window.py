"""Tools > Models > Train on these labels: planned, trained, stopped, gone on with, compared, used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from jobs_clips import HEIGHT, WIDTH, write_clip
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget
from training_videos import ScriptedTrainer, Skill, SkilledEngine

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_text
from vostool.gui.training.labels_table import HELD_OUT, VIDEO
from vostool.gui.training.place import adopt
from vostool.gui.training.window import TrainingWindow
from vostool.io.project.file import create
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models import registry
from vostool.models.spec import EngineSpec
from vostool.models.weights import catalog
from vostool.models.weights.catalog import ModelSpec
from vostool.project.changes import Cell, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

LEFT = Qt.MouseButton.LeftButton
Until = Callable[[Callable[[], object]], None]


class Lesson:
    """What the scripted trainer does in a test.

    Attributes:
        good: so many steps help, and those after them do harm.
        hold_at: the step that waits for ``go_on``; None for none.
    """

    def __init__(self) -> None:
        self.good = 6
        self.hold_at: int | None = None
        self.held, self.go_on = threading.Event(), threading.Event()


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch, _own_places: None) -> Iterator[Lesson]:
    """The engine `scripted` with its weights in the folder of checkpoints."""
    made = Lesson()
    folder = catalog.user_checkpoint_dir()
    folder.mkdir(parents=True)
    base = folder / "base.pt"
    torch.save({"weight": torch.full((1,), 0.2)}, base)

    def load(device, checkpoint, options):
        return SkilledEngine(Skill(torch.load(checkpoint, weights_only=True)["weight"]))

    class Taught(ScriptedTrainer):
        def step(self):
            if self._step == made.hold_at:
                made.held.set()
                assert made.go_on.wait(10)
            return super().step()

    spec = EngineSpec(
        name="scripted",
        title="Scripted",
        load=load,
        weights=ModelSpec("scripted", "Scripted", "", "base.pt", base.stat().st_size, ""),
        trainer=lambda device, checkpoint, options: Taught(checkpoint, options, made.good),
    )
    monkeypatch.setattr(registry, "_BUILT_IN", (*registry._BUILT_IN, spec))
    yield made
    made.go_on.set()


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """A project whose object is the left half of the picture, drawn on some frames by a person."""

    def make(name: str, taught: int = 6, tracked: int = 2) -> Path:
        clip = write_clip(tmp_path / name, 12, sum(map(ord, name)))
        with closing(open_source(clip)) as source:
            made = Project(source_ref(source))
        half = np.zeros((HEIGHT, WIDTH), bool)
        half[:, : WIDTH // 2] = True
        cells = [(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1, "half"))]
        for frame in range(taught + tracked):
            how = Provenance.EDITED if frame < taught else Provenance.TRACKED
            record = MaskRecord(Mask.from_array(half), how, 0.9)
            cells.append((Cell(Table.MASKS, (frame, 1)), record))
        made.load(cells)
        path = tmp_path / f"{name}.vos"
        create(path, made).close()
        return path

    return make


@pytest.fixture
def until(qtbot) -> Until:
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)


@pytest.fixture
def window(qtbot, lesson: Lesson) -> Iterator[TrainingWindow]:
    parent, rests = QWidget(), threading.Event()
    rests.set()
    qtbot.addWidget(parent)
    made = TrainingWindow(rests, lambda: None, parent)
    made.show()
    yield made
    lesson.go_on.set()
    made.close_threads()


def planned(window: TrainingWindow, until: Until, *projects: Path) -> None:
    window.show_projects(projects, "scripted")
    index = window.ui.engine.findData("scripted")
    window.ui.engine.setCurrentIndex(index)
    window.look()
    until(lambda: not window.planning.is_busy)


def press(button: QWidget) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


def train(window: TrainingWindow, until: Until) -> None:
    press(window.ui.start_button)
    until(lambda: not window.run.is_running)


def rows(window: TrainingWindow) -> list[list[str]]:
    table = window.ui.labels
    return [
        [table.item(r, c).text() for c in range(VIDEO, HELD_OUT)] for r in range(table.rowCount())
    ]


def test_what_is_taught_and_left_out_is_told_before_anything_is_trained(window, until, project):
    window.show_projects([], "scripted")
    assert "Add a project" in window.ui.message.text()
    planned(window, until, project("a"), project("b", taught=4, tracked=0))
    assert rows(window) == [["a", "6", "1", "6"], ["b", "4", "1", "4"]]
    assert "nobody confirmed it: 2 masks" in window.ui.notes.toPlainText()
    (held,) = window.ui.labels.held_out()
    other = {"a": 1, "b": 0}[held]
    # The person holds the other one out, and not both.
    window.ui.labels.item(other, HELD_OUT).setCheckState(Qt.CheckState.Checked)
    until(lambda: "leave at least one" in window.ui.message.text())
    assert not window.ui.start_button.isEnabled()
    window.ui.labels.item(1 - other, HELD_OUT).setCheckState(Qt.CheckState.Unchecked)
    until(window.ui.start_button.isEnabled)
    assert window.ui.labels.held_out() == ({0: "a", 1: "b"}[other],)


def test_a_training_that_helps_is_proposed_used_and_kept(
    window, until, project, lesson, monkeypatch
) -> None:
    planned(window, until, project("a"), project("b"))
    train(window, until)
    assert window.ui.tabs.currentIndex() == 1
    panel = window.ui.comparison
    assert "Better" in panel.verdict.text()
    assert "Clicks until J&F is 0.9" in panel.numbers.text()
    assert "±" in panel.numbers.text()
    assert panel.use_button.isDefault()
    assert len(window.ui.curves.losses) > 3
    assert window.ui.curves.values[0][0] == 0
    until(lambda: panel.shown is not None)
    first = panel.shown
    press(panel.next_button)
    assert panel.shown is not first
    press(panel.previous_button)
    assert panel.shown is first
    assert not (catalog.user_checkpoint_dir() / "mine.pt").exists()
    wanted: list[str] = []
    window.engine_wanted.connect(wanted.append)
    press(panel.use_button)
    until(lambda: wanted)
    assert wanted == ["mine"]
    assert "mine" in registry.engine_names()
    # The name is taken, so another training needs another one.
    window.look()
    until(lambda: "already" in window.ui.message.text())


def test_one_that_does_not_help_leaves_the_old_one(window, until, project, lesson) -> None:
    lesson.good = 0
    planned(window, until, project("a"), project("b"))
    train(window, until)
    assert "keep the old one" in window.ui.message.text()
    assert not window.ui.tabs.isTabEnabled(1)
    assert list((catalog.user_checkpoint_dir() / "trained").glob("*.pt")) == []


def test_keep_is_proposed_where_it_is_not_surely_better(
    window, until, project, lesson, monkeypatch
) -> None:
    from vostool.training import compare

    monkeypatch.setattr(compare, "_spread", lambda before, after: 1.0)
    planned(window, until, project("a"), project("b"))
    train(window, until)
    panel = window.ui.comparison
    assert panel.keep_button.isDefault()
    assert not panel.use_button.isDefault()
    press(panel.keep_button)
    assert "old one stays" in window.ui.message.text()
    assert "mine" not in registry.engine_names()


def test_it_is_stopped_with_the_best_so_far_and_gone_on_with(
    window, until, project, lesson
) -> None:
    lesson.hold_at = 4
    planned(window, until, project("a"), project("b"))
    press(window.ui.start_button)
    until(lesson.held.is_set)
    until(lambda: "left" in window.ui.message.text())
    assert not window.ui.projects.isEnabled()
    window.close()
    assert window.run.is_running
    window.show()
    press(window.ui.stop_button)
    lesson.go_on.set()
    until(lambda: not window.run.is_running)
    assert "training again goes on" in window.ui.message.text()
    lesson.hold_at = None
    train(window, until)
    assert window._outcome is not None
    assert window._outcome.resumed
    assert "Better" in window.ui.comparison.verdict.text()


def test_bad_input_is_one_sentence_in_its_place(window, until, project, tmp_path) -> None:
    broken = tmp_path / "broken.vos"
    broken.write_bytes(b"no project")
    planned(window, until, broken)
    assert "broken.vos" in window.ui.message.text()
    window.ui.projects.clear()
    planned(window, until, project("untaught", taught=0, tracked=5))
    assert "nothing to learn" in window.ui.message.text()
    window.ui.projects.clear()
    planned(window, until, project("a"))
    assert window.ui.start_button.isEnabled(), window.ui.message.text()
    window.ui.name.setText("a/b")
    until(lambda: "Name the new engine" in window.ui.message.text())
    window.ui.name.setText("base")
    until(lambda: "already" in window.ui.message.text())
    window.ui.name.setText("other")
    window.ui.checkpoint.setText(str(tmp_path / "gone.pt"))
    until(lambda: "gone.pt" in window.ui.message.text())


# -- in the whole window ---------------------------------------------------------------------------


def test_the_open_project_is_trained_on_and_the_new_engine_answers(
    program, hand, engine, lesson, until, project
) -> None:
    hand.open(project("a"))
    program.bench.window.actions_by_id["train"].trigger()
    window = program.trainings.dialog
    assert window is not None
    planned(window, until, project("b"))
    assert [row[0] for row in rows(window)] == ["a", "b"]
    lesson.hold_at = 4
    press(window.ui.start_button)
    until(lesson.held.is_set)
    hand.until(lambda: "steps" in hand.window.status.activity.text())
    hand.window.close()
    assert "A training is going on" in hand.choose("Stay")
    lesson.go_on.set()
    until(lambda: not window.run.is_running)
    until(lambda: window.ui.comparison.shown is not None)
    press(window.ui.comparison.use_button)
    hand.until(lambda: hand.bench.engine.current == "mine")
    assert hand.window.status.engine_button.text().startswith("mine, Scripted")
    menu = hand.window.status.engine_button.menu()
    menu.aboutToShow.emit()
    chosen = [a.text() for a in menu.actions() if a.isChecked()]
    assert "mine (Scripted, trained on own labels)" in chosen
    assert stored_text(keys.OWN_ENGINE) == "mine"
    hand.bench.engine.use_quality("exact")  # is loaded anew, and stays the own one
    hand.until(lambda: "loading" not in hand.window.status.engine_button.text())
    assert hand.bench.engine.current == "mine"


def test_an_own_engine_answers_after_a_restart(qtbot, lesson, window, until, project) -> None:
    from vostool.gui.window import app

    planned(window, until, project("a"), project("b"))
    train(window, until)
    until(lambda: window.ui.comparison.shown is not None)
    settings().setValue(keys.OWN_ENGINE, adopt(window._outcome.checkpoint))
    made = app.build()
    made.bench.show()
    qtbot.waitUntil(lambda: made.bench.engine.current == "mine")
    made.bench.close()
    made.bench.window.deleteLater()


@pytest.mark.usefixtures("_own_places")
def test_an_own_engine_that_was_removed_is_told_at_the_start(qtbot) -> None:
    from vostool.gui.window import app

    settings().setValue(keys.OWN_ENGINE, "mine")
    made = app.build()
    made.bench.show()
    qtbot.waitUntil(lambda: "'mine' is not there any more" in made.bench.window.notice.text.text())
    qtbot.waitUntil(lambda: made.bench.engine.current is not None)
    assert stored_text(keys.OWN_ENGINE) == ""
    made.bench.close()
    made.bench.window.deleteLater()
