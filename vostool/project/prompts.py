"""What a person tells the engine about one object on one frame.

Coordinates are image pixels, x to the right, y down, origin at the outer corner of the top
left pixel; they may be fractional. Everything here is frozen: a request that holds prompts
cannot change under the engine that works on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.recall import Recall
from vostool.words import mark, tr

CHOICES = 3
"""Masks that an engine may have for a lone click."""
BEGIN_WITH_OBJECT = mark(
    "Begin with a click on the object; a negative point takes away from its mask."
)


@dataclass(frozen=True, slots=True)
class Point:
    """A click: positive says "belongs to the object", negative says "does not"."""

    x: float
    y: float
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Prompts:
    """All prompts of one object on one frame.

    An engine reads them in this order: first ``mask`` (or ``base``), then ``box``, then
    ``points`` one by one, each refining what the earlier ones gave. So the mask of a prompted
    frame is a function of the picture and of this value alone, and can be made again at any time;
    but for a correction that read the frames around it, whose ``recall`` says so, and for an engine
    that knows the object from other frames (:attr:`SegmentRequest.looks`).

    Attributes:
        points: clicks in the order they were made.
        box: a box, or None.
        mask: a mask the person gave (drawn or imported), or None.
        base: the tracked mask that these prompts correct, or None where they start from nothing;
            an engine may let its box go along. A box starts from nothing all the same, but an
            engine may leave of that mask what the box does not speak against.
        choice: which of an engine's three masks answers the first click where that stands alone
            (:attr:`is_lone_click`), by size: 0 a part, 1 more, 2 the whole. None: the one that
            the engine thinks best. An engine with one mask does not look at it.
        together: so many of the first points were given in one go with the box, or with each other
            where there is none; an engine is told them in one call.
        recall: how a correction was answered; None before that, and where nothing was corrected.
    """

    points: tuple[Point, ...] = ()
    box: Box | None = None
    mask: Mask | None = None
    base: Mask | None = None
    choice: int | None = None
    together: int = 0
    recall: Recall | None = None

    @property
    def is_lone_click(self) -> bool:
        """True where all begins with a click on the object and nothing that says how far it goes.

        Later clicks refine what the first one gave.
        """
        alone = self.box is None and self.mask is None and self.base is None
        return alone and bool(self.points) and self.points[0].positive

    @property
    def is_empty(self) -> bool:
        """True where the person gave nothing; a ``base`` alone is no prompt."""
        return not self.points and self.box is None and self.mask is None

    @property
    def start_mask(self) -> Mask | None:
        """The mask to start from: the given one, else the one under correction by clicks."""
        if self.mask is not None:
            return self.mask
        return None if self.starts_anew else self.base

    @property
    def starts_anew(self) -> bool:
        """True for a box that was drawn alone, whatever stood there; points may have followed."""
        return self.box is not None and not self.together

    @property
    def has_object(self) -> bool:
        """False where all that is said is what does not belong to the object.

        Engines answer that with the whole background.
        """
        base = self.base is not None and not self.base.is_empty
        told = self.box is not None or self.mask is not None
        return base or told or any(point.positive for point in self.points)

    def check_inside(self, width: int, height: int) -> None:
        """Raise :class:`PromptError` when a point or the whole box lies outside the frame."""
        for point in self.points:
            if not (0 <= point.x < width and 0 <= point.y < height):
                raise PromptError(
                    tr(
                        "The point {x:g},{y:g} lies outside the {width}x{height} frame.",
                        x=point.x,
                        y=point.y,
                        width=width,
                        height=height,
                    )
                )
        box = self.box
        if box is not None and (box.x0 >= width or box.y0 >= height or box.x1 <= 0 or box.y1 <= 0):
            raise PromptError(
                tr(
                    "The box {x0:g},{y0:g},{x1:g},{y1:g} lies outside the {width}x{height} frame.",
                    x0=box.x0,
                    y0=box.y0,
                    x1=box.x1,
                    y1=box.y1,
                    width=width,
                    height=height,
                )
            )
        start = self.start_mask
        if start is not None and (start.width, start.height) != (width, height):
            raise PromptError(
                tr(
                    "The mask is {width}x{height}, but the frame is "
                    "{width_2}x{height_2}; give a mask of the frame's size.",
                    width=start.width,
                    height=start.height,
                    width_2=width,
                    height_2=height,
                )
            )


def with_point(
    old: Prompts | None, record: MaskRecord | None, point: Point, choice: int | None = None
) -> Prompts:
    """Add a click; the first one on a tracked mask corrects that mask instead of starting anew.

    Args:
        old: the prompts that stand on this frame for the object, or None.
        record: the mask that is shown for it there, or None.
        choice: of the masks of a first click, see :attr:`Prompts.choice`.
    """
    if old is None:
        base = _tracked(record)
        lone = base is None and point.positive
        return Prompts(points=(point,), base=base, choice=choice if lone else None)
    return replace(old, points=(*old.points, point), recall=None)


def with_points(
    old: Prompts | None, record: MaskRecord | None, points: Sequence[Point]
) -> Prompts | None:
    """Add points that were given in one go, as those of a stroke; None where nothing is said.

    The first ones of a frame are told to the engine in one call, later ones click by click.

    Args:
        old: the prompts that stand on this frame for the object, or None.
        record: the mask that is shown for it there, or None.
    """
    if old is None and len(points) > 1:
        return Prompts(points=tuple(points), base=_tracked(record), together=len(points))
    prompts = old
    for point in points:
        prompts = with_point(prompts, record, point)
    return prompts


def with_box(box: Box, record: MaskRecord | None = None) -> Prompts:
    """A box says "the object is here": it starts anew and drops earlier prompts of the frame.

    Args:
        record: the mask that is shown for the object there, or None; a tracked one is remembered,
            also an empty one, which says that the object was lost there.
    """
    if record is None or record.provenance is Provenance.PROMPTED:
        return Prompts(box=box)
    return Prompts(box=box, base=record.mask)


def _tracked(record: MaskRecord | None) -> Mask | None:
    """The mask that prompts correct; None for one that prompts made, and for an empty one."""
    if record is None or record.provenance is Provenance.PROMPTED or record.mask.is_empty:
        return None
    return record.mask
