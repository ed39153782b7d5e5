"""SAM 2's image encoder in PyTorch: the official modules, without the work that is read by nothing.

The official ``forward_image`` makes position encodings of every level for every frame (88 MB of
copies at 1024 pixels) and scales the encoder's own position embedding again each time; both depend
on the size alone. Here they are made once. The levels are equal to the official ones to the bit.
"""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch.nn.functional import interpolate

from vostool.models.shared.encoder import Levels, PreemptedError, Stop


class EncoderLevels(torch.nn.Module):
    """The encoder as one function from a picture to :data:`Levels`, shared by every backend.

    Follows ``Hiera.forward``, ``FpnNeck.forward``, ``ImageEncoder.forward`` and
    ``SAM2Base.forward_image`` of sam2 1.1.0, in their order of operations.
    """

    def __init__(self, predictor: SAM2VideoPredictor) -> None:
        super().__init__()
        self._encoder = predictor.image_encoder
        self._decoder = predictor.sam_mask_decoder
        self._high_res: bool = predictor.use_high_res_features_in_sam
        self._embeddings: dict[tuple[int, int, torch.device], torch.Tensor] = {}

    def forward(self, picture: torch.Tensor, stop: Stop | None = None) -> tuple[torch.Tensor, ...]:
        """Levels as a tuple, which is what tracing wants."""
        levels = self._neck(self._trunk(picture, stop))
        if self._high_res:
            levels[0] = self._decoder.conv_s0(levels[0])
            levels[1] = self._decoder.conv_s1(levels[1])
        return tuple(levels)

    def warm(self, size: int) -> None:
        """Make what depends on the picture's side alone, so that tracing finds it as a constant."""
        self._embedding(self._encoder.trunk.patch_embed(torch.zeros(1, 3, size, size)))

    def _trunk(self, picture: torch.Tensor, stop: Stop | None) -> Levels:
        trunk = self._encoder.trunk
        x = trunk.patch_embed(picture)
        x = x + self._embedding(x)
        outputs = []
        for number, block in enumerate(trunk.blocks):
            if stop is not None and stop():
                raise PreemptedError
            x = block(x)
            if number in trunk.stage_ends:
                outputs.append(x.permute(0, 3, 1, 2))
        return outputs

    def _embedding(self, x: torch.Tensor) -> torch.Tensor:
        height, width = int(x.shape[1]), int(x.shape[2])
        key = (height, width, x.device)
        if key not in self._embeddings:
            self._embeddings[key] = self._encoder.trunk._get_pos_embed((height, width))
        return self._embeddings[key]

    def _neck(self, inputs: Levels) -> Levels:
        neck = self._encoder.neck
        last = len(neck.convs) - 1
        outputs: Levels = []
        above: torch.Tensor | None = None
        for level in range(last, -1, -1):
            here = neck.convs[last - level](inputs[level])
            if level in neck.fpn_top_down_levels and above is not None:
                here = here + _doubled(above, neck.fpn_interp_model)
                if neck.fuse_type == "avg":
                    here = here / 2
            above = here
            outputs.insert(0, here)
        kept = len(outputs) - self._encoder.scalp
        return outputs[:kept]


class TorchEncoder:
    """The encoder in PyTorch, on the predictor's device, under the caller's autocast."""

    backend = "torch"

    def __init__(self, predictor: SAM2VideoPredictor) -> None:
        self._levels = EncoderLevels(predictor).eval()
        self.positions = Positions(predictor)

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        levels = list(self._levels(picture, stop))
        return {"backbone_fpn": levels, "vision_pos_enc": self.positions(levels)}


class Positions:
    """Position encodings by level: they depend on sizes alone, so they are made once.

    Attention reads the coarsest level's only; the finer ones, 84 MB at 1024 pixels, are looked at
    for their shape, so they are one zero spread over it.
    """

    def __init__(self, predictor: SAM2VideoPredictor) -> None:
        self._make = predictor.image_encoder.neck.position_encoding
        self._channels: int = predictor.image_encoder.neck.d_model
        self._made: Levels = []

    def __call__(self, levels: Levels) -> Levels:
        """One tensor a level, (1, 256, height, width) in the level's dtype."""
        if not self._made:
            fine = [x.new_zeros(1).expand(1, self._channels, *x.shape[-2:]) for x in levels[:-1]]
            self._made = [*fine, self._make(levels[-1]).to(levels[-1].dtype)]
        return self._made


def encoder_identity(predictor: SAM2VideoPredictor) -> str:
    """A hash (32 hex digits) of all weights that the features depend on, and of nothing else.

    Reads every weight once: ask once and keep it.
    """
    digest = hashlib.blake2b(digest_size=16)
    decoder = predictor.sam_mask_decoder.state_dict()
    tensors = predictor.image_encoder.state_dict()
    tensors |= {name: t for name, t in decoder.items() if name.startswith("conv_s")}
    for name in sorted(tensors):
        array = tensors[name].detach().contiguous().cpu().reshape(-1).view(torch.uint8).numpy()
        digest.update(name.encode())
        digest.update(array.data)
    return digest.hexdigest()


def _doubled(x: torch.Tensor, mode: str) -> torch.Tensor:
    corners = None if mode == "nearest" else False
    return interpolate(x.float(), scale_factor=2.0, mode=mode, align_corners=corners)
