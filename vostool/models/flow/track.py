"""A track run of the flow engine over one leg: all objects of a frame are solved together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np

from vostool.errors import ModelError, SourceError
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)
from vostool.models.flow.motion import DenseFlow
from vostool.models.flow.object import ObjectTrack, Proposal
from vostool.models.flow.picture import Picture, Soft
from vostool.models.flow.pieces import SURE, tidy
from vostool.models.flow.reading import ReadsPictures
from vostool.words import tr

KeyframeReply = Callable[[Keyframe], SegmentReply]
_ACQUAINTED = 2
Proposals = dict[int, Proposal | None]
"""By object id; None for an object that is not visible."""


def keyframe_reply(
    key: Keyframe, segment: Callable[[SegmentRequest], SegmentReply]
) -> SegmentReply:
    """A keyframe's own mask, or what ``segment`` answers to its prompts.

    Raises:
        ModelError: it has neither.
    """
    if key.mask is not None:
        return SegmentReply(key.mask, 1.0)
    if key.prompts is None:
        raise ModelError(
            tr(
                "Frame {frame} was named a keyframe of object {object_id} "
                "without a mask or a prompt; click the object there.",
                frame=key.frame,
                object_id=key.object_id,
            )
        )
    return segment(SegmentRequest(key.frame, key.object_id, key.prompts))


def track_leg(
    pictures: ReadsPictures,
    request: TrackRequest,
    forward: bool,
    cancelled: Cancelled,
    answer: KeyframeReply,
    *,
    refiner: Refiner | None = None,
) -> Iterator[TrackedFrame]:
    """One direction of a run, a frame at a time; keeps no frame but the last, and a few read ahead.

    Args:
        answer: the mask of a keyframe.
        refiner: corrects the proposals of each frame; a new one for each leg.
    """
    ids = sorted({k.object_id for k in request.keyframes})
    spans = {oid: s for oid in ids if (s := tracked_span(request, oid, forward)) is not None}
    if not spans:
        return
    spans = {oid: span for oid, span in spans.items() if len(span)}
    if not spans:
        return
    stored = {} if refiner is None else _stored(request)
    approach = {oid: _approach(request, oid, span, stored) for oid, span in spans.items()}
    keys = stored | {(k.frame, k.object_id): k for k in request.keyframes}
    given = {(k.frame, k.object_id) for k in request.keyframes}
    tracked = frozenset(stored.keys() - given)
    leg = _Leg(pictures, keys, approach, answer, refiner=refiner, tracked=tracked)
    step = 1 if forward else -1
    begins = [span[0] for span in approach.values()]
    begin, end = (min(begins), request.last) if forward else (max(begins), request.first)
    frames = range(begin, end + step, step)
    with pictures.expecting(frames):
        leg.acquaint(request.keyframes)
        for frame in frames:
            if cancelled():
                return
            wanted = {oid for oid, span in spans.items() if frame in span}
            answered = leg.step(frame)
            if wanted:
                replies = {oid: r for oid, r in answered.replies.items() if oid in wanted}
                yield TrackedFrame(frame, replies, answered.problem)


def _stored(request: TrackRequest) -> dict[tuple[int, int], Keyframe]:
    """Masks of the context to go on from, by frame and object.

    Flow alone is quick enough to follow an object again from its keyframe; with a refiner each
    frame costs much more, so the run starts from the nearest stored mask. One that was not seen
    there begins hidden, known by its keyframes.
    """
    shown = {k.object_id for k in request.keyframes if k.mask is not None and not k.mask.is_empty}
    return {
        (k.frame, k.object_id): k
        for k in request.context
        if k.mask is not None and (k.object_id in shown or not k.mask.is_empty)
    }


def _approach(
    request: TrackRequest, object_id: int, span: range, stored: Mapping[tuple[int, int], Keyframe]
) -> range:
    """The span with the frames before it, from the keyframe that it goes on from.

    A run whose origin is no keyframe has to know what the object looks like there: it is followed
    from its nearest keyframe or stored mask behind; masks before the origin are not yielded.
    """
    frames = [k.frame for k in request.keyframes if k.object_id == object_id]
    frames += [frame for frame, oid in stored if oid == object_id]
    behind = [f for f in frames if (span[0] - f) * span.step >= 0]
    start = min(behind, key=lambda f: abs(span[0] - f), default=span[0])
    return range(start, span.stop, span.step)


class Refiner(Protocol):
    """Corrects the masks that flow proposes, in an engine that knows more than flow."""

    def refine(
        self,
        frame: int,
        picture: Picture,
        proposals: Proposals,
        tracks: Mapping[int, ObjectTrack],
        given: Mapping[int, Soft],
    ) -> Proposals:
        """Better proposals for the same objects.

        Args:
            proposals: by flow and colour.
            tracks: what flow knows of each object.
            given: masks (h, w) of the objects that have a keyframe here.
        """
        ...

    def score(self, object_id: int, score: float, soft: Soft) -> float:
        """The score to report of an object that is not lost, 0..1.

        Args:
            score: the one by flow and colour, 0..1.
            soft: (h, w), the mask that the frame's objects agreed on.
        """
        ...

    def learn(
        self,
        frame: int,
        settled: Mapping[int, Soft],
        given: Mapping[int, Soft],
        tracks: Mapping[int, ObjectTrack],
    ) -> None:
        """Take in the masks of a finished frame: those of visible objects, and keyframes."""
        ...


class _Leg:
    """The objects of one direction."""

    def __init__(
        self,
        pictures: ReadsPictures,
        keys: dict[tuple[int, int], Keyframe],
        spans: dict[int, range],
        answer: KeyframeReply,
        *,
        refiner: Refiner | None = None,
        tracked: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        """Take what is known.

        Args:
            tracked: those of ``keys`` that an earlier run made. The objects stand there, but what
                they look like was told by others.
        """
        self._tracked = tracked
        self._pictures, self._spans, self._answer = pictures, spans, answer
        self._refiner = refiner
        self._tracks = {oid: ObjectTrack(oid) for oid in spans}
        self._keys = keys
        self._flow = DenseFlow()

    def acquaint(self, keyframes: Iterable[Keyframe]) -> None:
        """Show each object the given masks nearest to where it starts, on either side."""
        for oid, span in self._spans.items():
            begin = span[0]
            masks = {
                k.frame: k.mask
                for k in keyframes
                if k.object_id == oid and k.frame != begin and k.mask is not None
            }
            shown = [f for f in sorted(masks, key=lambda f: abs(f - begin)) if masks[f].area]
            for frame in shown[:_ACQUAINTED]:
                # A frame that cannot be decoded is reported when the run reaches it.
                with contextlib.suppress(SourceError):
                    picture = self._pictures(frame)
                    soft = picture.reduce(masks[frame].to_array())
                    self._tracks[oid].acquaint(frame, picture, soft)

    def step(self, frame: int) -> TrackedFrame:
        """One frame: decode it, let each object propose a mask, share the pixels out."""
        try:
            picture = self._pictures(frame)
        except SourceError as error:
            return TrackedFrame(frame, {}, str(error))
        active = [oid for oid, span in self._spans.items() if frame in span]
        fixed = {o: self._fixed(frame, o, picture) for o in active if (frame, o) in self._keys}
        proposals = self._propose(picture, [o for o in active if o not in fixed], fixed)
        given = {oid: soft for oid, (_, soft) in fixed.items()}
        if self._refiner is not None:
            proposals = self._refiner.refine(frame, picture, proposals, self._tracks, given)
        pieces = {oid: self._tracks[oid].smallest_piece for oid in active}
        sure = None if self._refiner is None else SURE
        softs = _agree(picture, proposals, fixed, pieces, sure)
        replies = {}
        for oid in active:
            if oid in fixed:
                replies[oid] = fixed[oid][0]
                begin = self._tracks[oid]
                told = (frame, oid) not in self._tracked
                (begin.reset if told else begin.resume)(frame, picture, fixed[oid][1])
                continue
            score = self._tracks[oid].settle(frame, picture, proposals[oid], softs[oid])
            if self._refiner is not None and not self._tracks[oid].hidden:
                score = self._refiner.score(oid, score, softs[oid])
            replies[oid] = SegmentReply(self._mask(picture, oid, softs), score)
        if self._refiner is not None:
            settled = {oid: soft for oid, soft in softs.items() if not self._tracks[oid].hidden}
            settled |= {oid: given.pop(oid) for oid in list(given) if (frame, oid) in self._tracked}
            self._refiner.learn(frame, settled, given, self._tracks)
        return TrackedFrame(frame, replies)

    def _fixed(self, frame: int, oid: int, picture: Picture) -> tuple[SegmentReply, Soft]:
        reply = self._answer(self._keys[frame, oid])
        return reply, picture.reduce(reply.mask.to_array())

    def _propose(
        self, picture: Picture, free: list[int], fixed: dict[int, tuple[SegmentReply, Soft]]
    ) -> Proposals:
        """Visible objects first, so that one that is searched for cannot take their pixels."""
        taken = np.zeros(picture.gray.shape, np.float32)
        for _, soft in fixed.values():
            taken = np.maximum(taken, soft)
        proposals: Proposals = {}
        for oid in sorted(free, key=lambda o: self._tracks[o].hidden > 0):
            proposal = self._tracks[oid].propose(picture, self._flow, taken)
            proposals[oid] = proposal
            if proposal is not None:
                part = taken[proposal.roi.slices]
                np.maximum(part, proposal.soft, out=part)
        return proposals

    def _mask(self, picture: Picture, oid: int, softs: dict[int, Soft]) -> Mask:
        if self._tracks[oid].hidden:
            return Mask.empty(picture.full_height, picture.full_width)
        return Mask.from_array(picture.enlarge(softs[oid]) > 0.5)


def _agree(
    picture: Picture,
    proposals: Proposals,
    fixed: dict[int, tuple[SegmentReply, Soft]],
    pieces: Mapping[int, float],
    sure: float | None,
) -> dict[int, Soft]:
    """Give each pixel to the object with the best claim on it, and drop stray pieces.

    Args:
        pieces: share of an object's largest piece under which another one is stray.
        sure: mean of a piece from which it is not, see :func:`tidy`.
    """
    softs: dict[int, Soft] = {}
    for oid, proposal in proposals.items():
        softs[oid] = np.zeros(picture.gray.shape, np.float32)
        if proposal is not None:
            softs[oid][proposal.roi.slices] = np.clip(proposal.soft, 0, 1)
    masks = [*softs.values(), *(soft for _, soft in fixed.values())]
    if len(masks) > 1:
        order = np.sort(np.stack(masks), 0)
        first, second = order[-1], order[-2]
        for oid, soft in softs.items():
            rival = np.where(soft >= first, second, first)
            softs[oid] = np.clip(soft - np.maximum(0, rival - (1 - soft)) * 0.5, 0, 1)
            softs[oid][(rival > soft)] = np.minimum(softs[oid], 0.45)[(rival > soft)]
    return {oid: tidy(soft, pieces[oid], sure) for oid, soft in softs.items()}
