"""Tracking without a video memory: flow's masks, corrected with the encoder's features.

On each frame the flow engine proposes a mask for each object (dense flow, colours, earlier looks,
a search for what was hidden). The features' nearest neighbours among the remembered frames say
where each object is, without drift but coarsely. The mean of both prompts the mask decoder, and
of its masks the one wins that agrees with both and that the decoder itself believes in.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from vostool.errors import SourceError
from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.models.flow.object import ObjectTrack, Proposal
from vostool.models.flow.picture import Picture, Soft
from vostool.models.flow.track import Proposals
from vostool.models.mobile_sam.decoder import Decoded, PromptDecoder
from vostool.models.mobile_sam.memory import KEYFRAMES, TokenMemory, tokens_of
from vostool.models.mobile_sam.score import Scorer
from vostool.project.prompts import Point

Features = Callable[[int], torch.Tensor]
"""Frame number -> (1, 256, rows, columns)."""

_POINTS = 3
_SEEN_AT_LEAST = 2.0
"""Features that have to match an object before it counts as found again."""
_LIMIT = 30.0
"""Logits are cut off here: beyond it a probability no longer changes, and exponentials overflow."""
_CARRIED, _GENTLE = 0.4, 0.5
"""Flow's share of the final mask, and what the decoder's logits are multiplied by before. A pixel
of the decoder's mask stands for four on a side: where it hesitates, holes and thin parts that
flow carried are nearer the truth."""
_KEPT_BELOW = 0.5
"""Agreement with the prior under which no mask of the decoder is believed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the features and the decoder see the mask that was chosen, each 0..1.

    Attributes:
        agreement: intersection over union with the prior.
        recalled: the same with what the memory says, feature by feature.
        quality: what the decoder expects of it.
    """

    agreement: float
    recalled: float
    quality: float


@dataclass(frozen=True, slots=True)
class _Draft:
    """What flow and memory say of one object before the decoder is asked; (h, w) of the picture.

    Attributes:
        soft, match: the proposal's, on the whole picture.
        prior: the mean of the proposal and of what the memory says.
        recalled: (rows, columns), what the memory says, feature by feature.
        searched: flow had lost it.
    """

    soft: Soft
    match: Soft
    prior: Soft
    recalled: Soft
    searched: bool = False


class FeatureRefiner:
    """Implements :class:`vostool.models.flow.track.Refiner`; belongs to one leg."""

    def __init__(
        self,
        decoder: PromptDecoder,
        features: Features,
        object_ids: list[int],
        keyframes: Mapping[int, Mapping[int, Mask]] | None = None,
        dtype: torch.dtype = torch.float32,
        *,
        own: Mapping[int, PromptDecoder] = MappingProxyType({}),
    ) -> None:
        """Make one that knows nothing but the keyframes.

        Args:
            keyframes: masks by frame and object id, on both sides of the run.
            dtype: in which features are compared, as :class:`TokenMemory` has it.
            own: the decoders of objects of which something was learned, by object id.
        """
        self._decoder, self._features, self._own = decoder, features, own
        self._memory = TokenMemory(decoder.geometry, object_ids, dtype)
        self._waiting = dict(keyframes or {})
        self._verdicts: dict[int, Verdict] = {}
        self._scorer = Scorer()
        self._tokens: torch.Tensor | None = None

    def refine(
        self,
        frame: int,
        picture: Picture,
        proposals: Proposals,
        tracks: Mapping[int, ObjectTrack],
        given: Mapping[int, Soft],
    ) -> Proposals:
        features = self._features(frame)
        self._tokens = tokens_of(features)
        self._take_keyframes(frame)
        self._verdicts = {}
        taken = self._memory.reduce(_union(picture, proposals, given))
        recalled = self._memory.recall(frame, self._tokens, taken)
        refined: Proposals = {}
        drafts: dict[int, _Draft] = {}
        for oid, proposal in proposals.items():
            refined[oid] = proposal
            if oid not in recalled or not tracks[oid].knows:
                continue
            if proposal is not None:
                drafts[oid] = self._draft(picture, proposal, recalled[oid])
            elif (draft := self._search(picture, recalled[oid], taken)) is not None:
                drafts[oid] = draft
        for oid, (redrawn, verdict) in self._redrawn(features, picture, drafts).items():
            if drafts[oid].searched and min(verdict.recalled, verdict.agreement) < _KEPT_BELOW:
                continue
            refined[oid], self._verdicts[oid] = redrawn, verdict
        return refined

    def score(self, object_id: int, score: float, soft: Soft) -> float:
        verdict = self._verdicts.get(object_id)
        if verdict is None:
            return score
        assert self._tokens is not None
        belief = math.sqrt(min(1.0, max(0.0, score * verdict.recalled * verdict.agreement)))
        return self._scorer.score(object_id, self._cover(soft), self._tokens, belief)

    def learn(self, frame: int, settled: Mapping[int, Soft], given: Mapping[int, Soft]) -> None:
        assert self._tokens is not None
        for object_id, soft in given.items():
            self._scorer.restart(object_id, self._cover(soft), self._tokens)
        if given:
            self._memory.add_key(frame, self._tokens, {**settled, **given})
        elif settled:
            self._memory.add(frame, self._tokens, settled)

    def _cover(self, soft: Soft) -> Soft:
        return self._memory.reduce((soft > 0.5).astype(np.float32))

    def _take_keyframes(self, frame: int) -> None:
        """Encode the keyframes that are now among the nearest, however far from the run."""
        known = {*self._waiting, *self._memory.keyframes}
        nearest = sorted(known, key=lambda f: abs(f - frame))[:KEYFRAMES]
        for key in nearest:
            masks = self._waiting.pop(key, None)
            if masks is None:
                continue
            softs = {oid: mask.to_array().astype(np.float32) for oid, mask in masks.items()}
            with contextlib.suppress(SourceError):
                tokens = tokens_of(self._features(key))
                self._memory.add_key(key, tokens, softs)
                for object_id, soft in softs.items():
                    self._scorer.acquaint(object_id, self._cover(soft), tokens)

    def _search(self, picture: Picture, recalled: Soft, taken: Soft) -> _Draft | None:
        """Where features alone find an object that flow has lost, outside the other objects."""
        seen = np.where(taken > 0.5, np.float32(0), recalled)
        _, pieces, _, _ = cv2.connectedComponentsWithStats((seen > 0.5).astype(np.uint8))
        sums = np.bincount(pieces.ravel(), seen.ravel())
        sums[0] = 0
        best = int(sums.argmax())
        if sums[best] < _SEEN_AT_LEAST:
            return None
        place = np.where(pieces == best, seen, np.float32(0))
        soft = self._memory.enlarge(place, picture.gray.shape)
        found = Proposal(picture.whole, soft, np.zeros_like(soft))
        return replace(self._draft(picture, found, place), searched=True)

    def _draft(self, picture: Picture, proposal: Proposal, recalled: Soft) -> _Draft:
        shape = picture.gray.shape
        soft, match = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        soft[proposal.roi.slices] = np.clip(proposal.soft, 0, 1)
        match[proposal.roi.slices] = proposal.match
        prior = np.asarray((soft + self._memory.enlarge(recalled, shape)) / 2, np.float32)
        return _Draft(soft, match, prior, recalled)

    def _redrawn(
        self, features: torch.Tensor, picture: Picture, drafts: Mapping[int, _Draft]
    ) -> dict[int, tuple[Proposal, Verdict]]:
        """What the decoder makes of all drafts of a frame, asked together."""
        scale = picture.full_width / picture.width
        prompts = {oid: prompts_of(draft.prior, scale) for oid, draft in drafts.items()}
        asked = {oid: prompt for oid, prompt in prompts.items() if prompt is not None}
        decoded: dict[int, Decoded] = {}
        together = {oid: asked[oid] for oid in asked if oid not in self._own}
        alone = [(self._own[oid], {oid: asked[oid]}) for oid in asked if oid in self._own]
        for decoder, part in [(self._decoder, together), *alone]:
            answers = decoder.decode_all(features, list(part.values())) if part else []
            decoded.update(zip(part, answers, strict=True))
        return {
            oid: self._chosen(picture, draft, decoded.get(oid)) for oid, draft in drafts.items()
        }

    def _chosen(
        self, picture: Picture, draft: _Draft, decoded: Decoded | None
    ) -> tuple[Proposal, Verdict]:
        """The best of the decoder's masks, mixed with the draft."""
        kept = Proposal(picture.whole, draft.prior, draft.match)
        if decoded is None:
            return kept, Verdict(0.0, 0.0, 0.0)
        best: tuple[Verdict, NDArray[np.float32]] | None = None
        for logits, quality in zip(decoded.logits, decoded.quality, strict=True):
            here = self._decoder.to_picture(logits, picture.gray.shape)
            verdict = self._judge(here > 0, draft.prior, draft.recalled, float(quality))
            if best is None or _worth(verdict) > _worth(best[0]):
                best = verdict, here
        assert best is not None
        verdict, here = best
        if verdict.agreement < _KEPT_BELOW:
            return kept, verdict
        drawn = 1 / (1 + np.exp(-np.clip(here * _GENTLE, -_LIMIT, _LIMIT)))
        redrawn = np.asarray((1 - _CARRIED) * drawn + _CARRIED * draft.soft, np.float32)
        return Proposal(picture.whole, redrawn, draft.match), verdict

    def _judge(self, hard: BoolArray, prior: Soft, recalled: Soft, quality: float) -> Verdict:
        coarse = self._memory.reduce(hard.astype(np.float32))
        return Verdict(
            _overlap((prior > 0.5).astype(np.float32), hard.astype(np.float32)),
            _overlap(coarse, recalled),
            min(1.0, max(0.0, quality)),
        )


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


def _union(picture: Picture, proposals: Proposals, given: Mapping[int, Soft]) -> Soft:
    """What any object holds, (h, w) of the picture, 0..1."""
    held = np.zeros(picture.gray.shape, np.float32)
    for soft in given.values():
        np.maximum(held, soft, out=held)
    for proposal in proposals.values():
        if proposal is not None:
            part = held[proposal.roi.slices]
            np.maximum(part, proposal.soft, out=part)
    return held


def _worth(verdict: Verdict) -> float:
    return verdict.agreement + verdict.recalled + verdict.quality


def _overlap(one: Soft, other: Soft) -> float:
    """Intersection over union of soft masks; 0 for two empty ones."""
    union = float(np.maximum(one, other).sum())
    return float(np.minimum(one, other).sum()) / union if union else 0.0
