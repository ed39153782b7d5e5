"""What is learned of an object's frames, and its own decoder of it."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch

from vostool.masks.mask import Mask
from vostool.models.mobile_sam.decoder import PromptDecoder
from vostool.models.mobile_sam.redraw import prompts_of
from vostool.models.shared.adapter import Adapter
from vostool.models.shared.adapter_fit import Example
from vostool.project.learned import Learned

_HELD = 8
"""Decoders of objects at a time, two megabytes each."""


class ObjectDecoders:
    """The decoders of objects of which something was learned, over one that knows of none."""

    def __init__(self, plain: PromptDecoder, engine: str) -> None:
        """Attributes of it: ``engine``, whose states it reads."""
        self._plain, self.engine = plain, engine
        self._made: OrderedDict[Learned, PromptDecoder] = OrderedDict()

    def of(self, learned: Learned | None) -> PromptDecoder:
        """The object's own; the plain one where nothing was learned, or another engine did."""
        if learned is None or learned.engine != self.engine:
            return self._plain
        if learned not in self._made:
            try:
                self._made[learned] = self._plain.adapted(Adapter.from_bytes(learned.state))
            except ValueError:
                return self._plain
        self._made.move_to_end(learned)
        while len(self._made) > _HELD:
            self._made.popitem(last=False)
        return self._made[learned]


def example_of(decoder: PromptDecoder, features: torch.Tensor, mask: Mask) -> Example | None:
    """A taught frame as the tracker and a person would ask for it; None for a mask without a core.

    Args:
        features: (1, 256, rows, columns) of the frame.
    """
    soft = mask.to_array().astype(np.float32)
    prompts = prompts_of(soft, 1.0)
    if prompts is None:
        return None
    points, box = prompts
    return decoder.example(features, soft, points, box)
