"""The protocol of what trains an engine on a person's own labels. Imports no torch.

One loop (:mod:`vostool.training.loop`) drives every trainer: it asks for steps, has the held-out
labels measured with :meth:`Trainer.engine`, and says which weights are the best so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vostool.errors import UsageError
from vostool.frames import FrameSource
from vostool.masks.mask import Mask
from vostool.models.engine import Engine
from vostool.progress import Progress
from vostool.words import tr


@dataclass(frozen=True, slots=True, eq=False)
class TaughtVideo:
    """What a person said of one video.

    Attributes:
        name: for people, and to tell videos apart.
        digest: recognises the same pictures at another place, as
            :attr:`vostool.frames.SourceRef.fingerprint`.
        open: a new reader of all its frames; whoever opens it closes it. It may raise
            :class:`vostool.errors.SourceError`.
        masks: by frame and object id, in ascending order of both. An empty mask says that the
            object is not there.
        titles: number and label of each object, "3 cup".
    """

    name: str
    digest: str
    open: Callable[[], FrameSource]
    masks: Mapping[int, Mapping[int, Mask]]
    titles: Mapping[int, str] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        """(frame, object id) of every mask."""
        return tuple((frame, oid) for frame, row in self.masks.items() for oid in row)

    @property
    def object_ids(self) -> tuple[int, ...]:
        """Objects with a mask, ascending."""
        return tuple(sorted({oid for row in self.masks.values() for oid in row}))


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train.

    Attributes:
        epochs: at most so many times through all that was taught.
        patience: it ends after so many epochs without a better value on the held-out labels.
        rate: the learning rate; None takes the trainer's own.
        seed: of everything that is drawn by lot.

    Raises:
        UsageError: a value makes no sense.
    """

    epochs: int = 20
    patience: int = 5
    rate: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.patience < 1:
            raise UsageError(tr("Training needs at least one epoch, and a patience of one."))
        if self.rate is not None and not 0 < self.rate < 1:
            raise UsageError(tr("A learning rate lies between 0 and 1, such as 0.0001."))


Losses = Mapping[str, float]
"""By name; "total" is what is minimised."""


class Trainer(Protocol):
    """Trains a part of one engine's network. It belongs to one thread.

    All methods may raise :class:`vostool.errors.ModelError` with a sentence for a person. What a
    step does is a function of the weights, of the options' seed and of how many steps went before,
    so that a run which goes on after :meth:`read_state` gives the losses of one without a break.
    """

    @property
    def name(self) -> str:
        """The shipped engine that its checkpoints are for: "mobile-sam"."""
        ...

    @property
    def parts(self) -> str:
        """What is trained, for people: "the mask decoder"."""
        ...

    @property
    def tracks(self) -> bool:
        """True where held-out labels are measured by tracking, False where by clicks and boxes."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """How many steps go through all that was taught; known after :meth:`prepare`."""
        ...

    def prepare(self, videos: Sequence[TaughtVideo], progress: Progress) -> None:
        """Take what is to be learnt, and compute what every step would compute again.

        Raises:
            Cancelled: through ``progress``.
            SourceError: a video cannot be opened; a frame that cannot be decoded is passed over.
            LabelsError: there is nothing that it can learn from.
        """
        ...

    def step(self) -> Losses:
        """One step of the optimiser."""
        ...

    def remember(self) -> None:
        """Take the weights as they are now for the best so far."""
        ...

    def engine(self) -> Engine:
        """An engine with the weights as they are whenever it is asked; the caller closes it.

        It may be asked between steps, as long as the trainer is open, and may keep features of
        parts that are not trained.
        """
        ...

    def write_state(self, path: Path) -> None:
        """Write all that :meth:`read_state` needs, the best weights among it; as PyTorch does.

        Raises:
            OSError: it cannot be written.
        """
        ...

    def read_state(self, path: Path) -> None:
        """Go on from there; after :meth:`prepare` with the same videos.

        Raises:
            ModelError: the file is damaged or of another training.
        """
        ...

    def write_best(self, path: Path) -> None:
        """Write a whole checkpoint with the best weights, as the engine's makers write theirs.

        Raises:
            OSError: it cannot be written.
        """
        ...

    def close(self) -> None:
        """Give memory and device back."""
        ...


LoadTrainer = Callable[[str | None, Path, TrainOptions], Trainer]
"""Makes the trainer from the device that is wanted (None for the best there is), the checkpoint to
begin with and the options; libraries are imported in here. Raises
:class:`vostool.errors.ModelError`."""
