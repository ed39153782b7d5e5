"""EdgeTAM's network from memories to outputs: memories of few tokens, made by a perceiver."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from torch import Tensor
from transformers import EdgeTamVideoModel
from transformers.models.edgetam_video.modeling_edgetam_video import (
    EdgeTamVideoPerceiverResampler,
    window_partition,
)

from vostool.models.shared.library_network import LibraryNetwork
from vostool.models.shared.reading import Attended


class EdgeTamNetwork(LibraryNetwork):
    """transformers' model, for one source."""

    def _told(self, attended: Attended) -> dict[str, int]:
        return {"num_spatial_memory_tokens": attended.memories}


def fit_perceiver(model: EdgeTamVideoModel) -> None:
    """Let the model's perceiver take several objects: the library's own latents are views that
    have room for one."""
    perceiver = model.spatial_perceiver
    setattr(perceiver, "_forward_2d", partial(_forward_2d, perceiver))  # noqa: B010  # a method


def _forward_2d(
    perceiver: EdgeTamVideoPerceiverResampler, hidden_states: Tensor
) -> tuple[Tensor, Tensor]:
    """The library's method, of transformers 5, in its order of operations.

    (B, C, H, W) -> B times (latents, C), a latent for each window, and their positions.
    """
    batch, channels, height, _ = hidden_states.shape
    latents = perceiver.latents_2d.unsqueeze(0).expand(batch, -1, -1).reshape(-1, 1, channels)
    across = math.isqrt(perceiver.num_latents_2d)
    partition: Any = window_partition
    windows, _ = partition(hidden_states.permute(0, 2, 3, 1), height // across)
    inside = windows.flatten(1, 2)
    for layer in perceiver.layers:
        latents = layer(latents, inside, positional_encoding=None)
    grid = latents.view(batch, across, across, channels).permute(0, 3, 1, 2)
    places = perceiver.positional_encoding(grid.shape, grid.device, grid.dtype)
    places = places.to(dtype=hidden_states.dtype).permute(0, 2, 3, 1).flatten(1, 2)
    return perceiver.layer_norm(grid.permute(0, 2, 3, 1).flatten(1, 2)), places
