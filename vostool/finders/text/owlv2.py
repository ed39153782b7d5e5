"""OWLv2 as transformers has it: boxes for phrases, and boxes for things that look like an example.

For an example the question is a cut-out of it, taken from whatever frame it is on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torchvision.ops import nms
from transformers import Owlv2ForObjectDetection, Owlv2Processor

from vostool.errors import UsageError
from vostool.finders.finder import Candidate, Example, FinderInfo, Look, Question, View, Way
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
from vostool.finders.text.examples import MOST as MOST_EXAMPLES
from vostool.finders.text.examples import by_label, cut_out
from vostool.finders.within import Part, part_of
from vostool.frames import Image
from vostool.models.shared.device import choose_device
from vostool.models.weights.hub import HubModel
from vostool.words import tr

OVERLAP = 0.3
"""Of two boxes that look like the example and share more than this IoU the better one stays."""


class Owlv2Finder(Pretrained):
    """Implements :class:`vostool.finders.finder.Finder`, asked by text and by examples."""

    def __init__(self, published: HubModel, model: Any, processor: Any) -> None:
        super().__init__(published.title, model)
        self._name = published.name
        self._processor = processor
        self._pictures: LastPictures[torch.Tensor] = LastPictures(self._pixels, most=1)
        self._cuts: LastPictures[torch.Tensor] = LastPictures(self._pixels, most=MOST_EXAMPLES)
        self.vision = KeptForward(model.owlv2.vision_model, most=MOST_EXAMPLES + 1)

    @classmethod
    def from_folder(
        cls, published: HubModel, folder: Path, device: str | None = None
    ) -> Owlv2Finder:
        """Load a model as the hub has it.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        place = choose_device(device)
        model = load_pretrained(Owlv2ForObjectDetection, folder, published.title, place)
        return cls(published, model, load_processor(Owlv2Processor, folder, published.title))

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(self._name, self._title, (Way.TEXT, Way.LIKE), self._device.type)

    def find(self, view: View, question: Question) -> Iterator[Look]:
        """Yield once for all phrases, or after the examples of each label; boxes, no masks."""
        part = part_of(view.picture, question.within)
        if question.way is not Way.LIKE:
            phrases = check_phrases(question.phrases)
            ids = self._tokens(phrases)
            yield Look(0, 1)
            yield Look(1, 1, tuple(self._by_text(part, phrases, ids)))
            return
        groups = by_label(question)
        found: list[Candidate] = []
        yield Look(0, len(groups))
        for place, group in enumerate(groups):
            found += self._like(part, group)
            yield Look(place + 1, len(groups), tuple(found))

    def close(self) -> None:
        for kept in (self._pictures, self._cuts, self.vision):
            kept.clear()
        super().close()

    def _by_text(
        self, part: Part, phrases: Sequence[str], tokens: dict[str, torch.Tensor]
    ) -> list[Candidate]:
        with self._computing():
            output = self._loaded()(pixel_values=self._pictures.get(part.picture), **tokens)
            scores, best = output.logits[0].float().sigmoid().max(dim=1)
            corners = _corners(output.pred_boxes[0].float(), part)
        order = scores.argsort(descending=True)[:MOST]
        names = [phrases[number] for number in best.tolist()]
        return _candidates(part, order, scores, corners, names)

    def _like(self, part: Part, examples: Sequence[Example]) -> list[Candidate]:
        with self._computing():
            pixels = self._pictures.get(part.picture)
            answers = [
                self._loaded().image_guided_detection(
                    pixel_values=pixels, query_pixel_values=self._cuts.get(cut_out(example))
                )
                for example in examples
            ]
            each = torch.stack([one.logits[0].float().amax(dim=1).sigmoid() for one in answers])
            scores = each.amax(dim=0)
            corners = _corners(answers[0].target_pred_boxes[0].float(), part)
            order: torch.Tensor = nms(corners, scores, OVERLAP)[:MOST]
        return _candidates(part, order, scores, corners, [examples[0].label] * len(scores))

    def _pixels(self, picture: Image) -> torch.Tensor:
        made = self._processor.image_processor(images=picture, return_tensors="pt")
        values: torch.Tensor = made["pixel_values"].to(self._device)
        return values

    def _tokens(self, phrases: Sequence[str]) -> dict[str, torch.Tensor]:
        most = self._loaded().config.text_config.max_position_embeddings
        tokenizer = self._processor.tokenizer
        lower = [phrase.lower() for phrase in phrases]
        for phrase, ids in zip(phrases, tokenizer(lower)["input_ids"], strict=True):
            if len(ids) > most:
                raise UsageError(
                    tr(
                        "The phrase '{phrase}…' is too long for {title}; shorten it.",
                        phrase=phrase[:40],
                        title=self._title,
                    )
                )
        tokens = tokenizer(lower, padding="max_length", max_length=most, return_tensors="pt")
        return {name: tokens[name].to(self._device) for name in ("input_ids", "attention_mask")}


def _corners(boxes: torch.Tensor, part: Part) -> torch.Tensor:
    """Centres and sizes, in shares of the padded square, as corners in pixels of the part."""
    centre, size = boxes[:, :2], boxes[:, 2:]
    side = max(part.picture.shape[:2])
    corners: torch.Tensor = torch.cat((centre - size / 2, centre + size / 2), dim=1) * side
    return corners


def _candidates(
    part: Part,
    order: torch.Tensor,
    scores: torch.Tensor,
    corners: torch.Tensor,
    names: Sequence[str],
) -> list[Candidate]:
    found = []
    for number in order.tolist():
        score = float(scores[number])
        box = part.box(*corners[number].tolist())
        if score > FLOOR and box is not None:
            found.append(Candidate(box, score, names[number], text_score=score))
    return found
