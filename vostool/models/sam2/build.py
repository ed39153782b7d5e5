"""Making the official SAM 2 video predictor from a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.attention import accelerate
from vostool.models.sam2.checkpoint import load_into
from vostool.models.shared.device import choose_dtype
from vostool.models.weights.catalog import ModelSpec
from vostool.models.weights.checkpoint import read_weights


def build_for(
    options: EngineOptions,
    spec: ModelSpec,
    checkpoint: Path,
    device: torch.device,
    overrides: Sequence[str] = (),
) -> SAM2VideoPredictor:
    """The predictor of :func:`build_predictor` as the options want it.

    Args:
        overrides: as there.

    Raises:
        ModelError: as there.
    """
    predictor = build_predictor(spec, checkpoint, device, options.image_size, overrides)
    predictor.max_cond_frames_in_attn = options.keyframe_cap or -1
    # In float32 the exact reformulation was measured slower than torch's fused attention (0.91x
    # a frame, docs/performance.md), so it is for half precision and for coarser memories only.
    pooled = options.pooled_memories
    if pooled or choose_dtype(device) is not torch.float32:
        accelerate(predictor, pooled=pooled)
    return predictor


def build_predictor(
    spec: ModelSpec,
    checkpoint: Path,
    device: torch.device,
    image_size: int | None = None,
    overrides: Sequence[str] = (),
) -> SAM2VideoPredictor:
    """The official predictor with its official post-processing, but for hole filling.

    ``fill_hole_area`` is 0: filling needs a CUDA extension that the package on the index does not
    carry; the official code warns and fills nothing then, so neither is anything filled here.

    Args:
        image_size: side of the square that frames are scaled to, a multiple of 32; None keeps
            the model's own 1024.
        overrides: hydra's, for a network of another size.

    Raises:
        ModelError: the checkpoint is missing, damaged or of another model.
    """
    weights = read_weights(checkpoint)
    size = [] if image_size is None else [f"++model.image_size={image_size}"]
    predictor = build_sam2_video_predictor(
        spec.config,
        None,
        device="cpu",
        hydra_overrides_extra=[*size, *overrides],
    )
    predictor.fill_hole_area = 0
    load_into(predictor, weights, spec, checkpoint)
    return predictor.requires_grad_(False).to(device)
