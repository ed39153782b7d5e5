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
from vostool.models.shared.half_weights import keep_in_half
from vostool.project.prompts import Prompts

FRAMES = 3


def keys_of(objects: int, frames: int) -> tuple[Keyframe, ...]:
    return tuple(
        Keyframe((oid - 1) % frames, oid, Prompts(box=Box(8 + oid, 6, 50, 50)))
        for oid in range(1, objects + 1)
    )


def counted(
    dtype: torch.dtype, objects: int, *, frames: int = 1, library: str = "sam2"
) -> counting.Counts:
    """The last frame of a run, when positions and rotations are on the card already.

    Args:
        frames: the objects are prompted on so many; attention reads of each two memories and two
            pointers, which after two frames more is so for all.
    """
    model = seeded.sam2() if library == "sam2" else seeded.edgetam()
    if frames > 1:
        model.num_maskmem = 2
        if library == "sam2":
            model.max_obj_ptrs_in_encoder = 2
        else:
            model.config.max_object_pointers_in_encoder = 2
    keep_in_half(model, dtype)
    count = FRAMES + frames - 1
    request = TrackRequest(keys_of(objects, frames), Direction.FORWARD, 0, 0, count - 1)
    with counting.counted(model, dtype) as counts:
        engine = Sam2Engine(MODELS["sam2.1-tiny"], model, dtype) if library == "sam2" else None
        if engine is None:
            from vostool.models.edgetam.engine import EdgeTamEngine

            engine = EdgeTamEngine(model, dtype)
        engine.open(ArraySource(generate_clip(count, 96, 64).frames))
        for step in engine.track(request, lambda: False):
            if step.frame < count - 1:
                counts.cleared()
    return counts


@pytest.mark.parametrize(
    ("dtype", "objects", "kernels", "casts", "syncs"),
    [
        (torch.bfloat16, 1, 825, 210, 1),
        (torch.float16, 1, 825, 210, 1),
    ],
)
def test_a_tracked_frame_asks_for_no_more_than_before(dtype, objects, kernels, casts, syncs):
    check(counted(dtype, objects), kernels, casts, syncs)


@pytest.mark.parametrize(
    ("library", "kernels", "casts"), [("sam2", 850, 215), ("edgetam", 1450, 275)]
)
def test_five_objects_of_three_frames_are_one_pass(library, kernels, casts):
    """One of them costs 800 kernels (SAM 2) or 1340 (EdgeTAM), the encoder's included."""
    if library == "edgetam":
        pytest.importorskip("transformers", reason="needs the extra edgetam")
        pytest.importorskip("timm", reason="needs the extra edgetam")
    check(counted(torch.bfloat16, 5, frames=3, library=library), kernels, casts, syncs=1)


def check(counts: counting.Counts, kernels: int, casts: int, syncs: int) -> None:
    assert counts.kernels <= kernels, counts.operations.most_common(12)
    assert counts.casts <= casts
    assert counts.synchronisations <= syncs
    assert counts.downloads == 1, "the masks of all objects, with their scores"
    assert counts.downloaded < 100_000
    assert counts.uploads <= 2, "the picture and one more"
    assert counts.kernels > 300, "something was counted"
