"""The network that learns: Meta's ``SAM2Train`` with the weights of an engine's checkpoint.

It is the network of the engine with prompts that are simulated, so its weights are loaded and
written as they are. What makes a frame's features stays as it is: few labels teach an encoder
little, most of a step's time and memory would go there, and features that were kept stay right.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from sam2.build_sam import build_sam2
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from vostool.models.sam2.checkpoint import load_into
from vostool.models.shared.official_training import official_training
from vostool.models.weights.catalog import ModelSpec
from vostool.models.weights.checkpoint import read_weights

MOST_CORRECTED = MOST_GIVEN = 2
"""Frames with clicks that correct, and frames that are given to begin with, at most."""
SIMULATED = {
    # As SAM 2.1 was trained (sam2/configs/sam2.1_training in its package): half the clips begin
    # with a mask, a quarter with a box, a quarter with a click; seven clicks correct a frame.
    "prob_to_use_pt_input_for_train": 0.5,
    "prob_to_use_box_input_for_train": 0.5,
    "prob_to_sample_from_gt_for_train": 0.1,
    "num_frames_to_correct_for_train": MOST_CORRECTED,
    "rand_frames_to_correct_for_train": True,
    "add_all_frames_to_correct_as_cond": True,
    "num_init_cond_frames_for_train": MOST_GIVEN,
    "rand_init_cond_frames_for_train": True,
    "num_correction_pt_per_frame": 7,
    # The decoder computes twice where a click corrects, see computed_twice.
    "use_act_ckpt_iterative_pt_sampling": True,
}
_FROZEN = (
    "image_encoder.",
    # The mask decoder's first look at fine features, which are kept as it leaves them.
    "sam_mask_decoder.conv_s0.",
    "sam_mask_decoder.conv_s1.",
    "sam_prompt_encoder.",
)

Student = Any
"""``training.model.sam2.SAM2Train``; the package is not typed."""


def build_student(
    spec: ModelSpec,
    path: Path,
    device: torch.device,
    image_size: int | None = None,
    overrides: Sequence[str] = (),
) -> Student:
    """The network with the weights of a checkpoint, ready to learn.

    Args:
        image_size: side of the square that frames are scaled to; None keeps the model's own 1024.
        overrides: hydra's, for a network of another size.

    Raises:
        ModelError: the checkpoint is missing, damaged or of another model, or the package's
            training code is not there.
    """
    weights = read_weights(path)
    official_training("model.sam2")
    student = build_sam2(
        spec.config,
        None,
        device="cpu",
        mode="train",
        hydra_overrides_extra=[
            "++model._target_=training.model.sam2.SAM2Train",
            *(f"++model.{name}={value}" for name, value in SIMULATED.items()),
            *([] if image_size is None else [f"++model.image_size={image_size}"]),
            *overrides,
        ],
        apply_postprocessing=False,
    )
    load_into(student, weights, spec, path)
    for name, parameter in student.named_parameters():
        parameter.requires_grad_(not name.startswith(_FROZEN))
    if device.type == "cpu":
        _drop_no_scores(student)
    for module in computed_twice(student):
        module.forward = partial(checkpoint, module.forward, use_reentrant=False)
    return learning(student.to(device))


def _drop_no_scores(student: Student) -> None:
    """Dropout stays where layers are joined, but not among the scores of attention.

    On a CPU PyTorch's attention knows it only by holding all scores: 1.9 GB for an object at 1024
    pixels and seven memories, in place of 51 MB, in the same time.
    """
    for layer in student.memory_attention.layers:
        layer.self_attn.dropout_p = layer.cross_attn_image.dropout_p = 0.0


def computed_twice(student: Student) -> list[nn.Module]:
    """What computes again on the way back what it computed on the way to its result, to keep less.

    So do the mask decoder where a click corrects, and the loss.
    """
    return [*student.memory_attention.layers, student.memory_encoder]


def learning(student: Student) -> Student:
    """In training mode, but for what is frozen."""
    student.train()
    student.image_encoder.eval()
    student.sam_prompt_encoder.eval()
    return student


def trained(student: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that learn, by name."""
    return {name: value for name, value in student.named_parameters() if value.requires_grad}


def copied(student: nn.Module) -> dict[str, Tensor]:
    """What was learnt so far, by name, on the CPU."""
    return {name: value.detach().to("cpu", copy=True) for name, value in trained(student).items()}
