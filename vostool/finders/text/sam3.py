"""SAM 3 as transformers has it: masks for phrases, and for boxes around examples, on one frame.

What the model made of a picture and of a phrase is kept, so that a further question on the same
frame costs the detector alone. Also for SAM 3 LiteText, which differs in its text encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import Sam3LiteTextModel, Sam3Model, Sam3Processor

from vostool.errors import UsageError
from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
from vostool.finders.phrases import check_phrases
from vostool.finders.pretrained import (
    FLOOR,
    LastPictures,
    Pretrained,
    load_pretrained,
    load_processor,
)
from vostool.finders.text.examples import Shown, by_label, shown
from vostool.finders.text.full_precision import compute_in_full
from vostool.finders.within import Part, part_of
from vostool.frames import Image
from vostool.models.shared.device import choose_bfloat16, choose_device
from vostool.models.weights.hub import HubModel
from vostool.words import tr

MOST = 100
"""No more candidates of one phrase than this; the best stay."""
TOKENS = 32
"""So many tokens of a phrase the model reads."""
BOXES_ALONE = "visual"
"""What the model was trained to be told where boxes are the whole question."""

_AT_ONCE = 8  # masks scaled to the frame together: 8 of full HD in float32 take 66 MB


@dataclass(frozen=True, slots=True)
class _Text:
    """A phrase as the model's text encoder gave it, with its (1, 32) mask of tokens."""

    embeds: Any
    mask: torch.Tensor


class Sam3Finder(Pretrained):
    """Implements :class:`vostool.finders.finder.Finder`, asked by text and by examples."""

    def __init__(
        self,
        published: HubModel,
        model: Any,
        processor: Any,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(published.title, model, dtype)
        compute_in_full(model.geometry_encoder)
        self._name = published.name
        self._processor = processor
        self._pictures: LastPictures[Any] = LastPictures(self._encode, most=1)
        self._texts: dict[str, _Text] = {}

    @classmethod
    def from_folder(
        cls, published: HubModel, folder: Path, device: str | None = None
    ) -> Sam3Finder:
        """Load a model as the hub has it; the folder of the video model serves too.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        place = choose_device(device)
        lite = "sam3_lite_text" in published.kinds
        model_class = Sam3LiteTextModel if lite else Sam3Model
        model = load_pretrained(model_class, folder, published.title, place)
        processor = load_processor(Sam3Processor, folder, published.title)
        return cls(published, model, processor, choose_bfloat16(place))

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(self._name, self._title, (Way.TEXT, Way.LIKE), self._device.type)

    def find(self, view: View, question: Question) -> Iterator[Look]:
        """Yield after each phrase, or after the examples of each label; candidates have masks."""
        part = part_of(view.picture, question.within)
        if question.way is Way.LIKE:
            asked = [shown(view, part, group) for group in by_label(question)]
            yield from self._looks(part, asked)
        else:
            phrases = check_phrases(question.phrases)
            for phrase in phrases:
                self._check_length(phrase)
            yield from self._looks(part, [Shown(part.picture, (), one) for one in phrases])

    def close(self) -> None:
        self._pictures.clear()
        self._texts.clear()
        super().close()

    def _looks(self, part: Part, asked: list[Shown]) -> Iterator[Look]:
        found: list[Candidate] = []
        yield Look(0, len(asked))
        for place, one in enumerate(asked):
            found += self._ask(part, one)
            yield Look(place + 1, len(asked), tuple(found))

    def _ask(self, part: Part, asked: Shown) -> list[Candidate]:
        """The candidates of one phrase, or of the boxes of one label, best first."""
        with self._computing():
            output = self._detect(asked)
            scores = output.pred_logits[0].float().sigmoid()
            scores = scores * output.presence_logits[0].float().sigmoid()
            best = scores.argsort(descending=True)[:MOST]
            best = best[scores[best] > FLOOR]
            boxes = output.pred_boxes[0].float()[best].tolist()
            height, width = asked.picture.shape[:2]
            found = []
            for first in range(0, len(best), _AT_ONCE):
                logits = output.pred_masks[0, best[first : first + _AT_ONCE]].float()
                found += _masks(logits, height, width)
        candidates = []
        columns = part.picture.shape[1]
        for row, score, pixels in zip(boxes, scores[best].tolist(), found, strict=True):
            x0, y0, x1, y1 = row
            if (x0 + x1) / 2 * width > columns:
                continue  # an answer in the strip of examples
            box = part.box(x0 * width, y0 * height, x1 * width, y1 * height)
            mask = part.mask(pixels[:, :columns].numpy())
            if box is not None and not mask.is_empty:
                candidates.append(Candidate(box, score, asked.label, mask))
        return candidates

    def _detect(self, asked: Shown) -> Any:
        inputs: dict[str, Any] = {}
        if asked.boxes:
            text = self._text(BOXES_ALONE)
            height, width = asked.picture.shape[:2]
            corners = torch.tensor(asked.boxes, device=self._device)
            corners = corners / corners.new_tensor((width, height, width, height))
            first, last = corners[:, :2], corners[:, 2:]
            inputs["input_boxes"] = torch.cat(((first + last) / 2, last - first), dim=1)[None]
            inputs["input_boxes_labels"] = torch.ones(
                (1, len(asked.boxes)), dtype=torch.long, device=self._device
            )
        else:
            text = self._text(asked.label)
        return self._loaded()(
            vision_embeds=self._pictures.get(asked.picture),
            text_embeds=text.embeds,
            attention_mask=text.mask,
            **inputs,
        )

    def _encode(self, picture: Image) -> Any:
        pixels = self._processor.image_processor(images=picture, return_tensors="pt")
        values = pixels["pixel_values"].to(self._device)
        return self._loaded().get_vision_features(pixel_values=values)

    def _text(self, phrase: str) -> _Text:
        phrase = phrase.lower()
        if phrase not in self._texts:
            tokens = self._processor.tokenizer(
                phrase, return_tensors="pt", padding="max_length", max_length=TOKENS
            ).to(self._device)
            mask = tokens["attention_mask"]
            embeds = self._loaded().get_text_features(
                input_ids=tokens["input_ids"], attention_mask=mask, return_dict=True
            )
            self._texts[phrase] = _Text(embeds, mask)
        return self._texts[phrase]

    def _check_length(self, phrase: str) -> None:
        check_tokens(self._processor.tokenizer, phrase, self._title)


def check_tokens(tokenizer: Any, phrase: str, title: str) -> None:
    """Raise :class:`UsageError` for a phrase that the model cannot read to its end."""
    if len(tokenizer(phrase.lower())["input_ids"]) > TOKENS:
        raise UsageError(
            tr(
                "The phrase '{phrase}…' is too long for {title}; shorten it.",
                phrase=phrase[:40],
                title=title,
            )
        )


def _masks(logits: torch.Tensor, height: int, width: int) -> list[torch.Tensor]:
    """(N, h, w) logits as N bool masks of the picture's size on the CPU, as the library does it."""
    scaled = torch.nn.functional.interpolate(
        logits.sigmoid()[None], (height, width), mode="bilinear", align_corners=False
    )[0]
    return list((scaled > 0.5).cpu())
