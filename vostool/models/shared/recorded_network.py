"""A network's two pieces of a tracked frame, each recorded where a card records and replays."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from torch import Tensor

from vostool.models.shared.decoded import Decoded, hearing
from vostool.models.shared.encoder import Levels
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs, Tensors
from vostool.models.shared.reading import Attended, MemoryNetwork, Output, split


@dataclass(frozen=True, slots=True)
class Heads:
    """What a mask decoder says of B objects.

    Attributes:
        masks: logits, (B, 1, S/4, S/4).
        large: the same of the network's size, which memory is made of.
        pointer, presence: the object pointers, and the logits that the object is there.
    """

    masks: Tensor
    large: Tensor
    pointer: Tensor
    presence: Tensor


class RecordedNetwork(MemoryNetwork):
    """Infers in two pieces, attention and then mask decoder with memory encoder.

    Only a full bank of memories is recorded: while it fills every frame has a shape of its own.

    Attributes:
        axis: the batch's, in a memory.
    """

    axis = 0

    def __init__(self, features: FeatureCache, graphs: Graphs) -> None:
        """Take the features of a source, and the engine's recordings."""
        self._features = features
        self._graphs = graphs

    # -- what each network has of its own; all but the first give what their tensors say

    @abstractmethod
    def _is_full(self, attended: Attended) -> bool:
        """Whether the next frame will read as much again."""

    @abstractmethod
    def _attend(self, features: Tensor, place: Tensor, attended: Attended) -> Tensor:
        """(B, C, h, w): a frame's coarsest features with what the memories of B objects say to
        them. ``features`` and their positions ``place`` are one object's."""

    @abstractmethod
    def _heads(self, joined: Tensor, levels: Levels) -> Heads:
        """What the mask decoder makes of what was joined."""

    @abstractmethod
    def _remembered(self, levels: Levels, heads: Heads) -> Tensors:
        """(memories, logits, pointers, scores, positions of one memory)."""

    @abstractmethod
    def _kept_places(self, places: Tensor) -> object:
        """Positions of a memory as an output has them."""

    # -- alike

    def infer(self, frame: int, attended: Attended) -> list[Output]:
        levels, place = self._encoded(frame)
        return self._outputs(self._decoded(self._joined(levels, place, attended), levels, attended))

    def propose(self, frame: int, attended: Attended) -> Decoded:
        levels, place = self._encoded(frame)
        joined = self._joined(levels, place, attended)
        with hearing(self.decoder) as heard:
            self._heads(joined, levels)
        return heard.decoded

    def _chosen(self, frame: int, heads: Heads) -> Output:
        """The output of one object, with the memory of what was chosen."""
        levels, _ = self._encoded(frame)
        return self._outputs(self._remembered(levels, heads))[0]

    def _encoded(self, frame: int) -> tuple[Levels, Tensor]:
        """Features by level, and positions of the coarsest."""
        _, kept = self._features.get(frame)
        return kept["backbone_fpn"], kept["vision_pos_enc"][-1]

    def _joined(self, levels: Levels, place: Tensor, attended: Attended) -> Tensor:
        if not self._records(attended):
            return self._attend(levels[-1], place, attended)
        held, aside = attended.memories, attended.pointer_tokens

        def work(features: Tensor, place: Tensor, tokens: Tensor, positions: Tensor) -> Tensors:
            return (self._attend(features, place, Attended(tokens, positions, aside, held)),)

        name = f"attention to {held} memories and {aside} tokens of pointers"
        parts = (levels[-1], place, attended.tokens, attended.positions)
        (joined,) = self._graphs.run(name, work, *parts)
        return joined

    def _decoded(self, joined: Tensor, levels: Levels, attended: Attended) -> Tensors:
        if not self._records(attended):
            return self._answer(joined, levels)

        def work(joined: Tensor, *levels: Tensor) -> Tensors:
            return self._answer(joined, list(levels))

        return self._graphs.run("mask decoder and memory encoder", work, joined, *levels)

    def _answer(self, joined: Tensor, levels: Levels) -> Tensors:
        return self._remembered(levels, self._heads(joined, levels))

    def _records(self, attended: Attended) -> bool:
        # What listens to the decoder hears nothing of a replay.
        listened = bool(self.decoder._forward_hooks or self.decoder._forward_pre_hooks)
        return self._graphs.active and not listened and self._is_full(attended)

    def _outputs(self, parts: Tensors) -> list[Output]:
        memory, masks, pointer, presence, places = parts
        whole = {
            "maskmem_features": memory,
            "pred_masks": masks,
            self.pointer: pointer,
            "object_score_logits": presence,
        }
        shared = {"maskmem_pos_enc": self._kept_places(places)}
        return split(whole, masks.shape[0], shared, {"maskmem_features": self.axis})
