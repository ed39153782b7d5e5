"""SAM 3 through a whole video, as transformers has it: it detects and tracks with its own memory.

Each frame is looked at once: the detector sees what answers to the phrases, the tracker where known
objects went, and the model joins both (:class:`Sam3VideoModel`). Frames are read when their turn
comes, and what no later frame can read is forgotten (:mod:`.forgetting`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import Sam3Processor, Sam3VideoInferenceSession, Sam3VideoModel

from vostool.errors import SourceError
from vostool.finders.concepts import ConceptFrame
from vostool.finders.finder import FinderInfo, Way
from vostool.finders.phrases import check_phrases
from vostool.finders.pretrained import Pretrained, load_pretrained, load_processor
from vostool.finders.text.sam3 import TOKENS, check_tokens
from vostool.finders.video.cleaning import clean_here
from vostool.finders.video.forgetting import Forgetting
from vostool.frames import FrameSource
from vostool.masks.crop import difference, union
from vostool.masks.mask import Mask
from vostool.models.engine import Cancelled, SegmentReply, TrackedFrame
from vostool.models.shared.device import choose_bfloat16, choose_device
from vostool.models.weights.hub import HubModel

NAME = "sam3-video"
_AT_ONCE = 8  # masks scaled to the frame together: 8 of full HD in float32 take 66 MB


class Sam3Video(Pretrained):
    """Implements :class:`vostool.finders.concepts.ConceptTracker`."""

    def __init__(
        self, title: str, model: Any, processor: Any, dtype: torch.dtype = torch.float32
    ) -> None:
        """Take a ``Sam3VideoModel`` with its weights, and the processor of its folder."""
        super().__init__(title, model, dtype)
        self._processor = processor
        clean_here()

    @classmethod
    def from_folder(cls, published: HubModel, folder: Path, device: str | None = None) -> Sam3Video:
        """Load the model as the hub has it.

        Raises:
            ModelError: the folder is damaged or another model's, or the device is absent or small.
        """
        place = choose_device(device)
        model = load_pretrained(Sam3VideoModel, folder, published.title, place)
        processor = load_processor(Sam3Processor, folder, published.title)
        return cls(published.title, model, processor, choose_bfloat16(place))

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(NAME, self._title, (Way.TEXT,), self._device.type)

    def follow(
        self,
        source: FrameSource,
        phrases: Sequence[str],
        frames: range,
        cancelled: Cancelled,
        *,
        most: int = 255,
        least: float | None = None,
    ) -> Iterator[ConceptFrame | None]:
        model, asked = self._loaded(), check_phrases(phrases)
        for phrase in asked:
            check_tokens(self._processor.tokenizer, phrase, self._title)
        config = model.config
        model.max_num_objects = min(config.max_num_objects, max(most, 1))
        model.new_det_thresh = config.new_det_thresh if least is None else least
        model.score_threshold_detection = min(
            config.score_threshold_detection, model.new_det_thresh
        )
        run = _Run(model, self._session(source, asked), asked, frames, least or 0.0)
        return self._steps(run, cancelled)

    def _steps(self, run: _Run, cancelled: Cancelled) -> Iterator[ConceptFrame | None]:
        waiting: deque[_Looked] = deque()
        for frame in run.frames:
            if cancelled():
                break
            try:
                with self._computing():
                    waiting.append(run.look(frame))
            except SourceError as error:
                waiting.append(_Looked(frame, (), str(error)))
            if len(waiting) >= run.delay:
                yield run.told(waiting.popleft())
            else:
                yield None
        while waiting:
            yield run.told(waiting.popleft())

    def _session(self, source: FrameSource, phrases: Sequence[str]) -> Any:
        info = source.info
        session: Any = Sam3VideoInferenceSession(
            video_height=info.height,
            video_width=info.width,
            inference_device=self._device,
            inference_state_device=self._device,
            video_storage_device=self._device,
            dtype=torch.float32,
        )
        # Holds no frame: each is read when the model asks for it.
        session.processed_frames = _Frames(source, self._processor.image_processor)
        for phrase in phrases:
            number = session.add_prompt(phrase.lower())
            tokens = self._processor.tokenizer(
                phrase.lower(), return_tensors="pt", padding="max_length", max_length=TOKENS
            ).to(self._device)
            session.prompt_input_ids[number] = tokens["input_ids"]
            session.prompt_attention_masks[number] = tokens["attention_mask"]
        return session


@dataclass(frozen=True)
class _Frames:
    """What the session takes for the dictionary of all frames as (3, S, S) float32."""

    source: FrameSource
    images: Any

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, frame: int) -> torch.Tensor:
        # A copy: frames may be shared and not writable, which torch warns of.
        picture = np.array(self.source.frame(frame))
        pixels: torch.Tensor = self.images(images=picture, return_tensors="pt")["pixel_values"][0]
        return pixels


@dataclass(frozen=True, slots=True)
class _Seen:
    """An object on a frame, by the library's number.

    Attributes:
        phrase: number of the phrase that it answers to.
        score: how sure the tracker is of it here; of a new one, the detector.
    """

    number: int
    phrase: int
    score: float
    mask: Mask


@dataclass(frozen=True, slots=True)
class _Looked:
    """A frame that was looked at, and waits to be told."""

    frame: int
    seen: tuple[_Seen, ...]
    problem: str | None = None


class _Run:
    """One session from its first frame to its last.

    Attributes:
        delay: so many frames are looked at before the first of them is told: what turns out to be
            no object, or a double, was never told then.
    """

    def __init__(
        self,
        model: Any,
        session: Any,
        phrases: Sequence[str],
        frames: range,
        least: float = 0.0,
    ) -> None:
        self.frames = frames
        self.delay: int = max(model.hotstart_delay, 1)
        self._model, self._session, self._phrases = model, session, phrases
        self._forgetting = Forgetting(model, session, frames.step < 0)
        self._least = least
        self._dropped: set[int] = set()
        self._numbers: dict[int, int] = {}

    @property
    def bytes_held(self) -> int:
        """Of the session's memory."""
        return self._forgetting.bytes_held

    def look(self, frame: int) -> _Looked:
        """Detect and track on a frame.

        Raises:
            SourceError: it could not be decoded; the next one can be looked at.
        """
        backward = self.frames.step < 0
        output = self._model(inference_session=self._session, frame_idx=frame, reverse=backward)
        unsure = self._unsure(frame, output)
        self._dropped |= {*output.removed_obj_ids, *unsure}
        seen = self._seen(output)
        for number in unsure:
            self._session.remove_object(number)
        self._forgetting.after(frame)
        return _Looked(frame, seen)

    def told(self, looked: _Looked) -> ConceptFrame:
        """The frame without what was dropped meanwhile; of one phrase the surest is in front."""
        taken: dict[int, Mask] = {}
        replies, labels = {}, {}
        for one in sorted(looked.seen, key=lambda one: (-one.score, one.number)):
            if one.number in self._dropped or one.score <= 0:
                continue
            before = taken.get(one.phrase)
            mask = one.mask if before is None else difference(one.mask, before)
            taken[one.phrase] = one.mask if before is None else union(before, one.mask)
            if mask.is_empty:
                continue
            replies[one.number] = SegmentReply(mask, one.score)
            labels[one.number] = self._phrases[one.phrase]
        numbers = {
            old: self._numbers.setdefault(old, len(self._numbers) + 1) for old in sorted(replies)
        }
        step = TrackedFrame(
            looked.frame, {numbers[old]: replies[old] for old in numbers}, looked.problem
        )
        return ConceptFrame(step, {numbers[old]: labels[old] for old in numbers})

    def _unsure(self, frame: int, output: Any) -> list[int]:
        """New ones below the least score: the library takes all where nothing is tracked yet."""
        first = self._session.obj_first_frame_idx
        return [
            number
            for number, score in output.obj_id_to_score.items()
            if first.get(number) == frame and score < self._least
        ]

    def _seen(self, output: Any) -> tuple[_Seen, ...]:
        hidden = output.suppressed_obj_ids or set()
        phrase_of = self._session.obj_id_to_prompt_id
        numbers = sorted(
            number
            for number in output.obj_id_to_mask
            if number not in hidden and number not in self._dropped and number in phrase_of
        )
        size = (self._session.video_height, self._session.video_width)
        seen = []
        for first in range(0, len(numbers), _AT_ONCE):
            group = numbers[first : first + _AT_ONCE]
            low = torch.stack([output.obj_id_to_mask[number] for number in group])
            scaled = torch.nn.functional.interpolate(
                low.float(), size, mode="bilinear", align_corners=False
            )
            for number, pixels in zip(group, (scaled[:, 0] > 0).cpu().numpy(), strict=True):
                score = float(output.obj_id_to_tracker_score.get(number, 0.0))
                mask = Mask.from_array(pixels)
                if not mask.is_empty:
                    seen.append(_Seen(number, phrase_of[number], score, mask))
        return tuple(seen)
