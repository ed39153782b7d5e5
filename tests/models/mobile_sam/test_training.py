"""MobileSAM's decoder learns, from seeded weights; what is not trained stays bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from vostool.errors import LabelsError, ModelError
from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentRequest
from vostool.models.mobile_sam.network import MobileSam, own_name
from vostool.models.mobile_sam.training import trainer as module
from vostool.models.registry import create_engine, create_trainer
from vostool.models.trainer import TaughtVideo, TrainOptions
from vostool.models.weights.checkpoint import read_weights
from vostool.progress import silent
from vostool.project.prompts import Point, Prompts

HERE = Path(__file__).parent
WIDTH, HEIGHT, FRAMES = 320, 40, 24  # a strip: the encoder sees a fifth of its square


def seeded_checkpoint(folder: Path) -> Path:
    """The makers' names, filled with what a new network has."""
    shapes = json.loads((HERE / "mobile_sam_tensors.json").read_text())
    torch.manual_seed(0)
    fresh = MobileSam().state_dict()
    weights = {
        name: fresh[own_name(name)].clone() if own_name(name) in fresh else torch.zeros(shape)
        for name, shape in shapes.items()
    }
    path = folder / "seeded.pt"
    torch.save(weights, path)
    return path


def strip(name: str, seed: int, frames) -> TaughtVideo:
    """A bright square that moves over noise; it is taught on some frames."""
    rng = np.random.default_rng(seed)
    pictures, masks = [], {}
    for frame in range(FRAMES):
        picture = rng.integers(0, 60, (HEIGHT, WIDTH, 3), np.uint8)
        left = 20 + 10 * frame
        picture[8:36, left : left + 40] = 230
        pictures.append(picture)
        truth = np.zeros((HEIGHT, WIDTH), np.bool_)
        truth[8:36, left : left + 40] = True
        if frame in frames:
            masks[frame] = {1: Mask.from_array(truth)}
    return TaughtVideo(name, f"digest of {name}", lambda: ArraySource(pictures), masks)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return seeded_checkpoint(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def small(monkeypatch):
    """One object a step and no corrections, which take the same code again."""
    monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(module, "CORRECTIONS", 0)


@pytest.fixture
def trainer(base, small):
    made = create_trainer("mobile-sam", "cpu", base, TrainOptions(rate=3e-4))
    yield made
    made.close()


def test_learning_lowers_the_loss_and_changes_the_decoder_alone(base, trainer, tmp_path):
    trainer.prepare([strip("a", 1, (0, 8))], silent)
    losses = [trainer.step()["total"] for _ in range(6)]
    assert np.mean(losses[-3:]) < 0.95 * np.mean(losses[:3])
    trainer.remember()
    out = tmp_path / "mine.pt"
    trainer.write_best(out)
    _check_weights(base, out)
    _check_engine(trainer, out, strip("b", 2, ()))


def test_corrections_are_learnt_from(monkeypatch, base):
    """With two objects of different videos, a first click or box, and clicks after it."""
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "CORRECTIONS", 1)
    trainer = create_trainer("mobile-sam", "cpu", base, TrainOptions(seed=1))
    trainer.prepare([strip("a", 1, (0,)), strip("b", 2, (3,))], silent)
    assert trainer.steps_per_epoch == 1
    kept = []
    for _ in range(3):
        losses = trainer.step()
        kept.append(losses["kept"])
        parts = 20 * losses["focal"] + losses["dice"] + losses["quality"] + 20 * losses["kept"]
        assert losses["total"] == pytest.approx(parts, rel=1e-4)
    assert kept[0] == pytest.approx(0, abs=1e-6) and kept[-1] > kept[0]
    trainer.close()


def _check_weights(base: Path, out: Path) -> None:
    """The decoder alone has changed, and every name is the makers'."""
    before, after = read_weights(base), read_weights(out)
    assert list(before) == list(after)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("mask_decoder.") for name in changed)
    assert all(before[name].dtype == after[name].dtype for name in before)


def _check_engine(trainer, out: Path, video: TaughtVideo) -> None:
    """The file answers through the public door as the trainer's own engine did."""
    request = SegmentRequest(2, 1, Prompts(points=(Point(60, 20),)))
    replies = []
    for engine in (trainer.engine(), create_engine("mobile-sam", "cpu", out)):
        engine.open(video.open())
        replies.append(engine.segment(request))
        engine.close()
    assert replies[0] == replies[1]
    assert (replies[0].mask.height, replies[0].mask.width) == (HEIGHT, WIDTH)


def test_going_on_gives_the_losses_of_a_run_without_a_break(base, trainer, tmp_path):
    videos = [strip("a", 1, (0, 8, 16))]
    trainer.prepare(videos, silent)
    assert trainer.steps_per_epoch == 3
    first = trainer.step()["total"]
    trainer.remember()
    trainer.write_state(tmp_path / "state")
    whole = [first, trainer.step()["total"]]
    other = create_trainer("mobile-sam", "cpu", base, TrainOptions(rate=3e-4))
    other.prepare(videos, silent)
    other.read_state(tmp_path / "state")
    assert other.step()["total"] == whole[1]
    other.write_best(tmp_path / "best.pt")
    trainer.write_best(tmp_path / "same.pt")
    best, same = read_weights(tmp_path / "best.pt"), read_weights(tmp_path / "same.pt")
    assert all(torch.equal(best[name], same[name]) for name in best)
    other.close()


def test_drawing_by_lot_leaves_the_programs_own_lot_alone(trainer):
    trainer.prepare([strip("a", 1, (0,))], silent)
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    trainer.step()
    assert torch.equal(torch.rand(3), wanted)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(trainer):
    trainer.prepare([strip("a", 1, (0,))], silent)
    with torch.no_grad():
        trainer._decoder.iou_token.weight.fill_(float("nan"))
    with pytest.raises(ModelError, match="try again with a lower rate"):
        trainer.step()


def test_what_does_not_fit_is_one_sentence(base, trainer, tmp_path):
    (tmp_path / "damaged").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(ModelError, match=r"unfinished training .* is damaged"):
        trainer.read_state(tmp_path / "damaged")
    torch.save({"step": 3}, tmp_path / "other")
    with pytest.raises(ModelError, match=r"unfinished training .* is damaged"):
        trainer.read_state(tmp_path / "other")
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ModelError, match="does not fit MobileSAM"):
        create_trainer("mobile-sam", "cpu", tmp_path / "other.pt")
    nothing = TaughtVideo("none", "", strip("a", 1, ()).open, {0: {1: Mask.empty(HEIGHT, WIDTH)}})
    with pytest.raises(LabelsError, match="No mask to learn from"):
        trainer.prepare([nothing], silent)
