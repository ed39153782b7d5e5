"""Networks with seeded random weights, as small as their code allows: for the bench and for tests.

They mean nothing, but every kind of operation of the published networks happens in them.
"""

from __future__ import annotations

import torch
from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.sam2.published import MODELS

SMALL_SAM2 = (
    "++model.image_encoder.trunk.embed_dim=16",
    "++model.image_encoder.trunk.stages=[1,1,2,1]",
    "++model.image_encoder.trunk.global_att_blocks=[3]",
    "++model.image_encoder.neck.backbone_channel_list=[128,64,32,16]",
    "++model.memory_attention.num_layers=2",
)


def sam2(
    size: int = 64, model: str = "sam2.1-tiny", *, small: bool = True, seed: int = 3
) -> SAM2VideoPredictor:
    """SAM 2's video predictor for pictures of that side; all layers of ``model`` if not small."""
    torch.manual_seed(seed)
    changes = [f"++model.image_size={size}", *(SMALL_SAM2 if small else ())]
    predictor = build_sam2_video_predictor(
        MODELS[model].config, None, device="cpu", hydra_overrides_extra=changes
    )
    predictor.fill_hole_area = 0
    with torch.no_grad():  # the object counts as present
        predictor.sam_mask_decoder.pred_obj_score_head.layers[-1].bias.fill_(3.0)
    return predictor.requires_grad_(False)


def edgetam(size: int = 128, latents: int = 16, seed: int = 1):
    """transformers' EdgeTAM; needs the extra ``edgetam``."""
    from transformers import EdgeTamVideoModel

    from vostool.models.edgetam.build import edgetam_config

    torch.manual_seed(seed)
    model = EdgeTamVideoModel(edgetam_config(size, latents))
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear | torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                module.reset_parameters()
        for parameter in model.parameters(recurse=False):
            parameter.normal_(std=0.5)
        model.spatial_perceiver.latents_1d.normal_()
        model.spatial_perceiver.latents_2d.normal_()
        # the object counts as present
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(3.0)
    return model.train(False).requires_grad_(False)


def mobile_sam(seed: int = 0) -> MobileSam:
    """MobileSAM; it knows one size only."""
    torch.manual_seed(seed)
    return ready(MobileSam())
