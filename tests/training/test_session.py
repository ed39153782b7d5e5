"""A whole training through its public door, with an engine whose learning is one number."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from training_videos import ScriptedTrainer, SkilledEngine, halves

from vostool.errors import LabelsError, ModelError, SourceError, UsageError
from vostool.evaluate.array_source import ArraySource
from vostool.models.registry import create_engine, engine_names, engine_statuses
from vostool.models.trainer import TrainOptions
from vostool.models.weights.story import read_story
from vostool.training.labels import Taught
from vostool.training.pictures import trios
from vostool.training.report import write_report
from vostool.training.session import TrainingRequest, plan_training, run_training
from vostool.training.story import sha256_of, story_sentence

pytestmark = pytest.mark.usefixtures("scripted")
VIDEOS = Taught(tuple(halves(name) for name in ("a", "b", "c")), ())


@pytest.fixture
def out(base) -> Path:
    return base.parent / "mine.pt"


def request(out, **more) -> TrainingRequest:
    options = more.pop("options", TrainOptions(epochs=6, patience=2))
    return TrainingRequest("scripted", out, options=options, **more)


def weight_of(path) -> float:
    return float(torch.load(path, weights_only=True)["weight"])


def stop_at(step):
    """A listener and what it makes `stopped` say."""
    seen = []

    def listener(report):
        seen.append(report)

    return seen, listener, lambda: bool(seen) and seen[-1].step >= step


def test_the_best_weights_are_kept_and_it_ends_when_no_epoch_helps(out, base):
    seen, listener, _ = stop_at(99)
    outcome = run_training(plan_training(request(out), VIDEOS), listener)
    assert weight_of(out) == pytest.approx(0.8)  # after two epochs of three good steps
    assert outcome.history.best_epoch == 2
    assert outcome.history.step == 12  # two epochs of patience, not all six
    assert [r.best for r in seen] == sorted(r.best for r in seen)
    assert seen[0].value == seen[0].before == outcome.history.values[0]
    assert outcome.comparison.better and outcome.comparison.gain > 0.25
    assert outcome.comparison.objects[0].click[1] > outcome.comparison.objects[0].click[0]
    assert weight_of(base) == pytest.approx(0.2)
    assert sorted(path.name for path in out.parent.iterdir()) == ["base.pt", "mine.pt"]


def test_the_checkpoint_says_what_it_was_trained_on(out, base):
    plan = plan_training(request(out), VIDEOS)
    run_training(plan)
    story = read_story(out)
    trained, held = plan.split.training, plan.split.held_out
    assert story["engine"] == "scripted"
    assert story["base"]["sha256"] == sha256_of(base)
    assert [row["name"] for row in story["trained"]] == [video.name for video in trained]
    assert story["held_out"][0] == {
        "name": held[0].name, "digest": held[0].digest, "frames": 20, "objects": 1, "masks": 20,
    }  # fmt: skip
    assert story["after"] > story["before"]
    assert story["options"]["epochs"] == 6
    assert f"trained on 40 frames of {trained[0].name}, {trained[1].name}" in story_sentence(out)
    assert read_story(base) is None and story_sentence(base) is None


def test_it_is_an_engine_of_its_name(out):
    run_training(plan_training(request(out), VIDEOS))
    assert "mine" in engine_names()
    status = next(s for s in engine_statuses() if s.name == "mine")
    assert status.usable and status.checkpoint == out
    assert status.title == "mine (Scripted, trained on own labels)"
    engine = create_engine("mine")
    assert float(engine._skill.weight) == pytest.approx(0.8)
    again = out.with_name("again.pt")
    plan = plan_training(TrainingRequest("mine", again), VIDEOS)
    assert plan.base == out
    assert "trained on" not in plan.notes[0]  # what it knows is held out last


def test_stopped_it_leaves_the_best_so_far_and_goes_on_bit_for_bit(out):
    whole = run_training(plan_training(request(out.with_name("whole.pt")), VIDEOS))
    plan = plan_training(request(out), VIDEOS)
    for step in (4, 7):  # within an epoch, and after its best
        _, listener, stopped = stop_at(step)
        outcome = run_training(plan, listener, stopped)
        assert outcome.stopped and outcome.checkpoint == out and outcome.comparison is None
        assert outcome.resumed is (step == 7)
        assert weight_of(out) == pytest.approx(0.5 if step == 4 else 0.8)
        plan = plan_training(request(out), VIDEOS)  # what it left itself may be replaced
    last = run_training(plan)
    assert last.resumed and not last.stopped
    assert last.history.losses == whole.history.losses
    assert last.history.values == whole.history.values
    assert not out.with_name("mine.pt.resume").exists()


def test_other_labels_or_options_begin_anew(out):
    _, listener, stopped = stop_at(4)
    run_training(plan_training(request(out), VIDEOS), listener, stopped)
    for changed, videos in (
        (request(out, overwrite=True, anew=True), VIDEOS),
        (request(out, overwrite=True, options=TrainOptions(seed=3)), VIDEOS),
        (request(out, overwrite=True), Taught((halves("a", [1, 30]), *VIDEOS.videos[1:]), ())),
    ):
        _, listener, stopped = stop_at(1)
        assert not run_training(plan_training(changed, videos), listener, stopped).resumed


def test_stopped_before_anything_was_measured_it_writes_no_checkpoint(out):
    outcome = run_training(plan_training(request(out), VIDEOS), stopped=lambda: True)
    assert outcome.stopped and outcome.checkpoint is None and not out.exists()


def test_nothing_is_written_where_no_epoch_helped(out, monkeypatch):
    monkeypatch.setattr(ScriptedTrainer.__init__, "__defaults__", (0, False))
    outcome = run_training(plan_training(request(out), VIDEOS))
    assert outcome.checkpoint is None and outcome.comparison is None and not out.exists()
    assert "keep the old one" in outcome.notes[0]
    assert sorted(path.name for path in out.parent.iterdir()) == ["base.pt"]


def test_tracking_is_measured_for_an_engine_that_learns_it(out, monkeypatch):
    monkeypatch.setattr(ScriptedTrainer.__init__, "__defaults__", (6, True))
    outcome = run_training(plan_training(request(out), VIDEOS))
    row = outcome.comparison.objects[0]
    assert row.tracked[0] < row.tracked[1] == pytest.approx(row.click[1])
    first = outcome.comparison.before[0]
    assert first.tracked is None  # it was given


class Damaged(ArraySource):
    """A source whose first frames cannot be decoded."""

    def frame(self, index):
        if index < 10:
            raise SourceError(f"Frame {index} cannot be decoded.")
        return super().frame(index)


def test_a_damaged_held_out_frame_is_passed_over(out, monkeypatch):
    answer = SkilledEngine.segment

    def segment(self, request):
        self._source.frame(request.frame)
        return answer(self, request)

    monkeypatch.setattr(SkilledEngine, "segment", segment)
    pictures = [np.zeros((64, 64, 3), np.uint8)] * 40
    damaged = replace(halves("c"), open=lambda: Damaged(pictures))
    videos = Taught((*VIDEOS.videos[:2], damaged), ())
    plan = plan_training(request(out, held_out=("c",)), videos)
    outcome = run_training(plan)
    assert [m.cell.frame for m in outcome.comparison.after] == list(range(10, 40, 2))
    lost = Taught((*VIDEOS.videos[:2], replace(halves("c", range(8)), open=damaged.open)), ())
    with pytest.raises(LabelsError, match="No held-out frame can be read"):
        run_training(plan_training(request(out.with_name("x.pt"), held_out=("c",)), lost))


def test_what_makes_no_sense_is_refused_before_anything_is_done(out, base):
    out.write_bytes(b"precious")
    with pytest.raises(ModelError, match="exists already"):
        plan_training(request(out), VIDEOS)
    with pytest.raises(ModelError, match="weights to begin with"):
        plan_training(request(base, overwrite=True), VIDEOS)
    with pytest.raises(ModelError, match="no place for a checkpoint"):
        plan_training(request(out.parent / "nowhere" / "mine.pt"), VIDEOS)
    with pytest.raises(ModelError, match=r"flow.* cannot be trained.*scripted"):
        plan_training(TrainingRequest("flow", out.with_name("x.pt")), VIDEOS)
    with pytest.raises(UsageError, match="no engine 'none'"):
        plan_training(TrainingRequest("none", out.with_name("x.pt")), VIDEOS)
    with pytest.raises(UsageError, match="at least one epoch"):
        TrainOptions(epochs=0)
    with pytest.raises(UsageError, match="between 0 and 1"):
        TrainOptions(rate=float("nan"))
    assert out.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("code", "sentence"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "be written to")]
)
def test_a_disk_that_fails_is_one_sentence_and_leaves_what_was_there(
    out, monkeypatch, code, sentence
):
    out.write_bytes(b"precious")
    plan = plan_training(request(out, overwrite=True), VIDEOS)

    def fail(self, path):
        path.write_bytes(b"half")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(ScriptedTrainer, "write_best", fail)
    with pytest.raises(ModelError, match=sentence):
        run_training(plan)
    assert out.read_bytes() == b"precious"
    assert not list(out.parent.glob(".*"))


def test_a_disk_that_keeps_nothing_to_go_on_with_does_not_end_the_training(out, monkeypatch):
    def fail(self, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ScriptedTrainer, "write_state", fail)
    _, listener, stopped = stop_at(7)
    outcome = run_training(plan_training(request(out), VIDEOS), listener, stopped)
    assert outcome.stopped and weight_of(out) == pytest.approx(0.8)
    assert "mine.pt.resume' could not be written" in outcome.notes[1]
    whole = run_training(plan_training(request(out, overwrite=True), VIDEOS))
    assert not whole.resumed and whole.comparison.better
    assert sorted(path.name for path in out.parent.iterdir()) == ["base.pt", "mine.pt"]


def test_a_folder_that_cannot_be_written_to_is_told_beforehand(out, monkeypatch):
    def fail(**_where):
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", fail)
    with pytest.raises(ModelError, match="cannot be written to"):
        plan_training(request(out), VIDEOS)


def test_a_damaged_unfinished_training_begins_anew(out):
    _, listener, stopped = stop_at(4)
    run_training(plan_training(request(out), VIDEOS), listener, stopped)
    unfinished = out.with_name("mine.pt.resume")
    unfinished.write_bytes(unfinished.read_bytes()[:200])
    outcome = run_training(plan_training(request(out, overwrite=True), VIDEOS))
    assert not outcome.resumed and weight_of(out) == pytest.approx(0.8)


def test_the_report_has_numbers_lines_and_pictures(out, tmp_path):
    plan = plan_training(request(out), VIDEOS)
    outcome = run_training(plan)
    folder = write_report(plan, outcome, tmp_path / "report")
    told = json.loads((folder / "report.json").read_text())
    assert told["comparison"]["better"] is True
    assert told["values"] == [round(value, 4) for value in outcome.history.values]
    text = (folder / "report.txt").read_text()
    assert "clicks to 0.9" in text and outcome.comparison.verdict in text
    assert len(list(folder.glob("*.png"))) == 6
    trio = trios(outcome.comparison, plan.split.held_out)[0]
    assert trio.truth.shape == trio.before.shape == trio.after.shape
    assert trio.row().shape[1] == 3 * trio.truth.shape[1]
    assert trio.after_value > trio.before_value
