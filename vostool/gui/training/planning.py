"""Reads what projects teach and plans a training, in a thread, whenever something is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import Cancelled, ModelError, VosToolError
from vostool.files import is_there
from vostool.gui.threads.newest import Newest
from vostool.gui.training.place import place_aside
from vostool.models.trainer import TrainOptions
from vostool.progress import Progress
from vostool.training.labels import Taught, read_taught
from vostool.training.session import TrainingPlan, TrainingRequest, plan_training
from vostool.words import tr

DEFAULT = TrainOptions()


@dataclass(frozen=True)
class Wanted:
    """What a person chose.

    Attributes:
        name: of the new engine.
        held_out: names of videos; empty leaves it to the program.
    """

    projects: tuple[Path, ...]
    engine: str
    name: str
    checkpoint: Path | None = None
    device: str | None = None
    epochs: int = DEFAULT.epochs
    held_out: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True)
class Prospect:
    """What would be done.

    Attributes:
        taught: None where the projects teach nothing.
        plan: None where it cannot be done; then ``problem`` says why.
    """

    taught: Taught | None
    plan: TrainingPlan | None
    problem: str = ""


class Planning(QObject):
    """Looks at the newest choice; labels that were read are kept.

    Signals:
        looked(Prospect): of the newest choice.
        failed(str): the look itself broke off.
    """

    looked = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work = Newest(self)
        self._known: tuple[tuple[Path, ...], Taught] | None = None

    @property
    def is_busy(self) -> bool:
        """True until the newest choice was looked at."""
        return self._work.is_running

    def look(self, wanted: Wanted) -> None:
        """Look at this choice."""
        known = self._known if self._known and self._known[0] == wanted.projects else None

        def work(progress: Progress) -> Prospect:
            return _looked(wanted, known[1] if known else None, progress)

        def done(prospect: Prospect) -> None:
            if prospect.taught is not None:
                self._known = wanted.projects, prospect.taught
            self.looked.emit(prospect)

        self._work.start(work, done, self.failed.emit)

    def forget(self) -> None:
        """Read the labels again at the next look: somebody may have taught more."""
        self._known = None

    def close(self) -> None:
        """Stop; the thread ends by itself."""
        self._work.drop()


def _looked(wanted: Wanted, taught: Taught | None, progress: Progress) -> Prospect:
    try:
        if taught is None:
            taught = read_taught(wanted.projects, progress=progress)
        if wanted.checkpoint is not None and not is_there(wanted.checkpoint):
            raise ModelError(
                tr("There are no weights '{path}'; check the name.", path=wanted.checkpoint)
            )
        out = place_aside(wanted.name)
        options = TrainOptions(epochs=wanted.epochs)
        request = TrainingRequest(
            wanted.engine, out, wanted.checkpoint, wanted.device, options, wanted.held_out,
            wanted.anew, overwrite=True,
        )  # fmt: skip
        return Prospect(taught, plan_training(request, taught))
    except Cancelled:
        raise
    except VosToolError as error:
        return Prospect(taught, None, str(error))
