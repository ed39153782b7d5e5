from __future__ import annotations

import time

import numpy as np
import pytest

from vostool.masks.colours import palette_colour
from vostool.masks.overlay import blend, overlay_rgba

RED, BLUE = (255, 0, 0), (0, 0, 255)


def square(height: int, width: int, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    y0, y1, x0, x1 = box
    mask[y0:y1, x0:x1] = True
    return mask


def test_fill_outline_and_transparency() -> None:
    picture = overlay_rgba({1: square(20, 30, (5, 15, 8, 20))}, {1: RED}, 0.5, 2)
    assert picture.shape == (20, 30, 4)
    assert picture.dtype == np.uint8
    assert tuple(picture[10, 14]) == (*RED, 128)
    for y, x in ((5, 8), (6, 14), (14, 19), (10, 9), (10, 18)):
        assert tuple(picture[y, x]) == (*RED, 255)
    assert tuple(picture[7, 10]) == (*RED, 128)
    outside = ~square(20, 30, (5, 15, 8, 20))
    assert not picture[outside].any()


def test_lower_id_in_front() -> None:
    masks = {2: square(10, 10, (0, 8, 0, 8)), 1: square(10, 10, (4, 10, 4, 10))}
    picture = overlay_rgba(masks, {1: RED, 2: BLUE}, 1.0, 0)
    assert tuple(picture[5, 5]) == (*RED, 255)
    assert tuple(picture[1, 1]) == (*BLUE, 255)


def test_a_whole_outline_lies_over_what_is_in_front() -> None:
    front, back = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    front[2:18, 2:18], back[6:14, 6:14] = True, True
    masks, colours = {1: front, 2: back}, {1: (255, 0, 0), 2: (0, 255, 0)}
    hidden = overlay_rgba(masks, colours, 0.5, 1)
    seen = overlay_rgba(masks, colours, 0.5, 1, selected=[1], whole=[1, 2])
    edge = back.copy()
    edge[7:13, 7:13] = False
    assert (hidden[edge] == (255, 0, 0, 128)).all()
    assert (seen[edge] == (0, 255, 0, 255)).all()
    assert (seen[8:12, 8:12] == (255, 0, 0, 128)).all(), "the fill stays as it was"


def test_outline_equals_the_definition(rng: np.random.Generator) -> None:
    mask = rng.random((23, 31)) < 0.9
    picture = overlay_rgba({3: mask}, {}, 0.0, 1)
    padded = np.pad(mask, 1)
    inner = np.ones_like(mask)
    for dy in range(3):
        for dx in range(3):
            inner &= padded[dy : dy + 23, dx : dx + 31]
    assert np.array_equal(picture[..., 3] == 255, mask & ~inner)
    assert tuple(picture[mask][0][:3]) == palette_colour(3)


def test_empty_mask_paints_nothing_and_sizes_must_agree() -> None:
    assert not overlay_rgba({1: np.zeros((4, 5), bool)}, {}).any()
    with pytest.raises(ValueError, match="one size"):
        overlay_rgba({1: np.zeros((4, 5), bool), 2: np.zeros((5, 4), bool)}, {})


def test_blend_is_the_rounded_mean(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (40, 50, 3), np.uint8)
    overlay = rng.integers(0, 256, (40, 50, 4), np.uint8)
    alpha = overlay[..., 3:] / 255.0
    exact = overlay[..., :3] * alpha + image * (1 - alpha)
    assert np.abs(blend(image, overlay) - exact).max() <= 0.5 + 1e-6


def test_full_hd_is_quick() -> None:
    yy, xx = np.mgrid[:1080, :1920]
    masks = {i: (xx - 400 * i) ** 2 + (yy - 500) ** 2 < 200**2 for i in range(1, 5)}
    best = min(_timed(masks) for _ in range(5))
    assert best < 0.1, f"{best * 1000:.1f} ms"


def _timed(masks: dict[int, np.ndarray]) -> float:
    start = time.perf_counter()
    overlay_rgba(masks, {})
    return time.perf_counter() - start


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
