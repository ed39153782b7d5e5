"""Grounding DINO and MM Grounding DINO as transformers has them: boxes for phrases.

A query's score is its best token's probability, as in the published code, and its label the phrase
with the best token. Everything above a low floor is told, so that thresholds are chosen afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoProcessor,
    GroundingDinoForObjectDetection,
    MMGroundingDinoForObjectDetection,
)

from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
from vostool.finders.phrases import check_phrases
from vostool.finders.pretrained import (
    FLOOR,
    MOST,
    KeptForward,
    LastPictures,
    Pretrained,
    load_pretrained,
    load_processor,
)
from vostool.finders.text.bert_phrases import Line, lines
from vostool.finders.within import Part, part_of
from vostool.frames import Image
from vostool.models.shared.device import choose_device
from vostool.models.weights.hub import HubModel

_CLASSES = {
    "grounding-dino": GroundingDinoForObjectDetection,
    "mm-grounding-dino": MMGroundingDinoForObjectDetection,
}


@dataclass(frozen=True, slots=True)
class _Pixels:
    """A picture as the model takes it: (1, 3, H, W) float32 and (1, H, W), 1 on the picture."""

    values: torch.Tensor
    mask: torch.Tensor


class GroundingDino(Pretrained):
    """Implements :class:`vostool.finders.finder.Finder`, asked by text."""

    def __init__(self, published: HubModel, model: Any, processor: Any) -> None:
        super().__init__(published.title, model)
        self._name = published.name
        self._processor = processor
        self._pictures: LastPictures[_Pixels] = LastPictures(self._pixels, most=1)
        # The model appends levels of its own to the lists that its picture encoder answers with.
        self.backbone = KeptForward(
            model.model.backbone, again=lambda kept: tuple(list(one) for one in kept)
        )

    @classmethod
    def from_folder(
        cls, published: HubModel, folder: Path, device: str | None = None
    ) -> GroundingDino:
        """Load a model as the hub has it.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        place = choose_device(device)
        model_class = _CLASSES[published.kinds[0]]
        model = load_pretrained(model_class, folder, published.title, place)
        processor = load_processor(AutoProcessor, folder, published.title)
        return cls(published, model, processor)

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(self._name, self._title, (Way.TEXT,), self._device.type)

    def find(self, view: View, question: Question) -> Iterator[Look]:
        """Yield after each line of phrases; candidates have boxes and no masks."""
        phrases = check_phrases(question.phrases)
        part = part_of(view.picture, question.within)
        most = self._loaded().config.max_text_len
        asked = lines(phrases, self._processor.tokenizer, most, self._title)
        found: list[Candidate] = []
        yield Look(0, len(asked))
        for place, line in enumerate(asked):
            found = sorted((*found, *self._ask(part, line)), key=lambda one: -one.score)[:MOST]
            yield Look(place + 1, len(asked), tuple(found))

    def close(self) -> None:
        self._pictures.clear()
        self.backbone.clear()
        super().close()

    def _ask(self, part: Part, line: Line) -> list[Candidate]:
        with self._computing():
            pixels = self._pictures.get(part.picture)
            ids = torch.tensor([line.ids], device=self._device)
            output = self._loaded()(
                pixel_values=pixels.values, pixel_mask=pixels.mask, input_ids=ids
            )
            tokens = output.logits[0].float().sigmoid()  # (queries, max_text_len)
            spans = [tokens[:, first:last].amax(dim=1) for first, last in line.spans]
            fits, best = torch.stack(spans, dim=1).max(dim=1)
            scores = tokens.amax(dim=1)
            boxes = output.pred_boxes[0].float()
        height, width = part.picture.shape[:2]
        centre, size = boxes[:, :2], boxes[:, 2:]
        corners = torch.cat((centre - size / 2, centre + size / 2), dim=1)
        corners *= corners.new_tensor((width, height, width, height))
        numbers = (scores.tolist(), fits.tolist(), best.tolist(), corners.tolist())
        return [
            Candidate(box, score, line.phrases[number], text_score=fit)
            for score, fit, number, corner in zip(*numbers, strict=True)
            if score > FLOOR and (box := part.box(*corner)) is not None
        ]

    def _pixels(self, picture: Image) -> _Pixels:
        made = self._processor.image_processor(images=picture, return_tensors="pt")
        return _Pixels(made["pixel_values"].to(self._device), made["pixel_mask"].to(self._device))
