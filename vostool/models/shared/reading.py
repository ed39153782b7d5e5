"""What attention reads of objects' memories for one frame, put together for many objects at once.

Each library of the SAM 2 family joins the memories and pointers of one object in its own code, one
operation for each memory. What it joins is the same everywhere: memories of equal size with a
position for how long ago they were made, then pointers with one for their distance in frames. So a
library says which (:class:`Reading`), and they are joined here in a handful of operations, whatever
frames the objects of a batch remember: only the numbers of memories and pointers have to agree.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from vostool.models.shared.decoded import Decoded
from vostool.models.shared.modulation import weighed_positions

Output = dict[str, Any]
"""What a network of the SAM 2 family keeps of one frame, by the names of its own library; among
them ``pred_masks`` (1, 1, S/4, S/4) logits, ``object_score_logits``, ``maskmem_features`` and
``maskmem_pos_enc``, the latter two None until the frame was encoded into memory."""

Outputs = dict[str, dict[int, Output]]
"""By :data:`CONDITIONING` and :data:`TRACKED`, then by frame."""

CONDITIONING, TRACKED = "cond_frame_outputs", "non_cond_frame_outputs"
_POSITIONS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What attention reads of one object's memory for one frame, in the library's order.

    Attributes:
        memories: (which row of the network's temporal positions, the output with the memory).
        pointers: (distance in frames, (1, ..., C) object pointer).
        weights: of the keys, one for each memory and then one for each pointer; empty for the
            keys as they are.
    """

    memories: tuple[tuple[int, Output], ...]
    pointers: tuple[tuple[int, Tensor], ...]
    weights: tuple[float, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Objects whose numbers of memories and pointers agree can go together."""
        return len(self.memories), len(self.pointers)


@dataclass(frozen=True, slots=True)
class Attended:
    """The memories of B objects as attention takes them.

    Attributes:
        tokens: (B, T, C), memories before pointers.
        positions: (B, T, C), or (1, T, C) where they are the same for all.
        pointer_tokens: how many of the T, the last ones, are of pointers.
        memories: of how many memories the others are.
    """

    tokens: Tensor
    positions: Tensor
    pointer_tokens: int
    memories: int


class MemoryNetwork(ABC):
    """One library's network from memories to outputs: what differs from library to library.

    Attributes:
        pointer: the library's name of the object pointer in an output.
    """

    pointer: str

    @abstractmethod
    def reading(self, outputs: Outputs, frame: int, backward: bool) -> Reading:
        """Which memories and pointers the library reads for a frame that has no prompt."""

    @abstractmethod
    def tokens(self, output: Output) -> Tensor:
        """A memory as (N, C)."""

    @abstractmethod
    def places(self, output: Output) -> Tensor:
        """The positions of its tokens in the picture, (N, C): they depend on the size alone."""

    @abstractmethod
    def times(self) -> Tensor:
        """The positions in time that :attr:`Reading.memories` names, (rows, C)."""

    @abstractmethod
    def distances(self, frames: Sequence[int], pointer: Tensor) -> Tensor:
        """The positions of pointers so many frames away, (len(frames), C), for such pointers."""

    @abstractmethod
    def infer(self, frame: int, attended: Attended) -> list[Output]:
        """The outputs of a frame without prompts, one for each object, with their memories.

        Raises:
            SourceError: the frame could not be decoded.
        """

    @property
    @abstractmethod
    def decoder(self) -> nn.Module:
        """The mask decoder, see :func:`vostool.models.shared.decoded.hearing`."""

    @abstractmethod
    def propose(self, frame: int, attended: Attended) -> Decoded:
        """What the decoder says of a frame, B objects first; nothing is encoded into memory.

        Raises:
            SourceError: the frame could not be decoded.
        """

    @abstractmethod
    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        """The output, with its memory, of one of the masks that were proposed of one object.

        Raises:
            SourceError: the frame could not be decoded.
        """


class Assembly:
    """Joins what objects read; keeps the positions that come again with every frame."""

    def __init__(self, network: MemoryNetwork) -> None:
        self._network = network
        self._rows: dict[tuple[int, torch.dtype], Tensor] = {}
        self._joined: OrderedDict[Hashable, Tensor] = OrderedDict()

    def __call__(self, readings: Sequence[Reading]) -> Attended:
        """Join readings of one :attr:`Reading.size`; there is at least one memory."""
        plain = self._plain(readings)
        weights = [each.weights for each in readings]
        if not any(weights):
            return plain
        aside, held = plain.pointer_tokens, plain.memories
        weighed = weighed_positions(plain.tokens, plain.positions, weights, held, aside)
        return replace(plain, positions=weighed)

    def _plain(self, readings: Sequence[Reading]) -> Attended:
        count = len(readings)
        memories = [self._network.tokens(out) for each in readings for _, out in each.memories]
        width = memories[0].shape[-1]
        tokens = torch.cat(memories).view(count, -1, width)
        positions = self._times(readings)
        held, aside = readings[0].size
        if not aside:
            return Attended(tokens, positions, 0, held)
        pointers = [value.reshape(-1, width) for each in readings for _, value in each.pointers]
        asides = torch.cat(pointers).view(count, -1, width)
        beside = self._distances(readings, asides.shape[1] // aside)
        if len(positions) != len(beside):
            positions, beside = (x.expand(count, -1, -1) for x in (positions, beside))
        return Attended(
            torch.cat([tokens, asides], 1), torch.cat([positions, beside], 1), asides.shape[1], held
        )

    def _times(self, readings: Sequence[Reading]) -> Tensor:
        """(1 or B, memories * N, C): place and time of every memory token."""
        wanted = [
            tuple((row, out["maskmem_features"].dtype) for row, out in each.memories)
            for each in readings
        ]
        found = {
            key: self._joined_rows(key, each) for key, each in zip(wanted, readings, strict=True)
        }
        if len(found) == 1:
            return next(iter(found.values()))[None]
        return torch.stack([found[key] for key in wanted])

    def _joined_rows(self, key: tuple[tuple[int, torch.dtype], ...], reading: Reading) -> Tensor:
        joined = self._joined.get(key)
        if joined is None:
            rows = [
                self._row(one, out) for one, (_, out) in zip(key, reading.memories, strict=True)
            ]
            joined = self._joined[key] = torch.cat(rows)
        self._joined.move_to_end(key)
        while len(self._joined) > _POSITIONS_KEPT:
            self._joined.popitem(last=False)
        return joined

    def _row(self, key: tuple[int, torch.dtype], output: Output) -> Tensor:
        if key not in self._rows:
            self._rows[key] = self._network.places(output) + self._network.times()[key[0]]
        return self._rows[key]

    def _distances(self, readings: Sequence[Reading], tokens: int) -> Tensor:
        """(1 or B, pointers * tokens, C); computed once where all objects have the same ones, in
        the library's very operations."""
        wanted = [tuple(frames for frames, _ in each.pointers) for each in readings]
        distinct = list(dict.fromkeys(wanted))
        flat = [frames for each in distinct for frames in each]
        made = self._network.distances(flat, readings[0].pointers[0][1])
        made = made.repeat_interleave(tokens, dim=0).view(len(distinct), -1, made.shape[-1])
        if len(distinct) in (1, len(wanted)):
            return made
        return torch.stack([made[distinct.index(each)] for each in wanted])


def split(
    whole: Output, count: int, shared: Output, axes: dict[str, int] | None = None
) -> list[Output]:
    """Each object's part of a batch's output.

    What is large is copied, so that the batch can go when it is dropped.

    Args:
        whole: tensors with the batch as their first axis, or as ``axes`` says.
        shared: entries that are the same for every object.
    """
    if count == 1:
        return [{**whole, **shared}]
    axes = axes or {}
    return [
        {name: _part(value.narrow(axes.get(name, 0), number, 1)) for name, value in whole.items()}
        | shared
        for number in range(count)
    ]


_LARGE = 2**14
"""In bytes; a pointer and a score keep a batch of themselves."""


def _part(view: Tensor) -> Tensor:
    return view.clone() if view.nbytes > _LARGE else view
