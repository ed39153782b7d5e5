"""AST, the Audio Spectrogram Transformer, as transformers has it: AudioSet's classes in windows.

Several things sound at once, so each class has a sigmoid of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import ASTFeatureExtractor, ASTForAudioClassification

from vostool.finders.finder import FinderInfo, Way
from vostool.finders.listener import HeardWindow, Hearing
from vostool.finders.pretrained import Pretrained, load_pretrained, load_processor
from vostool.io.video.sound import RATE, Samples, sound_windows
from vostool.models.shared.device import choose_device
from vostool.models.weights.hub import HubModel

_HOP = 0.01  # seconds from one column of its spectrogram to the next


class AstListener(Pretrained):
    """Implements :class:`vostool.finders.listener.Listener`."""

    def __init__(self, published: HubModel, model: Any, extractor: Any) -> None:
        super().__init__(published.title, model)
        self._name = published.name
        self._extractor = extractor
        names: dict[int, str] = model.config.id2label
        self._labels = tuple(names[number] for number in sorted(names))

    @classmethod
    def from_folder(
        cls, published: HubModel, folder: Path, device: str | None = None
    ) -> AstListener:
        """Load a model as the hub has it.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        model = load_pretrained(
            ASTForAudioClassification, folder, published.title, choose_device(device)
        )
        return cls(published, model, load_processor(ASTFeatureExtractor, folder, published.title))

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(self._name, self._title, (Way.SOUND,), self._device.type)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def length(self) -> float:
        """Seconds of a window: what the model reads at once, 10.24 for the published one."""
        return float(self._extractor.max_length) * _HOP

    def listen(self, video: Path) -> Iterator[Hearing]:
        """Yield after each window; each begins in the middle of the one before."""
        model = self._loaded()
        heard: list[HeardWindow] = []
        for window in sound_windows(video, self.length, self.length / 2):
            scores = self._scores(model, window.samples)
            heard.append(HeardWindow(window.start, window.end, scores))
            total = max(window.total, window.end)
            yield Hearing(max(window.end, 0.0), total, tuple(heard))

    def _scores(self, model: Any, samples: Samples) -> tuple[float, ...]:
        with self._computing():
            inputs = self._extractor(_long_enough(samples), sampling_rate=RATE, return_tensors="pt")
            logits = model(input_values=inputs["input_values"].to(self._device)).logits
            return tuple(logits[0].float().sigmoid().tolist())


def _long_enough(samples: Samples) -> Samples:
    """The spectrogram's columns are 25 ms wide; a shorter end is filled with silence."""
    import numpy as np

    short = 400 - len(samples)
    return np.pad(samples, (0, short)) if short > 0 else samples.copy()
