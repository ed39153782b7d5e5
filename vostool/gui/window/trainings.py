"""The training window of one main window, and the engine that comes of it."""

from __future__ import annotations

from vostool.gui.training.window import TrainingWindow
from vostool.gui.window.beside_dialog import BesideDialog
from vostool.words import mark


class Trainings(BesideDialog[TrainingWindow]):
    """The training window, with the open project among the others."""

    ACTIVITY = "training"
    SHOWN = mark("Training: {told}")
    GOING = mark("A training is going on: {told}.")

    def _prepare(self, dialog: TrainingWindow) -> None:
        workspace = self._bench.workspace
        place = workspace.storage.place if workspace is not None else None
        dialog.show_projects([place] if place is not None else [], self._bench.engine.current)

    def _made(self) -> TrainingWindow:
        worker = self._bench.worker
        made = TrainingWindow(worker.rests, lambda: worker.place.device, self._bench.window)
        made.engine_wanted.connect(self._bench.engine.choose)
        made.told.connect(self._show_activity)
        made.run.over.connect(self._over)
        return made
