"""What looks like an object that is labelled already, without a model made for that.

Each candidate of "everything" is described by the mean of the engine's features in its mask, the
frame's own mean taken off, and compared with the examples by the cosine. Networks that cut out
objects were not trained to name them: this tells a dog from the grass and from a cyclist, not one
breed from another. Models that take examples do it better; they come first where they are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.errors import UsageError
from vostool.finders.everything.finder import EverythingFinder, point_engine
from vostool.finders.finder import (
    Candidate,
    Example,
    FinderInfo,
    Look,
    Question,
    View,
    Way,
)
from vostool.finders.text.examples import by_label
from vostool.masks.mask import Mask
from vostool.models.engine import DecodesPoints
from vostool.words import tr

NAME, TITLE = "everything-like", "Everything, compared with an example"
_SAME = 0.7
"""IoU with an example of this very frame from which on a candidate is that example."""


class LikeFinder:
    """Implements :class:`vostool.finders.finder.Finder` for :attr:`Way.LIKE`.

    ``Candidate.text_score`` is how like the nearest example it is, ``score`` that times the
    predicted IoU; its label is the example's.
    """

    def __init__(self) -> None:
        self._everything = EverythingFinder()

    @property
    def info(self) -> FinderInfo:
        return FinderInfo(NAME, TITLE, (Way.LIKE,))

    def find(self, view: View, question: Question) -> Iterator[Look]:
        if question.way is not Way.LIKE:
            raise UsageError(
                tr("{title} needs an object to compare with; choose another finder.", title=TITLE)
            )
        groups = [example for group in by_label(question) for example in group]
        engine = point_engine(view)
        asked = replace(question, way=Way.EVERYTHING)
        return self._looks(view, engine, groups, self._everything.find(view, asked))

    def close(self) -> None:
        self._everything.close()

    def _looks(
        self,
        view: View,
        engine: DecodesPoints,
        examples: Sequence[Example],
        everything: Iterator[Look],
    ) -> Iterator[Look]:
        yield Look(0, 1)
        wanted = [_example(engine, example) for example in examples]
        features = centred(engine.point_decoder(view.frame).features())
        here = [e.mask for e in examples if e.frame == view.frame]
        known: dict[Mask, tuple[float, str] | None] = {}
        for look in everything:
            candidates = [
                _compared(c, known, features, wanted, here) for c in look.candidates if c.mask
            ]
            yield replace(look, candidates=_without_gaps(candidates))


Wanted = tuple[NDArray[np.float32], str]
"""An example's description and its label."""


def centred(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(C, rows, columns) of a picture without what is common to all of it."""
    return np.asarray(features - features.mean((1, 2), keepdims=True), np.float32)


def described(features: NDArray[np.float32], mask: Mask) -> NDArray[np.float32]:
    """(C,) of length 1: the mean of a picture's features (C, rows, columns) in a mask of it."""
    size = features.shape[2], features.shape[1]
    share = cv2.resize(mask.to_array().astype(np.float32), size, interpolation=cv2.INTER_AREA)
    mean = (features * share).sum((1, 2))
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _example(engine: DecodesPoints, example: Example) -> Wanted:
    features = centred(engine.picture_decoder(example.picture).features())
    return described(features, example.mask), example.label


def _compared(
    candidate: Candidate,
    known: dict[Mask, tuple[float, str] | None],
    features: NDArray[np.float32],
    wanted: Sequence[Wanted],
    here: Sequence[Mask],
) -> Candidate | None:
    """The candidate with its likeness, or None for one that is an example itself.

    Args:
        known: by mask what was compared already, and None for an example.
    """
    mask = candidate.mask
    assert mask is not None
    if mask not in known:
        known[mask] = None
        if not any(mask.iou(other) >= _SAME for other in here):
            own = described(features, mask)
            known[mask] = max((float(own @ vector), label) for vector, label in wanted)
    found = known[mask]
    if found is None:
        return None
    alike = min(max(found[0], 0.0), 1.0)
    return replace(candidate, score=candidate.score * alike, text_score=alike, label=found[1])


def _without_gaps(candidates: Sequence[Candidate | None]) -> tuple[Candidate, ...]:
    """Those that are left, each telling its whole by its new place; one that is gone is told by
    nobody."""
    places: Mapping[int, int] = {
        old: new for new, old in enumerate(i for i, c in enumerate(candidates) if c is not None)
    }
    return tuple(
        replace(c, whole=None if c.whole is None else places.get(c.whole))
        for c in candidates
        if c is not None
    )
