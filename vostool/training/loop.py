"""The loop that trains any engine: steps, a look at the held-out labels, and an end in time."""

from __future__ import annotations

import time
from collections.abc import Callable

from vostool.errors import Cancelled
from vostool.models.trainer import Trainer, TrainOptions
from vostool.training.progress import History, Listener
from vostool.training.store import Store

Stopped = Callable[[], bool]


def train(
    trainer: Trainer,
    measure: Callable[[], float],
    options: TrainOptions,
    store: Store,
    *,
    history: History | None = None,
    listener: Listener = lambda report: None,
    stopped: Stopped = lambda: False,
) -> tuple[History, bool]:
    """Train until nothing is left to do, no epoch has helped for long, or somebody stops it.

    The held-out labels are measured before the first step and after each epoch, and the trainer is
    told to remember its weights where they are better than ever. After each epoch, and where it is
    stopped, all that is needed to go on is stored.

    Args:
        trainer: prepared.
        measure: J&F on the held-out labels with the trainer's weights as they are; may raise
            :class:`vostool.errors.Cancelled`.
        history: of the run to go on with, see :meth:`Store.resume`.

    Returns:
        What happened, and whether it was stopped.

    Raises:
        ModelError: from the trainer.
    """
    history = history or History()
    per_epoch = trainer.steps_per_epoch
    steps = options.epochs * per_epoch
    clock = _Clock(history)
    try:
        while True:
            _go_on(stopped)
            if history.due(per_epoch):
                _measure(trainer, measure, history)
                clock.read()
                store.pause(trainer, history)
                listener(history.report(steps, {}))
            elif history.finished(per_epoch, options):
                return history, False
            else:
                losses = trainer.step()
                history.losses.append(losses["total"])
                clock.read()
                listener(history.report(steps, losses))
    except Cancelled:
        clock.read()
        store.pause(trainer, history)
        return history, True


def _measure(trainer: Trainer, measure: Callable[[], float], history: History) -> None:
    value = measure()
    if history.best is None or value > history.best:
        trainer.remember()
    history.values.append(value)


def _go_on(stopped: Stopped) -> None:
    if stopped():
        raise Cancelled


class _Clock:
    """Adds the time since it was read last to the history's."""

    def __init__(self, history: History) -> None:
        self._history, self._last = history, time.monotonic()

    def read(self) -> None:
        now = time.monotonic()
        self._history.seconds += now - self._last
        self._last = now
