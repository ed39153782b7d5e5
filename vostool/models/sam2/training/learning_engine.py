"""SAM 2's engine on a network that is learning: what it keeps of answers ends with the weights."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.backend import EncoderOptions
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.state import Video
from vostool.models.shared.corrections import Scenes
from vostool.models.shared.run_memory import RunMemory
from vostool.models.weights.catalog import ModelSpec


class LearningEngine(Sam2Engine):
    """Answers with the weights as they are; features stay, since their encoder does not learn."""

    def __init__(
        self,
        spec: ModelSpec,
        predictor: SAM2VideoPredictor,
        dtype: torch.dtype,
        options: EngineOptions,
        learnt: Callable[[], int],
    ) -> None:
        """Take a predictor whose tensors are those that learn.

        Args:
            learnt: another number each time the weights have changed.
        """
        super().__init__(spec, predictor, dtype, None, EncoderOptions(), options)
        self._learnt, self._answered = learnt, learnt()

    def _opened(self) -> Video:
        video = super()._opened()
        if self._learnt() != self._answered:
            self._answered = self._learnt()
            self._video = video = replace(
                video,
                prompted=OrderedDict(),
                memory=RunMemory(),
                scenes=Scenes(),
            )
        return video
