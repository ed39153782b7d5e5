"""A few frames of a video with the masks that were taught, as SAM 2 learns from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vostool.masks.mask import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What is known on T frames of O objects, in the order in which the frames are tracked.

    Stands in for the ``BatchedVideoDatapoint`` of Meta's training code: a batch of one video.

    Attributes:
        masks: (T, O, S, S) bool on the network's device; empty where nothing is known.
        known: (T, O) bool on the CPU: whether a mask was taught, be it an empty one.
    """

    masks: Tensor
    known: Tensor

    @property
    def num_frames(self) -> int:
        """Frames of the clip."""
        return int(self.masks.shape[0])

    @property
    def flat_obj_to_img_idx(self) -> Tensor:
        """(T, O) int64: which frame's features belong to each object."""
        frames, objects = self.known.shape
        places = torch.arange(frames, device=self.masks.device)
        return places[:, None].expand(frames, objects)

    @property
    def prompted(self) -> list[int]:
        """Where prompts can be given: the mask of every object is known."""
        return [int(place) for place in self.known.all(1).nonzero()[:, 0]]


def make_clip(rows: Sequence[Sequence[Mask | None]], size: int, device: torch.device) -> Clip:
    """A clip of each frame's masks, an object a column; None where nothing was taught."""
    known = torch.tensor([[mask is not None for mask in row] for row in rows])
    nothing = torch.zeros(size, size, dtype=torch.bool)
    masks = [nothing if m is None else network_mask(m, size) for row in rows for m in row]
    return Clip(torch.stack(masks).view(*known.shape, size, size).to(device), known)


def network_mask(mask: Mask, size: int) -> Tensor:
    """(S, S) bool: scaled as the official predictor scales a mask that is given to it."""
    array = torch.from_numpy(np.ascontiguousarray(mask.to_array())).float()[None, None]
    scaled = F.interpolate(
        array, (size, size), mode="bilinear", align_corners=False, antialias=True
    )
    return scaled[0, 0] >= 0.5


def flipped(clip: Clip) -> Clip:
    """Left and right exchanged."""
    return Clip(clip.masks.flip(-1), clip.known)
