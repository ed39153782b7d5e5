"""Boxes that a finder proposed get their masks from the engine in use, by a box prompt each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vostool.errors import ModelError
from vostool.finders.finder import Candidate, Look, View
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentRequest
from vostool.project.prompts import Prompts
from vostool.words import tr

_NOBODY = 0  # prompts alone decide the answer; the object's number is for what an engine keeps


def filled(candidate: Candidate, view: View) -> Candidate:
    """The candidate with a mask; itself where it has one.

    Its box and its score stay what the finder said. A mask that the engine leaves empty is the
    box itself, so that nothing that was found is lost without a word.

    Raises:
        ModelError: no engine is there, or it fails.
        SourceError: the frame cannot be read.
    """
    if candidate.mask is not None:
        return candidate
    if view.engine is None:
        raise ModelError(tr("A box gets its mask from an engine, and none is loaded; choose one."))
    height, width = view.picture.shape[:2]
    box = _inside(candidate.box, width, height)
    reply = view.engine.segment(SegmentRequest(view.frame, _NOBODY, Prompts(box=box)))
    mask = _of_box(box, width, height) if reply.mask.is_empty else reply.mask
    return replace(candidate, mask=mask)


def fill(candidates: Sequence[Candidate], view: View) -> Iterator[Look]:
    """Yield a look after each box that got its mask; the last one has them all."""
    done = list(candidates)
    yield Look(0, len(done), tuple(done))
    for place, candidate in enumerate(candidates):
        done[place] = filled(candidate, view)
        yield Look(place + 1, len(done), tuple(done))


def _inside(box: Box, width: int, height: int) -> Box:
    """The part of a box inside the frame; at least a pixel of it."""
    x0, x1 = (min(max(x, 0.0), float(width)) for x in (box.x0, box.x1))
    y0, y1 = (min(max(y, 0.0), float(height)) for y in (box.y0, box.y1))
    if x1 - x0 < 1:
        x0 = min(x0, width - 1.0)
        x1 = x0 + 1
    if y1 - y0 < 1:
        y0 = min(y0, height - 1.0)
        y1 = y0 + 1
    return Box(x0, y0, x1, y1)


def _of_box(box: Box, width: int, height: int) -> Mask:
    import numpy as np  # here, because listing the finders needs no pixel

    pixels = np.zeros((height, width), np.bool_)
    pixels[int(box.y0) : max(round(box.y1), int(box.y0) + 1)][
        :, int(box.x0) : max(round(box.x1), int(box.x0) + 1)
    ] = True
    return Mask.from_array(pixels)
