"""The training window: what was taught, a training with its curves, and then before and after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QDialog, QFileDialog, QListWidgetItem, QWidget

from vostool.gui.threads.newest import Newest
from vostool.gui.threads.timers import single_shot
from vostool.gui.training.layout import TrainingWidgets
from vostool.gui.training.place import adopt
from vostool.gui.training.planning import Planning, Prospect, Wanted
from vostool.gui.training.run import TrainingRun
from vostool.gui.widgets import dialogs
from vostool.runs.rate import RateMeter
from vostool.training.pictures import Trio, trios
from vostool.training.progress import Report
from vostool.training.session import TrainingOutcome, TrainingPlan
from vostool.words import duration, tr

LOOK_MS = 300
"""After the last change of what is chosen."""
PATH = Qt.ItemDataRole.UserRole


class TrainingWindow(QDialog):
    """Stands beside the window; closed while a training goes on, it only hides.

    Args:
        rests: see :class:`~vostool.gui.training.run.TrainingRun`.
        device: which device is used, asked at each look.

    Signals:
        engine_wanted(str): the person uses the new engine of this name.
        told(): how far the training is has changed.
    """

    engine_wanted = pyqtSignal(str)
    told = pyqtSignal()

    def __init__(
        self, rests: threading.Event, device: Callable[[], str | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Train on these labels"))
        self.ui = TrainingWidgets(self)
        self.run, self.planning = TrainingRun(rests, self), Planning(self)
        self._device = device
        self._pictures, self._using = Newest(self), Newest(self)
        self._plan: TrainingPlan | None = None
        self._outcome: TrainingOutcome | None = None
        self._held_out: tuple[str, ...] = ()
        self._meter = RateMeter(0)
        self._look_soon = single_shot(self, LOOK_MS, self.look)
        self._connect()
        self.ui.show_running(False)
        self.resize(1080, 680)

    def show_projects(self, projects: Sequence[Path], engine: str | None) -> None:
        """Begin with these; a training that goes on is not disturbed."""
        if self.run.is_running:
            return
        self.ui.list_engines(engine)
        self.planning.forget()
        self._add(projects)
        self.look()

    # -- what is chosen ------------------------------------------------------------------------

    def wanted(self) -> Wanted:
        """What is chosen now."""
        weights = self.ui.checkpoint.text().strip()
        return Wanted(
            tuple(self._projects()),
            str(self.ui.engine.currentData() or ""),
            self.ui.name.text().strip(),
            Path(weights) if weights else None,
            self._device(),
            self.ui.epochs.value(),
            self._held_out,
            self.ui.anew.isChecked(),
        )

    def look(self) -> None:
        """Read what is taught and plan, in a thread."""
        self._plan = None
        self.ui.start_button.setEnabled(False)
        if not self._projects():
            self.ui.labels.show_videos((), ())
            self.ui.say(tr("Add a project in which you made or confirmed masks."))
        elif self.ui.engine.currentData() is None:
            self.ui.say(tr("No engine that can be trained is here; get one under Models."), "bad")
        else:
            self.planning.look(self.wanted())

    def _looked(self, prospect: Prospect) -> None:
        if self.run.is_running:
            return
        self._plan = plan = prospect.plan
        taught = prospect.taught
        held = [video.name for video in plan.split.held_out] if plan is not None else self._held_out
        self.ui.labels.show_videos(taught.videos if taught is not None else (), held)
        notes = plan.notes if plan is not None else taught.notes if taught is not None else ()
        self.ui.notes.setPlainText("\n".join(notes))
        self.ui.start_button.setEnabled(plan is not None)
        self.ui.say(prospect.problem, "bad")

    def _hold_out(self) -> None:
        self._held_out = self.ui.labels.held_out()
        self.look()

    # -- a training ----------------------------------------------------------------------------

    def start(self) -> None:
        """Train, in a thread; what was stopped before is gone on with."""
        plan = self._plan
        if plan is None or self.run.is_running:
            return
        self._outcome = None
        self.ui.tabs.setTabEnabled(1, False)
        self.ui.curves.clear_curves()
        self.ui.start_button.setEnabled(False)
        self.ui.show_running(True)
        self.ui.bar.setRange(0, 0)
        self.ui.say(tr("Loading the weights…"))
        self._meter = RateMeter(0)
        self.run.start(plan)
        self.told.emit()

    def stop(self) -> None:
        """Stop after the step in work."""
        self.run.cancel()
        self.ui.stop_button.setEnabled(False)
        self.ui.say(tr("Stopping after the step in work…"), "attention")

    @property
    def sentence(self) -> str:
        """How far the training is, for those who do not see its window."""
        meter = self._meter
        if not meter.total:
            return tr("it has begun")
        return tr("{done} of at most {total} steps", done=meter.done, total=meter.total)

    def _prepared(self, done: int, total: int, what: str) -> None:
        if self.ui.stop_button.isEnabled():
            self.ui.bar.setRange(0, total)
            self.ui.bar.setValue(done)
            self.ui.say(what.capitalize())

    def _reported(self, reports: Sequence[Report]) -> None:
        self.ui.curves.add(reports)
        last = reports[-1]
        if self._meter.total != last.steps:
            self._meter = RateMeter(last.steps, time.monotonic() - last.seconds)
        self._meter.add(last.step - self._meter.done, time.monotonic())
        self.ui.bar.setRange(0, last.steps)
        self.ui.bar.setValue(last.step)
        if self.ui.stop_button.isEnabled():
            self.ui.say(_told(last, self._meter.seconds_left))
        self.told.emit()

    def _ended(self, outcome: TrainingOutcome) -> None:
        self._outcome = outcome
        self.ui.say(" ".join(outcome.notes), "attention" if outcome.stopped else "")
        self._over()
        if outcome.comparison is not None:
            self.ui.comparison.show_comparison(outcome.comparison)
            self.ui.tabs.setTabEnabled(1, True)
            self.ui.tabs.setCurrentIndex(1)
            self._show_pictures(outcome)

    def _failed(self, sentence: str) -> None:
        self.ui.say(sentence, "bad")
        self._over()

    def _over(self) -> None:
        self.ui.show_running(False)
        self.ui.start_button.setEnabled(self._plan is not None)

    def _show_pictures(self, outcome: TrainingOutcome) -> None:
        comparison, plan = outcome.comparison, self._plan
        if comparison is None or plan is None:
            return

        def show(made: list[Trio]) -> None:
            self.ui.comparison.show_pictures(made)

        self._pictures.start(
            lambda _progress: trios(comparison, plan.split.held_out),
            show,
            lambda sentence: self.ui.say(sentence, "bad"),
        )

    # -- which of the two ----------------------------------------------------------------------

    def _decided(self, use: bool) -> None:
        trained = self._outcome.checkpoint if self._outcome is not None else None
        if trained is None:
            return
        if not use:
            self.ui.say(tr("The old one stays; the new one lies in '{path}'.", path=trained))
            return
        self._using.start(
            lambda _progress: adopt(trained), self._used, lambda s: self.ui.say(s, "bad")
        )

    def _used(self, name: str) -> None:
        self._outcome = None
        self.ui.tabs.setTabEnabled(1, False)
        self.ui.tabs.setCurrentIndex(0)
        self.ui.start_button.setEnabled(False)  # the name is taken now
        self.ui.say(
            tr("'{name}' is used from now on, and stands in the menu of engines.", name=name),
            "good",
        )
        self.engine_wanted.emit(name)

    # -- the window ----------------------------------------------------------------------------

    def close_threads(self) -> None:
        """Before the program ends: everything stops, and no thread is waited for."""
        self.run.close()
        self.planning.close()
        self._pictures.drop()
        self._using.drop()
        self._look_soon.stop()

    def reject(self) -> None:
        self.hide()  # a training goes on without being seen

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if event is not None:
            event.accept()

    def _projects(self) -> list[Path]:
        items = (self.ui.projects.item(at) for at in range(self.ui.projects.count()))
        return [item.data(PATH) for item in items if item is not None]

    def _add(self, projects: Sequence[Path]) -> None:
        known = set(self._projects())
        for path in projects:
            if path not in known:
                known.add(path)
                item = QListWidgetItem(path.name)
                item.setData(PATH, path)
                item.setToolTip(str(path))
                self.ui.projects.addItem(item)

    def _ask_for_projects(self) -> None:
        self._add(dialogs.ask_for_projects(self))
        self.look()

    def _remove(self) -> None:
        for item in self.ui.projects.selectedItems():
            self.ui.projects.takeItem(self.ui.projects.row(item))
        self._held_out = ()
        self.look()

    def _ask_for_weights(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Weights to begin with"), "", tr("Checkpoints (*.pt)")
        )
        if name:
            self.ui.checkpoint.setText(name)

    def _connect(self) -> None:
        ui = self.ui
        ui.add_button.clicked.connect(self._ask_for_projects)
        ui.remove_button.clicked.connect(self._remove)
        ui.browse.clicked.connect(self._ask_for_weights)
        ui.start_button.clicked.connect(self.start)
        ui.stop_button.clicked.connect(self.stop)
        ui.close_button.clicked.connect(self.reject)
        ui.labels.held_out_changed.connect(self._hold_out)
        for changed in (
            ui.engine.currentIndexChanged, ui.checkpoint.textChanged, ui.name.textChanged,
            ui.epochs.valueChanged, ui.anew.toggled,
        ):  # fmt: skip
            changed.connect(self._changed)
        ui.comparison.decided.connect(self._decided)
        self.planning.looked.connect(self._looked)
        self.planning.failed.connect(lambda sentence: ui.say(sentence, "bad"))
        self.run.prepared.connect(self._prepared)
        self.run.reported.connect(self._reported)
        self.run.ended.connect(self._ended)
        self.run.failed.connect(self._failed)

    def _changed(self) -> None:
        self.ui.start_button.setEnabled(False)
        self._look_soon.start()


def _told(last: Report, left: float | None) -> str:
    """Where the training is, what it has brought, and how long it may still take."""
    parts = [tr("Step {step} of at most {steps}", step=last.step, steps=last.steps)]
    if last.value is not None and last.before is not None and last.best is not None:
        parts.append(
            tr(
                "held-out J&F {value:.3f} (before {before:.3f}, best {best:.3f})",
                value=last.value,
                before=last.before,
                best=last.best,
            )
        )
    if left is not None:
        parts.append(tr("at most {duration} left", duration=duration(left)))
    return "; ".join(parts)
