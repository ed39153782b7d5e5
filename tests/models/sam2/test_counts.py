"""What a frame asks of a GPU, counted on fake CUDA tensors: it fails when that grows.

The network is a seeded small one, so the numbers are not the published model's; what grows in one
grows in the other. Bounds are a few more than what was counted, since releases of torch differ.
"""

from __future__ import annotations

import counting
import pytest
import seeded
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.project.prompts import Prompts

FRAMES = 3


def counted(dtype: torch.dtype, objects: int) -> counting.Counts:
    """The last frame of a run, when positions and rotations are on the card already."""
    predictor = seeded.sam2()
    keys = tuple(
        Keyframe(0, oid, Prompts(box=Box(8 + oid, 6, 50, 50))) for oid in range(1, objects + 1)
    )
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, FRAMES - 1)
    with counting.counted(predictor, dtype) as counts:
        engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor, dtype)
        engine.open(ArraySource(generate_clip(FRAMES, 96, 64).frames))
        for step in engine.track(request, lambda: False):
            if step.frame < FRAMES - 1:
                counts.cleared()
    return counts


@pytest.mark.parametrize(
    ("dtype", "objects", "kernels", "casts", "syncs"),
    [
        (torch.bfloat16, 1, 1060, 450, 2),
        (torch.float16, 1, 1060, 450, 2),
        (torch.bfloat16, 5, 1270, 470, 10),
    ],
)
def test_a_tracked_frame_asks_for_no_more_than_before(dtype, objects, kernels, casts, syncs):
    counts = counted(dtype, objects)
    assert counts.kernels <= kernels, counts.operations.most_common(12)
    assert counts.casts <= casts
    assert counts.synchronisations <= syncs
    assert counts.downloads <= syncs
    assert counts.uploads <= 2, "the picture and one more"
    assert counts.kernels > 300, "something was counted"
