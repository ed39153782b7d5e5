"""How far a training is: what a listener is told, and what it needs to go on later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from vostool.models.trainer import Losses, TrainOptions


@dataclass(frozen=True, slots=True)
class Report:
    """Told after every step and every measurement.

    Attributes:
        step: steps done, over all epochs.
        steps: at most so many.
        epoch: epochs done.
        losses: of this step; empty for a measurement.
        value: J&F on the held-out labels, as measured last; None before the first measurement.
        before: the same before training.
        best: the best so far, that of the weights to begin with among them.
        best_epoch: when it was reached; 0 before training.
        seconds: since the training began, without breaks.
    """

    step: int
    steps: int
    epoch: int
    losses: Losses
    value: float | None
    before: float | None
    best: float | None
    best_epoch: int
    seconds: float


Listener = Callable[[Report], None]


@dataclass(slots=True)
class History:
    """All that has happened; JSON can hold it.

    Attributes:
        losses: the total of each step.
        values: J&F on the held-out labels before training and after each epoch.
        seconds: spent so far.
    """

    losses: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses)

    @property
    def best(self) -> float | None:
        """The best value so far."""
        return max(self.values, default=None)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the best value; 0 where training has not helped."""
        return self.values.index(max(self.values)) if self.values else 0

    def due(self, steps_per_epoch: int) -> bool:
        """True where the held-out labels are to be measured before the next step."""
        return self.step == len(self.values) * steps_per_epoch

    def finished(self, steps_per_epoch: int, options: TrainOptions) -> bool:
        """True where no step is left to do, or none has helped for long."""
        epochs = len(self.values) - 1
        tired = epochs - self.best_epoch >= options.patience
        return self.step >= options.epochs * steps_per_epoch or tired

    def report(self, steps: int, losses: Losses) -> Report:
        """What a listener is told now."""
        values = self.values
        return Report(
            self.step, steps, max(0, len(values) - 1), losses, values[-1] if values else None,
            values[0] if values else None, self.best, self.best_epoch, self.seconds,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> History:
        """What :meth:`to_json` gave.

        Raises:
            ValueError: it is no such thing.
        """
        try:
            return cls(
                [float(loss) for loss in value["losses"]],
                [float(each) for each in value["values"]],
                float(value["seconds"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("no history of a training") from error
