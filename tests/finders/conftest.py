"""Tiny models and a picture, shared by the finders' tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_finders

from vostool.frames import Image


@pytest.fixture(scope="session")
def transformers_here() -> None:
    """Skips where the extra `auto` is not installed (Python 3.10)."""
    pytest.importorskip("transformers")


@pytest.fixture(scope="session")
def grounding_dino_folder(
    tmp_path_factory: pytest.TempPathFactory, transformers_here: None
) -> Path:
    return tiny_finders.grounding_dino(tmp_path_factory.mktemp("models") / "grounding-dino-tiny")


@pytest.fixture(scope="session")
def picture() -> Image:
    """(60, 90, 3): a red disc and a blue bar on grey."""
    y, x = np.mgrid[:60, :90]
    pixels = np.full((60, 90, 3), 110, np.uint8)
    pixels[(x - 25) ** 2 + (y - 30) ** 2 < 15**2] = (200, 30, 30)
    pixels[10:50, 60:75] = (30, 60, 200)
    pixels.setflags(write=False)
    return pixels
