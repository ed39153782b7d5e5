"""What a step is told to be wrong: known masks only."""

from __future__ import annotations

import numpy as np
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.sam2.training.clip import flipped, make_clip
from vostool.models.sam2.training.lesson import Dice, losses, make_loss
from vostool.project.prompts import Prompts

SIZE = 16
CPU = torch.device("cpu")
SEEN = Mask.from_array(np.pad(np.ones((6, 6), bool), 2))
GONE = Mask.empty(10, 10)


def answers(frames, objects):
    """Of two prompts a frame, with gradients to be asked for."""
    torch.manual_seed(0)

    def made(*shape):
        return [torch.randn(objects, *shape, requires_grad=True) for _ in range(2)]

    return [
        {
            "multistep_pred_multimasks_high_res": made(3, SIZE, SIZE),
            "multistep_pred_ious": made(3),
            "multistep_object_score_logits": made(1),
        }
        for _ in range(frames)
    ]


def pulled(told, frame, object_number):
    """How each of a frame's answers about an object is pulled, over both prompts."""
    return {
        key: float(sum(step.grad[object_number].abs().sum() for step in told[frame][key]))
        for key in told[frame]
    }


def test_an_unknown_mask_pulls_at_nothing():
    clip = make_clip([[SEEN, SEEN], [None, SEEN], [None, None], [SEEN, None]], SIZE, CPU)
    told = answers(4, 2)
    for each in told:  # so that there is a gradient everywhere to look at
        for steps in each.values():
            for step in steps:
                step.grad = torch.zeros_like(step)
    losses(make_loss(), told, clip)["total"].backward()
    for frame, row in enumerate(clip.known.tolist()):
        for number, known in enumerate(row):
            found = pulled(told, frame, number)
            assert all(found.values()) if known else not any(found.values())


def test_an_empty_mask_that_was_taught_pulls_presence_down_and_nothing_else():
    clip = make_clip([[SEEN], [GONE]], SIZE, CPU)
    told = answers(2, 1)
    losses(make_loss(), told, clip)["total"].backward()
    assert all((step.grad > 0).all() for step in told[1]["multistep_object_score_logits"])
    assert all((step.grad < 0).all() for step in told[0]["multistep_object_score_logits"])
    assert not any(step.grad.any() for step in told[1]["multistep_pred_multimasks_high_res"])


def test_the_loss_is_that_of_the_known_frames_alone():
    whole = make_clip([[SEEN], [None], [SEEN]], SIZE, CPU)
    told = answers(3, 1)
    alone = losses(make_loss(), [told[0], told[2]], make_clip([[SEEN], [SEEN]], SIZE, CPU))
    found = losses(make_loss(), told, whole)
    assert {name: float(v.detach()) for name, v in found.items()} == {
        name: float(v.detach()) for name, v in alone.items()
    }
    assert set(found) == {"total", "focal", "dice", "iou", "presence"}


def test_frames_are_prompted_where_every_object_is_known():
    clip = make_clip([[SEEN, SEEN], [None, SEEN], [GONE, SEEN], [None, None]], SIZE, CPU)
    assert clip.prompted == [0, 2]
    dice = Dice((1, 2), clip.prompted)
    assert {int(n) for _ in range(20) for n in dice.choice(range(1, 4), 1, replace=False)} == {2}


def test_a_mirrored_clip_is_the_other_way_round():
    one = Mask.from_array(np.arange(100).reshape(10, 10) % 10 < 3)
    clip = make_clip([[one]], SIZE, CPU)
    assert torch.equal(
        flipped(clip).masks, torch.from_numpy(np.ascontiguousarray(clip.masks.numpy()[..., ::-1]))
    )
    assert not torch.equal(flipped(clip).masks, clip.masks)


def presence(trainer, generated):
    """The engine's score of the beetle on frames that it tracks, their mean."""
    engine = trainer.engine()
    engine.open(ArraySource(generated.frames))
    key = Keyframe(0, 1, Prompts(mask=Mask.from_array(generated.ids[0] == 1)))
    request = TrackRequest((key,), Direction.FORWARD, 0, 0, 8)
    scores = [step.replies[1].score for step in engine.track(request, lambda: False)][1:]
    engine.close()
    return float(np.mean(scores))


def test_frames_without_labels_do_not_teach_that_the_object_is_gone(trainer, taught, generated):
    """The control teaches the same frames as empty, which a mistake would amount to."""
    height, width = generated.ids[0].shape
    between = dict.fromkeys(range(1, 9), Mask.empty(height, width))
    scores = []
    for video in (taught([0, 9], [1]), taught([0, 9], [1], instead=between)):
        learner = trainer(video)
        scores.append(presence(learner, generated))
        for _ in range(8):
            learner.step()
        scores.append(presence(learner, generated))
    before, right, _, control = scores
    assert before > 0.9
    assert right >= before - 0.02
    assert control < before - 0.2
