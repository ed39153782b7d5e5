"""A whole training, from labels to a checkpoint and to whether it is better.

The command line and the window both come through here::

    plan = plan_training(request, read_taught(paths))
    outcome = run_training(plan, listener, stopped)
    if outcome.comparison is not None and outcome.comparison.better: ...
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from vostool.errors import Cancelled, ModelError
from vostool.models.engine import Engine
from vostool.models.registry import create_engine, create_trainer, engine_spec
from vostool.models.trainer import TrainOptions
from vostool.progress import Progress, silent
from vostool.training.compare import Comparison, compare
from vostool.training.labels import Taught
from vostool.training.loop import train
from vostool.training.measuring import CellMeasure, Measurer, mean_value
from vostool.training.progress import History, Listener
from vostool.training.split import Split, split
from vostool.training.store import Store
from vostool.training.story import identity_of, seen_digests, story_of
from vostool.words import tr

MOST_WHILE_TRAINING = 24
"""Held-out cells that are measured after each epoch; all of them in the end."""
MOST_COMPARED = 120

Stopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What a person asks for.

    Attributes:
        engine: its name, one of :func:`vostool.models.registry.trainable_engines`.
        out: the checkpoint to be.
        checkpoint: the weights to begin with; None takes the engine's own.
        device: as :func:`vostool.models.registry.create_engine` has it.
        held_out: names of videos to hold out; empty leaves it to :func:`split`.
        anew: do not go on with an unfinished training of the same labels and options.
        overwrite: ``out`` may be replaced.
    """

    engine: str
    out: Path
    checkpoint: Path | None = None
    device: str | None = None
    options: TrainOptions = field(default_factory=TrainOptions)
    held_out: tuple[str, ...] = ()
    anew: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What will be done; made before anything is loaded, for a person to look at.

    Attributes:
        base: the file of the weights to begin with.
        notes: sentences about the labels and the split.
    """

    request: TrainingRequest
    base: Path
    split: Split
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What came of it.

    Attributes:
        checkpoint: the file that was written; None where no epoch was better than the weights to
            begin with, or it was stopped before one was measured.
        comparison: before and after on the held-out labels; None where nothing was written, or it
            was stopped.
        history: of all steps.
        stopped: somebody stopped it; started again, it goes on.
        resumed: it went on with an earlier run.
        notes: sentences on what came out.
    """

    checkpoint: Path | None
    comparison: Comparison | None
    history: History
    stopped: bool
    resumed: bool
    notes: tuple[str, ...]


def plan_training(request: TrainingRequest, taught: Taught) -> TrainingPlan:
    """See whether the training can be done, and split the labels; loads no network.

    Raises:
        UsageError: no such engine, or a held-out video that there is not.
        ModelError: the engine cannot be trained or has no weights here, or ``out`` cannot be
            written.
        LabelsError: too little was taught.
    """
    spec = engine_spec(request.engine)
    base = request.checkpoint or spec.find()
    if spec.trainer is None or base is None:
        # Which says what is missing.
        create_trainer(request.engine, request.device, request.checkpoint, request.options).close()
        raise ModelError(tr("Name the checkpoint to begin with."))
    parted = split(taught.videos, request.held_out, seen_digests(base))
    plan = TrainingPlan(request, base, parted, (*taught.notes, *parted.notes))
    _store(plan).check(request.overwrite, base)
    return plan


def run_training(
    plan: TrainingPlan,
    listener: Listener = lambda report: None,
    stopped: Stopped = lambda: False,
    progress: Progress = silent,
) -> TrainingOutcome:
    """Train, write the checkpoint, and compare it with the weights to begin with.

    What is stopped leaves the best weights so far in ``out``, where any epoch was better, and
    beside it what it needs to go on.

    Args:
        listener: told of every step and every measurement.
        progress: told of what goes before and after: encoding frames, the comparison.

    Raises:
        ModelError, SourceError, LabelsError: one sentence each; what was there stays.
    """
    request, store = plan.request, _store(plan)
    trainer = create_trainer(request.engine, request.device, plan.base, request.options)
    with closing(trainer):
        try:
            trainer.prepare(plan.split.training, _until(stopped, progress))
        except Cancelled:
            return TrainingOutcome(None, None, History(), True, False, (tr("Stopped."),))
        known = None if request.anew else store.resume(trainer)
        with Measurer(
            trainer.engine, plan.split.held_out, trainer.tracks, MOST_WHILE_TRAINING
        ) as measurer:
            history, ended = train(
                trainer,
                lambda: mean_value(measurer(stopped=stopped)),
                request.options,
                store,
                history=known,
                listener=listener,
                stopped=stopped,
            )
        written = history.best_epoch > 0
        if written:
            story = story_of(plan.base, plan.split, request.options, trainer, history)
            store.finish(trainer, story)
        tracks = trainer.tracks
    if not ended:
        store.forget()
    resumed = known is not None
    if not written or ended:
        notes = _why_no_comparison(written, ended, request.out, store.problem)
        checkpoint = request.out if written else None
        return TrainingOutcome(checkpoint, None, history, ended, resumed, notes)
    try:
        comparison = compare_checkpoints(plan, tracks, _until(stopped, progress))
    except Cancelled:
        notes = (tr("The comparison was stopped; the checkpoint is written."),)
        return TrainingOutcome(request.out, None, history, True, resumed, notes)
    return TrainingOutcome(request.out, comparison, history, False, resumed, (comparison.verdict,))


def compare_checkpoints(
    plan: TrainingPlan, tracks: bool, progress: Progress = silent
) -> Comparison:
    """The weights to begin with and the new ones, each as an engine of its own.

    Raises:
        ModelError, SourceError: from the engines and the videos.
        Cancelled: through ``progress``.
    """
    sides: list[list[CellMeasure]] = []
    for number, checkpoint in enumerate((plan.base, plan.request.out)):

        def make(checkpoint: Path = checkpoint) -> Engine:
            return create_engine(plan.request.engine, plan.request.device, checkpoint)

        with Measurer(make, plan.split.held_out, tracks, MOST_COMPARED) as measurer:
            count = len(measurer.cells)

            def told(done: int, total: int, before: int = number * count) -> None:
                progress(before + done, 2 * total, tr("comparing"))

            sides.append(measurer(count_clicks=True, measured=told))
    return compare(*sides)


def _store(plan: TrainingPlan) -> Store:
    request = plan.request
    identity = identity_of(plan.base, plan.split, request.engine, request.options)
    return Store(request.out, identity)


def _until(stopped: Stopped, progress: Progress) -> Progress:
    """A progress that also ends the work where somebody stops it."""

    def tell(done: int, total: int, what: str = "") -> None:
        if stopped():
            raise Cancelled(tr("Stopped."))
        progress(done, total, what)

    return tell


def _why_no_comparison(
    written: bool, ended: bool, out: Path, problem: str | None
) -> tuple[str, ...]:
    """Why there is none.

    Args:
        problem: why a later run cannot go on.
    """
    if not ended:
        return (
            tr(
                "No epoch was better on the held-out labels than the weights to begin with, so "
                "nothing was written; keep the old one."
            ),
        )
    if problem is not None:
        return (tr("Stopped."), problem)
    if written:
        return (tr("Stopped; the best so far is in '{out}', and training again goes on.", out=out),)
    return (tr("Stopped before anything was better; training again goes on."),)
