"""Making transformers' EdgeTAM video model, from code and a local file: nothing is fetched."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from transformers import (
    EdgeTamVideoConfig,
    EdgeTamVideoModel,
    EdgeTamVisionConfig,
    TimmWrapperConfig,
)

from vostool.models.edgetam.weights import load_edgetam


def edgetam_config(image_size: int = 1024, latents: int = 256) -> EdgeTamVideoConfig:
    """The published EdgeTAM: RepViT-M1, two memory attention layers, memories of 512 tokens.

    Args:
        image_size: side of the square that frames are scaled to; the published one is 1024.
        latents: global tokens of a memory, and as many tied to places; a square number whose root
            divides ``image_size / 16``. The published weights have 256.
    """
    backbone = TimmWrapperConfig(
        architecture="repvit_m1",
        model_args={"in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3]},
    )
    strides = (4, 8, 16)
    vision = EdgeTamVisionConfig(
        backbone_config=backbone,
        backbone_feature_sizes=[[image_size // stride] * 2 for stride in strides],
    )
    return EdgeTamVideoConfig(
        vision_config=vision,
        prompt_encoder_config={"image_size": image_size},
        image_size=image_size,
        memory_attention_rope_feat_sizes=[image_size // strides[-1]] * 2,
        memory_attention_rope_k_sizes=[math.isqrt(latents)] * 2,
        perceiver_resampler_num_latents=latents,
        perceiver_resampler_num_latents_2d=latents,
        # Two additions of SAM 2.1 that EdgeTAM, built on 2.0, has no weights for.
        enable_temporal_pos_encoding_for_object_pointers=False,
        enable_occlusion_spatial_embedding=False,
    )


def build_edgetam(checkpoint: Path, device: torch.device) -> EdgeTamVideoModel:
    """The published model with its weights, ready to infer.

    Raises:
        ModelError: the checkpoint is missing, damaged or of another model.
    """
    model = EdgeTamVideoModel(edgetam_config())
    load_edgetam(model, checkpoint)
    model.train(False).requires_grad_(False).to(device)
    return model
