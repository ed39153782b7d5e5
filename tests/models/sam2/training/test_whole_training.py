"""SAM 2 through the loop and the whole session: stopped, gone on with, compared, and in the menu."""

from __future__ import annotations

from contextlib import closing

import pytest
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.models.engine import SegmentRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine, forget_plugins
from vostool.models.sam2.training import sampling
from vostool.models.trainer import TrainOptions
from vostool.models.weights import catalog
from vostool.project.prompts import Point, Prompts
from vostool.training.labels import Taught
from vostool.training.loop import train
from vostool.training.session import TrainingRequest, plan_training, run_training
from vostool.training.store import Store


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(sampling, "FEWEST_STEPS", 2)


def weights(path):
    return torch.load(path, weights_only=True)["model"]


def test_a_stopped_training_leaves_the_best_so_far(short, trainer, taught, tmp_path):
    learner = trainer(taught(range(4)), epochs=5)
    values = iter([0.1, 0.5, 0.3])
    store = Store(tmp_path / "mine.pt", "this one")
    seen = []

    def told(report):
        seen.append(report)
        if report.step == 2 and report.value == 0.5:
            learner.write_best(tmp_path / "first.pt")

    history, stopped = train(
        learner, lambda: next(values), TrainOptions(epochs=5), store,
        listener=told, stopped=lambda: len(seen) >= 7,
    )  # fmt: skip
    assert stopped and history.best_epoch == 1 and history.step == 4
    store.finish(learner, {"engine": learner.name})
    best, left = weights(tmp_path / "first.pt"), weights(tmp_path / "mine.pt")
    assert all(torch.equal(best[name], left[name]) for name in {**best, **left})
    again = trainer(taught(range(4)), epochs=5)
    assert store.resume(again).losses == history.losses
    assert again.step()["total"] == learner.step()["total"]


def test_a_session_ends_with_an_engine_in_the_menu(
    short, tiny_checkpoint, taught, generated, tmp_path, monkeypatch
):
    """The published network, on pictures of 64 pixels, from labels to `create_engine("mine")`."""
    monkeypatch.setenv("VOSTOOL_DTYPE", "float32")
    monkeypatch.setattr(EngineOptions, "image_size", 64)
    monkeypatch.setattr(sampling, "FRAMES", 3)
    monkeypatch.setattr(catalog, "checkpoint_dirs", lambda: (tmp_path,))
    video = taught([*range(0, 12, 3), 30, 33, 36], [1])
    options = TrainOptions(epochs=2, rate=1e-3)
    request = TrainingRequest("sam2.1-tiny", tmp_path / "mine.pt", tiny_checkpoint, "cpu", options)
    plan = plan_training(request, Taught((video,), ()))
    reports = []
    outcome = run_training(plan, reports.append)
    assert reports[0].value == reports[0].before is not None
    assert outcome.checkpoint == tmp_path / "mine.pt" and outcome.comparison is not None
    assert outcome.comparison.value_after > outcome.comparison.value_before
    assert any(m.tracked is not None for m in outcome.comparison.after)
    forget_plugins()
    with closing(create_engine("mine", "cpu")) as engine:
        engine.open(ArraySource(generated.frames))
        assert engine.info.name == "sam2.1-tiny"
        reply = engine.segment(SegmentRequest(0, 1, Prompts(points=(Point(20, 30),))))
    assert 0 <= reply.score <= 1
