"""Neighbours among features: equal to a dense comparison, with work that has a bound."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from vostool.models.mobile_sam.encoder import Geometry
from vostool.models.mobile_sam.memory import KEYFRAMES, TokenMemory
from vostool.models.mobile_sam.neighbours import WINDOW, Labelled, Neighbours, best_of

ROWS, COLUMNS, CHANNELS, COUNT = 32, 64, 8, 10
GEOMETRY = Geometry.of(ROWS * 16, COLUMNS * 16)


@given(st.integers(1, 4), st.integers(1, 900), st.integers(1, 12), st.integers(0, 9))
def test_the_best_of_many_are_those_of_topk(rows, number, count, seed):
    generator = torch.Generator().manual_seed(seed)
    values = torch.rand(rows, number, generator=generator)
    best, where = best_of(values, count)
    wanted, at = values.topk(min(count, number), 1)
    assert torch.equal(best, wanted)
    assert torch.equal(where, at)


def tokens(seed: int, number: int = ROWS * COLUMNS) -> torch.Tensor:
    made = torch.randn(number, CHANNELS, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(made, dim=1)


def labelled(seed: int, number: int = ROWS * COLUMNS) -> Labelled:
    shares = torch.rand(2, number, generator=torch.Generator().manual_seed(seed))
    return Labelled(tokens(seed + 50, number), shares)


@pytest.mark.parametrize("close", [0, 1, 2])
def test_neighbours_are_those_of_a_dense_comparison(close):
    neighbours = Neighbours(ROWS, COLUMNS, COUNT)
    places = torch.randperm(ROWS * COLUMNS, generator=torch.Generator().manual_seed(3))[:300]
    asked, anywhere = tokens(1), labelled(2, 333)
    frames = [labelled(4 + n) for n in range(close)]
    alike, labels = neighbours.of(places, asked, anywhere, frames)

    rows, columns = torch.meshgrid(torch.arange(ROWS), torch.arange(COLUMNS), indexing="ij")
    at = torch.stack((rows.ravel(), columns.ravel()), 1).double()
    far = torch.cdist(at, at)[places] >= WINDOW
    dense = [asked[places] @ anywhere.tokens.T]
    dense += [(asked[places] @ f.tokens.T).masked_fill(far, -1) for f in frames]
    wanted, where = torch.cat(dense, 1).topk(COUNT, 1)
    known = Labelled.together([anywhere, *frames]).labels[:, where]
    torch.testing.assert_close(alike, wanted)
    torch.testing.assert_close(labels, known)


THING, GROUND = torch.eye(CHANNELS)[1], torch.eye(CHANNELS)[0]


def ground_with(*places: tuple[int | slice, int | slice]) -> torch.Tensor:
    """Features of a frame that are all alike but at some places."""
    grid = GROUND.repeat(ROWS, COLUMNS, 1)
    for row, column in places:
        grid[row, column] = THING
    return grid.reshape(-1, CHANNELS)


SQUARE = slice(4, 7), slice(6, 9)


def square_at(row: int, column: int) -> np.ndarray:
    """A soft mask of the frame that covers three features on a side."""
    soft = np.zeros((ROWS * 16, COLUMNS * 16), np.float32)
    soft[row * 16 : (row + 3) * 16, column * 16 : (column + 3) * 16] = 1
    return soft


NOWHERE = np.zeros((ROWS, COLUMNS), np.float32)


def test_many_corrected_frames_cost_what_a_few_do():
    products = []
    for keys in (KEYFRAMES, 20 * KEYFRAMES):
        memory = TokenMemory(GEOMETRY, [1])
        for frame in range(keys):
            memory.add_key(frame, ground_with(SQUARE), {1: square_at(4, 6)})
        with FlopCounterMode(display=False) as counter:
            memory.recall(keys, ground_with(SQUARE), NOWHERE)
        products.append(counter.get_total_flops())
        assert sorted(memory.keyframes) == list(range(keys - KEYFRAMES, keys))
    assert 0 < products[1] < 1.1 * products[0]


def test_an_object_far_from_where_it_was_thought_is_found_and_the_rest_is_not_asked():
    memory = TokenMemory(GEOMETRY, [1])
    seen = tokens(7)
    memory.add_key(0, seen, {1: square_at(4, 6)})
    grid = seen.reshape(ROWS, COLUMNS, CHANNELS)
    moved = grid.roll((9, 25), (0, 1)).reshape(-1, CHANNELS)
    told = memory.recall(1, moved, NOWHERE)[1]
    assert told[13:16, 31:34].min() > 0.3
    assert (told == 0).any()


def test_a_place_where_others_think_an_object_is_asks_and_one_between_those_that_ask_does_not():
    memory = TokenMemory(GEOMETRY, [1])
    memory.add_key(0, ground_with(SQUARE), {1: square_at(4, 6)})
    asked = ground_with(SQUARE, (15, 21))
    near = NOWHERE.copy()
    near[15, 20] = 1
    assert memory.recall(1, asked, NOWHERE)[1][15, 21] == 0
    assert memory.recall(1, asked, near)[1][15, 21] > 0.9


def test_without_a_keyframe_nothing_is_recalled():
    assert TokenMemory(GEOMETRY, [1]).recall(0, tokens(0), NOWHERE) == {}
