"""Prompts of an object that is known from other frames: they mean what looks like it there.

A lone click may mean a shoe, a person or a crowd, and of a body that holds a board the decoder
draws one or the other; a box says nothing about what lies in it. Where the object has a mask on
another frame, the encoder's features say what of this frame looks like it
(:mod:`vostool.models.mobile_sam.memory`). So of the three masks of a click the one that is most
like it is preferred, and the decoder is asked once more, for all that looks like the object about
the click, or in the box. docs/evaluation.md has what that brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import Keyframe
from vostool.models.flow.picture import Soft
from vostool.models.mobile_sam.decoder import LOW, PromptDecoder
from vostool.models.mobile_sam.memory import TokenMemory, tokens_of
from vostool.models.mobile_sam.network import GRID, SIDE
from vostool.models.mobile_sam.pieces import place_of
from vostool.models.mobile_sam.redraw import overlap, prompts_of
from vostool.project.prompts import Point

_OBJECT = 0
_TIMES = LOW // GRID
"""Pixels of the decoder's masks on a side of one feature's place."""
_LOOKS, _MAY = 0.5, 0.2
"""Share from which a place looks like the object, and from which it does inside a mask."""
_LEAST = 0.55
"""What the draft is at least, where it is the object's."""
_LIKER, _LIKE = 0.1, 0.5
"""By so much more like the object than a click's own mask the mask of the second asking has to be,
and so much at least: where little looks like it, what does may be anything."""
_SURELY = 0.8
"""What is so much like the object is not asked for again: of 140 clicks no answer differed, and a
third of them saved the second asking."""
_LARGER, _DOUBLES = 4.0, 10
"""What is so many times as large as the nearest known mask is another thing; for every so many
frames that it is away, twice as many times: a car that comes along fills the picture soon."""
_LIKE_IN_BOX = 0.3
"""The same in a box, which says itself how far the object goes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One mask of the decoder.

    Attributes:
        logits: (256, 256).
        quality: the intersection over union with the truth that it expects.
        alike: that with what looks like the object.
    """

    logits: torch.Tensor
    quality: float
    alike: float


class Looks:
    """What an object looks like on other frames, beside one frame where it is prompted."""

    def __init__(
        self,
        decoder: PromptDecoder,
        features: torch.Tensor,
        frame: int,
        known: Iterable[tuple[int, torch.Tensor, Mask]],
    ) -> None:
        """Remember the others.

        Args:
            features: (1, 256, rows, columns) of the frame.
            known: number, features and mask of other frames, the nearest first.
        """
        self._decoder, self._features = decoder, features
        self._frame, self._tokens = frame, tokens_of(features)
        self._memory = TokenMemory(decoder.geometry, [_OBJECT])
        self._most = 0.0
        for number, there, mask in known:
            away = abs(number - frame) / _DOUBLES
            self._most = self._most or mask.area * _LARGER * 2**away
            softs = {_OBJECT: mask.to_array().astype(np.float32)}
            self._memory.add_key(number, tokens_of(there), softs)

    def may_be(self, masks: torch.Tensor) -> list[bool]:
        """Whether logits (n, 256, 256) may be of the object, by their size."""
        scale = frame_scale(self._decoder)
        areas = ((masks > 0).flatten(1).sum(1) * scale**2).tolist()
        return [area <= self._most for area in areas]

    def seen_by(self, masks: torch.Tensor) -> Sighting:
        """What looks like the object, as far as logits (n, 256, 256) may be of it."""
        near = np.max([coarse(self._decoder, one) for one in masks > 0], 0)
        recalled = self._memory.recall(self._frame, self._tokens, near)[_OBJECT]
        soft = self._memory.enlarge(recalled, self._decoder.low_size)
        return Sighting(self._decoder, self._features, recalled, soft)


class LatestLooks:
    """Keeps what was made last: a click follows the preview of it, and further clicks that one."""

    def __init__(self) -> None:
        self._of: tuple[int, tuple[Keyframe, ...]] | None = None
        self._looks: Looks | None = None

    def of(
        self, frame: int, known: tuple[Keyframe, ...], make: Callable[[], Looks | None]
    ) -> Looks | None:
        """The looks of an object on a frame, made where they are not the last ones."""
        if (frame, known) != self._of:
            self._looks, self._of = make(), (frame, known)
        return self._looks


