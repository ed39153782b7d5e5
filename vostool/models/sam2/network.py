"""SAM 2's network from memories to outputs, for many objects at once.

Follows ``SAM2Base._prepare_memory_conditioned_features`` and ``SAM2Base.track_step`` of sam2 1.1.0
in their order of operations; which memories are read is chosen as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from sam2.modeling.sam2_base import NO_OBJ_SCORE
from sam2.modeling.sam2_utils import get_1d_sine_pe, select_closest_cond_frames
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor, nn

from vostool.models.shared.decoded import Decoded, present_only
from vostool.models.shared.encoder import Levels
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs, Tensors
from vostool.models.shared.half_memory import joinable
from vostool.models.shared.reading import (
    CONDITIONING,
    TRACKED,
    Attended,
    Output,
    Outputs,
    Reading,
)
from vostool.models.shared.recorded_network import Heads, RecordedNetwork


class Sam2Network(RecordedNetwork):
    """The official predictor's, for one source."""

    pointer = "obj_ptr"

    def __init__(
        self,
        predictor: SAM2VideoPredictor,
        features: FeatureCache,
        frame_count: int,
        constants: dict[str, Any],
        graphs: Graphs,
    ) -> None:
        """Take what the states of a source share.

        Args:
            constants: the official code's own, of the positions in memories.
        """
        super().__init__(features, graphs)
        self._predictor = predictor
        self._frame_count = frame_count
        self._state = {"constants": constants}
        self._pointers_read = min(frame_count, predictor.max_obj_ptrs_in_encoder)

    def reading(self, outputs: Outputs, frame: int, backward: bool) -> Reading:
        predictor = self._predictor
        selected, others = select_closest_cond_frames(
            frame, outputs[CONDITIONING], predictor.max_cond_frames_in_attn
        )
        behind = {**others, **outputs[TRACKED]}
        last = predictor.num_maskmem - 1
        memories = [(last, output) for output in selected.values()]
        for back in range(last, 0, -1):
            found = behind.get(self._memory_frame(frame, back, backward))
            if found is not None:
                memories.append((back - 1, found))
        return Reading(tuple(memories), tuple(self._pointers(selected, behind, frame, backward)))

    def _memory_frame(self, frame: int, back: int, backward: bool) -> int:
        """The frame whose memory is read as the ``back``-th behind; with a stride only the first
        is the one just behind."""
        stride = self._predictor.memory_temporal_stride_for_eval
        if back == 1:
            return frame + 1 if backward else frame - 1
        if backward:
            return int(-(-(frame + 2) // stride) * stride + (back - 2) * stride)
        return int((frame - 2) // stride * stride - (back - 2) * stride)

    def _pointers(
        self, selected: dict[int, Output], behind: dict[int, Output], frame: int, backward: bool
    ) -> list[tuple[int, Tensor]]:
        predictor = self._predictor
        if not predictor.use_obj_ptrs_in_encoder:
            return []
        sign = -1 if backward else 1
        found = []
        for number, output in selected.items():
            distance = (frame - number) * sign
            if distance >= 0 or not predictor.only_obj_ptrs_in_the_past_for_eval:
                signed = predictor.use_signed_tpos_enc_to_obj_ptrs
                found.append((distance if signed else abs(distance), output[self.pointer]))
        for distance in range(1, self._pointers_read):
            number = frame - sign * distance
            if not 0 <= number < self._frame_count:
                break
            if number in behind:
                found.append((distance, behind[number][self.pointer]))
        return found

    def tokens(self, output: Output) -> Tensor:
        memory: Tensor = output["maskmem_features"]
        return memory.flatten(2).permute(0, 2, 1)[0]

    def places(self, output: Output) -> Tensor:
        positions: Tensor = output["maskmem_pos_enc"][-1]
        return positions[:1].flatten(2).permute(0, 2, 1)[0]

    def times(self) -> Tensor:
        times: Tensor = self._predictor.maskmem_tpos_enc
        return times.flatten(0, 2)

    def distances(self, frames: Sequence[int], pointer: Tensor) -> Tensor:
        predictor = self._predictor
        if not predictor.add_tpos_enc_to_obj_ptrs:
            return pointer.new_zeros(len(frames), predictor.mem_dim)
        projected = predictor.proj_tpos_enc_in_obj_ptrs
        width = predictor.hidden_dim if projected else predictor.mem_dim
        far = torch.tensor(frames).to(pointer.device, non_blocking=True)
        waves = get_1d_sine_pe(far / (self._pointers_read - 1), dim=width)
        made: Tensor = predictor.obj_ptr_tpos_proj(waves)
        return made

    @property
    def decoder(self) -> nn.Module:
        decoder: nn.Module = self._predictor.sam_mask_decoder
        return decoder

    def _is_full(self, attended: Attended) -> bool:
        predictor = self._predictor
        each = predictor.hidden_dim // predictor.mem_dim
        pointers = self._pointers_read if predictor.use_obj_ptrs_in_encoder else 0
        full = attended.memories >= predictor.num_maskmem
        return bool(full and attended.pointer_tokens >= pointers * each)

    def _attend(self, features: Tensor, place: Tensor, attended: Attended) -> Tensor:
        count, (rows, columns) = attended.tokens.shape[0], features.shape[-2:]
        joined = self._predictor.memory_attention(
            curr=[_as_sequence(features, count)],
            curr_pos=[_as_sequence(place, count)],
            memory=attended.tokens.transpose(0, 1),
            memory_pos=attended.positions.transpose(0, 1),
            num_obj_ptr_tokens=attended.pointer_tokens,
        )
        moved: Tensor = joined.permute(1, 2, 0)
        return moved.view(count, -1, rows, columns)

    def _heads(self, joined: Tensor, levels: Levels) -> Heads:
        predictor, count = self._predictor, joined.shape[0]
        *_, masks, large, pointer, presence = predictor._forward_sam_heads(
            backbone_features=joined,
            high_res_features=[x.expand(count, -1, -1, -1) for x in levels[:-1]] or None,
            multimask_output=predictor._use_multimask(False, None),
        )
        return Heads(masks, large, pointer, presence)

    def _remembered(self, levels: Levels, heads: Heads) -> Tensors:
        features = _as_sequence(levels[-1], heads.masks.shape[0])
        memory, places = self._predictor._encode_new_memory(
            [features],
            [tuple(levels[-1].shape[-2:])],
            heads.large,
            heads.presence,
            is_mask_from_pts=False,
        )
        # Token after token, as attention reads it; the shape is the official one.
        kept = as_tokens(joinable(memory.to(torch.bfloat16)))
        return kept, heads.masks, heads.pointer, heads.presence, places[-1][:1]

    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        predictor, presence = self._predictor, decoded.presence
        masks = present_only(decoded.masks, presence, NO_OBJ_SCORE)[:, place : place + 1].float()
        large = torch.nn.functional.interpolate(
            masks, size=(predictor.image_size,) * 2, mode="bilinear", align_corners=False
        )
        pointer = predictor.obj_ptr_proj(decoded.token(place))
        if predictor.pred_obj_scores:
            there = presence.sigmoid() if predictor.soft_no_obj_ptr else (presence > 0).float()
            if predictor.fixed_no_obj_ptr:
                pointer = there * pointer
            pointer = pointer + (1 - there) * predictor.no_obj_ptr
        return self._chosen(frame, Heads(masks, large, pointer, presence))

    def _kept_places(self, places: Tensor) -> object:
        same: object = self._predictor._get_maskmem_pos_enc(
            self._state, {"maskmem_pos_enc": [places]}
        )
        return same


def _as_sequence(features: Tensor, count: int) -> Tensor:
    """(1, C, h, w) -> (h * w, count, C), without a copy."""
    return features.expand(count, -1, -1, -1).flatten(2).permute(2, 0, 1)


def as_tokens(memory: Tensor) -> Tensor:
    """(B, C, h, w) in the same shape, laid out in (B, h * w, C): joining such is one copy."""
    return memory.contiguous(memory_format=torch.channels_last)
