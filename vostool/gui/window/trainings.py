"""The training window of one main window, and the engine that comes of it."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.training.window import TrainingWindow
from vostool.gui.window.workbench import Workbench
from vostool.words import tr

ACTIVITY = "training"


class Trainings(QObject):
    """Makes the training window when it is first wanted; a training goes on when that is closed.

    Signals:
        over(): a training has ended.

    Attributes:
        dialog: the training window; None before it was wanted.
    """

    over = pyqtSignal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self.dialog: TrainingWindow | None = None
        bench.beside.add(self)

    def show(self) -> TrainingWindow:
        """Bring the training window to the front, with the open project among the others."""
        if self.dialog is None:
            self.dialog = self._made()
        workspace = self._bench.workspace
        place = workspace.storage.place if workspace is not None else None
        self.dialog.show_projects([place] if place is not None else [], self._bench.engine.current)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    # -- work beside the open video ------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """True while a training goes on."""
        return self.dialog is not None and self.dialog.run.is_running

    @property
    def sentence(self) -> str:
        """How far it is."""
        told = self.dialog.sentence if self.dialog is not None else ""
        return tr("A training is going on: {told}.", told=told)

    def stop(self) -> None:
        """Stop after the step in work; the best weights so far stay."""
        if self.dialog is not None:
            self.dialog.stop()

    def close(self) -> None:
        """The program ends."""
        if self.dialog is not None:
            self.dialog.close_threads()
            self.dialog.close()

    # -- helpers -------------------------------------------------------------------------------

    def _made(self) -> TrainingWindow:
        worker = self._bench.worker
        made = TrainingWindow(worker.rests, lambda: worker.place.device, self._bench.window)
        made.engine_wanted.connect(self._bench.engine.choose)
        made.told.connect(self._show_activity)
        made.run.over.connect(self._over)
        return made

    def _show_activity(self) -> None:
        if self.dialog is not None and self.dialog.run.is_running:
            told = tr("Training: {told}", told=self.dialog.sentence)
            self._bench.window.status.activity.begin(ACTIVITY, told)

    def _over(self) -> None:
        self._bench.window.status.activity.end(ACTIVITY)
        self.over.emit()
