"""The published network, where its weights are."""

from __future__ import annotations

import pytest
import torch

from vostool.models.mobile_sam.network import build_mobile_sam
from vostool.models.mobile_sam.published import MOBILE_SAM


@pytest.fixture(scope="module")
def published(fetched_checkpoint_folders):
    paths = [folder / MOBILE_SAM.file_name for folder in fetched_checkpoint_folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        pytest.skip("mobile_sam.pt is not here; `python download_models.py mobile_sam` fetches it")
    return build_mobile_sam(path, torch.device("cpu"))
