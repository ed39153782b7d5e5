"""SAM 2 with seeded random weights, and a small clip that both it and the official code read."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from jpeg_source import FRAMES, HEIGHT, WIDTH, JpegSource
from PIL import Image as PillowImage

from vostool.models.sam2.published import MODELS


@pytest.fixture(scope="session")
def jpeg_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red textured square that crosses a blue one over a smooth background."""
    folder = tmp_path_factory.mktemp("clip")
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    background = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    textures = [
        (rng.integers(0, 60, (36, 36, 3)) + np.array(colour)).clip(0, 255).astype(np.uint8)
        for colour in ([180, 30, 30], [20, 40, 190])
    ]
    for number in range(FRAMES):
        picture = background.copy()
        for texture, x, y in (
            (textures[1], 110 - 4 * number, 60),
            (textures[0], 10 + 5 * number, 40),
        ):
            patch = picture[y : y + 36, max(x, 0) : max(x, 0) + 36]
            patch[:] = texture[:, : patch.shape[1]]
        PillowImage.fromarray(picture).save(folder / f"{number:05d}.jpg", quality=95)
    return folder


@pytest.fixture
def jpeg_source(jpeg_folder: Path) -> JpegSource:
    return JpegSource(jpeg_folder)


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SAM 2.1 tiny with seeded random weights, in the file format of the official ones."""
    import torch
    from sam2.build_sam import build_sam2_video_predictor

    # What runs beside other workers keeps to its share of the cores (tests/conftest.py).
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "sam2.1_hiera_tiny.pt"
    model = build_sam2_video_predictor(MODELS["sam2.1-tiny"].config, None, device="cpu")
    torch.save({"model": model.state_dict()}, path)
    return path
