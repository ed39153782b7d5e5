"""transformers' EdgeTAM session for one object, without the video inside it.

The library's session holds every object, all frames as tensors and every output for good. Its
objects do not see each other, so here each has a session of its own; features come from a
:class:`FeatureCache`, and what attention can no longer read is dropped.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from transformers import EdgeTamVideoModel
from transformers.models.edgetam_video.modeling_edgetam_video import (
    EdgeTamVideoInferenceCache,
    EdgeTamVideoInferenceSession,
)

from vostool.models.edgetam.network import EdgeTamNetwork
from vostool.models.shared.corrections import Scene
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.library_replay import (
    FED_BACK,
    LibraryReplay,
    LibraryVideo,
    points_of,
)
from vostool.models.shared.reading import Output
from vostool.project.prompts import Prompts

_OBJECT = 0


class Video(LibraryVideo[EdgeTamVideoModel]):
    """What every session of one opened source shares."""

    @cached_property
    def network(self) -> EdgeTamNetwork:
        """The model as runs use it."""
        return EdgeTamNetwork(self.model, self.features, self.graphs)


class _Features(EdgeTamVideoInferenceCache):
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


def _new_session(video: LibraryVideo[EdgeTamVideoModel]) -> EdgeTamVideoInferenceSession:
    device = video.model.device
    session = EdgeTamVideoInferenceSession(
        video_height=video.height,
        video_width=video.width,
        inference_device=device,
        inference_state_device=device,
        video_storage_device=device,
    )
    session.cache = _Features(video.features, device)
    session.obj_id_to_idx(_OBJECT)
    return session


def _infer(
    video: LibraryVideo[EdgeTamVideoModel],
    session: EdgeTamVideoInferenceSession,
    frame: int,
    inputs: dict[str, Any],
) -> Output:
    """One step of the library's model; ``streaming`` keeps it from asking for all the frames."""
    known = {"point_inputs": None, "mask_inputs": None, "reverse": False, "run_mem_encoder": True}
    output: Output = video.model._run_single_frame_inference(
        inference_session=session,
        frame_idx=frame,
        obj_idx=_OBJECT,
        batch_size=1,
        streaming=True,
        **(known | inputs),
    )
    return output


class PromptReplay(LibraryReplay):
    """Turns prompts into outputs with this library's model."""

    def _infer(self, frame: int, inputs: dict[str, Any], remember: bool) -> Output:
        told = inputs | {"run_mem_encoder": remember}
        return _infer(self._video, _new_session(self._video), frame, told)


def corrected(video: Video, scene: Scene, step: Prompts, before: Output) -> Output:
    """The output after clicks on a tracked frame: memory around it is read, its logits fed."""
    session = _new_session(video)
    session.output_dict_per_obj[_OBJECT] = scene.outputs
    inputs = {
        "is_init_cond_frame": False,
        "reverse": scene.backward,
        "run_mem_encoder": False,
        "point_inputs": points_of(video, step),
        "prev_sam_mask_logits": before["pred_masks"].clamp(-FED_BACK, FED_BACK),
    }
    with scene.read_by(video.model):
        return _infer(video, session, scene.frame, inputs)


def conditioning(video: Video, frame: int, evidence: Evidence) -> Output:
    """The output of a prompted frame with its memory, of what was stored of it."""
    device = video.model.device
    logits = evidence.logits(device)
    # The library has an axis more, for several points.
    pointer, presence = evidence.pointer[None].to(device), evidence.score_logits(device)[None]
    feats, _ = video.model._prepare_vision_features(_new_session(video), frame, 1)
    memory, positions = video.model._encode_new_memory(
        current_vision_feats=feats[-1],
        pred_masks_high_res=logits,
        object_score_logits=presence,
        is_mask_from_pts=True,
    )
    return {
        "maskmem_features": memory,
        "maskmem_pos_enc": positions,
        "pred_masks": torch.nn.functional.avg_pool2d(logits, 4),
        "object_pointer": pointer,
        "object_score_logits": presence,
    }
