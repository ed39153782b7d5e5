"""The export dialog: one project or many, looked at, previewed, run, cancelled, reported."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QWidget

from vostool import cli
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.gui.export import runner
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.options_panel import OptionsPanel
from vostool.gui.export.places import open_project_row
from vostool.gui.export.rows import COLUMNS, STATE, State
from vostool.gui.widgets import dialogs, theme
from vostool.gui.widgets.progress_cell import PROGRESS_ROLE
from vostool.io.batch.presets import load_presets
from vostool.io.batch.recipe import load_recipe
from vostool.io.batch.run import BatchProject, run_batch
from vostool.io.exports.exporters import (
    FORMATS,
    ExportOptions,
    FrameChoice,
    ImageFiles,
    Split,
    SplitBy,
)
from vostool.io.project.file import create, open_project
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

LEFT = Qt.MouseButton.LeftButton
Make = Callable[..., ExportDialog]


@pytest.fixture
def parent(qtbot) -> QWidget:
    """A window for the dialogs."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def make(qtbot, parent: QWidget, tmp_path: Path) -> Iterator[Make]:
    """Shows dialogs that write to ``out``; afterwards their threads must have ended."""
    made: list[ExportDialog] = []

    def show(*paths: Path, formats: tuple[str, ...] = ("coco", "masks")) -> ExportDialog:
        dialog = ExportDialog([BatchProject(path) for path in paths], parent)
        dialog.ui.formats.choose(formats)
        dialog.ui.folder.setText(str(tmp_path / "out"))
        dialog.open()
        qtbot.waitExposed(dialog)
        made.append(dialog)
        return dialog

    yield show
    for dialog in made:
        dialog.done(0)
        qtbot.waitUntil(lambda dialog=dialog: not dialog.runner.is_running)


@pytest.fixture
def store(video: Path, clip: GeneratedClip, tmp_path: Path) -> Callable[..., Path]:
    """Writes a project of the clip with the masks of its objects."""

    def write(name: str, frames: int = 6, label: str = "car", objects: int = 2) -> Path:
        with closing(open_source(video)) as source:
            project = Project(source_ref(source))
        for oid in range(1, objects + 1):
            obj = AnnotatedObject.new(oid, label)
            cells = [(Cell(Table.OBJECTS, oid), obj)]
            for frame in range(frames):
                mask = Mask.from_array(clip.ids[frame] == oid)
                record = MaskRecord(mask, Provenance.TRACKED, 0.9)
                cells.append((Cell(Table.MASKS, (frame, oid)), record))
            project.load(cells)
        path = tmp_path / "projects" / f"{name}.vos"
        path.parent.mkdir(exist_ok=True)
        create(path, project).close()
        return path

    return write


@pytest.fixture
def five(store) -> list[Path]:
    """Five projects; the third one is damaged."""
    paths = [store(name, frames) for frames, name in enumerate("abcde", 3)]
    paths[2].write_bytes(paths[2].read_bytes()[:5000])
    return paths


def states(dialog: ExportDialog) -> list[State]:
    return [row.state for row in dialog.ui.projects.rows.rows]


def settled(dialog: ExportDialog) -> bool:
    return not dialog.estimator.is_busy and dialog._preview is not None


def over(dialog: ExportDialog) -> bool:
    return not dialog.runner.is_running and dialog.ui.outcome.currentWidget() is dialog.ui.report


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def shown(dialog: ExportDialog, row: int) -> list[str]:
    model = dialog.ui.projects.rows
    return [str(model.index(row, column).data()) for column in range(len(COLUMNS))]


def tree_lines(dialog: ExportDialog) -> list[str]:
    found = []

    def walk(item, depth: int) -> None:
        for place in range(item.childCount()):
            child = item.child(place)
            found.append("  " * depth + child.text(0))
            walk(child, depth + 1)

    walk(dialog.ui.preview.tree.invisibleRootItem(), 0)
    return found


# -- one project, as it is open ------------------------------------------------------------------


def of_the_open_project(hand, folder: Path) -> ExportDialog:
    """The dialog that Ctrl+E opens, without its nested event loop."""
    workspace = hand.bench.workspace
    row = open_project_row(workspace.document, workspace.source, workspace.storage.path)
    dialog = ExportDialog([row], hand.window)
    dialog.ui.folder.setText(str(folder))
    dialog.open()
    return dialog


