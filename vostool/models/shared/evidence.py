"""What has to be stored of an answer so that it conditions a run to the bit.

A run reads two things of a frame that a person prompted: a memory, which is encoded of the picture
and of where the logits at the memory encoder's size are above 0, and the object pointer. So that
mask, the pointer and the score of presence are all; for SAM 2 about 3 KiB.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import torch

from vostool.masks.coco_counts import sound_counts
from vostool.masks.mask import Mask
from vostool.models.shared.reading import Output

_HEAD = struct.Struct("<4sIIBf")
_MARK = b"VOS1"
_TYPES = (torch.float32, torch.bfloat16, torch.float16)
_LARGEST_SIDE, _LONGEST_POINTER = 4096, 4096


@dataclass(frozen=True)
class Evidence:
    """An answer as a run reads it.

    Attributes:
        mask: of the memory encoder's size, where the logits are above 0.
        pointer: (1, C), of the type it was computed in.
        presence: the logit of the object being on the frame.
    """

    mask: Mask
    pointer: torch.Tensor
    presence: float

    def logits(self, device: torch.device) -> torch.Tensor:
        """(1, 1, S, S) float32, 1 inside and -1 outside."""
        inside = torch.from_numpy(self.mask.to_array())[None, None].to(device)
        return inside.float() * 2 - 1

    def score_logits(self, device: torch.device) -> torch.Tensor:
        """(1, 1) float32, as outputs have it."""
        return torch.tensor([[self.presence]], dtype=torch.float32, device=device)


def pack(output: Output, pointer: str, logits: torch.Tensor) -> bytes:
    """The evidence of an output.

    Args:
        pointer: the name of the object pointer in the output.
        logits: (1, 1, S, S) of the memory encoder's size.
    """
    mask = Mask.from_array((logits[0, 0] > 0).cpu().numpy())
    tensor = output[pointer].reshape(-1)
    values = tensor.float().cpu().numpy().astype("<f4")
    presence = float(output["object_score_logits"].float().item())
    head = _HEAD.pack(_MARK, mask.width, len(values), _TYPES.index(tensor.dtype), presence)
    return bytes(head + values.tobytes() + mask.counts)


def unpack(stored: bytes) -> Evidence | None:
    """What :func:`pack` made; None for bytes that are anything else."""
    try:
        mark, size, length, kind, presence = _HEAD.unpack_from(stored)
        if mark != _MARK or not 0 < size <= _LARGEST_SIDE or not 0 < length <= _LONGEST_POINTER:
            return None
        values = np.frombuffer(stored, "<f4", length, _HEAD.size)
        counts = sound_counts(stored[_HEAD.size + 4 * length :], size, size)
        pointer = torch.from_numpy(values.astype(np.float32))[None].to(_TYPES[kind])
    except (ValueError, IndexError, struct.error):
        return None
    if not np.isfinite(values).all() or not np.isfinite(presence):
        return None
    return Evidence(Mask(size, size, counts), pointer, presence)
