"""transformers' SAM 3 tracker session for one object, without the video inside it.

Its model is EdgeTAM's with SAM 3's encoder, but it leaves encoding of the memory to its caller,
which here happens only for frames that a run is to remember.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import Sam3TrackerVideoInferenceSession, Sam3TrackerVideoModel
from transformers.models.sam3_tracker_video.modeling_sam3_tracker_video import (
    Sam3TrackerVideoInferenceCache,
)

from vostool.models.shared.choosing import choosing
from vostool.models.shared.corrections import Scene, Scenes
from vostool.models.shared.encoder import Stop
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.half_memory import joinable
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.memory_tracker import CONDITIONING, MemoryTracker, Output
from vostool.models.shared.prompt_steps import lone_choice, prompt_steps
from vostool.models.shared.run_memory import RunMemory
from vostool.project.prompts import Prompts

_OBJECT = 0
_PROMPTED_FRAMES_KEPT = 64
# The official predictor bounds the logits that it feeds back with the next click so.
_FED_BACK = 32.0


@dataclass(frozen=True)
class Video:
    """What every session of one opened source shares.

    Attributes:
        size: side of the square that frames are scaled to.
        prompted: outputs of prompted frames, see :class:`PromptReplay`.
        memory: what runs remember of the frames they tracked.
        scenes: what the corrections last made read of it.
    """

    model: Sam3TrackerVideoModel
    features: FeatureCache
    size: int
    height: int
    width: int
    frame_count: int
    prompted: OrderedDict[tuple[int, Prompts], Output] = field(default_factory=OrderedDict)
    memory: RunMemory = field(default_factory=RunMemory)
    scenes: Scenes = field(default_factory=Scenes)


class _Features(Sam3TrackerVideoInferenceCache):
    """The session's feature cache with an answer for every frame: it never asks for a picture."""

    def __init__(self, features: FeatureCache, device: torch.device) -> None:
        super().__init__(device, device)
        self._features = features

    def get_vision_features(self, frame_idx: int) -> dict[str, list[torch.Tensor]]:
        _, levels = self._features.get(frame_idx)
        return {
            "vision_feats": levels["backbone_fpn"],
            "vision_pos_embeds": levels["vision_pos_enc"],
        }


def encode(
    model: Sam3TrackerVideoModel, pixels: torch.Tensor, _stop: Stop | None = None
) -> dict[str, Any]:
    """The encoder for :class:`FeatureCache`: (1, 3, S, S) float32 -> features by level."""
    output = model.get_image_features(pixels, return_dict=True)
    return {
        "backbone_fpn": list(output.fpn_hidden_states),
        "vision_pos_enc": list(output.fpn_position_encoding),
    }


def _new_session(video: Video) -> Sam3TrackerVideoInferenceSession:
    device = video.model.device
    session = Sam3TrackerVideoInferenceSession(
        video_height=video.height,
        video_width=video.width,
        inference_device=device,
        inference_state_device=device,
        video_storage_device=device,
        dtype=torch.float32,
    )
    session.cache = _Features(video.features, device)
    session.obj_id_to_idx(_OBJECT)
    return session


def _infer(
    video: Video,
    session: Sam3TrackerVideoInferenceSession,
    frame: int,
    inputs: dict[str, Any],
    remember: bool = True,
) -> Output:
    """One step of the library's model; ``streaming`` keeps it from asking for all the frames."""
    known = {"point_inputs": None, "mask_inputs": None, "reverse": False}
    output: Output = video.model._run_single_frame_inference(
        inference_session=session,
        frame_idx=frame,
        obj_idx=_OBJECT,
        batch_size=1,
        streaming=True,
        **(known | inputs),
    )
    by_person = inputs.get("point_inputs") is not None or inputs.get("mask_inputs") is not None
    memory: tuple[Any, Any] = (None, None)
    if remember:
        _, levels = video.features.get(frame)
        memory = video.model._encode_new_memory(
            current_vision_feats=levels["backbone_fpn"][-1],
            pred_masks_high_res=output["high_res_masks"],
            object_score_logits=output["object_score_logits"],
            is_mask_from_pts=by_person,
        )
    output["maskmem_features"], output["maskmem_pos_enc"] = joinable(memory[0]), memory[1]
    output["high_res_masks"] = None  # only memory is made of it, and it is the largest
    return output