@dataclass(frozen=True, slots=True)
class Sighting:
    """What looks like an object on a frame.

    Attributes:
        features: (1, 256, rows, columns) of the frame.
        recalled: (rows, columns), 0..1, feature by feature.
        soft: the same for each pixel of the decoder's masks that shows the frame.
    """

    decoder: PromptDecoder
    features: torch.Tensor
    recalled: Soft
    soft: Soft

    def likeness(self, logits: torch.Tensor) -> list[float]:
        """Of masks (n, 256, 256): intersection over union with what looks like the object."""
        return [overlap(coarse(self.decoder, one), self.recalled) for one in logits > 0]

    def whole(self, points: Sequence[Point], clicked: torch.Tensor) -> Drawn | None:
        """All that looks like the object about clicks.

        Args:
            clicked: (256, 256) logits of the mask that answers them by themselves.

        Returns:
            None where that is the better answer.
        """
        like = self.likeness(clicked[None])[0]
        if like >= _SURELY:
            return None
        mask = self._shown(clicked)
        held = (self.soft > _LOOKS) | (mask & (self.soft > _MAY))
        _, pieces = cv2.connectedComponents(held.astype(np.uint8))
        draft = held & np.isin(pieces, np.unique(pieces[mask & held]))
        least = max(_LIKE, like + _LIKER)
        found = self._drawn(np.where(draft, np.maximum(self.soft, _LEAST), 0), points, None)
        liker = [each for each in found if each.alike >= least]
        return max(liker, key=lambda each: each.alike + each.quality, default=None)

    def inside(self, points: Sequence[Point], box: Box) -> list[Drawn]:
        """Masks of what looks like the object in a box; none where little does."""
        within = np.zeros_like(self.soft)
        columns, rows = (
            slice(int(low / self._scale), max(0, int(np.ceil(high / self._scale))))
            for low, high in ((max(0, box.x0), box.x1), (max(0, box.y0), box.y1))
        )
        within[rows, columns] = self.soft[rows, columns]
        draft = np.where(within > _MAY, np.maximum(within, _LEAST), 0)
        found = self._drawn(draft, points, box)
        return [each for each in found if each.alike >= _LIKE_IN_BOX]

    def _drawn(self, draft: Soft, points: Sequence[Point], box: Box | None) -> list[Drawn]:
        """Masks of the decoder for a draft (h, w), as far as they hold the points as meant."""
        soft = np.asarray(draft, np.float32)
        prompt = prompts_of(soft, self._scale)
        if prompt is None:
            return []
        deep, around = prompt
        shown = self.decoder.from_picture(soft)
        decoded = self.decoder.decode_every(self.features, [*points, *deep], box or around, shown)
        answers = zip(
            decoded.logits, decoded.quality.tolist(), self.likeness(decoded.logits), strict=True
        )
        return [Drawn(*answer) for answer in answers if self._holds(answer[0], points)]

    def _holds(self, logits: torch.Tensor, points: Sequence[Point]) -> bool:
        mask, scale = self._shown(logits), self._scale
        low = [Point(p.x / scale, p.y / scale, p.positive) for p in points]
        return all(mask[place_of(point, mask)] == point.positive for point in low)

    def _shown(self, logits: torch.Tensor) -> BoolArray:
        """The part of a mask (256, 256) that shows the frame."""
        rows, columns = self.soft.shape
        return np.asarray((logits[:rows, :columns] > 0).cpu().numpy(), np.bool_)

    @property
    def _scale(self) -> float:
        return frame_scale(self.decoder)


def frame_scale(decoder: PromptDecoder) -> float:
    """The frame's pixels for one of the decoder's masks."""
    g = decoder.geometry
    return g.width / g.scaled_width * SIDE / LOW


def coarse(decoder: PromptDecoder, mask: torch.Tensor) -> Soft:
    """A mask (256, 256) as mean coverage of each feature's place, (rows, columns)."""
    g = decoder.geometry
    places = mask.float().reshape(GRID, _TIMES, GRID, _TIMES).mean((1, 3))
    return np.asarray(places[: g.rows, : g.columns].cpu().numpy(), np.float32)
