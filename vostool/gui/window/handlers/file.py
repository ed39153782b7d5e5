"""What the File menu does with videos, projects and labels: open, save, import, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QMessageBox

from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.last_choice import exported_before
from vostool.gui.export.places import open_project_row
from vostool.gui.export.unlabelled_bar import unlabelled_objects
from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.widgets import dialogs
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.start.sample_clip import sample_path
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.io.project.file import SUFFIX
from vostool.words import mark, tr

LABELS_NEED_VIDEO = mark("Open the video first, then import its labels.")


def file_handlers(bench: Workbench) -> dict[str, Handler]:
    """Opening and exporting need no video; saving and importing do."""
    window, when_open = bench.window, WhenOpen(bench)

    def open_chosen(path: Path | None) -> None:
        if path is not None:
            bench.open_path(path)

    def import_chosen(path: Path | None) -> None:
        if path is not None:
            import_labels(bench, path)

    return {
        "open": lambda: open_chosen(dialogs.ask_for_file(window)),
        "open_folder": lambda: open_chosen(dialogs.ask_for_folder(window)),
        "open_sample": lambda: bench.open_path(sample_path()),
        "save": when_open(partial(_save, window)),
        "save_as": when_open(partial(_save_as, window)),
        "import": when_open(lambda _: import_chosen(dialogs.ask_for_labels(window))),
        "import_folder": when_open(lambda _: import_chosen(dialogs.ask_for_labels_folder(window))),
        "export": partial(_export, bench),
        "export_again": when_open(lambda _: _export(bench, again=True)),
        "quit": window.close,
    }


def import_labels(bench: Workbench, path: Path) -> None:
    """Show what a label file brings, apply it as one step, and track from it if wanted."""
    workspace = bench.workspace
    if workspace is None:
        bench.report(tr(LABELS_NEED_VIDEO))
        return
    if workspace.session.is_tracking:
        bench.report(tr("A track run is going on; cancel it with Esc before importing labels."))
        return
    dialog = ImportDialog(workspace.document, workspace.source, path, bench.window)
    dialog.exec()
    if dialog.summary is not None:
        workspace.session.take_import(dialog.summary, ask=not dialog.track_wanted)
        if dialog.track_wanted:
            workspace.tracking.imported()
    bench.window.canvas.setFocus()  # or the frame's number would take the next keys
    dialog.deleteLater()


def _save(window: MainWindow, workspace: Workspace) -> None:
    """Write what waits; ask for a name first where there is none."""
    if not workspace.storage.save():
        _save_as(window, workspace)


def _save_as(window: MainWindow, workspace: Workspace) -> None:
    """Ask for a project file and store everything there from now on."""
    source = workspace.document.project.source.path
    path = dialogs.ask_project_name(window, workspace.storage.path or source.with_suffix(SUFFIX))
    if path is not None:
        workspace.storage.save_as(path)


def _export(bench: Workbench, *, again: bool = False) -> None:
    """Show the export dialog; during a run say how far it is, and ask.

    Args:
        again: begin at once, with what was chosen last.
    """
    workspace = bench.workspace
    progress = None if workspace is None else workspace.session.runs.progress
    if workspace is None or progress is None:
        _show_export(bench, again=again)
        return
    box = QMessageBox(
        QMessageBox.Icon.Question,
        tr("A track run is going on"),
        tr(
            "A track run is going on: it is at {place}. What is exported now lacks the rest.",
            place=progress.place,
        ),
        parent=bench.window,
    )
    now = box.addButton(tr("Export what is there"), QMessageBox.ButtonRole.AcceptRole)
    later = box.addButton(tr("Export when it is done"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(later)
    session = workspace.session

    def ended(_said: str) -> None:
        if session.runs.goes_on:
            return
        session.run_ended.disconnect(ended)
        _show_export(bench, again=again)

    def answered() -> None:
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is later and session.is_tracking:
            session.run_ended.connect(ended)
        elif clicked in (now, later):
            _show_export(bench, again=again)

    box.finished.connect(answered)
    box.open()


def _show_export(bench: Workbench, *, again: bool = False) -> None:
    """The export dialog, with what is labelled now as its first row."""
    workspace = bench.workspace
    rows = []
    if workspace is not None:
        path = workspace.storage.path
        rows = [open_project_row(workspace.document, workspace.source, path)]
    dialog = ExportDialog(rows, bench.window)
    if workspace is not None:
        dialog.naming_wanted.connect(partial(_name_first, bench, workspace))
    if again and exported_before():
        QTimer.singleShot(0, dialog.start)  # once it is shown
    dialog.exec()
    dialog.deleteLater()  # or its snapshot would stay as long as the window
    bench.window.name_last_export(exported_before())


def _name_first(bench: Workbench, workspace: Workspace) -> None:
    """Name the objects without a label at their masks, one by one, then export."""
    ids = unlabelled_objects(workspace.document.project)
    workspace.naming.go_through(ids, partial(_show_export, bench))
