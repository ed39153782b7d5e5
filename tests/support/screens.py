"""Every screen of the window, opened one after the other, for pictures and for tests.

The walk works the real window on a real video with whatever engine is loaded: the pictures of the
documentation and the tests of contrast and of clipped text see the same screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QMenu, QMessageBox, QWidget

from vostool.gui.batch.rows import State
from vostool.gui.cvat.open_dialog import CvatOpenDialog
from vostool.gui.cvat.push_dialog import CvatPushDialog
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.places import open_project_row
from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.objects.dialogs import LabelChoice
from vostool.gui.objects.name_dialog import NameDialog
from vostool.gui.session.listening import Sounding, Stretch
from vostool.gui.track.count import CountDialog
from vostool.gui.track.discovery_dialog import DiscoveryDialog
from vostool.gui.window.app import Program
from vostool.gui.window.handlers import program as program_handlers
from vostool.gui.window.handlers.labels import show_labels
from vostool.gui.window.workspace import Workspace
from vostool.io.batch.run import BatchProject
from vostool.io.cvat_server.job import project_job
from vostool.jobs.job import OPENING, TRACKING, JobProgress, JobResult, JobState
from vostool.jobs.reviewing import Place
from vostool.masks.mask import Mask
from vostool.models.nvidia import UnusedCard
from vostool.review.reasons import Reason
from vostool.training.compare import Comparison, compare
from vostool.training.measuring import Cell, CellMeasure
from vostool.training.pictures import Trio
from vostool.training.progress import Report
from vostool.words import tr

LEFT = Qt.MouseButton.LeftButton
SENTENCE = (
    "The disk is full: nothing was stored since 14:02. Make room, then choose Save project; what "
    "you see is still here."
)


class Screen(NamedTuple):
    """One of the window's faces.

    Attributes:
        name: for its picture's file.
        widget: what is new in it; a window of its own, or the main window.
    """

    name: str
    widget: QWidget


@dataclass
class Stage:
    """Where the walk goes.

    Attributes:
        clip: the video.
        things: a label and a pixel on frame 0 of each object, at least two.
        until: waits for something while the event loop runs.
        finds: ask for everything in the Find panel, which some engine can do.
        folder: for what is exported; it is empty.
        cvat: opens a job of a server; None leaves those screens out.
    """

    program: Program
    clip: Path
    things: Sequence[tuple[str, tuple[float, float]]]
    until: Callable[[Callable[[], object]], None]
    folder: Path
    finds: bool = True
    cvat: Callable[[], tuple[Path, str]] | None = None
    server: str = ""
    step: Callable[[str], None] = field(default=lambda _name: None)

    @property
    def workspace(self) -> Workspace:
        assert self.program.bench.workspace is not None
        return self.program.bench.workspace

    def act(self, name: str) -> None:
        self.program.bench.window.actions_by_id[name].trigger()
        QApplication.processEvents()

    def at(self, x: float, y: float) -> QPoint:
        canvas = self.program.bench.window.canvas
        return canvas.mapFromScene(canvas.view.mapViewToScene(QPointF(x, y)))

    def click(self, x: float, y: float) -> None:
        viewport = self.program.bench.window.canvas.viewport()
        QTest.mouseMove(viewport, self.at(x, y))
        QTest.mouseClick(viewport, LEFT, pos=self.at(x, y))

    def open(self, path: Path) -> None:
        bench = self.program.bench
        old = bench.workspace
        bench.open_path(path)
        self.until(lambda: bench.workspace is not None and bench.workspace is not old)
        self.until(lambda: self.workspace.display.shown_frame == self.workspace.session.playhead)


def screens(stage: Stage) -> Iterator[Screen]:
    """Open them all; each is closed again when the next one is asked for."""
    for part in (
        _start, _program, _empty, _objects, _menus, _popovers, _bars, _dialogs, _find, _run,
        _review, _timeline, _labels_in_and_out, _cvat, _batch, _training, _tour, _end,
    ):  # fmt: skip
        stage.step(part.__name__)
        yield from part(stage)


# -- nothing is open -------------------------------------------------------------------------------


def _start(stage: Stage) -> Iterator[Screen]:
    yield Screen("start", stage.program.bench.window)


def _program(stage: Stage) -> Iterator[Screen]:
    bench = stage.program.bench
    window = bench.window
    settings = program_handlers.show_settings(bench)
    for at in range(settings.tabs.count()):
        settings.tabs.setCurrentIndex(at)
        yield Screen(f"settings-{at + 1}", settings)
    settings.reject()
    stage.act("shortcuts")
    yield from _shown_dialog("shortcuts")
    stage.act("models")
    yield from _shown_dialog("models")
    stage.act("about")
    yield from _shown_dialog("about")
    palette = program_handlers.show_palette(bench)
    yield Screen("palette", palette)
    palette.box.setText("track range")
    yield Screen("palette-typed", palette)
    palette.box.setText("zzz")
    yield Screen("palette-nothing", palette)
    palette.close()
    dialog = show_labels(bench)
    yield Screen("labels-new", dialog)
    dialog.reject()
    with _export(stage, []) as export:
        yield Screen("export-nothing", export)
    window.card_bar.show_card(UnusedCard("NVIDIA GeForce RTX 4090", "2.9.0+cpu", "pip install"))
    window.engine_bar.show()
    yield Screen("two-bars", window)
    window.card_bar.hide()
    window.engine_bar.hide()


# -- a video is open -------------------------------------------------------------------------------


def _empty(stage: Stage) -> Iterator[Screen]:
    stage.open(stage.clip)
    yield Screen("opened", stage.program.bench.window)


def _objects(stage: Stage) -> Iterator[Screen]:
    window, session = stage.program.bench.window, stage.workspace.session
    project = stage.workspace.document.project
    for oid, (label, place) in enumerate(stage.things, 1):
        session.select(None)
        stage.click(*place)
        stage.until(lambda oid=oid: project.masks.get(0, oid) is not None)
        stage.until(lambda: not session.clicks.waiting)
        if oid <= 2:
            yield Screen(f"chip-{oid}", window)
        naming = stage.workspace.naming
        naming.offer(oid)
        naming.type_name()
        if oid == 2 and window.view_side.chip.isVisible():
            QTest.keyClicks(window.view_side.chip.field, label[:2])
            yield Screen("chip-typing", window)
        naming.name(label)
        QApplication.processEvents()
    session.select(1)
    yield Screen("objects", window)
    window.objects.table.selectAll()
    yield Screen("objects-several", window)
    session.select(2)
    stage.act("lock")
    stage.act("show_object")
    yield Screen("object-locked-hidden", window)
    stage.act("lock")
    stage.act("show_object")


def _menus(stage: Stage) -> Iterator[Screen]:
    window = stage.program.bench.window
    bar = window.menuBar()
    assert bar is not None
    for action in bar.actions():
        menu = action.menu()
        assert isinstance(menu, QMenu)
        yield from _menu(f"menu-{menu.title().replace('&', '').lower()}", menu, window)


def _popovers(stage: Stage) -> Iterator[Screen]:
    window = stage.program.bench.window
    for name in ("view_panel", "history", "timeline_legend"):
        stage.act(name)
        yield Screen(f"popover-{name.replace('_', '-')}", window)
        stage.act(name)
    window.look.click()
    QApplication.processEvents()
    yield Screen("popover-look", window)
    window.look.click()
    for style in ("outline", "spotlight", "checkerboard"):
        stage.act(f"style_{style}")
        stage.until(lambda: True)
        yield Screen(f"style-{style}", window)
    stage.act("style_fill")
    for tool in ("brush", "polygon", "wand", "box"):
        stage.act(tool)
        yield Screen(f"tool-{tool}", window)
    stage.act("point")


def _bars(stage: Stage) -> Iterator[Screen]:
    window = stage.program.bench.window
    window.show_hint("Nothing is tracked: frame 89 is the last one. Go back, or track backward.")
    yield Screen("notice-hint", window)
    window.notice.show_done("Deleted 3 masks of 1 cup.", "Undo", lambda: None)
    yield Screen("notice-done", window)
    window.show_problem("The project was not saved", SENTENCE, "OSError: [Errno 28]")
    yield Screen("notice-problem", window)
    window.notice.details_button.click()
    yield Screen("notice-details", window)
    window.notice.close_button.click()
    window.show_status(f"Saved as {stage.folder}/a folder with a long name/and a project.vos.")
    window.status.busy_label.setText("● working on the mask…")
    yield Screen("status", window)
    window.status.busy_label.setText("")


def _dialogs(stage: Stage) -> Iterator[Screen]:
    bench, workspace = stage.program.bench, stage.workspace
    session, project = workspace.session, workspace.document.project
    session.select(1)
    for name in ("merge_objects", "swap_objects"):
        stage.act(name)
        yield from _shown_dialog(name.replace("_", "-"))
    made: list[QDialog] = [
        LabelChoice("Change label", "Of 2 objects", project, "cup", bench.window),
        NameDialog(session, 1, bench.window),
        CountDialog(len(workspace.source), bench.window),
        DiscoveryDialog(bench.window.look.options, (0, 10), bench.window),
    ]
    for dialog in made:
        dialog.open()
        yield Screen(f"dialog-{type(dialog).__name__.lower()}", dialog)
        dialog.reject()
        dialog.deleteLater()
    labels = show_labels(bench)
    yield Screen("labels", labels)
    labels.reject()


# -- finding ---------------------------------------------------------------------------------------


def _find(stage: Stage) -> Iterator[Screen]:
    window = stage.program.bench.window
    stage.act("find_objects")
    panel = window.find_dock.panel
    for way, button in panel.ways.items():
        if button.isEnabled() and button.isVisible():
            button.click()
            QApplication.processEvents()
            yield Screen(f"find-{way.value}", window)
    first = next(iter(panel.ways.values()))
    first.click()
    if stage.finds:
        finding = stage.workspace.finding
        panel.find_button.click()
        stage.until(lambda: finding.busy or finding.frames)
        stage.until(lambda: not finding.busy)
        stage.until(lambda: True)
        yield Screen("find-found", window)
        panel.clear_button.click()
    window.find_dock.close()
    window.sound_rows.show_rows(_soundings(len(stage.workspace.source)), "Dog")
    QApplication.processEvents()
    yield Screen("sound-rows", window)
    window.sound_rows.show_rows([])


def _soundings(frames: int) -> list[Sounding]:
    def heard(label: str, first: int, last: int, score: float) -> Sounding:
        stretch = Stretch(range(first, last), first / 30, last / 30, score)
        return Sounding(label, score, (stretch,))

    return [
        heard("Dog", 2, frames // 2, 0.91),
        heard("Male speech, man speaking", frames // 2, frames, 0.44),
        heard("Motor vehicle (road)", 1, frames // 3, 0.3),
    ]


# -- running and reviewing -------------------------------------------------------------------------


def _run(stage: Stage) -> Iterator[Screen]:
    window, session = stage.program.bench.window, stage.workspace.session
    if not window.actions_by_id["follow_run"].isChecked():
        stage.act("follow_run")
    session.go_to(0)
    for name in ("track_forward", "pause_run"):  # a quick run could end before it is looked at
        window.actions_by_id[name].trigger()
    assert session.runs.paused
    stage.until(window.run_bar.isVisible)
    yield Screen("run-paused", window)
    stage.act("pause_run")
    stage.until(lambda: session.playhead > 2 or not session.is_tracking)
    yield Screen("run-going", window)
    stage.until(lambda: not session.is_tracking)
    stage.until(window.run_card.isVisible)
    stage.until(lambda: not stage.workspace.review.queue.pending)
    yield Screen("run-card", window)


def _review(stage: Stage) -> Iterator[Screen]:
    window = stage.program.bench.window
    window.review_dock.reveal()
    QApplication.processEvents()
    yield Screen("review", window)
    window.run_card.closed.emit()
    stage.act("review_next")
    stage.until(lambda: True)
    yield Screen("review-row", window)
    window.review_dock.close()


def _timeline(stage: Stage) -> Iterator[Screen]:
    window, workspace = stage.program.bench.window, stage.workspace
    last = len(workspace.source) - 1
    workspace.session.go_to(last // 2)
    workspace.selection.select(last // 4, last // 2)
    QApplication.processEvents()
    yield Screen("range", window)
    stage.act("range_confirm")
    yield Screen("range-confirmed", window)
    ids = list(workspace.document.project.objects)[:2]
    workspace.selection.select(last // 4, last // 2, ids)
    corner = window.timeline.viewport().mapToGlobal(QPoint(400, 40))
    window.block_bar.show_block("Frames 20–40, 2 objects, 21 frames", corner)
    yield Screen("block", window)
    stage.act("range_clear")
    window.notice.dismiss()


# -- labels come and go ----------------------------------------------------------------------------


def _labels_in_and_out(stage: Stage) -> Iterator[Screen]:
    bench, workspace = stage.program.bench, stage.workspace
    row = open_project_row(workspace.document, workspace.source, workspace.storage.path)
    with _export(stage, [row]) as dialog:
        for at in range(dialog.ui.choices.count()):
            dialog.ui.choices.setCurrentIndex(at)
            yield Screen(f"export-{at + 1}", dialog)
        dialog.ui.choices.setCurrentIndex(0)
        dialog.ui.formats.choose(("coco",))
        dialog.ui.folder.setText(str(stage.folder / "out"))
        stage.until(dialog.ui.export_button.isEnabled)
        dialog.start()
        stage.until(lambda: not dialog.runner.is_running)
        stage.until(lambda: dialog.ui.close_button.text() == tr("Close"))
        yield Screen("export-report", dialog)
    bench.window.name_last_export("CVAT video XML, COCO")
    QApplication.processEvents()
    yield Screen("exported", bench.window)
    written = next((stage.folder / "out").rglob("*.json"))
    imported = ImportDialog(workspace.document, workspace.source, written, bench.window)
    imported.open()
    stage.until(lambda: not imported.reading.is_busy)
    yield Screen("import", imported)
    imported.reject()
    imported.deleteLater()
    broken = stage.folder / "broken.xml"
    broken.write_text("<annotations><version>1.1</version><image")
    imported = ImportDialog(workspace.document, workspace.source, broken, bench.window)
    imported.open()
    stage.until(lambda: not imported.reading.is_busy)
    yield Screen("import-broken", imported)
    imported.reject()
    imported.deleteLater()


@contextmanager
def _export(stage: Stage, rows: list[BatchProject]) -> Iterator[ExportDialog]:
    dialog = ExportDialog(rows, stage.program.bench.window)
    dialog.open()
    QApplication.processEvents()
    yield dialog
    stage.until(lambda: not dialog.runner.is_running)
    dialog.done(0)
    dialog.deleteLater()
    QApplication.processEvents()


def _cvat(stage: Stage) -> Iterator[Screen]:
    bench = stage.program.bench
    dialog = CvatOpenDialog(lambda _folder, _anew: True, bench.window)
    dialog.open()
    stage.until(lambda: not dialog.job.is_running)
    yield Screen("cvat-open", dialog)
    if dialog.table.rowCount():
        dialog.open_selected()
        stage.until(lambda: not dialog.isVisible())
        assert dialog.chosen is not None
        stage.open(dialog.chosen.folder)
        workspace = stage.workspace
        job = project_job(workspace.document.project)
        assert job is not None
        push = CvatPushDialog(workspace.document, job, workspace.storage.flush, bench.window)
        push.open()
        stage.until(lambda: not push.work.is_running)
        yield Screen("cvat-push", push)
        push.reject()
        push.deleteLater()
        stage.open(stage.clip)
    else:
        dialog.reject()
    dialog.deleteLater()


# -- many videos ------------------------------------------------------------------------------------


def _batch(stage: Stage) -> Iterator[Screen]:
    """Empty, broken, looked at, going on, ended, and the review of all."""
    batches = stage.program.batches
    batch = batches.show()
    yield Screen("batch-empty", batch)
    broken = stage.folder / "broken.toml"
    broken.write_text("vostool_jobs = 1\nprojects =")
    batch.open_file(broken)
    stage.until(lambda: "Invalid value" in batch.ui.message.text())
    yield Screen("batch-broken", batch)
    made = batch.new_jobs([stage.clip])
    assert made is not None
    yield Screen("batch-new", made)
    made.reject()
    batch.open_file(_job_file(stage))
    stage.until(lambda: len(batch.ui.rows.rows) == 5)
    stage.until(lambda: all(row.state is State.WAITING for row in batch.ui.rows.rows))
    yield Screen("batch-waiting", batch)
    going = JobProgress("clip", 41, 120, TRACKING, "tcp://10.0.0.7:4711", 23.4)
    batch.ui.rows.show_progress([going, JobProgress("fish", 0, 0, OPENING)])
    batch.ui.where.setCurrentIndex(1)
    batch.ui.table.selectRow(0)
    yield Screen("batch-going", batch)
    batch.ui.where.setCurrentIndex(0)
    batch.ui.rows.cancel(0)
    yield Screen("batch-stopping", batch)
    for result in _job_results(stage):
        batch.ui.rows.show_result(result)
    batch.ui.table.selectRow(3)
    batch.ui.say(SENTENCE, "bad")
    yield Screen("batch-ended", batch)
    batch.ui.tabs.setCurrentIndex(1)
    stage.until(lambda: not batch.ui.review.is_looking)
    yield Screen("batch-review-nothing", batch)
    batch.ui.review.model.show_places(_places(stage))
    yield Screen("batch-review", batch)
    batch.ui.tabs.setCurrentIndex(0)
    batch.close()


LONG = "ladybird starfish"


def _job_file(stage: Stage) -> Path:
    tables = "".join(
        f'[[jobs]]\nvideo = "{stage.clip}"\nname = "{name}"\nboxes = ["0:1:8,20,32,44"]\n'
        for name in ("clip", "fish", LONG, "starfish", "cup")
    )
    path = stage.folder / "jobs.toml"
    path.write_text(f'vostool_jobs = 1\nprojects = "labelled"\nengine = "flow"\n{tables}')
    return path


def _job_results(stage: Stage) -> list[JobResult]:
    project = str(stage.folder / "labelled/clip.vos")
    return [
        JobResult("clip", JobState.DONE, project, 2, 120, 240, 6.2, worker="tcp://10.0.0.7:4711"),
        JobResult("fish", JobState.BEFORE, project, 1, 0, 120),
        JobResult(LONG, JobState.STOPPED),
        JobResult("starfish", JobState.FAILED, error=SENTENCE),
    ]


def _places(stage: Stage) -> list[Place]:
    reasons = tuple(Reason)[:2]
    return [
        Place(stage.folder / f"{name}.vos", 3, 9, 4, 1, ("1 cup", "2 fish"), reasons, 0.9, 12)
        for name in ("clip", LONG)
    ]


# -- training -------------------------------------------------------------------------------------


def _training(stage: Stage) -> Iterator[Screen]:
    """Planned, going on, and before and after."""
    window = stage.program.trainings.show()
    stage.until(lambda: not window.planning.is_busy)
    yield Screen("training-planned", window)
    window.ui.show_running(True)
    window.ui.curves.add(_reports())
    window.ui.say(SENTENCE)
    yield Screen("training-going", window)
    window.ui.show_running(False)
    window.ui.say(SENTENCE, "bad")
    yield Screen("training-failed", window)
    window.ui.tabs.setTabEnabled(1, True)
    window.ui.tabs.setCurrentIndex(1)
    for gain, name in ((0.1, "better"), (0.0, "not-better")):
        comparison = _comparison(gain)
        window.ui.comparison.show_comparison(comparison)
        window.ui.comparison.show_pictures(_trios())
        yield Screen(f"training-{name}", window)
    window.close()


def _reports() -> list[Report]:
    return [
        Report(step, 90, step // 10, {"total": 1 / (step + 1)} if step % 10 else {},
               0.7 + step / 400, 0.7, 0.8, 3, 2.0 * step)
        for step in range(60)
    ]  # fmt: skip


def _comparison(gain: float) -> Comparison:
    mask = Mask.empty(8, 8)
    sides = [
        [CellMeasure(Cell("clip", frame, 1), mask, value, value, 2) for frame in range(4)]
        for value in (0.8, 0.8 + gain)
    ]
    return compare(*sides)


def _trios() -> list[Trio]:
    picture = np.full((90, 160, 3), 120, np.uint8)
    cell = Cell("clip", 3, 1)
    return [Trio(cell, "clip, 3: 1 cup", picture, picture, picture, 0.8, 0.9)] * 2


# -- helping and leaving ---------------------------------------------------------------------------


def _tour(stage: Stage) -> Iterator[Screen]:
    tour, window = stage.program.tour, stage.program.bench.window
    tour.begin()
    at = 0
    while tour.at is not None and at < 9:
        at += 1
        yield Screen(f"tour-{at}", window)
        tour.next()
        QApplication.processEvents()
    tour.end()


def _end(stage: Stage) -> Iterator[Screen]:
    bench = stage.program.bench
    bench.close_workspace()
    stage.until(bench.window.start_page.isVisible)
    yield Screen("start-recent", bench.window)


# -- helpers ---------------------------------------------------------------------------------------


def _menu(name: str, menu: QMenu, window: QWidget) -> Iterator[Screen]:
    """A menu as it opens below the bar, and those inside it."""
    menu.popup(window.mapToGlobal(QPoint(40, 30)))
    QApplication.processEvents()
    yield Screen(name, menu)
    inner = [action.menu() for action in menu.actions() if action.menu() is not None]
    menu.close()
    for each in inner:
        assert isinstance(each, QMenu)
        yield from _menu(f"{name}-{each.title().replace('&', '').lower()}", each, window)


def _shown_dialog(name: str) -> Iterator[Screen]:
    """The dialog that is open, which is closed afterwards."""
    (dialog,) = (w for w in QApplication.topLevelWidgets()
                 if isinstance(w, QDialog) and w.isVisible())  # fmt: skip
    yield Screen(name, dialog)
    dialog.close() if isinstance(dialog, QMessageBox) else dialog.reject()
    QApplication.processEvents()
