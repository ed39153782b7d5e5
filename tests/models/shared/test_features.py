"""Pictures on their way to an encoder, and the cache of what it gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from vostool.models.shared.features import FeatureCache
from vostool.models.shared.preparation import as_imagenet


def test_the_feature_cache_keeps_to_its_bound():
    read = []

    def encode(image):
        read.append(int(image[0, 0, 0, 0]))
        return {"backbone_fpn": [image.clone()], "vision_pos_enc": [image.clone()]}

    cache = FeatureCache(lambda n: torch.full((3, 4, 4), float(n)), encode, max_bytes=3 * 192)
    for frame in (0, 1, 2, 0, 3, 0, 1):
        _, features = cache.get(frame)
        assert float(features["backbone_fpn"][0].mean()) == frame
        assert cache.bytes_held <= 3 * 192
    assert read == [0, 1, 2, 3, 1]
    assert cache.encoded == 5
    cache.clear()
    assert cache.bytes_held == 0


@pytest.mark.parametrize("size", [128, 1024])
def test_preprocessing_equals_the_official_loader_to_the_bit(tmp_path, size):
    from sam2.utils.misc import load_video_frames

    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (75, 131, 3), dtype=np.uint8)
    PillowImage.fromarray(picture).save(tmp_path / "0.jpg", quality=90)
    theirs, _, _ = load_video_frames(str(tmp_path), size, True)
    with PillowImage.open(tmp_path / "0.jpg") as stored:
        ours = as_imagenet(size)(np.asarray(stored))
    assert ours.dtype == torch.float32
    assert torch.equal(ours, theirs[0])
