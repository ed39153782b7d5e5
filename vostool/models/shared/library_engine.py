"""An engine on a tracker of transformers (EdgeTAM, SAM 3): how a source is opened for it."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any, Generic, TypeVar

import torch

from vostool.frames import FrameSource
from vostool.models.engine_options import EngineOptions
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.models.shared.beside import beside_for
from vostool.models.shared.encoder import RecordedEncoder
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.library_network import LibraryTracker
from vostool.models.shared.library_replay import LibraryVideo, encode
from vostool.models.shared.memory_engine import MemoryEngine
from vostool.models.shared.pictures import Pictures
from vostool.models.shared.preparation import Preparation
from vostool.models.shared.torch_engine import ModelT

LibraryVideoT = TypeVar("LibraryVideoT", bound=LibraryVideo[Any])


class LibraryEngine(
    MemoryEngine[ModelT, LibraryVideoT, LibraryTracker], Generic[ModelT, LibraryVideoT]
):
    """What the engines of the library's video models do alike."""

    def __init__(
        self,
        title: str,
        model: ModelT,
        dtype: torch.dtype,
        cache_bytes: int | None,
        options: EngineOptions,
    ) -> None:
        """Take a model that is built and in its place.

        Args:
            title, dtype, options: as for :class:`MemoryEngine`.
            cache_bytes: bound on encoder features kept, as :class:`FeatureCache` has it.
        """
        place: Any = model
        super().__init__(title, model, torch.device(place.device), dtype, options)
        self._cache_bytes = cache_bytes

    @abstractmethod
    def _preparation(self, size: int) -> Preparation:
        """How a picture becomes the model's square of that side."""

    @property
    @abstractmethod
    def _video_kind(self) -> type[LibraryVideoT]:
        """What is kept of a source."""

    def _make_video(self, model: ModelT, source: FrameSource, alone: bool) -> LibraryVideoT:
        configured: Any = model
        size, facts = configured.config.image_size, source.info
        assert isinstance(size, int)
        features = FeatureCache(
            Pictures(source, self._preparation(size), self._device),
            RecordedEncoder(partial(encode, model), self._encoder_graphs),
            self._cache_bytes,
            beside=None if alone else beside_for(self._device),
            device=self._device,
        )
        return self._video_kind(
            model, features, size, facts.height, facts.width, len(source), graphs=self._graphs
        )

    def _tracker(self, video: LibraryVideoT, memory: Memory = STANDARD) -> LibraryTracker:
        return LibraryTracker(video, memory)
