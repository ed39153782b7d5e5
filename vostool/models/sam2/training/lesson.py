"""One step of learning: prompts as a person gives them, tracking, and what was wrong with it.

Prompts, corrections and the way through the memory are ``SAM2Train``'s, and the loss is Meta's.
What is added is that masks may be unknown: their frames are tracked through, but are never
prompted, and no loss is taken from them. An unlabelled frame that was taken for an empty one would
teach to lose objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from vostool.models.sam2.training.clip import Clip
from vostool.models.sam2.training.student import MOST_CORRECTED, MOST_GIVEN, Student
from vostool.models.shared.encoder import Levels
from vostool.models.shared.official_training import official_training

_ANSWERS = (
    "multistep_pred_multimasks_high_res",  # (O, M, S, S) a prompt
    "multistep_pred_ious",  # (O, M)
    "multistep_object_score_logits",  # (O, 1)
)
_NAMES = {
    "core_loss": "total", "loss_mask": "focal", "loss_dice": "dice", "loss_iou": "iou",
    "loss_class": "presence",
}  # fmt: skip

Answers = Sequence[Mapping[str, Any]]
"""A frame each: the network's answers to every prompt there, as ``SAM2Train`` gives them."""


class Dice:
    """What ``SAM2Train`` draws its prompts by: it gets none but frames where all is known."""

    def __init__(self, seed: Sequence[int], prompted: Sequence[int]) -> None:
        self._rng, self._prompted = np.random.default_rng(list(seed)), frozenset(prompted)

    def random(self) -> float:
        """At least 0, below 1."""
        return float(self._rng.random())

    def integers(self, low: int, high: int, *, endpoint: bool) -> int:
        """How many frames."""
        return int(self._rng.integers(low, high, endpoint=endpoint))

    def choice(self, frames: Sequence[int], count: int, *, replace: bool) -> Any:  # noqa: ANN401
        """Which frames, as an array."""
        known = [frame for frame in frames if frame in self._prompted]
        return self._rng.choice(known, count, replace=replace)


def track(
    student: Student, clip: Clip, levels: Levels, positions: Levels, seed: Sequence[int]
) -> Answers:
    """What the network answers to simulated prompts.

    Args:
        clip: all is known on its first frame.
        seed: which frames are prompted, and how; where the points lie is drawn by torch.
        levels, positions: of the clip's frames, each (T, C, h, w).
    """
    prompted = clip.prompted
    student.rng = Dice(seed, prompted)
    # One known frame is left to be tracked, where there is another.
    given = max(1, min(MOST_GIVEN, len(prompted) - 1))
    student.num_init_cond_frames_for_train = given
    student.num_frames_to_correct_for_train = min(MOST_CORRECTED, len(prompted))
    features = {"backbone_fpn": list(levels), "vision_pos_enc": list(positions)}
    answers: Answers = student.forward_tracking(student.prepare_prompt_inputs(features, clip), clip)
    return answers


def make_loss() -> Any:  # noqa: ANN401 - the package is not typed
    """Focal, dice, quality and presence, weighted as SAM 2.1 was trained.

    The one of presence is needed: where the network says that the object is not there, its masks
    are a constant, and nothing else could bring it back.
    """
    return official_training("loss_fns").MultiStepMultiMasksAndIous(
        weight_dict={"loss_mask": 20, "loss_dice": 1, "loss_iou": 1, "loss_class": 1},
        supervise_all_iou=True,
        iou_use_l1_loss=True,
        pred_obj_scores=True,
        focal_gamma_obj_score=0.0,
        focal_alpha_obj_score=-1.0,
    )


def losses(loss: Any, answers: Answers, clip: Clip) -> dict[str, Tensor]:  # noqa: ANN401
    """The parts of the loss over what is known, and their weighted sum, "total".

    Args:
        loss: of :func:`make_loss`.
    """
    found: dict[str, Tensor] = {}
    for answer, masks, known in zip(answers, clip.masks, clip.known, strict=True):
        rows = known.nonzero()[:, 0].to(masks.device)
        if not len(rows):
            continue
        told = {key: [step.float()[rows] for step in answer[key]] for key in _ANSWERS}
        # Computed again on the way back: what it makes of masks of a million pixels, step by step,
        # would be most of what a training holds.
        parts = checkpoint(loss, [told], masks[rows][None], use_reentrant=False)
        for key, value in parts.items():
            name = _NAMES[key]
            found[name] = found[name] + value if name in found else value
    return found