def test_one_without_a_file_is_called_a_draft(opened, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    dialog = of_the_open_project(opened, tmp_path)
    details = dialog.ui.projects.details.toPlainText
    opened.until(lambda: "Draft; not saved as a project yet" in details())
    assert ".vos" not in details()
    dialog.reject()


def test_a_key_opens_the_dialog_and_another_one_exports(opened, video: Path, monkeypatch) -> None:
    opened.mark(1, oid=1)
    seen: list[ExportDialog] = []
    timer = QTimer()

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ExportDialog):
            return
        if not seen:
            seen.append(dialog)
            assert dialog.ui.folder.text() == str(video.with_name("clip-labels"))
            assert shown(dialog, 0)[0] == "clip (open)"
            dialog.ui.folder.setText(str(video.with_name("by-key")))
            QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
        elif over(dialog):
            timer.stop()
            dialog.reject()

    timer.timeout.connect(act)
    timer.start(5)
    opened.keys("Ctrl+E")
    assert len(seen) == 1
    written = video.with_name("by-key")
    assert sorted(p.name for p in written.iterdir()) == ["coco", "cvat-video", "masks"]


def test_the_dialog_opens_without_a_video(hand) -> None:
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        seen.append(dialog.ui.message.text())
        assert not dialog.ui.export_button.isEnabled()
        dialog.reject()

    QTimer.singleShot(0, look)
    hand.keys("Ctrl+E")
    assert len(seen) == 1 and seen[0].startswith("Drop projects")


def test_the_open_project_is_written_as_it_is_now(opened, tmp_path: Path, monkeypatch) -> None:
    answers = [False, True]
    monkeypatch.setattr(dialogs, "ask_to_replace", lambda parent, place: answers.pop(0))
    opened.mark(1, oid=1)
    opened.run("]")
    folder = tmp_path / "labels"
    dialog = of_the_open_project(opened, folder)
    QTest.mouseClick(dialog.ui.export_button, LEFT)
    opened.until(lambda: over(dialog))
    report = dialog.ui.report.text.toPlainText()
    assert "24 masks of 1 object on 24 frames" in report
    assert not dialog.ui.open_button.isHidden()
    read = [json.loads(path.read_text()) for path in folder.rglob("*.json")]
    (coco,) = [found for found in read if "annotations" in found]
    assert len(coco["annotations"]) == 24
    assert list(folder.rglob("*.xml")) and list(folder.rglob("*.png"))
    before = files(folder)
    QTest.mouseClick(dialog.ui.export_button, LEFT)
    assert answers == [True], "there is an export already: it asks"
    assert not dialog.runner.is_running
    assert files(folder) == before
    QTest.mouseClick(dialog.ui.export_button, LEFT)
    assert dialog.runner.is_running
    opened.until(lambda: over(dialog))
    assert answers == []
    assert dialog.ui.message.text().startswith("1 of 1 project written.")
    dialog.reject()
    assert not dialog.isVisible()


