"""SAM 3's tracker from memories to outputs."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from vostool.models.shared.half_memory import joinable
from vostool.models.shared.library_network import LibraryNetwork
from vostool.models.shared.reading import Attended


class Sam3Network(LibraryNetwork):
    """transformers' model, for one source; its memories are (N, B, C), B objects."""

    axis = 1

    def _attend(self, features: Tensor, place: Tensor, attended: Attended) -> Tensor:
        # The library hands memories to its attention in the session's type, float32.
        whole = replace(attended, tokens=attended.tokens.to(torch.float32))
        return super()._attend(features, place, whole)

    def _kept(self, memory: Tensor) -> Tensor:
        return joinable(memory)