class PromptReplay:
    """Turns prompts into the output of their frame, as if clicked one after the other.

    The start mask, then the box alone, then the box with the first point, and so on; each step is
    fed the logits of the one before, as in the official predictor. The outcome depends on the
    picture and the prompts alone, so each step is kept: the next click costs one call.
    """

    def __init__(self, video: Video) -> None:
        self._video = video

    def output(self, frame: int, prompts: Prompts, remember: bool) -> Output:
        """The output of a prompted frame; the caller sees to it that the prompts are not empty.

        Args:
            remember: with its memory, as a run needs it.

        Raises:
            SourceError: the frame could not be decoded.
        """
        known = self._video.prompted
        before: Output | None = None
        steps = prompt_steps(prompts)
        for number, step in enumerate(steps, 1):
            memory = remember and number == len(steps)
            output = known.get((frame, step))
            if output is None or (memory and output["maskmem_features"] is None):
                with choosing(self._video.model.mask_decoder, lone_choice(step)) as taken:
                    output = self._apply(frame, step, before, memory)
                earlier = before["choice"] if before is not None else None
                output["choice"] = earlier if taken.choice is None else taken.choice
            known[frame, step] = before = output
            known.move_to_end((frame, step))
        while len(known) > _PROMPTED_FRAMES_KEPT:
            known.popitem(last=False)
        assert before is not None
        return before

    def _apply(self, frame: int, step: Prompts, before: Output | None, memory: bool) -> Output:
        inputs: dict[str, Any] = {"is_init_cond_frame": True}
        if step.box is None and not step.points:
            inputs["mask_inputs"] = self._mask(step)
        else:
            inputs["point_inputs"] = _points(self._video, step)
            if before is not None:
                inputs["prev_sam_mask_logits"] = before["pred_masks"].clamp(-_FED_BACK, _FED_BACK)
        return _infer(self._video, _new_session(self._video), frame, inputs, memory)

    def _mask(self, step: Prompts) -> torch.Tensor:
        assert step.mask is not None
        mask = torch.from_numpy(step.mask.to_array())[None, None].float()
        size = self._video.size
        if mask.shape[-2:] != (size, size):
            mask = torch.nn.functional.interpolate(
                mask, (size, size), mode="bilinear", align_corners=False, antialias=True
            )
        return (mask >= 0.5).float().to(self._video.model.device)


def _points(video: Video, step: Prompts) -> dict[str, torch.Tensor]:
    """A box is two points of its own labels, before the others, as in the library."""
    box = step.box
    corners = [] if box is None else [(box.x0, box.y0, 2), (box.x1, box.y1, 3)]
    rows = [*corners, *((p.x, p.y, int(p.positive)) for p in step.points)]
    size, device = video.size, video.model.device
    across, down = size / video.width, size / video.height
    places = [[x * across, y * down] for x, y, _ in rows]
    labels = torch.tensor([[[row[2] for row in rows]]], dtype=torch.int32)
    return {
        "point_coords": torch.tensor(places, dtype=torch.float32, device=device)[None, None],
        "point_labels": labels.to(device),
    }


def corrected(video: Video, scene: Scene, step: Prompts, before: Output) -> Output:
    """The output after clicks on a tracked frame: memory around it is read, its logits fed."""
    session = _new_session(video)
    session.output_dict_per_obj[_OBJECT] = scene.outputs
    inputs = {
        "is_init_cond_frame": False,
        "reverse": scene.backward,
        "point_inputs": _points(video, step),
        "prev_sam_mask_logits": before["pred_masks"].clamp(-_FED_BACK, _FED_BACK),
    }
    with scene.read_by(video.model):
        return _infer(video, session, scene.frame, inputs, remember=False)


def conditioning(video: Video, frame: int, evidence: Evidence) -> Output:
    """The output of a prompted frame with its memory, of what was stored of it."""
    device = video.model.device
    logits = evidence.logits(device)
    # The library has an axis more, for several points.
    pointer, presence = evidence.pointer[None].to(device), evidence.score_logits(device)[None]
    _, levels = video.features.get(frame)
    memory, positions = video.model._encode_new_memory(
        current_vision_feats=levels["backbone_fpn"][-1],
        pred_masks_high_res=logits,
        object_score_logits=presence,
        is_mask_from_pts=True,
    )
    return {
        "maskmem_features": joinable(memory),
        "maskmem_pos_enc": positions,
        "pred_masks": torch.nn.functional.avg_pool2d(logits, 4),
        "object_pointer": pointer,
        "object_score_logits": presence,
    }


class ObjectTracker(MemoryTracker):
    """One object in one run, with the library's session that the model works on."""

    def __init__(self, video: Video) -> None:
        self._video = video
        self._session = _new_session(video)
        config = video.model.config
        memories = config.num_maskmem - 1
        super().__init__(
            self._session.output_dict_per_obj[_OBJECT],
            Reach(memories, max(memories, config.max_object_pointers_in_encoder - 1)),
            pointer="object_pointer",
        )

    def add_keyframe(self, frame: int, output: Output) -> None:
        self._outputs[CONDITIONING][frame] = output

    def _infer(self, frame: int, backward: bool) -> Output:
        inputs = {"is_init_cond_frame": False, "reverse": backward}
        return _infer(self._video, self._session, frame, inputs)
