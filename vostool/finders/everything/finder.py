"""Everything that an engine sees on a frame, asked at a grid of points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from pycocotools import mask as coco_mask

from vostool.errors import ModelError, UsageError
from vostool.finders.choice import overlaps_of
from vostool.finders.everything.grid import check_grid, crops_of
from vostool.finders.everything.parts import with_wholes
from vostool.finders.everything.pool import Proposal, Sieve
from vostool.finders.everything.scan import Plan, Scan
from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
from vostool.finders.within import part_of
from vostool.masks.box import Box
from vostool.masks.crop import Window, decode_window
from vostool.masks.mask import Mask
from vostool.models.engine import DecodesPoints, PointDecoder
from vostool.words import tr

NAME, TITLE = "everything", "Everything"
_CLOSE_UP = 0.25
"""Share of the frame below which a box to look in is encoded by itself, for finer masks."""
_MARGIN = 0.25
_WITHIN = 0.7
"""Share of a mask that has to lie in the box that was asked about."""
_SMALL = 0.25
"""Of a crop: what is larger was seen on the whole frame."""


class EverythingFinder:
    """Implements :class:`vostool.finders.finder.Finder` for :attr:`Way.EVERYTHING`.

    Has no model of its own: it asks the engine in use, whose cached features cost nothing.

    Attributes:
        decoded: clicks that the last frame took.
    """

    def __init__(self, sieve: Sieve = Sieve()) -> None:  # noqa: B008  # frozen
        self._sieve = sieve
        self.decoded = 0

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(NAME, TITLE, (Way.EVERYTHING,))

    def find(self, view: View, question: Question) -> Iterator[Look]:
        if question.way is not Way.EVERYTHING:
            raise UsageError(
                tr("{title} takes no question; choose another finder for text.", title=TITLE)
            )
        check_grid(question.grid)
        engine = point_engine(view)
        return self._looks(view, engine, question)

    def close(self) -> None:
        """Nothing is held: the engine is not this finder's."""

    def _looks(self, view: View, engine: DecodesPoints, question: Question) -> Iterator[Look]:
        height, width = view.picture.shape[:2]
        plans = _plans(view, engine, question)
        total = sum(plan.points for plan in plans)
        self.decoded, done = 0, 0
        found: list[_Found] = []
        yield Look(0, total)
        for plan in plans:
            scan = Scan(plan, height, width, self._sieve)
            for _ in scan.run(view.known):
                now = [*found, *self._found(scan, plan, question)]
                yield Look(done + scan.done, total, tuple(f.candidate for f in now))
            found += self._found(scan, plan, question)
            scan.release()
            done += scan.done
            self.decoded += scan.decoded
        candidates = [f.candidate for f in self._merged(found, len(plans))]
        yield Look(total, total, with_wholes(candidates, overlaps_of(candidates, height, width)))

    def _found(self, scan: Scan, plan: Plan, question: Question) -> list[_Found]:
        most = _SMALL * plan.picture.width * plan.picture.height if plan.cut else None
        return [
            _Found(_candidate(proposal, mask), mask)
            for proposal, mask in scan.found()
            if _is_within(mask, question.within)
            and (most is None or question.within is not None or mask.area <= most)
        ]

    def _merged(self, found: Sequence[_Found], pictures: int) -> list[_Found]:
        """The best first, and of several pictures no thing twice."""
        ranked = sorted(found, key=lambda f: -f.candidate.score)
        if pictures < 2 or not ranked:
            return ranked
        codes = [f.mask.rle() for f in ranked]
        iou = np.asarray(coco_mask.iou(codes, codes, [0] * len(codes)))
        kept: list[int] = []
        for index in range(len(ranked)):
            if not kept or iou[index, kept].max() <= self._sieve.overlap:
                kept.append(index)
        return [ranked[index] for index in kept]


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    mask: Mask


def point_engine(view: View) -> DecodesPoints:
    """The engine in use.

    Raises:
        ModelError: there is none, or it cannot be asked at many points.
    """
    if view.engine is None:
        raise ModelError(tr("Looking for everything needs an engine; choose MobileSAM or SAM 2."))
    if not isinstance(view.engine, DecodesPoints):
        raise ModelError(
            tr(
                "{info_title} cannot look for everything; choose MobileSAM or SAM 2.",
                info_title=view.engine.info.title,
            )
        )
    return view.engine


def _plans(view: View, engine: DecodesPoints, question: Question) -> list[Plan]:
    """The frame, or a close-up of the box that was asked about, then crops of it."""
    height, width = view.picture.shape[:2]
    frame = Window(0, 0, width, height)
    asked, grid = frame, question.grid
    if question.within is not None:
        part = part_of(view.picture, question.within)
        asked = Window(part.left, part.top, part.picture.shape[1], part.picture.shape[0])

    def close_up(picture: Window, points: Window, side: int) -> Plan:
        opened = partial(_close_up, engine, view, picture)
        return Plan(opened, picture, points, side, grid.second_look, cut=True)

    if asked.width * asked.height < _CLOSE_UP * width * height:
        whole = close_up(_grown(asked, frame), asked, grid.points_per_side)
    else:
        opened = partial(engine.point_decoder, view.frame)
        whole = Plan(opened, frame, asked, grid.points_per_side, grid.second_look)
    crops = crops_of(asked, grid.crop_layers)
    sides = [max(1, grid.points_per_side >> layer) for _, layer in crops]
    return [whole, *(close_up(c, c, side) for (c, _), side in zip(crops, sides, strict=True))]


def _close_up(engine: DecodesPoints, view: View, window: Window) -> PointDecoder:
    rows = slice(window.top, window.top + window.height)
    columns = slice(window.left, window.left + window.width)
    return engine.picture_decoder(np.ascontiguousarray(view.picture[rows, columns]))


def _grown(window: Window, frame: Window) -> Window:
    more_x, more_y = round(_MARGIN * window.width), round(_MARGIN * window.height)
    left, top = max(window.left - more_x, 0), max(window.top - more_y, 0)
    right = min(window.left + window.width + more_x, frame.width)
    bottom = min(window.top + window.height + more_y, frame.height)
    return Window(left, top, right - left, bottom - top)


def _candidate(proposal: Proposal, mask: Mask) -> Candidate:
    x, y, width, height = mask.bbox
    box = Box(x, y, x + width, y + height)
    return Candidate(box, proposal.score, mask=mask, stability=proposal.stability)


def _is_within(mask: Mask, box: Box | None) -> bool:
    if box is None:
        return True
    window = Window.around(mask, box.x0, box.y0, box.x1, box.y1)
    return bool(np.count_nonzero(decode_window(mask, window)) >= _WITHIN * mask.area)
