"""SAM 2 learns from labels: masks get better, what is frozen stays, and what is written is read."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
import torch
from official_sam2 import official_run, official_state, our_run
from sam2.build_sam import build_sam2_video_predictor
from seeded import sam2

from vostool.errors import Cancelled, LabelsError, ModelError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.metrics import boundary_measure, region_similarity
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.registry import create_trainer, trainable_engines
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.checkpoint import identify_file
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.sam2.training import lesson, sources, student
from vostool.models.sam2.training.trainer import Sam2Trainer
from vostool.models.trainer import TaughtVideo, TrainOptions
from vostool.models.weights.checkpoint import read_weights
from vostool.progress import silent
from vostool.project.prompts import Point, Prompts

from .conftest import OVERRIDES, TINY

CPU = torch.device("cpu")
FROZEN = ("image_encoder.", "sam_prompt_encoder.", "sam_mask_decoder.conv_s")
HALF = 20


def weights(trainer, path):
    """The best weights as a checkpoint holds them."""
    trainer.write_best(path)
    return torch.load(path, weights_only=True)["model"]


def held_out_jf(trainer, generated):
    """J&F of the beetle, tracked through the half that was not learnt from."""
    truth = [ids == 1 for ids in generated.ids]
    with closing(trainer.engine()) as engine, closing(ArraySource(generated.frames)) as source:
        engine.open(source)
        key = Keyframe(HALF, 1, Prompts(mask=Mask.from_array(truth[HALF])))
        last = len(truth) - 1
        run = engine.track(TrackRequest((key,), Direction.FORWARD, HALF, HALF, last), lambda: False)
        masks = {step.frame: step.replies[1].mask.to_array() for step in run}
    rows = [(truth[frame], mask) for frame, mask in masks.items() if frame > HALF]
    return np.mean([(region_similarity(*r) + boundary_measure(*r)) / 2 for r in rows])


def test_training_raises_the_held_out_half_and_keeps_what_is_frozen(
    trainer, taught, generated, small_checkpoint, tmp_path
):
    learner = trainer(taught(range(HALF - 2), [1]), epochs=3)
    before = held_out_jf(learner, generated)
    losses = [learner.step()["total"] for _ in range(24)]
    assert np.mean(losses[-8:]) < np.mean(losses[:8]) * 0.7
    assert held_out_jf(learner, generated) > before + 0.1
    learner.remember()
    old = torch.load(small_checkpoint, weights_only=True)["model"]
    new = weights(learner, tmp_path / "mine.pt")
    assert old.keys() == new.keys()
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert not [name for name in changed if name.startswith(FROZEN)]
    for part in ("sam_mask_decoder", "memory_attention", "memory_encoder", "obj_ptr_proj",
                 "maskmem_tpos_enc"):  # fmt: skip
        assert any(name.startswith(part) for name in changed), part


def test_the_checkpoint_gives_the_official_predictor_the_same_masks(
    trainer, taught, jpeg_folder, jpeg_source, tmp_path
):
    learner = trainer(taught(range(8), [1]))
    for _ in range(4):
        learner.step()
    learner.remember()
    path = tmp_path / "mine.pt"
    learner.write_best(path)
    official = build_sam2_video_predictor(
        TINY.config, str(path), device="cpu", hydra_overrides_extra=list(OVERRIDES)
    )
    official.fill_hole_area = 0  # it wants a CUDA extension, and fills nothing without
    keys = [Keyframe(0, 1, Prompts(points=(Point(30, 60),)))]
    theirs = official_run(official, official_state(official, jpeg_folder, keys), 0, 6)
    ours = build_predictor(TINY, path, CPU, overrides=OVERRIDES)
    wanted = TrackRequest(tuple(keys), Direction.FORWARD, 0, 0, 6)
    (logits,), steps = our_run(ours, jpeg_source, wanted)
    assert logits.keys() == theirs.keys()
    assert any(0 < (found > 0).sum() < found.size for found in theirs.values())
    for step in steps:
        assert np.array_equal(step.replies[1].mask.to_array(), theirs[step.frame, 1] > 0)


def test_going_on_after_a_break_is_as_without_one(trainer, taught, tmp_path):
    video = taught([0, 1, 2, 3, 20])
    one = trainer(video)
    straight = [one.step() for _ in range(3)]
    one.remember()
    first = trainer(video)
    begun = [first.step()]
    first.remember()
    first.write_state(tmp_path / "state")
    second = trainer(video)
    second.read_state(tmp_path / "state")
    kept = weights(second, tmp_path / "kept.pt")
    assert all(torch.equal(kept[n], v) for n, v in weights(first, tmp_path / "first.pt").items())
    assert begun + [second.step() for _ in range(2)] == straight
    second.remember()
    found = weights(second, tmp_path / "second.pt")
    assert all(torch.equal(found[n], v) for n, v in weights(one, tmp_path / "one.pt").items())


def test_the_best_weights_are_those_that_were_remembered(trainer, taught, tmp_path):
    learner = trainer(taught(range(4)))
    learner.step()
    learner.remember()
    best = weights(learner, tmp_path / "best.pt")
    learner.step()
    after = weights(learner, tmp_path / "after.pt")
    assert all(torch.equal(best[name], value) for name, value in after.items())
    learner.remember()
    now = weights(learner, tmp_path / "now.pt")
    assert not all(torch.equal(best[name], value) for name, value in now.items())


def test_the_engine_answers_with_the_weights_as_they_are(trainer, taught, generated, tmp_path):
    learner = trainer(taught(range(4)))
    asked = SegmentRequest(0, 1, Prompts(points=(Point(20, 40),)))
    source = ArraySource(generated.frames)
    run = TrackRequest((Keyframe(0, 1, asked.prompts),), Direction.FORWARD, 0, 0, 3)
    with closing(learner.engine()) as engine:
        engine.open(source)
        first = engine.segment(asked)
        list(engine.track(run, lambda: False))
        for _ in range(4):
            learner.step()
        second = engine.segment(asked)
        tracked = list(engine.track(run, lambda: False))
    learner.remember()
    learner.write_best(tmp_path / "mine.pt")
    predictor = build_predictor(TINY, tmp_path / "mine.pt", CPU, overrides=OVERRIDES)
    with closing(Sam2Engine(TINY, predictor)) as fresh:
        fresh.open(source)
        assert fresh.segment(asked) == second
        assert list(fresh.track(run, lambda: False)) == tracked
    assert first != second


def test_a_step_leaves_torchs_random_numbers_alone(trainer, taught):
    learner = trainer(taught(range(4)))
    before = torch.random.get_rng_state()
    learner.step()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_frames_that_cannot_be_decoded_are_left_out(trainer, generated, taught):
    class Torn(ArraySource):
        def frame(self, index):
            from vostool.errors import SourceError

            if index % 2:
                raise SourceError(f"Frame {index} is damaged.")
            return super().frame(index)

    whole = taught([0, 3, 10])
    torn = TaughtVideo("torn", "e" * 8, lambda: Torn(generated.frames), whole.masks)
    alone = taught([0, 10])
    losses = [trainer(video).step() for video in (torn, whole)]
    assert all(np.isfinite(told["total"]) for told in losses)
    lost = TaughtVideo("lost", "f" * 8, lambda: Torn(generated.frames), {3: alone.masks[0]})
    with pytest.raises(LabelsError, match="nothing to learn"):
        trainer(lost)


def test_what_cannot_be_used_is_told(trainer, taught, tmp_path):
    learner = trainer(taught(range(4)))
    (tmp_path / "state").write_bytes(b"PK not a state")
    with pytest.raises(ModelError, match="unfinished training"):
        learner.read_state(tmp_path / "state")
    with pytest.raises(ModelError, match="does not fit"):
        Sam2Trainer(TINY, _tiny_of_another_shape(learner, tmp_path), CPU, TrainOptions())


def _tiny_of_another_shape(learner, tmp_path):
    learner.write_best(tmp_path / "small.pt")
    return tmp_path / "small.pt"


def test_weights_that_are_no_numbers_are_told_in_a_sentence(taught, small_checkpoint, tmp_path):
    broken = torch.load(small_checkpoint, weights_only=True)["model"]
    broken["sam_mask_decoder.iou_token.weight"].fill_(float("nan"))
    torch.save({"model": broken}, tmp_path / "broken.pt")
    learner = Sam2Trainer(TINY, tmp_path / "broken.pt", CPU, TrainOptions(), OVERRIDES)
    learner.prepare([taught(range(4))], silent)
    with closing(learner), pytest.raises(ModelError, match="no number"):
        learner.step()


def test_every_sam_2_is_trained_and_its_checkpoint_says_which_it_is(tiny_checkpoint, tmp_path):
    """At the published size no step is made here: the file alone, as the engine menu reads it."""
    for name in MODELS:
        assert name in trainable_engines()
    with closing(create_trainer("sam2.1-tiny", "cpu", tiny_checkpoint)) as learner:
        assert learner.name == "sam2.1-tiny"
        learner.write_best(tmp_path / "mine.pt")
    assert identify_file(tmp_path / "mine.pt") is TINY
    old, new = (read_weights(path) for path in (tiny_checkpoint, tmp_path / "mine.pt"))
    assert all(torch.equal(old[name], new[name]) for name in {**old, **new})
    build_sam2_video_predictor(TINY.config, str(tmp_path / "mine.pt"), device="cpu")


def test_computing_twice_changes_nothing(trainer, taught, tmp_path, monkeypatch):
    video = taught(range(4))
    twice = trainer(video)
    monkeypatch.setitem(student.SIMULATED, "use_act_ckpt_iterative_pt_sampling", False)
    once = trainer(video)
    for module in student.computed_twice(once._student):
        del module.forward  # the module's own
    found = [twice.step() for _ in range(2)]
    monkeypatch.setattr(lesson, "checkpoint", lambda loss, *args, use_reentrant: loss(*args))
    assert [once.step() for _ in range(2)] == found
    twice.remember()
    once.remember()
    a, b = weights(twice, tmp_path / "twice.pt"), weights(once, tmp_path / "once.pt")
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_in_bfloat16_it_learns_in_float32_weights(trainer, taught, tmp_path, monkeypatch):
    whole = trainer(taught(range(4)))
    monkeypatch.setenv("VOSTOOL_DTYPE", "bfloat16")
    learner = trainer(taught(range(4)))
    before = weights(learner, tmp_path / "before.pt")
    half = learner.step()
    learner.remember()
    after = weights(learner, tmp_path / "after.pt")
    assert half["total"] == pytest.approx(whole.step()["total"], rel=0.2)
    assert {value.dtype for value in after.values()} == {torch.float32}
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_the_older_generation_learns_as_well(trainer, taught, tmp_path):
    trainer(taught(range(4)))  # which shortens clips and corrections
    spec = MODELS["sam2-tiny"]
    torch.save({"model": sam2(64, spec.name).state_dict()}, tmp_path / "older.pt")
    options = TrainOptions(rate=1e-3)
    with closing(Sam2Trainer(spec, tmp_path / "older.pt", CPU, options, OVERRIDES)) as learner:
        learner.prepare([taught(range(4))], silent)
        assert np.isfinite(learner.step()["total"])
        assert learner.name == "sam2-tiny"


def test_of_many_videos_a_few_are_open(trainer, taught, generated, monkeypatch):
    monkeypatch.setattr(sources, "OPEN", 2)
    opened, whole = [], taught([0, 3])

    class Watched(ArraySource):
        def close(self):
            opened.remove(self)
            super().close()

    def video(number):
        def open_it():
            opened.append(Watched(generated.frames[number:]))
            most.append(len(opened))
            return opened[-1]

        return TaughtVideo(f"v{number}", str(number), open_it, whole.masks)

    most = []
    learner = trainer(*[video(number) for number in range(4)])
    for _ in range(3):
        learner.step()
    learner.close()
    assert max(most) == 2 and len(most) > 4 and not opened


def test_reading_the_labelled_frames_is_stopped_at_any_frame(small_checkpoint, taught):
    seen = []

    def stop(done, total, what=""):
        seen.append((done, total))
        if done == 2:
            raise Cancelled

    learner = Sam2Trainer(TINY, small_checkpoint, CPU, TrainOptions(), OVERRIDES)
    with closing(learner), pytest.raises(Cancelled):
        learner.prepare([taught(range(8))], stop)
    assert seen == [(0, 8), (1, 8), (2, 8)]
