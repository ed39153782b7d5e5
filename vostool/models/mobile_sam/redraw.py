"""Drafts of a frame's objects, redrawn by the mask decoder.

Of its masks the one wins that agrees with flow and memory, that the decoder itself believes in,
and whose kind drew the given mask best. How far it can be followed depends on the object: a rider
with a bicycle, or a body with a board, is never drawn well by a decoder that looks for one thing.
So it is tried on the masks that were given, and where it fails there it counts for less
everywhere. What it leaves out of the draft in one piece is asked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from vostool.masks.box import Box
from vostool.masks.mask import BoolArray
from vostool.models.flow.object import Proposal
from vostool.models.flow.picture import Picture, Soft
from vostool.models.mobile_sam.decoder import Decoded, PromptDecoder
from vostool.models.mobile_sam.mixing import ABLE, Draft, Verdict, drawn_of, mixed
from vostool.project.prompts import Point

_POINTS = 3
_KEPT_BELOW = 0.5
"""Agreement with the prior under which no mask of the decoder is believed."""
_SHOWN = 16.0
"""Places of features that an object covers where it was given largest, from which on the decoder is
shown the draft. That of a smaller one is half by the memory, which has no shape of it, and it
shrinks from frame to frame."""
_PARTS = 2
"""Parts left out that are asked for at most."""
_PART_SHARE, _PART_AREA = 0.03, 25
"""Share of the draft and pixels from which a part is worth asking for."""
_PART_INSIDE, _PART_LIKE = 0.8, 0.5
"""Share of a part's mask that the draft has to hold, and its overlap with what was left out."""


class Redrawer:
    """Asks the decoder for the objects of one leg, and knows how well it draws each."""

    def __init__(
        self,
        decoder: PromptDecoder,
        own: Mapping[int, PromptDecoder],
        reduce: Callable[[Soft], Soft],
    ) -> None:
        """Make one that knows of no object.

        Args:
            own: the decoders of objects of which something was learned, by object id.
            reduce: (h, w) of the picture -> (rows, columns) of features.
        """
        self._decoder, self._own, self._reduce = decoder, own, reduce
        self._able: dict[int, list[NDArray[np.float64]]] = {}
        self._places: dict[int, float] = {}

    def acquaint(self, oid: int, share: float) -> None:
        """Hear how large an object is where it was given, as a share of the picture."""
        geometry = self._decoder.geometry
        covers = share * geometry.rows * geometry.columns
        self._places[oid] = max(covers, self._places.get(oid, 0.0))

    def try_on(
        self, features: torch.Tensor, given: Mapping[int, Soft]
    ) -> dict[int, NDArray[np.float32]]:
        """See how well the decoder draws what was given; (h, w) of the picture, by object.

        How able it is shows without the mask to look at: with it, every decoder is. What it lacks
        is what it lacks on later frames, where it is shown the draft.

        Returns:
            What each of its masks lacked of the given one, as :class:`Draft` has it.
        """
        missing = {}
        for oid, soft in given.items():
            prompt = prompts_of(soft, self._decoder.geometry.width / soft.shape[1])
            if prompt is None:
                continue
            decoder = self._decoder_of(oid)
            self.acquaint(oid, float((soft > 0.5).mean()))
            blind = decoder.decode_all(features, [prompt])[0]
            drawn = [decoder.to_picture(one, soft.shape) > 0 for one in blind.logits]
            able = np.array([overlap(each, soft > 0.5) for each in drawn])
            self._able.setdefault(oid, []).append(able)
            mask = [decoder.from_picture(soft)] if self._is_shown(oid) else None
            shown = decoder.decode_all(features, [prompt], mask)[0]
            softs = [drawn_of(decoder.to_picture(one, soft.shape)) for one in shown.logits]
            missing[oid] = np.asarray(soft[..., None] - np.stack(softs, -1), np.float32)
        return missing

    def redrawn(
        self, features: torch.Tensor, picture: Picture, drafts: Mapping[int, Draft]
    ) -> dict[int, tuple[Proposal, Verdict]]:
        """What the decoder makes of all drafts of a frame, asked together."""
        scale = picture.full_width / picture.width
        prompts = {oid: prompts_of(draft.prior, scale) for oid, draft in drafts.items()}
        asked = {oid: prompt for oid, prompt in prompts.items() if prompt is not None}
        decoded: dict[int, Decoded] = {}
        shared = (self._decoder, [oid for oid in asked if oid not in self._own])
        for decoder, ids in [
            shared,
            *((self._own[oid], [oid]) for oid in asked if oid in self._own),
        ]:
            for shown in (True, False):
                part = [oid for oid in ids if self._is_shown(oid) == shown]
                if part:
                    masks = [decoder.from_picture(drafts[oid].prior) for oid in part]
                    answers = decoder.decode_all(
                        features, [asked[oid] for oid in part], masks if shown else None
                    )
                    decoded.update(zip(part, answers, strict=True))
        return {
            oid: self._chosen(features, picture, oid, draft, decoded.get(oid))
            for oid, draft in drafts.items()
        }

    def _is_shown(self, oid: int) -> bool:
        """Whether the decoder is shown the object's drafts, to draw it better."""
        return self._places.get(oid, _SHOWN) >= _SHOWN

    def _decoder_of(self, oid: int) -> PromptDecoder:
        return self._own.get(oid, self._decoder)

    def _chosen(
        self,
        features: torch.Tensor,
        picture: Picture,
        oid: int,
        draft: Draft,
        decoded: Decoded | None,
    ) -> tuple[Proposal, Verdict]:
        """The best of the decoder's masks with parts that it left out, mixed with the draft."""
        kept = Proposal(picture.whole, draft.prior, draft.match)
        if decoded is None:
            return kept, Verdict(0.0, 0.0, 0.0)
        able = np.mean(self._able[oid], 0) if oid in self._able else np.full(3, ABLE)
        masks = [self._decoder.to_picture(one, picture.gray.shape) for one in decoded.logits]
        verdicts = [
            self._judge(mask > 0, draft, float(quality))
            for mask, quality in zip(masks, decoded.quality, strict=True)
        ]
        worth = [_worth(verdict) + can for verdict, can in zip(verdicts, able, strict=True)]
        best = int(np.argmax(worth))
        verdict, mask = verdicts[best], masks[best]
        for _ in range(_PARTS):
            part = self._part(features, picture, oid, draft, mask > 0)
            if part is None:
                break
            mask = np.maximum(mask, part)
            verdict = self._judge(mask > 0, draft, verdict.quality)
        if verdict.agreement < _KEPT_BELOW:
            return kept, verdict
        return Proposal(
            picture.whole, mixed(draft, mask, best, float(able[best])), draft.match
        ), verdict

    def _part(
        self,
        features: torch.Tensor,
        picture: Picture,
        oid: int,
        draft: Draft,
        drawn: BoolArray,
    ) -> Soft | None:
        """Logits of the largest part of the draft that was not drawn; None without any."""
        piece = left_out(draft.prior > 0.5, drawn)
        if piece is None:
            return None
        prompt = prompts_of(piece.astype(np.float32), picture.full_width / picture.width)
        if prompt is None:
            return None
        best: tuple[float, Soft] | None = None
        for logits in self._decoder_of(oid).decode_all(features, [prompt])[0].logits:
            mask = self._decoder.to_picture(logits, picture.gray.shape)
            hard = mask > 0
            inside = float((draft.prior[hard] > 0.5).mean()) if hard.any() else 0.0
            alike = overlap(hard & ~drawn, piece)
            fits = inside >= _PART_INSIDE and alike >= _PART_LIKE
            if fits and (best is None or alike > best[0]):
                best = alike, mask
        return None if best is None else best[1]

    def _judge(self, hard: BoolArray, draft: Draft, quality: float) -> Verdict:
        coarse = self._reduce(hard.astype(np.float32))
        return Verdict(
            overlap(draft.prior > 0.5, hard),
            overlap(coarse, draft.recalled),
            min(1.0, max(0.0, quality)),
        )


