"""The export dialog: the open project or many, in any formats, checked, previewed and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtCore import QUrl, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QDialog, QWidget

from vostool.errors import UsageError
from vostool.gui.export.choice import Choice
from vostool.gui.export.estimator import Estimator
from vostool.gui.export.last_choice import last_choice, remember_choice
from vostool.gui.export.layout import ExportWidgets
from vostool.gui.export.places import earlier_exports
from vostool.gui.export.rows import State
from vostool.gui.export.runner import Runner
from vostool.gui.export.texts import duration, headline
from vostool.gui.widgets import dialogs
from vostool.gui.widgets.dropping import dropped_paths
from vostool.io.batch.presets import Preset
from vostool.io.batch.preview import Preview
from vostool.io.batch.run import (
    BatchProgress,
    BatchProject,
    BatchReport,
    Phase,
    ProjectCheck,
)
from vostool.words import mark, tr

NOTHING_POSSIBLE = mark("Nothing here can be exported; the table says why.")


class ExportDialog(QDialog):
    """Looks at the batch that is chosen, and runs it.

    Args:
        projects: the first rows; the open project with what it holds now.

    Attributes:
        ui: the widgets.
        choice: what is chosen in them.

    Signals:
        naming_wanted(): closed for now, because objects of the open project are to be named.
    """

    naming_wanted = pyqtSignal()

    def __init__(self, projects: Sequence[BatchProject], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.setAcceptDrops(True)
        self._preview: Preview | None = None
        self.estimator, self.runner = Estimator(self), Runner(self)
        self.ui = ExportWidgets(self, self._preset)
        self.choice = Choice(self.ui, self)
        self._connect()
        video = any(p.held is not None and p.held.project.source.kind == "video" for p in projects)
        self.choice.take_preset(last_choice(video=video))
        self.ui.presets.load()
        self.ui.projects.rows.replace(projects)
        held = next((p.held.project for p in projects if p.held is not None), None)
        self.ui.unlabelled.show_project(held)

    # -- looking -------------------------------------------------------------------------------

    def look(self) -> None:
        """Check and preview what is chosen now, as soon as the person pauses."""
        if self.runner.is_running:
            return
        self._preview = None
        self.choice.propose_folder()
        self.ui.show_preview()
        try:
            batch = self.choice.batch()
        except UsageError as error:
            self.estimator.stop()
            self.ui.preview.clear()
            self._say(str(error), "attention")
            self.ui.export_button.setEnabled(False)
            return
        self._say("")
        self.ui.projects.rows.look_again()
        self.ui.preview.show_waiting(tr("Looking…"))
        self.ui.export_button.setEnabled(True)
        # An earlier export is no obstacle: it is asked about when the run begins.
        self.estimator.look(replace(batch, options=replace(batch.options, overwrite=True)))

    def _checked(self, position: int, check: ProjectCheck) -> None:
        rows = self.ui.projects.rows
        rows.show_check(position, check)
        if all(row.state is State.BLOCKED for row in rows.rows):
            self.ui.export_button.setEnabled(False)
            self._say(tr(NOTHING_POSSIBLE), "bad")

    def _previewed(self, preview: Preview) -> None:
        self._preview = preview
        rows, batch = self.ui.projects.rows, self.choice.batch()
        self.ui.preview.show_preview(preview, len(earlier_exports(batch)))
        names = {f"{name}: ": position for position, name in enumerate(batch.names())}
        of_all = []
        for text in preview.failures:
            begin = next((begin for begin in names if text.startswith(begin)), None)
            if begin is None:
                of_all.append(text)
            else:
                rows.show_failure(names[begin], text.removeprefix(begin))
        blocked = sum(row.state is State.BLOCKED for row in rows.rows)
        if of_all or blocked == len(rows.rows):
            self.ui.export_button.setEnabled(False)
            self._say(" ".join(of_all) or tr(NOTHING_POSSIBLE), "bad")
        elif blocked:
            self._say(
                tr(
                    "{blocked} of the projects cannot be exported; the others can.", blocked=blocked
                ),
                "attention",
            )

    def _look_failed(self, sentence: str) -> None:
        self.ui.preview.clear()
        self._say(sentence, "bad")

    # -- running -------------------------------------------------------------------------------

    def start(self) -> None:
        """Write everything, off the GUI thread; asks once where that replaces earlier exports."""
        try:
            batch = self.choice.batch()
        except UsageError as error:
            self._say(str(error), "attention")
            return
        if not batch.options.overwrite and earlier_exports(batch):
            if not dialogs.ask_to_replace(self, batch.destination):
                return
            batch = replace(batch, options=replace(batch.options, overwrite=True))
        remember_choice(self._preset())
        found = [row.check for row in self.ui.projects.rows.rows if row.check is not None]
        known = self._preview is not None and len(found) == len(batch.projects)
        self.estimator.stop()
        self.ui.projects.rows.wait()
        self._show_running(True)
        self.ui.bar.setRange(0, 0)
        self._say(tr("Looking at the projects…"))
        self.runner.start(batch, found if known else None)

    def cancel(self) -> None:
        """Stop the run after the frame in work; what was finished before stays."""
        self.runner.cancel()
        self.ui.close_button.setEnabled(False)
        self._say(tr("Stopping after this frame…"))

    def _progressed(self, progress: BatchProgress) -> None:
        if not self.ui.close_button.isEnabled():
            return
        rows, bar = self.ui.projects.rows, self.ui.bar
        rows.show_progress(progress)
        if progress.phase is Phase.CHECKING:
            self._say(tr("Looking at {progress_name}…", progress_name=progress.name))
            return
        bar.setRange(0, progress.overall_total)
        bar.setValue(progress.overall_done)
        left = progress.seconds_left
        rest = "" if left is None else tr(", about {duration} left", duration=duration(left))
        place = tr("{position} of {count}", position=progress.position + 1, count=len(rows.rows))
        self._say(
            tr(
                "Writing {progress_name} ({place}){rest}",
                progress_name=progress.name,
                place=place,
                rest=rest,
            )
        )

    def _ended(self, report: BatchReport) -> None:
        for position, result in enumerate(report.results):
            self.ui.projects.rows.show_result(position, result)
        self.ui.report.show_report(report)
        self._over()
        self.ui.open_button.setVisible(bool(report.reports))
        self._say(headline(report), "good" if report.complete else "attention")

    def _stopped(self, sentence: str) -> None:
        self.ui.report.show_sentence(sentence)
        self._over()
        self._say(sentence, "attention")

    def _over(self) -> None:
        self._show_running(False)
        self.ui.show_report()
        self.ui.close_button.setText(tr("Close"))

    def _show_running(self, running: bool) -> None:
        self.ui.show_running(running)
        self.ui.export_button.setEnabled(not running)
        self.ui.open_button.hide()

    # -- closing -------------------------------------------------------------------------------

    def reject(self) -> None:
        """Cancel what runs; close when nothing does."""
        if self.runner.is_running:
            self.cancel()
        else:
            super().reject()

    def done(self, result: int) -> None:
        self._leave_threads()
        super().done(result)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.reject()
        if event is not None:
            event.setAccepted(not self.isVisible())

    def _leave_threads(self) -> None:
        self.estimator.stop()
        self.runner.cancel()
        self.ui.projects.cancel_jobs()

    # -- dropping ------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_paths(event.mimeData()) and not self.runner.is_running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        if event is not None and (places := dropped_paths(event.mimeData())):
            event.acceptProposedAction()
            self.ui.projects.add_places(places)

    # -- helpers -------------------------------------------------------------------------------

    def _connect(self) -> None:
        ui = self.ui
        self.choice.changed.connect(self.look)
        for told in (self.choice.told, ui.presets.told, ui.projects.told):
            told.connect(self._say)
        ui.export_button.clicked.connect(self.start)
        ui.close_button.clicked.connect(self.reject)
        ui.open_button.clicked.connect(self._open_folder)
        ui.unlabelled.naming_wanted.connect(self.reject)
        ui.unlabelled.naming_wanted.connect(self.naming_wanted)
        self.estimator.checked.connect(self._checked)
        self.estimator.previewed.connect(self._previewed)
        self.estimator.failed.connect(self._look_failed)
        self.runner.progressed.connect(self._progressed)
        self.runner.project_ended.connect(ui.projects.rows.show_result)
        self.runner.ended.connect(self._ended)
        self.runner.stopped.connect(self._stopped)

    def _preset(self) -> Preset:  # the widgets are made before the choice that reads them
        return self.choice.preset()

    def _say(self, sentence: str, tone: str = "") -> None:
        self.ui.say(sentence, tone)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.ui.folder.text()))
