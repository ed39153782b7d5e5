"""SAM 2's network from memories to outputs, for many objects at once.

Follows ``SAM2Base._prepare_memory_conditioned_features`` and ``SAM2Base.track_step`` of sam2 1.1.0
in their order of operations; which memories are read is chosen as there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from sam2.modeling.sam2_base import NO_OBJ_SCORE
from sam2.modeling.sam2_utils import get_1d_sine_pe, select_closest_cond_frames
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor, nn

from vostool.models.shared.decoded import Decoded, hearing, present_only
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.half_memory import joinable
from vostool.models.shared.reading import (
    CONDITIONING,
    TRACKED,
    Attended,
    MemoryNetwork,
    Output,
    Outputs,
    Reading,
    split,
)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A frame's features and positions by level, (N, B, C) each, and the levels' sizes."""

    features: list[Tensor]
    positions: list[Tensor]
    sizes: list[tuple[int, int]]
    count: int


class Sam2Network(MemoryNetwork):
    """The official predictor's, for one source."""

    pointer = "obj_ptr"

    def __init__(
        self,
        predictor: SAM2VideoPredictor,
        features: FeatureCache,
        frame_count: int,
        constants: dict[str, Any],
    ) -> None:
        """Take what the states of a source share.

        Args:
            constants: the official code's own, of the positions in memories.
        """
        self._predictor = predictor
        self._features = features
        self._frame_count = frame_count
        self._state = {"cached_features": features, "constants": constants}
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

    def infer(self, frame: int, attended: Attended) -> list[Output]:
        encoded = self._encoded(frame, attended.tokens.shape[0])
        *_, masks, large, pointer, presence = self._heads(encoded, attended)
        return self._remembered(encoded, masks, large, pointer, presence)

    def propose(self, frame: int, attended: Attended) -> Decoded:
        with hearing(self.decoder) as heard:
            self._heads(self._encoded(frame, attended.tokens.shape[0]), attended)
        return heard.decoded

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
        encoded = self._encoded(frame, 1)
        return self._remembered(encoded, masks, large, pointer, presence)[0]

    def _encoded(self, frame: int, count: int) -> _Encoded:
        _, _, features, positions, sizes = self._predictor._get_image_feature(
            self._state, frame, count
        )
        return _Encoded(features, positions, sizes, count)

    def _attend(self, encoded: _Encoded, attended: Attended) -> Tensor:
        """(B, C, h, w): the frame's features with what the objects' memories say to them."""
        joined = self._predictor.memory_attention(
            curr=[encoded.features[-1]],
            curr_pos=[encoded.positions[-1]],
            memory=attended.tokens.transpose(0, 1),
            memory_pos=attended.positions.transpose(0, 1),
            num_obj_ptr_tokens=attended.pointer_tokens,
        )
        moved: Tensor = joined.permute(1, 2, 0)
        return moved.view(moved.shape[0], -1, *encoded.sizes[-1])

    def _heads(self, encoded: _Encoded, attended: Attended) -> tuple[Tensor, ...]:
        predictor = self._predictor
        fine = [
            x.permute(1, 2, 0).view(encoded.count, -1, *size)
            for x, size in zip(encoded.features[:-1], encoded.sizes[:-1], strict=True)
        ]
        answer: tuple[Tensor, ...] = predictor._forward_sam_heads(
            backbone_features=self._attend(encoded, attended),
            high_res_features=fine or None,
            multimask_output=predictor._use_multimask(False, None),
        )
        return answer

    def _remembered(
        self, encoded: _Encoded, masks: Tensor, large: Tensor, pointer: Tensor, presence: Tensor
    ) -> list[Output]:
        """Outputs with the memories of masks (B, 1, h, w), at the network's size ``large``."""
        predictor = self._predictor
        memory, places = predictor._encode_new_memory(
            encoded.features, encoded.sizes, large, presence, is_mask_from_pts=False
        )
        whole = {
            # Token after token, as attention reads it; the shape is the official one.
            "maskmem_features": as_tokens(joinable(memory.to(torch.bfloat16))),
            "pred_masks": masks,
            self.pointer: pointer,
            "object_score_logits": presence,
        }
        same = predictor._get_maskmem_pos_enc(self._state, {"maskmem_pos_enc": places})
        return split(whole, encoded.count, {"maskmem_pos_enc": [x[:1] for x in same]})


def as_tokens(memory: Tensor) -> Tensor:
    """(B, C, h, w) in the same shape, laid out in (B, h * w, C): joining such is one copy."""
    return memory.contiguous(memory_format=torch.channels_last)