def left_out(wanted: BoolArray, drawn: BoolArray) -> BoolArray | None:
    """The largest part of ``wanted`` that was not drawn, without its thin seams.

    Returns:
        (h, w), or None where it is too small to be a part of the object.
    """
    missed = (wanted & ~drawn).astype(np.uint8)
    core = cv2.morphologyEx(missed, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(core)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    best = int(areas.argmax())
    if areas[best] < max(_PART_AREA, _PART_SHARE * np.count_nonzero(wanted)):
        return None
    return np.asarray(pieces == best, np.bool_)


def prompts_of(soft: Soft, scale: float) -> tuple[list[Point], Box] | None:
    """Points deep inside a soft mask and its box, in pixels of the frame; None without a core.

    Args:
        scale: the frame's pixels for one of the mask.
    """
    hard = (soft > 0.5).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(hard)
    if not width:
        return None
    edged = cv2.copyMakeBorder(hard, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(edged, cv2.DIST_L2, 5)[1:-1, 1:-1]
    points = []
    for _ in range(_POINTS):
        _, deep, _, (px, py) = cv2.minMaxLoc(depth)
        if deep < 1:
            break
        points.append(Point((px + 0.5) * scale, (py + 0.5) * scale))
        cv2.circle(depth, (px, py), int(max(2, deep * 1.5)), 0, -1)
    box = Box(x * scale, y * scale, (x + width) * scale, (y + height) * scale)
    return (points, box) if points else None


def overlap(one: Soft | BoolArray, other: Soft | BoolArray) -> float:
    """Intersection over union of masks, soft or not; 0 for two empty ones."""
    union = float(np.maximum(one, other).sum())
    return float(np.minimum(one, other).sum()) / union if union else 0.0


def _worth(verdict: Verdict) -> float:
    return verdict.agreement + verdict.recalled + verdict.quality
