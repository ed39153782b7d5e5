"""Tracking without a video memory: flow's masks, corrected with the encoder's features.

On each frame the flow engine proposes a mask for each object (dense flow, colours, earlier looks,
a search for what was hidden). The features' nearest neighbours among the remembered frames say
where each object is, without drift but coarsely. The mean of both prompts the mask decoder
(:mod:`vostool.models.mobile_sam.redraw`). What flow has lost is looked for by features alone.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np
import torch

from vostool.errors import SourceError
from vostool.masks.mask import Mask
from vostool.models.flow.object import ObjectTrack, Proposal
from vostool.models.flow.picture import Picture, Soft
from vostool.models.flow.track import Proposals
from vostool.models.mobile_sam.decoder import PromptDecoder
from vostool.models.mobile_sam.memory import KEYFRAMES, TokenMemory, tokens_of
from vostool.models.mobile_sam.mixing import Draft, Verdict
from vostool.models.mobile_sam.pacing import Pacer
from vostool.models.mobile_sam.redraw import Redrawer, overlap
from vostool.models.mobile_sam.score import Scorer

Features = Callable[[int], torch.Tensor]
"""Frame number -> (1, 256, rows, columns)."""

_SEEN_AT_LEAST = 2.0
"""Features that have to match an object before it counts as found again."""
_ALIKE = 0.745
"""Mean cosine from which features are those of the object. What resembles it more than it does the
background is not it yet: where it is out of sight, something always does."""
_KEPT_BELOW = 0.5
"""Agreement and memory's consent under which what was searched for is not found."""
_CONTRADICTED = 0.15
"""Intersection over union of what flow says with what the memory says under which the object is
searched for as if it were lost: flow has gone to something else, a trunk that the object passes."""


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
        pacer: Pacer | None = None,
    ) -> None:
        """Make one that knows nothing but the keyframes.

        Args:
            keyframes: masks by frame and object id, on both sides of the run.
            dtype: in which features are compared, as :class:`TokenMemory` has it.
            own: the decoders of objects of which something was learned, by object id.
            pacer: leaves some frames to flow; None asks for the features of each.
        """
        self._features = features
        self._pacer = pacer
        self._memory = TokenMemory(decoder.geometry, object_ids, dtype)
        self._redrawer = Redrawer(decoder, own, self._memory.reduce)
        self._waiting = dict(keyframes or {})
        for masks in self._waiting.values():
            for oid, mask in masks.items():
                self._redrawer.acquaint(oid, mask.area / (mask.height * mask.width))
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
        if self._pacer and self._pacer.carries(frame, proposals, tracks, bool(given)):
            self._tokens = None
            return proposals
        features = self._features(frame)
        self._tokens = tokens_of(features)
        self._take_keyframes(frame)
        self._verdicts = {}
        taken = self._memory.reduce(_union(picture, proposals, given))
        recalled = self._memory.recall(frame, self._tokens, taken)
        known = {o: p for o, p in proposals.items() if o in recalled and tracks[o].knows}
        drafts = self._drafts(picture, known, recalled, given, tracks)
        refined: Proposals = dict(proposals)
        for oid, (redrawn, verdict) in self._redrawer.redrawn(features, picture, drafts).items():
            if drafts[oid].searched:
                if min(verdict.recalled, verdict.agreement) < _KEPT_BELOW:
                    continue
                tracks[oid].relocate(redrawn.soft)
            refined[oid], self._verdicts[oid] = redrawn, verdict
        return refined

    def _drafts(
        self,
        picture: Picture,
        proposals: Proposals,
        recalled: Mapping[int, Soft],
        given: Mapping[int, Soft],
        tracks: Mapping[int, ObjectTrack],
    ) -> dict[int, Draft]:
        """What to ask the decoder of each object; one that is not to be found has none."""
        drafts: dict[int, Draft] = {}
        for oid, proposal in proposals.items():
            draft: Draft | None = None
            found: Draft | None = None
            if proposal is not None:
                made = self._draft(picture, proposal, recalled[oid])
                draft = replace(made, missing=tracks[oid].along)
            if draft is None or overlap(self._cover(draft.soft), recalled[oid]) < _CONTRADICTED:
                others = {other: each for other, each in proposals.items() if other != oid}
                taken = self._memory.reduce(_union(picture, others, given))
                found = self._search(picture, oid, recalled[oid], taken)
            draft = found or draft
            if draft is not None:
                drafts[oid] = draft
        return drafts

    def score(self, object_id: int, score: float, soft: Soft) -> float:
        verdict = self._verdicts.get(object_id)
        if verdict is None:
            return score
        belief = math.sqrt(min(1.0, max(0.0, score * verdict.recalled * verdict.agreement)))
        return self._scorer.score(object_id, self._cover(soft), self._tokens, belief)

    def learn(
        self,
        frame: int,
        settled: Mapping[int, Soft],
        given: Mapping[int, Soft],
        tracks: Mapping[int, ObjectTrack],
    ) -> None:
        if self._tokens is None:
            return
        if self._pacer:
            agreements = [min(v.agreement, v.recalled) for v in self._verdicts.values()]
            self._pacer.encoded({**settled, **given}, agreements)
        for object_id, soft in given.items():
            self._scorer.restart(object_id, self._cover(soft), self._tokens)
        if given:
            for object_id, missing in self._redrawer.try_on(self._features(frame), given).items():
                tracks[object_id].along = missing
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

    def _search(self, picture: Picture, oid: int, recalled: Soft, taken: Soft) -> Draft | None:
        """Where features alone find an object that flow has lost, outside the other objects."""
        assert self._tokens is not None
        alike = self._memory.likeness(oid, self._tokens)
        seen = np.where(taken > 0.5, np.float32(0), recalled)
        _, pieces, _, _ = cv2.connectedComponentsWithStats((seen > 0.5).astype(np.uint8))
        sums = np.bincount(pieces.ravel(), seen.ravel())
        sums[0] = 0
        best = int(sums.argmax())
        if sums[best] < _SEEN_AT_LEAST or alike[pieces == best].mean() < _ALIKE:
            return None
        place = np.where(pieces == best, seen, np.float32(0))
        soft = self._memory.enlarge(place, picture.gray.shape)
        found = Proposal(picture.whole, soft, np.zeros_like(soft))
        return replace(self._draft(picture, found, place), searched=True)

    def _draft(self, picture: Picture, proposal: Proposal, recalled: Soft) -> Draft:
        shape = picture.gray.shape
        soft, match = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        soft[proposal.roi.slices] = np.clip(proposal.soft, 0, 1)
        match[proposal.roi.slices] = proposal.match
        prior = np.asarray((soft + self._memory.enlarge(recalled, shape)) / 2, np.float32)
        return Draft(soft, match, prior, recalled)


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