def test_a_cancelled_export_leaves_nothing(opened, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    folder = tmp_path / "labels"
    dialog = of_the_open_project(opened, folder)
    dialog.start()
    dialog.reject()
    opened.until(lambda: over(dialog))
    assert "ancelled" in dialog.ui.message.text()
    assert not folder.exists()
    assert [p.name for p in tmp_path.iterdir() if "labels" in p.name] == []
    dialog.reject()
    assert not dialog.isVisible()


def test_nothing_to_export_is_said(opened, tmp_path: Path) -> None:
    dialog = of_the_open_project(opened, tmp_path / "labels")
    opened.until(lambda: states(dialog) == [State.BLOCKED])
    assert "no mask" in dialog.ui.projects.details.toPlainText().lower()
    assert not dialog.ui.export_button.isEnabled()
    dialog.reject()


def test_a_draft_is_no_part_of_a_recipe(opened, tmp_path: Path) -> None:
    opened.mark(1, oid=1)
    dialog = of_the_open_project(opened, tmp_path / "labels")
    dialog.choice.save_recipe()
    assert dialog.ui.message.text().startswith("Save the open project first")
    dialog.reject()


# -- many projects -------------------------------------------------------------------------------


def test_five_projects_are_looked_at(make: Make, five, qtbot, tmp_path: Path) -> None:
    dialog = make(*five)
    qtbot.waitUntil(lambda: settled(dialog))
    assert states(dialog) == [State.READY, State.READY, State.BLOCKED, State.READY, State.READY]
    assert shown(dialog, 0)[:5] == ["a", "3", "2", "6", "Ready"]
    assert shown(dialog, 2)[1:5] == ["–", "–", "–", "Not possible"]
    assert "are unconfirmed" in shown(dialog, 0)[-1]
    dialog.ui.projects.table.selectRow(2)
    assert "c.vos" in dialog.ui.projects.details.toPlainText()
    lines = tree_lines(dialog)
    assert "a/" in lines and "    annotations/" in lines and "c/" not in lines
    assert dialog.ui.preview.summary.text().startswith("20 frames of 4 projects: about ")
    assert "1 of the projects cannot be exported" in dialog.ui.message.text()
    assert not (tmp_path / "out").exists()


def test_five_projects_one_of_them_broken(make: Make, five, qtbot, tmp_path: Path) -> None:
    dialog = make(*five)
    qtbot.waitUntil(lambda: settled(dialog))
    previewed = dialog._preview
    QTest.mouseClick(dialog.ui.export_button, LEFT)
    assert not dialog.ui.choices.isEnabled()
    assert not dialog.ui.projects.add_button.isEnabled()
    qtbot.waitUntil(lambda: over(dialog))
    good, bad = State.WRITTEN, State.FAILED
    assert states(dialog) == [good, good, bad, good, good]
    out = tmp_path / "out"
    assert sorted(p.name for p in out.iterdir()) == ["a", "b", "d", "e"]
    found = [name for name in files(out) if not name.endswith(".txt") or "Sets" in name]
    assert len(found) == previewed.files
    text = dialog.ui.report.text.toPlainText()
    assert text.startswith("4 of 5 projects written, 1 failed. ")
    assert text.splitlines()[3] == "c: failed", "what failed comes first"
    assert "c.vos" in text.splitlines()[4]
    assert str(out / "e" / "coco") in text
    assert text.count("are unconfirmed") == 4
    QTest.mouseClick(dialog.ui.report.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == text
    assert dialog.ui.choices.isEnabled()
    assert not dialog.ui.open_button.isHidden()


def test_what_a_format_cannot_hold_is_known_before(make: Make, store, qtbot) -> None:
    path = store("crowd")
    with closing(open_project(path)[0]) as file:
        one = MaskRecord(Mask.from_array(np.ones((136, 240))), Provenance.TRACKED, 0.9)
        many = range(3, 300)
        file.write([(Cell(Table.OBJECTS, oid), AnnotatedObject.new(oid, "car")) for oid in many])
        file.write([(Cell(Table.MASKS, (0, oid)), one) for oid in many])
    dialog = make(path, store("a"), formats=("masks",))
    qtbot.waitUntil(lambda: settled(dialog))
    assert states(dialog) == [State.BLOCKED, State.READY]
    assert "objects" in shown(dialog, 0)[-1]
    dialog.ui.formats.choose(["coco"])
    qtbot.waitUntil(lambda: settled(dialog))
    assert states(dialog) == [State.READY, State.READY]


def test_replacing_asks_once_for_all(make: Make, five, qtbot, tmp_path: Path, monkeypatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(dialogs, "ask_to_replace", lambda _, place: asked.append(place) or True)
    dialog = make(*five, formats=("coco",))
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    assert asked == []
    dialog.look()
    qtbot.waitUntil(lambda: settled(dialog))
    assert "Replaces 4 that were exported earlier" in dialog.ui.preview.summary.text()
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    assert asked == [tmp_path / "out"]
    assert states(dialog).count(State.WRITTEN) == 4


class Gate:
    """Stops a run after its first project until the test lets it go on."""

    def __init__(self, monkeypatch) -> None:
        self.reached, self.passed = threading.Event(), threading.Event()

        def run(batch, listen, checks, ended):
            def hold(position, result):
                ended(position, result)
                if position == 0:
                    self.reached.set()
                    assert self.passed.wait(10)

            return run_batch(batch, listen, checks, hold)

        monkeypatch.setattr(runner, "run_batch", run)


def test_cancelling_in_the_middle(make: Make, five, qtbot, tmp_path: Path, monkeypatch) -> None:
    gate = Gate(monkeypatch)
    dialog = make(*five)
    dialog.start()
    qtbot.waitUntil(lambda: states(dialog)[0] is State.WRITTEN and gate.reached.is_set())
    assert dialog.ui.bar.isVisible()
    assert states(dialog)[1:] == [State.WAITING, State.WAITING, State.WAITING, State.WAITING] or (
        State.LOOKING in states(dialog)[1:]
    )
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.ui.close_button.isEnabled()
    gate.passed.set()
    qtbot.waitUntil(lambda: over(dialog))
    assert states(dialog)[0] is State.WRITTEN
    assert set(states(dialog)[1:]) <= {State.CANCELLED, State.FAILED}
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a"]
    assert dialog.ui.report.text.toPlainText().startswith("Cancelled: 1 of 5 projects written")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_progress_of_each_and_overall(make: Make, store, qtbot) -> None:
    dialog = make(store("a", 5), store("b", 7), formats=("coco",))
    seen: list[tuple[int, float | None, int]] = []
    rows = dialog.ui.projects.rows

    def watch(progress) -> None:
        share = rows.index(progress.position, STATE).data(PROGRESS_ROLE)
        seen.append((progress.position, share, dialog.ui.bar.maximum()))

    dialog.runner.progressed.connect(watch)
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    writing = [entry for entry in seen if entry[1] is not None]
    assert {position for position, _, _ in writing} == {0, 1}
    assert {total for _, _, total in writing} == {12}
    assert dialog.ui.bar.isHidden()


def test_a_merge_is_one_data_set(make: Make, store, qtbot, tmp_path: Path) -> None:
    dialog = make(store("a"), store("b"), formats=("coco",))
    dialog.ui.merge.setChecked(True)
    dialog.ui.options.split.setCurrentText("Whole videos (of merged projects)")
    qtbot.waitUntil(lambda: settled(dialog))
    assert "leaves parts empty" in dialog.ui.message.text(), "two videos cannot be three parts"
    assert not dialog.ui.export_button.isEnabled()
    dialog.ui.options.shares[2].setValue(0)
    qtbot.waitUntil(lambda: settled(dialog))
    assert dialog.ui.export_button.isEnabled()
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    assert states(dialog) == [State.WRITTEN, State.WRITTEN], dialog.ui.report.text.toPlainText()
    names = sorted(p.name for p in (tmp_path / "out/coco/annotations").iterdir())
    assert names == ["instances_train.json", "instances_val.json"]
    assert "All together" in dialog.ui.report.text.toPlainText()


# -- the table -----------------------------------------------------------------------------------


def drop(dialog: ExportDialog, *places: Path) -> bool:
    """Drag from outside and let go; returns whether the dialog took it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(place)) for place in places])
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, LEFT, none)
    enter.ignore()
    QApplication.sendEvent(dialog, enter)
    if enter.isAccepted():
        QApplication.sendEvent(dialog, QDropEvent(QPointF(50, 50), copy, data, LEFT, none))
    return enter.isAccepted()


def test_projects_and_folders_are_dropped(make: Make, five, qtbot, video: Path) -> None:
    dialog = make()
    assert not dialog.ui.export_button.isEnabled()
    assert drop(dialog, five[1])
    qtbot.waitUntil(lambda: len(states(dialog)) == 1)
    assert drop(dialog, five[0].parent)
    qtbot.waitUntil(lambda: len(states(dialog)) == 5)
    assert [shown(dialog, row)[0] for row in range(5)] == ["b", "a", "c", "d", "e"]
    qtbot.waitUntil(lambda: settled(dialog))
    assert drop(dialog, video)
    assert "is no project" in dialog.ui.message.text()
    assert len(states(dialog)) == 5


def test_buttons_add_and_a_key_removes(make: Make, five, qtbot, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(dialogs, "ask_for_projects", lambda _: five[:2])
    monkeypatch.setattr(dialogs, "ask_for_projects_folder", lambda _: five[0].parent)
    dialog = make()
    panel = dialog.ui.projects
    QTest.mouseClick(panel.add_button, LEFT)
    qtbot.waitUntil(lambda: len(states(dialog)) == 2)
    QTest.mouseClick(panel.folder_button, LEFT)
    qtbot.waitUntil(lambda: len(states(dialog)) == 5)
    panel.table.selectRow(2)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert [shown(dialog, row)[0] for row in range(4)] == ["a", "b", "d", "e"]
    assert five[2].exists()
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(dialogs, "ask_for_projects_folder", lambda _: tmp_path / "empty")
    QTest.mouseClick(panel.folder_button, LEFT)
    qtbot.waitUntil(lambda: "There is no project" in dialog.ui.message.text())


def test_a_video_that_was_moved_is_found(make: Make, qtbot, clip, tmp_path, monkeypatch) -> None:
    from vostool.evaluate.generated_clip import write_video

    video = tmp_path / "mine.mp4"
    write_video(clip, video)
    with closing(open_source(video)) as source:
        project = Project(source_ref(source))
    record = MaskRecord(Mask.from_array(clip.ids[0] == 1), Provenance.TRACKED, 0.9)
    cells = [(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1, "car"))]
    project.load([*cells, (Cell(Table.MASKS, (0, 1)), record)])
    create(tmp_path / "p.vos", project).close()
    (tmp_path / "far").mkdir()
    moved = video.rename(tmp_path / "far" / "renamed.mp4")
    monkeypatch.setattr(dialogs, "ask_for_source", lambda *_: moved)
    dialog = make(tmp_path / "p.vos", formats=("coco",))
    button = dialog.ui.projects.video_button
    qtbot.waitUntil(lambda: states(dialog) == [State.BLOCKED])
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: settled(dialog))
    assert states(dialog) == [State.READY]
    assert not button.isEnabled()
    assert dialog.choice.batch().projects[0].video == moved


# -- choosing ------------------------------------------------------------------------------------


def test_the_preview_is_of_the_latest_choice(make: Make, store, qtbot) -> None:
    dialog = make(store("a"), formats=("coco",))
    for name in ("masks", "yolo-seg", "mots"):
        dialog.ui.formats.choose([name])
    dialog.ui.options.every.setValue(2)
    qtbot.waitUntil(lambda: settled(dialog))
    assert [line for line in tree_lines(dialog) if not line.startswith(" ")] == ["mots/"]
    assert dialog.ui.preview.summary.text().startswith("3 frames of 1 project")


def test_a_choice_that_makes_no_sense_is_told_at_once(make: Make, store) -> None:
    dialog = make(store("a"))
    options = dialog.ui.options
    for change, undo, words in (
        (lambda: dialog.ui.formats.choose([]), lambda: dialog.ui.formats.choose(["coco"]), "Tick"),
        (lambda: options.objects.setText("1, x"), options.objects.clear, "Objects are numbers"),
        (lambda: options.pattern.setText("{oops}"), options.pattern.clear, "pattern"),
        (
            lambda: options.split.setCurrentIndex(1),
            lambda: options.split.setCurrentIndex(0),
            "merge",
        ),
    ):
        change()
        assert words in dialog.ui.message.text()
        assert not dialog.ui.export_button.isEnabled()
        undo()
        assert dialog.ui.export_button.isEnabled()


def test_formats_show_options_of_their_own(make: Make, store) -> None:
    dialog = make(store("a"))
    formats = dialog.ui.formats
    formats.show_format("mot")
    formats.items["coco"].setCheckState(0, Qt.CheckState.Unchecked)
    formats.items["coco"].setCheckState(0, Qt.CheckState.Checked)
    field = formats.options.field("segmentation")
    assert isinstance(field, QComboBox), "what is ticked shows its options"
    field.setCurrentText("polygon")
    formats.show_format("overlay-video")
    formats.options.field("width").setValue(320)
    assert dialog.choice.batch().options.format_options == {
        "coco": {"segmentation": "polygon"},
        "overlay-video": {"width": 320},
    }
    for name in FORMATS:
        formats.show_format(name)
        shown_now = formats.options.values()
        assert FORMATS[name].values(shown_now) == FORMATS[name].values(
            dialog.choice.batch().options.format_options.get(name, {})
        )


@pytest.mark.parametrize(
    "options",
    [
        ExportOptions(),
        ExportOptions(first=2, last=9, every=3, frames=FrameChoice.ALL, object_ids=[1, 4]),
        ExportOptions(labels=["car", "a dog"], min_area=5, fill_holes=6, drop_specks=7),
        ExportOptions(polygon_tolerance=1.5, images=ImageFiles.JPEG, jpeg_quality=70),
        ExportOptions(split=Split(SplitBy.TIME, 0.6, 0.4, 0.0), pattern="{video}-{frame:04d}"),
        ExportOptions(overwrite=True, images=ImageFiles.PNG, frames=FrameChoice.CONFIRMED),
    ],
)
def test_every_option_can_be_chosen(qtbot, options: ExportOptions) -> None:
    panel = OptionsPanel()
    qtbot.addWidget(panel)
    panel.set_options(options)
    assert panel.options({}) == options
    panel.set_options(ExportOptions())
    assert panel.options({}) == ExportOptions()


def test_a_preset_is_remembered(make: Make, store, monkeypatch) -> None:
    path = store("a")
    dialog = make(path, formats=("yolo-seg", "mots"))
    dialog.ui.options.every.setValue(5)
    dialog.ui.formats.show_format("yolo-seg")
    dialog.ui.formats.options.field("parts").setCurrentText("largest")
    monkeypatch.setattr(dialogs, "ask_for_name", lambda *_: "Mine")
    QTest.mouseClick(dialog.ui.presets.keep_button, LEFT)
    kept = dialog.choice.batch()
    assert list(load_presets()) == ["Mine"]
    dialog.reject()
    again = make(path)
    assert again.choice.batch() != kept
    bar = again.ui.presets
    assert not bar.forget_button.isEnabled()
    bar.list.setCurrentText("Mine")
    bar.list.activated.emit(bar.list.currentIndex())
    assert again.choice.batch() == kept
    QTest.mouseClick(bar.forget_button, LEFT)
    assert load_presets() == {}
    assert bar.list.findText("Mine") == -1
    bar.list.setCurrentText("Tidy polygons")
    bar.list.activated.emit(bar.list.currentIndex())
    assert again.choice.batch().formats == ("coco",)
    assert again.choice.batch().options.polygon_tolerance == 1.0
    monkeypatch.setattr(dialogs, "ask_for_name", lambda *_: "Back to CVAT")
    QTest.mouseClick(bar.keep_button, LEFT)
    assert "cannot be called" in again.ui.message.text()


def test_damaged_presets_are_told_of(make: Make, store, monkeypatch) -> None:
    from vostool.io.batch.presets import presets_file

    presets_file().parent.mkdir(parents=True)
    presets_file().write_text("not = [toml")
    dialog = make(store("a"))
    dialog.ui.presets.load()
    assert "cannot be read" in dialog.ui.message.text()
    assert dialog.ui.presets.list.findText("Back to CVAT") >= 0


def test_the_last_choice_comes_back(make: Make, store, parent, qtbot) -> None:
    path = store("a")
    dialog = make(path, formats=("mot",))
    dialog.ui.options.min_area.setValue(3)
    dialog.ui.options.last.setValue(4)
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    dialog.reject()
    again = ExportDialog([BatchProject(path)], parent)
    batch = again.choice.batch()
    assert (batch.formats, batch.options) == (("mot",), ExportOptions(min_area=3))
    again.done(0)


# -- recipes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_a_recipe_gives_the_same_files_on_the_command_line(
    make: Make, store, qtbot, tmp_path: Path, monkeypatch, ending: str
) -> None:
    recipe = tmp_path / "projects" / f"run.{ending}"
    monkeypatch.setattr(dialogs, "ask_recipe_name", lambda *_: recipe)
    dialog = make(store("a"), store("b", 4), formats=("coco", "masks", "labelme"))
    dialog.ui.options.every.setValue(2)
    dialog.ui.options.pictures.setCurrentText("With PNG pictures (lossless)")
    dialog.ui.formats.show_format("coco")
    dialog.ui.formats.options.field("segmentation").setCurrentText("polygon")
    dialog.ui.save_recipe.trigger()
    assert "vostool export --recipe" in dialog.ui.message.text()
    assert load_recipe(recipe) == dialog.choice.batch()
    dialog.start()
    qtbot.waitUntil(lambda: over(dialog))
    other = tmp_path / "other"
    assert cli.main(["export", "--recipe", str(recipe), "--out", str(other), "--quiet"]) == 0
    assert files(other) == files(tmp_path / "out")
    assert len(files(other)) > 10


def test_a_recipe_is_loaded(make: Make, store, tmp_path: Path, monkeypatch) -> None:
    recipe = tmp_path / "run.toml"
    monkeypatch.setattr(dialogs, "ask_recipe_name", lambda *_: recipe)
    monkeypatch.setattr(dialogs, "ask_for_recipe", lambda _: recipe)
    first = make(store("a"), store("b"), formats=("coco", "overlay-gif"))
    first.ui.merge.setChecked(True)
    first.ui.options.set_options(ExportOptions(split=Split(SplitBy.VIDEO), labels=["car"]))
    first.choice.save_recipe()
    kept = first.choice.batch()
    first.reject()
    second = make()
    second.ui.load_recipe.trigger()
    assert second.choice.batch() == kept
    recipe.write_text("vostool_recipe = 9\n")
    second.choice.load_recipe()
    assert "run.toml" in second.ui.message.text()
    assert second.choice.batch() == kept


# -- for everybody -------------------------------------------------------------------------------


def test_it_fits_and_everything_has_a_name_and_can_be_reached(make: Make, five) -> None:
    dialog = make(*five)
    size = dialog.minimumSizeHint()
    assert size.width() <= 1180 and size.height() <= 700
    reached: set[QWidget] = set()
    for page in range(dialog.ui.choices.count()):
        dialog.ui.choices.setCurrentIndex(page)
        widget = dialog.nextInFocusChain()
        while widget is not dialog:
            inner = isinstance(widget.parent(), QAbstractSpinBox)
            tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if tab and widget.isVisible() and not inner:
                reached.add(widget)
            widget = widget.nextInFocusChain()
    ui = dialog.ui
    wanted = {
        ui.projects.table, ui.formats.tree, ui.folder, ui.merge, ui.export_button, ui.presets.list,
        ui.options.first, ui.options.pattern, ui.preview.tree, ui.recipe_button,
    }  # fmt: skip
    assert wanted <= reached
    for widget in reached:
        named = widget.accessibleName() or (
            widget.text() if isinstance(widget, QAbstractButton) else ""
        )
        assert named or type(widget).__name__ in {"QTabBar", "QTabWidget"}, widget


def test_tones_read_in_light_and_dark(qapp) -> None:
    def luminance(colour) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    try:
        for name in ("Light", "Dark"):
            theme.set_theme(name)
            palette = QGuiApplication.palette()
            for base in (palette.window(), palette.base(), palette.alternateBase()):
                for tone in ("good", "attention", "bad"):
                    pair = (theme.tone(tone).getRgbF()[:3], base.color().getRgbF()[:3])
                    low, high = sorted(map(luminance, pair))
                    assert (high + 0.05) / (low + 0.05) >= 4.5, (name, tone)
    finally:
        theme.set_theme("Light")


@pytest.mark.parametrize("when", ["Export what is there", "Export when it is done", "Cancel"])
def test_an_export_during_a_run_says_how_far_it_is_and_asks(
    opened, engine, when, monkeypatch
) -> None:
    opened.mark(1, oid=1)
    engine.hold_runs()
    opened.keys("]")
    engine.allow(3)
    opened.until(lambda: len(opened.project.masks) == 3)
    shown: list[int] = []
    monkeypatch.setattr(ExportDialog, "exec", lambda _: shown.append(len(opened.project.masks)))
    opened.window.actions_by_id["export"].trigger()
    assert "it is at frame 2 of 24" in opened.choose(when)
    with opened.qtbot.waitSignal(opened.session.run_ended):
        engine.release()
    if when == "Cancel":
        assert not shown
    else:
        opened.until(lambda: shown == [3 if when == "Export what is there" else 24])
