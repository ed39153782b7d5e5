"""The SAM 3 engine: transformers' tracker of SAM 3 behind the :class:`Engine` protocol.

Needs the extra ``auto``; imported by the engine's spec when it is made. Its weights are those of
the whole model: the folder that the finder ``sam3`` reads, too.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as PillowImage
from transformers import Sam3TrackerVideoModel

from vostool.errors import ModelError
from vostool.models.engine import EngineInfo
from vostool.models.engine_options import EngineOptions
from vostool.models.memory_kinds import MEMORIES
from vostool.models.sam3.state import (
    PromptReplay,
    Video,
    conditioning,
    corrected,
)
from vostool.models.shared.corrections import Scene
from vostool.models.shared.device import choose_device, choose_dtype, device_title
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.half_weights import keep_in_half
from vostool.models.shared.library_engine import LibraryEngine
from vostool.models.shared.memory_answers import EvidenceKind
from vostool.models.shared.preparation import Preparation
from vostool.models.shared.reading import Output
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.weights.hub_models import SAM3
from vostool.project.prompts import Prompts
from vostool.words import tr


class Sam3Engine(LibraryEngine[Sam3TrackerVideoModel, Video]):
    """SAM 3's tracker on the CPU, CUDA or MPS.

    Masks are ``logits > 0`` at the frame's size. The score is the model's probability that the
    object is on the frame. A mask prompt comes back at a quarter of the model's input size.
    """

    def __init__(
        self,
        model: Sam3TrackerVideoModel,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen, so one for all will do
    ) -> None:
        """Take a model that is loaded and in its place.

        Args:
            dtype: bfloat16 and float16 run under autocast, float32 without.
            cache_bytes: bound on encoder features kept, as :class:`FeatureCache` has it.
            options: decide the batch of objects.
        """
        super().__init__(SAM3.title, model, dtype, cache_bytes, options)

    @classmethod
    def from_folder(
        cls,
        folder: Path,
        device: str | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen
    ) -> Sam3Engine:
        """Load the model of a folder as the hub has it.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        place = choose_device(device)
        dtype = choose_dtype(place)
        with clear_errors(SAM3.title):
            model = _loaded(folder, place)
            keep_in_half(model, dtype)
        return cls(model, dtype, options.cache_bytes, options)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=SAM3.name,
            title=SAM3.title,
            device=str(self._device),
            device_title=device_title(self._device),
            dtype=self._dtype_name,
            chooses=True,
            memories=MEMORIES,
            detail="SAM 3's tracker as transformers has it.",
        )

    @property
    def _video_kind(self) -> type[Video]:
        return Video

    def _preparation(self, size: int) -> Preparation:
        return preparation(size)

    def _prompted(self, video: Video, frame: int, prompts: Prompts, remember: bool) -> Output:
        return PromptReplay(video).output(frame, prompts, remember)

    def _corrected(self, video: Video, scene: Scene, prompts: Prompts, before: Output) -> Output:
        return corrected(video, scene, prompts, before)

    def _conditioning(self, video: Video, frame: int, evidence: Evidence) -> Output:
        return conditioning(video, frame, evidence)

    def _evidence_kind(self, video: Video) -> EvidenceKind:
        size = 4 * video.model.prompt_encoder.mask_input_size[0]
        return EvidenceKind(f"{SAM3.name}@{video.size}", "object_pointer", size)

    def _memory_logits(self, video: Video, output: Output) -> torch.Tensor:
        """From the network's size, as the library scales them."""
        logits = torch.nn.functional.interpolate(
            output["pred_masks"].float(),
            (video.size, video.size),
            mode="bilinear",
            align_corners=False,
        )
        size = self._evidence_kind(video).size
        if size == video.size:
            return logits
        return torch.nn.functional.interpolate(
            logits, (size, size), mode="bilinear", align_corners=False, antialias=True
        )


def preparation(size: int) -> Preparation:
    """A square with values from -1 to 1, as SAM 3 was trained."""
    values = np.arange(256, dtype=np.float32) / np.float32(127.5) - np.float32(1)
    bilinear = PillowImage.Resampling.BILINEAR
    return Preparation((size, size), np.tile(values, (3, 1)), bilinear)


def _loaded(folder: Path, device: torch.device) -> Sam3TrackerVideoModel:
    """The tracker of the folder; whatever a stranger's files make the library raise is a sentence.

    Raises:
        ModelError: the files are damaged or another model's.
    """
    logging.getLogger("transformers").setLevel(logging.ERROR)  # its reports are for a terminal
    model_class: Any = Sam3TrackerVideoModel
    try:
        model, report = model_class.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # its checks of configs and tensors are of many kinds
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(_unfitting(folder, lines[0][:160])) from error
    absent = sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"]))
    if absent:
        raise ModelError(_unfitting(folder, tr("it has no tensor {absent}", absent=absent[0])))
    loaded: Sam3TrackerVideoModel = model.train(False).requires_grad_(False).to(device)
    return loaded


def _unfitting(folder: Path, reason: str) -> str:
    return (
        f"The folder {folder} does not make a {SAM3.title} ({reason.rstrip('.')}); "
        "fetch it again or name another folder."
    )
