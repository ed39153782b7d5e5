"""The EdgeTAM engine: transformers' video model behind the :class:`Engine` protocol.

EdgeTAM (Zhou et al., CVPR 2025) is SAM 2 with a small encoder and memories of 512 tokens in place
of 4096. Needs the extra ``edgetam``; imported by the engine's spec when it is made. Prompted frames
are a function of picture and prompts alone.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import EdgeTamVideoModel

from vostool.models.edgetam.build import build_edgetam
from vostool.models.edgetam.network import fit_perceiver
from vostool.models.edgetam.published import EDGETAM
from vostool.models.edgetam.state import (
    PromptReplay,
    Video,
    conditioning,
    corrected,
)
from vostool.models.engine import EngineInfo
from vostool.models.engine_options import EngineOptions
from vostool.models.memory_kinds import MEMORIES
from vostool.models.shared.corrections import Scene
from vostool.models.shared.device import choose_device, choose_dtype, device_title
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.half_weights import keep_in_half
from vostool.models.shared.library_engine import LibraryEngine
from vostool.models.shared.memory_answers import EvidenceKind
from vostool.models.shared.preparation import Preparation, as_imagenet
from vostool.models.shared.reading import Output
from vostool.models.shared.torch_errors import clear_errors
from vostool.project.prompts import Prompts


class EdgeTamEngine(LibraryEngine[EdgeTamVideoModel, Video]):
    """EdgeTAM on the CPU, CUDA, MPS or XPU.

    Masks are ``logits > 0`` at the frame's size. The score is the model's probability that the
    object is on the frame. A mask prompt comes back at a quarter of the model's input size.
    """

    def __init__(
        self,
        model: EdgeTamVideoModel,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen, so one for all will do
    ) -> None:
        """Take a model that is built and in its place.

        Args:
            dtype: bfloat16 and float16 run under autocast, float32 without.
            cache_bytes: bound on encoder features kept, as :class:`FeatureCache` has it.
            options: decide the batch of objects.
        """
        super().__init__(EDGETAM.title, model, dtype, cache_bytes, options)
        fit_perceiver(model)

    @classmethod
    def from_checkpoint(
        cls,
        checkpoint: Path,
        device: str | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen
    ) -> EdgeTamEngine:
        """Load the published model.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        dtype = choose_dtype(place)
        with clear_errors(EDGETAM.title):
            model = build_edgetam(checkpoint, place)
            keep_in_half(model, dtype)
        return cls(model, dtype, options.cache_bytes, options)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=EDGETAM.name,
            title=EDGETAM.title,
            device=str(self._device),
            device_title=device_title(self._device),
            dtype=self._dtype_name,
            chooses=True,
            memories=MEMORIES,
            detail="EdgeTAM's video model as transformers has it.",
        )

    @property
    def _video_kind(self) -> type[Video]:
        return Video

    def _preparation(self, size: int) -> Preparation:
        return as_imagenet(size)

    def _prompted(self, video: Video, frame: int, prompts: Prompts, remember: bool) -> Output:
        replay = PromptReplay(video)
        return self._frugally(video, lambda: replay.output(frame, prompts, remember))

    def _corrected(self, video: Video, scene: Scene, prompts: Prompts, before: Output) -> Output:
        return corrected(video, scene, prompts, before)

    def _conditioning(self, video: Video, frame: int, evidence: Evidence) -> Output:
        return conditioning(video, frame, evidence)

    def _evidence_kind(self, video: Video) -> EvidenceKind:
        return EvidenceKind(f"{EDGETAM.name}@{video.size}", "object_pointer", video.size)
