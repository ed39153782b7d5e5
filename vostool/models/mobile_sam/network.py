"""MobileSAM's network (Zhang et al., 2023): made of kept packages, loaded by name and strictly.

The image encoder is timm's TinyViT with the changes that MobileSAM made (the last stage keeps its
resolution, a neck of two convolutions follows); prompt encoder and mask decoder are the sam2
package's, which are SAM 1's where the additions of SAM 2 are switched off.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.prompt_encoder import PromptEncoder
from sam2.modeling.sam.transformer import TwoWayTransformer
from sam2.modeling.sam2_utils import LayerNorm2d
from timm.models.tiny_vit import ConvNorm, TinyVit

from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.weights.checkpoint import Weights, does_not_fit, mismatch, read_weights

SIDE = 1024
"""Pixels of the square that the network was trained on."""
STRIDE = 16
"""Pixels of that square for one feature."""
GRID = SIDE // STRIDE
CHANNELS = 256
WINDOW = 14
"""Features on a side of the encoder's largest attention window; the smaller ones divide it."""

_UNUSED = ("image_encoder.norm_head.", "image_encoder.head.")
"""The classifier that TinyViT was distilled with; MobileSAM never calls it."""
_RENAMED = (
    (r"^image_encoder\.patch_embed\.seq\.0\.", "image_encoder.trunk.patch_embed.conv1."),
    (r"^image_encoder\.patch_embed\.seq\.2\.", "image_encoder.trunk.patch_embed.conv2."),
    (r"^image_encoder\.layers\.(\d+)\.blocks\.", r"image_encoder.trunk.stages.\1.blocks."),
    (r"^(image_encoder\..*)\.c\.weight$", r"\1.conv.weight"),
    (r"^(mask_decoder\..*)\.mlp\.lin1\.", r"\1.mlp.layers.0."),
    (r"^(mask_decoder\..*)\.mlp\.lin2\.", r"\1.mlp.layers.1."),
)
_DOWNSAMPLE = re.compile(r"^image_encoder\.layers\.(\d+)\.downsample\.")


class ImageEncoder(torch.nn.Module):
    """(B, 3, H, W) float32, sides multiples of 16 -> (B, 256, H/16, W/16) features."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TinyVit(
            num_classes=0,
            embed_dims=(64, 128, 160, 320),
            num_heads=(2, 4, 5, 10),
            drop_path_rate=0.0,
        )
        del self.trunk.head
        reduction = self.trunk.get_submodule("stages.3.downsample.conv2.conv")
        assert isinstance(reduction, torch.nn.Conv2d)
        reduction.stride = (1, 1)
        self.neck = torch.nn.Sequential(
            torch.nn.Conv2d(320, CHANNELS, 1, bias=False),
            LayerNorm2d(CHANNELS),
            torch.nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False),
            LayerNorm2d(CHANNELS),
        )

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Features of normalised pictures."""
        x: torch.Tensor = self.neck(self.trunk.stages(self.trunk.patch_embed(picture)))
        return x


class MobileSam(torch.nn.Module):
    """Encoder, prompt encoder and mask decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.image_encoder = ImageEncoder()
        self.prompt_encoder = PromptEncoder(
            embed_dim=CHANNELS,
            image_embedding_size=(GRID, GRID),
            input_image_size=(SIDE, SIDE),
            mask_in_chans=16,
        )
        self.mask_decoder = MaskDecoder(
            transformer_dim=CHANNELS,
            transformer=TwoWayTransformer(
                depth=2, embedding_dim=CHANNELS, num_heads=8, mlp_dim=2048
            ),
        )


def build_mobile_sam(checkpoint: Path, device: torch.device) -> MobileSam:
    """The published network with its weights, ready to infer.

    Raises:
        ModelError: the checkpoint is missing, damaged or of another model.
    """
    network = MobileSam()
    weights = renamed(read_weights(checkpoint))
    problem = mismatch(network.state_dict(), weights)
    if problem:
        raise does_not_fit(checkpoint, MOBILE_SAM, problem)
    network.load_state_dict(dict(weights))
    return ready(network).to(device)


def ready(network: MobileSam) -> MobileSam:
    """For inference: no gradients, and each batch norm folded into the convolution before it."""
    network.train(False).requires_grad_(False)
    _fold(network.image_encoder.trunk)
    return network


def renamed(weights: Weights) -> dict[str, torch.Tensor]:
    """The official names as :class:`MobileSam` has them; names it does not know stay as they are.

    Official stages end with the reduction to the next one's resolution, timm's begin with it.
    """
    return {own_name(n): t for n, t in weights.items() if not n.startswith(_UNUSED)}


def own_name(name: str) -> str:
    """The name that a tensor of the official checkpoint has in :class:`MobileSam`."""
    match = _DOWNSAMPLE.match(name)
    if match:
        stage = int(match[1]) + 1
        name = f"image_encoder.trunk.stages.{stage}.downsample.{name[match.end() :]}"
    for pattern, replacement in _RENAMED:
        name = re.sub(pattern, replacement, name)
    return name


def _fold(module: torch.nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, ConvNorm):
            fused: torch.nn.Module = child.fuse()  # type: ignore[no-untyped-call]
            setattr(module, name, fused.requires_grad_(False))
        else:
            _fold(child)
