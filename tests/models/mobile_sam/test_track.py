"""The tracker's memory and its search, on features that are written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.models.flow.object import Proposal
from vostool.models.flow.picture import Picture, Rect
from vostool.models.mobile_sam.decoder import Decoded
from vostool.models.mobile_sam.encoder import Geometry
from vostool.models.mobile_sam.memory import TokenMemory
from vostool.models.mobile_sam.network import SIDE, STRIDE
from vostool.models.mobile_sam.track import FeatureRefiner

GEOMETRY = Geometry.of(SIDE // 4, SIDE)
ROWS, COLUMNS = GEOMETRY.rows, GEOMETRY.columns
HEIGHT, WIDTH = GEOMETRY.height // 4, GEOMETRY.width // 4
CELL = STRIDE // 4
NOWHERE = np.zeros((ROWS, COLUMNS), np.float32)
GROUND, RIDER, STRANGER, DOUBLE = range(4)


def features(*things: tuple[int, int, int]) -> torch.Tensor:
    """(1, 256, rows, columns) with things of a kind at (column, row), 4 x 6 features each."""
    kinds = np.full((ROWS, COLUMNS), GROUND)
    for kind, x, y in things:
        kinds[y : y + 6, x : x + 4] = kind
    looks = torch.eye(4, 256)
    looks[DOUBLE] = 0.65 * looks[RIDER] + 0.76 * looks[DOUBLE]
    looks[STRANGER] = 0.5 * looks[GROUND] + 0.75**0.5 * looks[STRANGER]
    return looks[torch.from_numpy(kinds)].permute(2, 0, 1)[None].clone()


def mask(x: int, y: int) -> np.ndarray:
    """The picture's mask of a thing there."""
    soft = np.zeros((HEIGHT, WIDTH), np.float32)
    soft[y * CELL : (y + 6) * CELL, x * CELL : (x + 4) * CELL] = 1
    return soft


def tokens(values: torch.Tensor) -> torch.Tensor:
    return values[0].flatten(1).T


@pytest.fixture
def memory() -> TokenMemory:
    made = TokenMemory(GEOMETRY, [1])
    made.add_key(0, tokens(features((RIDER, 10, 5))), {1: mask(10, 5)})
    return made


def test_what_was_given_and_what_was_tracked_count_alike(memory):
    for frame in (1, 2):
        memory.add(frame, tokens(features((STRANGER, 20, 5))), {1: mask(20, 5)})
    seen = memory.recall(3, tokens(features((RIDER, 10, 5), (STRANGER, 20, 5))), NOWHERE)
    assert seen[1][7, 11] > 0.9
    assert 0.4 < seen[1][7, 21] < 0.6


def test_given_masks_say_nothing_of_an_object_that_none_of_them_has():
    memory = TokenMemory(GEOMETRY, [1, 2])
    memory.add_key(0, tokens(features((RIDER, 10, 5))), {1: mask(10, 5)})
    for frame in (1, 2):
        memory.add(frame, tokens(features((STRANGER, 20, 5))), {2: mask(20, 5)})
    seen = memory.recall(3, tokens(features((STRANGER, 20, 5))), NOWHERE)
    assert seen[2][7, 21] > 0.9


def test_features_are_as_alike_as_the_most_alike_of_the_object(memory):
    alike = memory.likeness(1, tokens(features((RIDER, 30, 5), (STRANGER, 20, 5))))
    assert alike[7, 31] > 0.99
    assert alike[7, 21] < 0.1
    unknown = TokenMemory(GEOMETRY, [1, 2])
    unknown.add_key(0, tokens(features((RIDER, 10, 5))), {1: mask(10, 5)})
    assert (unknown.likeness(2, tokens(features())) == -1).all()


class Obedient:
    """Draws the box that it is asked about."""

    geometry = GEOMETRY

    def decode_all(self, _, prompts, _before=None):
        return [self._answer(box) for _, box in prompts]

    def _answer(self, box):
        logits = torch.full((3, HEIGHT, WIDTH), -20.0)
        x0, y0, x1, y1 = (round(side / 4) for side in (box.x0, box.y0, box.x1, box.y1))
        logits[:, y0:y1, x0:x1] = 20
        return Decoded(logits, torch.full((3,), 0.9))

    def to_picture(self, logits, size):
        assert logits.shape == size
        return logits.numpy()

    def from_picture(self, soft):
        return soft


class Track:
    knows, along = True, None

    def __init__(self):
        self.moved = []

    def relocate(self, soft):
        self.moved.append(soft)


def refined(second: torch.Tensor, flow: np.ndarray | None):
    """What becomes of flow's mask on a frame with these features, a given one before."""
    frames = [features((RIDER, 10, 5)), second]
    refiner = FeatureRefiner(Obedient(), lambda frame: frames[frame], [1])
    gray = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture = Picture(gray, np.zeros((HEIGHT, WIDTH, 3), np.uint8), 4 * WIDTH, 4 * HEIGHT)
    track = Track()
    refiner.refine(0, picture, {}, {1: track}, {1: mask(10, 5)})
    refiner.learn(0, {}, {1: mask(10, 5)}, {1: track})
    whole = Rect(0, 0, WIDTH, HEIGHT)
    proposal = None if flow is None else Proposal(whole, flow, np.ones_like(flow))
    answer = refiner.refine(1, picture, {1: proposal}, {1: track}, {})[1]
    return (None if answer is None else answer.soft > 0.5), track.moved


def test_what_flow_has_lost_is_found_by_what_was_given_and_followed_from_there():
    found, moved = refined(features((RIDER, 40, 8)), None)
    assert np.array_equal(found, mask(40, 8) > 0.5)
    assert len(moved) == 1


def test_what_is_only_the_most_like_it_is_not_what_was_lost():
    assert refined(features((DOUBLE, 40, 8)), None) == (None, [])
    assert refined(features((STRANGER, 40, 8)), None) == (None, [])


def test_what_flow_took_to_something_else_is_looked_for_where_the_memory_sees_it():
    found, moved = refined(features((RIDER, 40, 8), (STRANGER, 10, 5)), mask(10, 5))
    assert np.array_equal(found, mask(40, 8) > 0.5)
    assert len(moved) == 1


def test_flow_is_believed_where_the_memory_sees_the_object_nowhere_else():
    _, moved = refined(features((DOUBLE, 40, 8), (STRANGER, 10, 5)), mask(10, 5))
    assert not moved
