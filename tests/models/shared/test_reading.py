"""What attention reads of several objects is what it reads of each of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from vostool.models.shared.reading import Assembly, Reading, split

TOKENS, WIDTH, POINTER = 5, 4, 8


class Network:
    """A library whose every position tells what it is of."""

    pointer = "obj_ptr"

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def tokens(self, output: dict[str, Any]) -> torch.Tensor:
        return output["maskmem_features"]

    def places(self, _output: dict[str, Any]) -> torch.Tensor:
        return torch.arange(TOKENS)[:, None].expand(-1, WIDTH) / 10

    def times(self) -> torch.Tensor:
        return torch.arange(7.0)[:, None].expand(-1, WIDTH)

    def distances(self, frames: Sequence[int], _pointer: torch.Tensor) -> torch.Tensor:
        self.asked.append(list(frames))
        return torch.tensor(frames, dtype=torch.float32)[:, None].expand(-1, WIDTH)


def reading(seed: int, rows: tuple[int, ...], far: tuple[int, ...]) -> Reading:
    generator = torch.Generator().manual_seed(seed)
    memories = tuple(
        (row, {"maskmem_features": torch.randn(TOKENS, WIDTH, generator=generator)}) for row in rows
    )
    return Reading(
        memories, tuple((n, torch.randn(1, 1, POINTER, generator=generator)) for n in far)
    )


ALIKE = [reading(n, (6, 1, 0), (9, 1)) for n in range(3)]
MIXED = [
    reading(0, (6, 1, 0), (9, 1)),
    reading(1, (6, 2, 0), (4, 2)),
    reading(2, (6, 1, 0), (9, 1)),
    reading(3, (6, 6, 0), (9, 1)),
]
BARE = [reading(n, (6, 0), ()) for n in range(2)]


@pytest.mark.parametrize("readings", [ALIKE, MIXED, BARE, ALIKE[:1]])
def test_objects_joined_are_each_as_alone(readings):
    joined = Assembly(Network())(readings)
    tokens = joined.tokens
    positions = joined.positions.expand(len(readings), -1, -1)
    for number, each in enumerate(readings):
        alone = Assembly(Network())([each])
        assert torch.equal(tokens[number], alone.tokens[0])
        assert torch.equal(positions[number], alone.positions[0])
        assert (joined.pointer_tokens, joined.memories) == (alone.pointer_tokens, alone.memories)


def test_memories_come_first_with_place_and_time_then_pointers_with_their_distance():
    joined = Assembly(Network())([MIXED[1]])
    assert joined.memories == 3 and joined.pointer_tokens == 2 * POINTER // WIDTH
    times = joined.positions[0, : 3 * TOKENS, 0].reshape(3, TOKENS)
    assert times[:, 0].tolist() == [6, 2, 0]
    assert torch.allclose(times[0], 6 + torch.arange(TOKENS) / 10)
    assert joined.positions[0, 3 * TOKENS :, 0].tolist() == [4, 4, 2, 2]
    assert torch.equal(joined.tokens[0, -1], MIXED[1].pointers[1][1].flatten()[WIDTH:])


def test_what_is_the_same_for_all_is_made_once():
    network = Network()
    assemble = Assembly(network)
    assert len(assemble(ALIKE).positions) == 1
    assert network.asked == [[9, 1]]
    assemble(MIXED)
    assert network.asked[1] == [9, 1, 4, 2]


def test_parts_of_a_batch_do_not_keep_it():
    large, small = torch.randn(3, 1, 80, 80), torch.randn(3, 1)
    parts = split({"pred_masks": large, "score": small}, 3, {"same": 1})
    assert [torch.equal(p["pred_masks"], large[n : n + 1]) for n, p in enumerate(parts)] == [
        True
    ] * 3
    assert all(p["pred_masks"].untyped_storage().nbytes() == 80 * 80 * 4 for p in parts)
    assert [p["score"].item() for p in parts] == small.flatten().tolist()
    assert all(p["same"] == 1 for p in parts)
