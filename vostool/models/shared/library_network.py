"""The trackers of transformers (EdgeTAM, SAM 3) from memories to outputs, many objects at once.

The library takes one object at a time. What it reads of an object is asked of its own code; its
attention, mask decoder and memory encoder take several once the two places are passed that do not:
it shapes what attention gives for one object, and takes the best of a decoder's masks for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from vostool.models.memory_kinds import STANDARD, Memory
from vostool.models.shared.decoded import Decoded, present_only
from vostool.models.shared.encoder import Levels
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs, Tensors
from vostool.models.shared.library_replay import LibraryVideo
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.reading import (
    Attended,
    Output,
    Outputs,
    Reading,
)
from vostool.models.shared.recorded_network import Heads, RecordedNetwork

_ABSENT = -1024.0
"""The logits of a mask where the object is not on the frame, in both models."""


class LibraryNetwork(RecordedNetwork):
    """What both models do alike."""

    pointer = "object_pointer"

    def __init__(self, model: nn.Module, features: FeatureCache, graphs: Graphs) -> None:
        super().__init__(features, graphs)
        self._model: Any = model
        self._places: dict[torch.dtype, Tensor] = {}

    # -- what each model has of its own

    def _told(self, _attended: Attended) -> dict[str, int]:
        """What the model's attention is told besides."""
        return {}

    def _kept(self, memory: Tensor) -> Tensor:
        """A memory in the type that it is kept in."""
        return memory

    # -- alike

    def reading(self, outputs: Outputs, frame: int, backward: bool) -> Reading:
        model, session = self._model, SimpleNamespace(output_dict_per_obj={0: outputs})
        rows = model.num_maskmem
        memories = model._gather_memory_frame_outputs(session, 0, frame, backward)
        far, pointers, _ = model._get_object_pointers(
            session, 0, frame, None, model.device, backward, streaming=True
        )
        held = tuple(((back - 1) % rows, out) for back, out in memories if out is not None)
        return Reading(held, tuple(zip(far, pointers, strict=True)))

    def tokens(self, output: Output) -> Tensor:
        memory: Tensor = output["maskmem_features"]
        return memory.select(self.axis, 0)

    def places(self, output: Output) -> Tensor:
        places: Tensor = output["maskmem_pos_enc"]
        return places.select(self.axis, 0)

    def times(self) -> Tensor:
        times: Tensor = self._model.memory_temporal_positional_encoding
        return times.flatten(0, 2)

    def distances(self, frames: Sequence[int], pointer: Tensor) -> Tensor:
        one = pointer.new_zeros(1, pointer.shape[-1])
        most = self._model.config.max_object_pointers_in_encoder
        _, made = self._model._process_object_pointers(
            list(frames), [one] * len(frames), most, 1, one.shape[-1], one.device
        )
        split_into = one.shape[-1] // made.shape[-1]
        whole: Tensor = made[::split_into, 0]
        return whole

    @property
    def decoder(self) -> nn.Module:
        decoder: nn.Module = self._model.mask_decoder
        return decoder

    def _is_full(self, attended: Attended) -> bool:
        model = self._model
        each = model.hidden_dim // model.mem_dim
        most = model.config.max_object_pointers_in_encoder
        full = attended.memories >= model.num_maskmem
        return bool(full and attended.pointer_tokens >= most * each)

    def _attend(self, features: Tensor, place: Tensor, attended: Attended) -> Tensor:
        model, count = self._model, attended.tokens.shape[0]
        joined = model.memory_attention(
            current_vision_features=features.expand(-1, count, -1),
            current_vision_position_embeddings=place.expand(-1, count, -1),
            memory=attended.tokens.transpose(0, 1),
            memory_posision_embeddings=attended.positions.transpose(0, 1),
            num_object_pointer_tokens=attended.pointer_tokens,
            **self._told(attended),
        )
        # (1, B, N, C): the library's axis of several points comes first here.
        flat: Tensor = joined[0].transpose(1, 2)
        return flat.view(count, -1, *model.backbone_feature_sizes[-1])

    def _heads(self, joined: Tensor, levels: Levels) -> Heads:
        model, count = self._model, joined.shape[0]
        fine = [
            level.expand(-1, count, -1).permute(1, 2, 0).view(count, -1, *size)
            for level, size in zip(levels[:-1], model.backbone_feature_sizes[:-1], strict=True)
        ]
        several = model._use_multimask(False, None)
        with best_only(model.mask_decoder) if several else nullcontext():
            answer = model._single_frame_forward(
                image_embeddings=[*fine, joined], multimask_output=False
            )
        return Heads(
            answer.pred_masks,
            answer.high_res_masks,
            answer.object_pointer,
            answer.object_score_logits,
        )

    def _remembered(self, levels: Levels, heads: Heads) -> Tensors:
        memory, places = self._model._encode_new_memory(
            current_vision_feats=levels[-1].expand(-1, heads.masks.shape[0], -1),
            pred_masks_high_res=heads.large,
            object_score_logits=heads.presence,
            is_mask_from_pts=False,
        )
        place = places.narrow(self.axis, 0, 1)
        return self._kept(memory), heads.masks, heads.pointer, heads.presence, place

    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        model, presence = self._model, decoded.presence
        masks = present_only(decoded.masks, presence, _ABSENT)[:, :, place]
        large = nn.functional.interpolate(
            masks.float(), size=(model.image_size,) * 2, mode="bilinear", align_corners=False
        ).to(masks.dtype)
        pointer = model.object_pointer_proj(decoded.token(place))
        there = (presence > 0).to(pointer.dtype)
        pointer = there * pointer + (1 - there) * model.no_object_pointer
        return self._chosen(frame, Heads(masks, large, pointer, presence))

    def _kept_places(self, places: Tensor) -> object:
        if places.dtype not in self._places:
            self._places[places.dtype] = places.clone()
        return self._places[places.dtype]


class LibraryTracker(MemoryTracker):
    """One object in one run.

    Holds at most ``num_maskmem`` memories and ``max_object_pointers_in_encoder`` pointers of
    tracked frames, twice that where a second leg will read the first one's beginning.
    """

    def __init__(self, video: LibraryVideo[Any], memory: Memory = STANDARD) -> None:
        config = video.model.config
        # The oldest frames whose memory and whose pointer attention can read.
        memories = config.num_maskmem - 1
        pointers = max(memories, config.max_object_pointers_in_encoder - 1)
        super().__init__(video.network, Reach(memories, pointers), memory)


@contextmanager
def best_only(decoder: nn.Module) -> Iterator[None]:
    """Let a mask decoder give the best of its several masks, as if it had made one.

    The library takes the best of them afterwards, of one object at a time, and enlarges all before.
    """

    def ask(
        _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {**kwargs, "multimask_output": True}

    def take(_module: nn.Module, _inputs: object, output: tuple[Tensor, ...]) -> tuple[Any, ...]:
        masks, quality, tokens, *rest = output
        best = quality.argmax(-1, keepdim=True)
        if tokens.shape[2] > 1:
            tokens = _taken(tokens, best)
        return (_taken(masks, best), quality.gather(-1, best), tokens, *rest)

    hooks = (
        decoder.register_forward_pre_hook(ask, with_kwargs=True),
        decoder.register_forward_hook(take),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _taken(several: Tensor, which: Tensor) -> Tensor:
    """(B, P, n, ...) and (B, P, 1) -> (B, P, 1, ...)."""
    spread = which.reshape(*which.shape, *(1,) * (several.dim() - 3))
    return several.gather(2, spread.expand(-1, -1, 1, *several.shape[3:]))
