"""SAM 3's tracker from memories to outputs."""

from __future__ import annotations

import torch
from torch import Tensor

from vostool.models.shared.half_memory import joinable
from vostool.models.shared.library_network import Encoded, LibraryNetwork
from vostool.models.shared.reading import Attended


class Sam3Network(LibraryNetwork):
    """transformers' model, for one source; its memories are (N, B, C), B objects."""

    axis = 1

    def _attend(self, encoded: Encoded, attended: Attended) -> Tensor:
        # The library hands memories to its attention in the session's type, float32.
        whole = Attended(
            attended.tokens.to(torch.float32),
            attended.positions,
            attended.pointer_tokens,
            attended.memories,
        )
        return super()._attend(encoded, whole)

    def _kept(self, memory: Tensor) -> Tensor:
        return joinable(memory)
