"""One object on its way through a run: what is known of it, and its next mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.colour import ColourModel, colour_bins
from vostool.models.flow.motion import (
    IDENTITY,
    DenseFlow,
    Flow,
    agreement,
    chain,
    fit_motion,
    follow,
    inverse,
    only_shift,
    shift,
)
from vostool.models.flow.picture import Affine, Picture, Rect, Soft, crop, guided
from vostool.models.flow.pieces import STRAY, smallest_piece
from vostool.models.flow.reference import Reference, Vote
from vostool.models.flow.search import find

# More than this helped no sequence: what is around an object often has its colours.
_COLOUR_WEIGHT = 0.3
_GONE_AREA = 0.05
_FOUND_QUALITY = 0.45
_FOUND_LIKENESS = 0.6
_BLIND = 0.4
_WHOLE = 0.7
_PATIENCE = 6
_SEARCH_EVERY = 3
_FADING = 0.1
"""Power of how well the picture fits by which what moves along fades a frame."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The mask that one object would have on a frame if it were alone there.

    Attributes:
        roi: the part of the picture that the arrays cover.
        soft: the mask in it, (h, w), 0..1.
        match: (h, w), 0..1, how well the picture there fits the best of the votes.
    """

    roi: Rect
    soft: Soft
    match: Soft


class ObjectTrack:
    """State of one object; the frames have to come one after the other.

    Attributes:
        smallest_piece: share of its largest piece from which another one may belong to it.
        along: (h, w, n) of the picture, more that is known of its pixels and moves with them; it
            fades where the picture does not fit, and is None without.
    """

    def __init__(self, object_id: int) -> None:
        self.object_id = object_id
        self._colour = ColourModel()
        self._keys: list[Reference] = []
        self._recent: list[Reference] = []
        self._elsewhere: list[Reference] = []
        self._last: Picture | None = None
        self._soft: Soft | None = None
        self._step: Affine = IDENTITY
        self._quality = 0.0
        self.hidden = 0
        self.smallest_piece = STRAY
        self.facts: dict[str, float] = {}
        self.along: NDArray[np.float32] | None = None

    @property
    def knows(self) -> bool:
        """Whether any mask has told what the object looks like."""
        return bool(self._keys or self._elsewhere)

    def acquaint(self, frame: int, picture: Picture, soft: Soft) -> None:
        """Show what the object looks like on a keyframe that lies elsewhere.

        That is how it is found again after it was hidden, and where it starts hidden.
        """
        box = Rect.around(soft > 0.5)
        if box is None:
            return
        reference = Reference(frame, picture, soft, box)
        self._elsewhere.append(reference)
        near = reference.rect
        self._colour.keep(colour_bins(picture.lab[near.slices]), soft[near.slices])

    def reset(self, frame: int, picture: Picture, soft: Soft) -> None:
        """Start, or start again, from a keyframe's mask."""
        self._last, self._soft, self._step, self.hidden = picture, soft, IDENTITY, 0
        self.along = None
        box = Rect.around(soft > 0.5)
        if box is None:
            self.hidden = 1
            return
        self.smallest_piece = smallest_piece(soft)
        reference = Reference(frame, picture, soft, box)
        self._keys = [*self._keys[-2:], reference]
        self._recent = []
        near = reference.rect
        self._colour.keep(colour_bins(picture.lab[near.slices]), soft[near.slices])
        self._quality = 1.0

    def resume(self, frame: int, picture: Picture, soft: Soft) -> None:
        """Go on from a mask that an earlier run made: it may be a part of the object."""
        box = Rect.around(soft > 0.5)
        if not self.knows or box is None:
            self.reset(frame, picture, soft)
            return
        self._last, self._soft, self._step, self.hidden = picture, soft, IDENTITY, 0
        self.along = None
        self._recent = [*self._recent[-1:], Reference(frame, picture, soft, box)]
        self._quality = 1.0

    def propose(self, picture: Picture, flow: DenseFlow, taken: Soft) -> Proposal | None:
        """The object's mask on this frame by itself, or None where it is not visible."""
        if not self.knows or self._soft is None or self._last is None:
            return None
        box = Rect.around(self._soft > 0.5)
        if self.hidden or box is None:
            return self._search(picture, flow, taken)
        dx, dy = round(self._step[0, 2]), round(self._step[1, 2])
        moved = Rect(box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy)
        roi = moved.grown(0.35, 16, picture.width, picture.height)
        if roi.width < 4 or roi.height < 4:
            return None
        carried = self._carry(picture, roi, (dx, dy), flow)
        votes = [r.vote(picture, roi, flow) for r in self._references()]
        return self._fuse(picture, roi, carried, votes)

    def _references(self) -> list[Reference]:
        return [*self._keys[-1:], *self._recent[:1]]

    def _carry(self, picture: Picture, roi: Rect, by: tuple[int, int], flow: DenseFlow) -> Vote:
        """The last mask along the flow; moves the references' poses by the same motion."""
        assert self._last is not None
        assert self._soft is not None
        source = Rect(roi.x0 - by[0], roi.y0 - by[1], roi.x1 - by[0], roi.y1 - by[1])
        before = [crop(part, source) for part in (self._last.gray, self._last.lab, self._soft)]
        here_gray, here_lab = picture.gray[roi.slices], picture.lab[roi.slices]
        back = flow.between(here_gray, before[0])
        forth = flow.between(before[0], here_gray)
        soft = np.asarray(follow(before[2], back), np.float32)
        gap = back + follow(forth, back)
        together = np.exp(-0.5 * (gap**2).sum(-1) / 4)
        trust = np.asarray(agreement(here_lab, follow(before[1], back)) * together, np.float32)
        self._move_along(roi, source, back, trust)
        total = float(soft.sum())
        quality = float((soft * trust).sum()) / total if total > 1 else 0.0
        self._advance(self._motion(forth, before[2], quality, shift(-source.x0, -source.y0), roi))
        return Vote(soft, trust, quality)

    def _move_along(self, roi: Rect, source: Rect, back: Flow, trust: Soft) -> None:
        if self.along is None:
            return
        moved = np.zeros_like(self.along)
        brought = follow(crop(self.along, source), back)
        moved[roi.slices] = brought * (trust**_FADING)[..., None]
        self.along = moved

    def _motion(
        self, forth: Flow, soft: Soft, quality: float, inwards: Affine, roi: Rect
    ) -> Affine:
        """The last frame's pixels to this one's; as before where too little is in sight."""
        motion = fit_motion(forth, soft) if quality > _BLIND else None
        if motion is None:
            return self._step
        if quality < _WHOLE:
            motion = only_shift(motion, soft)
        return chain(shift(roi.x0, roi.y0), chain(motion, inwards))

    def _advance(self, step: Affine) -> None:
        assert self._soft is not None
        for reference in (*self._keys, *self._recent):
            reference.pose = chain(step, reference.pose)
        self._step = only_shift(step, self._soft)

    def _fuse(self, picture: Picture, roi: Rect, carried: Vote, votes: list[Vote]) -> Proposal:
        top = (carried.trust + 0.08) * carried.soft
        weight = carried.trust + np.float32(0.08)
        match = carried.trust
        for vote in votes:
            share = vote.trust * np.float32(2 * vote.quality**2)
            top = top + share * vote.soft
            weight = weight + share
            match = np.maximum(match, vote.trust)
        share_soft = np.clip(top / weight, 0.03, 0.97)
        bins = colour_bins(picture.lab[roi.slices])
        logit = np.log(share_soft / (1 - share_soft))
        logit = logit + np.float32(_COLOUR_WEIGHT) * self._colour.evidence(bins)
        soft = np.asarray(1 / (1 + np.exp(-logit)), np.float32)
        soft = guided(soft, picture.gray[roi.slices], 2)
        self.facts = {
            "carried": carried.quality,
            "reference": max((v.quality for v in votes), default=0.0),
        }
        return Proposal(roi, soft, np.asarray(match, np.float32))

    def _search(self, picture: Picture, flow: DenseFlow, taken: Soft) -> Proposal | None:
        """Look for the object in the whole picture; None until something convinces."""
        self.facts = {"carried": 0.0, "reference": 0.0}
        if self.hidden > _PATIENCE and self.hidden % _SEARCH_EVERY:
            return None
        best: tuple[float, Reference, Affine, Vote, Rect] | None = None
        for reference in [*self._keys[-1:], *self._recent[-1:], *self._elsewhere]:
            old = reference.pose
            for candidate in find(picture, reference, taken):
                reference.pose = candidate.pose
                roi = reference.around.grown(0.1, 4, picture.width, picture.height)
                if roi.width < 8 or roi.height < 8:
                    continue
                vote = reference.vote(picture, roi, flow)
                worth = vote.quality * candidate.prior
                if best is None or worth > best[0]:
                    best = worth, reference, reference.pose, vote, roi
            reference.pose = old
        if best is None or best[0] < _FOUND_QUALITY:
            return None
        quality, reference, pose, vote, roi = best
        bins = colour_bins(picture.lab[roi.slices])
        if self._colour.likeness(bins, vote.soft * vote.trust) < _FOUND_LIKENESS:
            return None
        self._place(reference, pose)
        self.facts = {"carried": quality, "reference": quality}
        soft = guided(
            np.asarray(vote.soft * np.sqrt(vote.trust), np.float32), picture.gray[roi.slices], 2
        )
        return Proposal(roi, soft, vote.trust)

    def _place(self, reference: Reference, pose: Affine) -> None:
        """Note where one reference was found; the poses of the others move along with it."""
        if reference in self._elsewhere:
            self._elsewhere.remove(reference)
            self._keys, self._recent = [reference], []
        moved = chain(pose, inverse(reference.pose))
        for each in (*self._keys, *self._recent):
            each.pose = chain(moved, each.pose) if each is not reference else pose

    def relocate(self, soft: Soft) -> None:
        """Its keyframes' looks move to a mask (h, w) that others found, unless it is empty."""
        rows, columns = np.nonzero(soft > 0.5)
        if not len(rows):
            return
        self._recent, self._step, self.along = [], IDENTITY, None
        for reference in self._keys:
            reference.centre_at(float(columns.mean()), float(rows.mean()))

    def settle(self, frame: int, picture: Picture, proposal: Proposal | None, soft: Soft) -> float:
        """Take the mask that the frame's objects agreed on; returns the score, 0..1.

        Args:
            soft: (h, w) of the whole picture.
        """
        self._last, self._soft = picture, soft
        box = Rect.around(soft > 0.5)
        area = float((soft > 0.5).sum())
        looks = self._keys or self._elsewhere
        expected = max(1.0, looks[-1].area * looks[-1].scale ** 2) if looks else 1.0
        if proposal is None or box is None or area < max(12.0, _GONE_AREA * expected):
            return self._lose()
        part = soft[box.slices]
        bins = colour_bins(picture.lab[box.slices])
        likeness = self._colour.likeness(bins, (part > 0.5).astype(np.float32))
        hard = soft[proposal.roi.slices] > 0.5
        match = float(proposal.match[hard].mean()) if hard.any() else 0.0
        self.facts |= {"likeness": likeness, "match": match, "area": area / expected}
        if likeness < 0.3 and self.facts["reference"] < 0.25:
            return self._lose()
        self.hidden = 0
        score = self._score()
        self._remember(frame, picture, soft, box, score)
        return score

    def _lose(self) -> float:
        assert self._soft is not None
        self.hidden += 1
        self.along = None
        self._soft = np.zeros_like(self._soft)
        return 0.3

    def _score(self) -> float:
        facts = self.facts
        area = min(1.0, facts["area"], 1 / max(facts["area"], 1e-3))
        value = facts["likeness"] * (0.35 + 0.65 * facts["reference"]) * (0.5 + 0.5 * area)
        return float(np.clip(value, 0, 1))

    def _remember(self, frame: int, picture: Picture, soft: Soft, box: Rect, score: float) -> None:
        if score < 0.6:
            return
        near = box.grown(0.35, 12, picture.width, picture.height)
        self._colour.learn(colour_bins(picture.lab[near.slices]), soft[near.slices], 0.1)
        if not self._recent or abs(frame - self._recent[-1].frame) >= 4:
            self._recent = [*self._recent[-1:], Reference(frame, picture, soft, box)]
