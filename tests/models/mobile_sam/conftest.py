"""The published network, where its weights are, and a seeded one with a small picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.models.mobile_sam.encoder import Geometry, preprocess
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam, ready
from vostool.models.mobile_sam.published import MOBILE_SAM


@pytest.fixture(scope="module")
def published(fetched_checkpoint_folders):
    paths = [folder / MOBILE_SAM.file_name for folder in fetched_checkpoint_folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        pytest.skip("mobile_sam.pt is not here; `python download_models.py mobile_sam` fetches it")
    return build_mobile_sam(path, torch.device("cpu"))


SMALL = Geometry.of(40, 320)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return ready(MobileSam())


@pytest.fixture(scope="module")
def picture():
    frame = np.random.default_rng(1).integers(0, 255, (40, 320, 3)).astype(np.uint8)
    return preprocess(frame, SMALL)
