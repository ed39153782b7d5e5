"""Recall of a finder's candidates on single frames: how many true objects are among the best few.

Average recall as COCO has it (Hosang et al., arXiv:1502.05082): the share of objects that one of
the best 10 or 100 candidates of their frame matches, averaged over IoU 0.5 to 0.95; a candidate
matches one object. pycocotools counts it.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from vostool.errors import Cancelled, LabelsError
from vostool.evaluate.headless import Stepped, Stopped
from vostool.evaluate.sequence import TruthSequence
from vostool.finders.choice import overlaps_of, ranking
from vostool.finders.finder import Candidate, Finder, Look, Question, View
from vostool.masks.mask import Mask
from vostool.models.engine import Engine

MOST = (10, 100)
"""Candidates of a frame that are looked at."""


@dataclass(frozen=True, slots=True)
class FrameLook:
    """What was found on one frame.

    Attributes:
        sequence, frame: which.
        truth: masks of the objects there, by id.
        candidates: all of them.
        best: by id the highest IoU that any candidate has with the object.
        clicks: points that the finder asked, or None where it counts none.
        seconds: it took, the encoder's pass included.
    """

    sequence: str
    frame: int
    truth: Mapping[int, Mask]
    candidates: tuple[Candidate, ...]
    best: Mapping[int, float]
    clicks: int | None
    seconds: float


def look_at(
    sequence: TruthSequence,
    engine: Engine,
    finder: Finder,
    question: Question,
    looks: int = 1,
    *,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
) -> list[FrameLook]:
    """Look for everything on some frames of a sequence, spread evenly over those with an object.

    Raises:
        LabelsError: no frame shows an object, or a mask cannot be read.
        ModelError, SourceError: from finder, engine and pictures.
        Cancelled: as ``stopped`` asked.
    """
    done = []
    with closing(sequence.open()) as source:
        engine.open(source)
        for frame in _frames(sequence, looks):
            truth = _truth(sequence, frame)
            start = time.perf_counter()
            view, look = View(frame, source.frame(frame), engine), Look(0, 0)
            for look in finder.find(view, question):  # noqa: B007 - the last one is wanted
                if stopped():
                    raise Cancelled("Stopped.")
            seconds = time.perf_counter() - start
            best = {oid: _best(mask, look.candidates) for oid, mask in truth.items()}
            clicks = getattr(finder, "decoded", None)
            done.append(
                FrameLook(sequence.name, frame, truth, look.candidates, best, clicks, seconds)
            )
            stepped()
    return done


def average_recall(looks: Iterable[FrameLook]) -> dict[int, float]:
    """By number of candidates a frame, the average recall over all frames' objects; nan without."""
    listed = list(looks)
    objects = [(n, mask) for n, look in enumerate(listed) for mask in look.truth.values()]
    found = [ranked for n, look in enumerate(listed) for ranked in _ranked(n, look)]
    if not objects:
        return dict.fromkeys(MOST, math.nan)
    if not found:
        return dict.fromkeys(MOST, 0.0)
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools tells what it does
        truth = _coco([_entry(n, mask) for n, mask in objects])
        answers = _coco([_entry(n, mask, score) for n, mask, score in found])
        evaluator = COCOeval(truth, answers, "segm")
        evaluator.params.useCats = 0
        evaluator.params.maxDets = list(MOST)
        evaluator.evaluate()
        evaluator.accumulate()
    recall = evaluator.eval["recall"]  # (IoU, category, range of areas, number)
    return {most: float(recall[:, 0, 0, i].mean()) for i, most in enumerate(MOST)}


def _frames(sequence: TruthSequence, looks: int) -> list[int]:
    showing = (frame for frame in sequence.annotated if _truth(sequence, frame))
    shown = list(itertools.islice(showing, 1)) if looks == 1 else list(showing)
    if not shown:
        raise LabelsError(f"{sequence.name}: no frame shows an object.")
    chosen = np.linspace(0, len(shown) - 1, min(looks, len(shown))).round().astype(int)
    return [shown[i] for i in chosen]


def _ranked(number: int, look: FrameLook) -> list[tuple[int, Mask, float]]:
    """The frame's masks, with scores that fall in the order in which the program shows them."""
    size = next(((c.mask.height, c.mask.width) for c in look.candidates if c.mask), (0, 0))
    order = ranking(look.candidates, overlaps_of(look.candidates, *size))
    masks = [mask for mask in (look.candidates[i].mask for i in order) if mask is not None]
    return [(number, mask, 1 / (1 + place)) for place, mask in enumerate(masks)]


def _truth(sequence: TruthSequence, frame: int) -> dict[int, Mask]:
    ids = sequence.truth(frame)
    return {int(oid): Mask.from_array(ids == oid) for oid in np.unique(ids[ids > 0])}


def _best(mask: Mask, candidates: Sequence[Candidate]) -> float:
    return max((mask.iou(c.mask) for c in candidates if c.mask is not None), default=0.0)


def _entry(image: int, mask: Mask, score: float | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "image_id": image, "category_id": 1, "iscrowd": 0, "segmentation": mask.rle(),
        "area": mask.area, "bbox": list(mask.bbox),
    }  # fmt: skip
    return entry if score is None else {**entry, "score": score}


def _coco(entries: list[dict[str, Any]]) -> COCO:
    made = COCO()
    sizes = {entry["image_id"]: entry["segmentation"]["size"] for entry in entries}
    made.dataset = {
        "images": [{"id": n, "height": h, "width": w} for n, (h, w) in sizes.items()],
        "categories": [{"id": 1, "name": "object"}],
        "annotations": [{**entry, "id": n} for n, entry in enumerate(entries, 1)],
    }
    made.createIndex()
    return made
