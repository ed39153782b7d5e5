"""Which pieces of a mask belong to the object."""

import cv2
import numpy as np

from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.flow.engine import FlowEngine
from vostool.models.flow.pieces import STRAY, smallest_piece, tidy


def soft(*blocks: tuple[int, int, int]) -> np.ndarray:
    """Blocks of (x, width, height) on a strip."""
    mask = np.zeros((60, 160), np.float32)
    for x, width, height in blocks:
        mask[5 : 5 + height, x : x + width] = 1
    return mask


def test_a_given_mask_tells_how_small_a_piece_may_be():
    assert smallest_piece(soft((0, 40, 40))) == STRAY
    assert smallest_piece(soft((0, 40, 40), (60, 8, 10))) == 0.025
    assert smallest_piece(soft((0, 40, 40), (60, 20, 40))) == STRAY
    assert smallest_piece(soft((0, 40, 40), (60, 4, 4))) == STRAY
    assert smallest_piece(soft((0, 8, 8), (60, 3, 3))) == STRAY
    assert smallest_piece(soft()) == STRAY


def test_strays_go_and_the_objects_own_pieces_stay():
    mask = soft((0, 40, 40), (60, 8, 10), (100, 4, 4))
    assert np.array_equal(tidy(mask), soft((0, 40, 40)))
    assert np.array_equal(tidy(mask, 0.025), soft((0, 40, 40), (60, 8, 10)))


def test_a_small_piece_that_all_are_sure_of_is_no_stray():
    mask = soft((0, 40, 40)) + 0.9 * soft((60, 8, 10)) + 0.55 * soft((100, 8, 10))
    kept = tidy(mask, STRAY, 0.6) > 0
    assert np.array_equal(kept, soft((0, 40, 40), (60, 8, 10)) > 0)


def test_a_small_piece_of_the_given_mask_is_followed():
    rng = np.random.default_rng(1)
    frames, masks = [], []
    texture = rng.integers(0, 60, (120, 200, 3)).astype(np.uint8)
    wing = rng.integers(150, 255, (40, 60, 3)).astype(np.uint8)
    person = rng.integers(150, 255, (10, 12, 3)).astype(np.uint8)
    for number in range(6):
        picture, mask = texture.copy(), np.zeros((120, 200), np.bool_)
        for part, (x, y) in ((wing, (60, 10)), (person, (84, 80))):
            height, width = part.shape[:2]
            where = slice(y, y + height), slice(x + 2 * number, x + 2 * number + width)
            picture[where], mask[where] = part, True
        frames.append(cv2.GaussianBlur(picture, (3, 3), 0))
        masks.append(mask)
    engine = FlowEngine()
    engine.open(ArraySource(frames))
    key = Keyframe(0, 1, None, Mask.from_array(masks[0]))
    steps = list(engine.track(TrackRequest((key,), Direction.FORWARD, 0, 0, 5), lambda: False))
    last = steps[-1].replies[1].mask.to_array()
    assert np.count_nonzero(last[75:95] & masks[5][75:95]) > 60
