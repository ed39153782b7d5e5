"""How good and how fast the flow engine is beside a plain warp, on sequences with ground truth.

A sequence is a folder with JPEGImages and Annotations (palette PNGs, the pixel being the id; with
255 alone the object is 255). The first annotated frame's masks are given; J and F follow the
DAVIS 2017 definition. AUROC says how well the score tells frames of IoU below 0.5 from the rest.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.evaluate.metrics import compare_sequences, region_similarity
from vostool.masks import Mask
from vostool.models.flow import FlowSegmenter
from vostool.models.segmenter import Direction, Keyframe, TrackRequest


class Sequence(NamedTuple):
    """Frames, ids by frame (None without ground truth), and what to call it."""

    name: str
    frames: list[np.ndarray]
    truth: list[np.ndarray | None]


Answers = Iterator[tuple[np.ndarray, dict[int, float]]]
"""For each frame the ids and the scores by object."""


def read(folder: Path) -> Sequence:
    """A sequence folder."""
    pictures = sorted(p for p in (folder / "JPEGImages").iterdir() if p.suffix.lower() != ".mp4")
    frames = [np.asarray(Image.open(p).convert("RGB")) for p in pictures]
    truth: list[np.ndarray | None] = []
    for picture in pictures:
        path = folder / "Annotations" / f"{picture.stem}.png"
        truth.append(_ids(np.asarray(Image.open(path))) if path.exists() else None)
    return Sequence(folder.name, frames, truth)


def _ids(image: np.ndarray) -> np.ndarray:
    ids = image if image.ndim == 2 else image.max(-1)
    if set(np.unique(ids)) <= {0, 255}:
        return (ids == 255).astype(np.uint8)
    return ids.astype(np.uint8)


def plain_warp(sequence: Sequence) -> Answers:
    """Each object's soft mask along DIS flow (medium preset, full size), and nothing else."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first = sequence.truth[0]
    assert first is not None
    objects = [int(i) for i in np.unique(first) if i not in (0, 255)]
    softs = {oid: (first == oid).astype(np.float32) for oid in objects}
    before = cv2.cvtColor(sequence.frames[0], cv2.COLOR_RGB2GRAY)
    grid = np.stack(np.meshgrid(*(np.arange(n, dtype=np.float32) for n in before.shape[::-1])), -1)
    yield first, dict.fromkeys(objects, 1.0)
    for frame in sequence.frames[1:]:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        where = grid + dis.calc(gray, before, None)
        ids, best = np.zeros(gray.shape, np.uint8), np.full(gray.shape, 0.5, np.float32)
        for oid in objects:
            softs[oid] = cv2.remap(softs[oid], where, None, cv2.INTER_LINEAR)
            ids[softs[oid] > best] = oid
            best = np.maximum(best, softs[oid])
        before = gray
        yield ids, dict.fromkeys(objects, 0.0)


def engine(sequence: Sequence) -> Answers:
    """The engine through its protocol."""
    first = sequence.truth[0]
    assert first is not None
    keys = tuple(
        Keyframe(0, int(oid), None, Mask.from_array(first == oid))
        for oid in np.unique(first)
        if oid not in (0, 255)
    )
    segmenter = FlowSegmenter()
    segmenter.open(ArraySource(sequence.frames))
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, len(sequence.frames) - 1)
    for step in segmenter.track(request, lambda: False):
        ids = np.zeros(first.shape, np.uint8)
        for oid, reply in step.replies.items():
            ids[reply.mask.to_array()] = oid
        yield ids, {oid: reply.score for oid, reply in step.replies.items()}


def auroc(scores: list[float], bad: list[bool]) -> float:
    """Chance that a bad frame scores below a good one, ties half; nan without both kinds."""
    low = np.array([s for s, b in zip(scores, bad, strict=True) if b])
    high = np.array([s for s, b in zip(scores, bad, strict=True) if not b])
    if not len(low) or not len(high):
        return math.nan
    return float((low[:, None] < high).mean() + 0.5 * (low[:, None] == high).mean())


def measure(sequence: Sequence, method: Callable[[Sequence], Answers]) -> tuple[str, list, list]:
    """One line of the table, and the scores with what they should have said."""
    start = time.perf_counter()
    answers = list(method(sequence))
    rate = (len(answers) - 1) / (time.perf_counter() - start)
    ids = [a[0] for a in answers]
    quality = compare_sequences(sequence.truth, ids)
    scores, bad = [], []
    for index, truth in enumerate(sequence.truth):
        if index == 0 or truth is None:
            continue
        for oid, score in answers[index][1].items():
            scores.append(score)
            bad.append(region_similarity(truth == oid, ids[index] == oid) < 0.5)
    each = " ".join(f"{o.object_id}:{o.jf_mean:.3f}" for o in quality.objects)
    numbers = f"{quality.j_mean:6.3f} {quality.f_mean:6.3f} {quality.jf_mean:6.3f} {rate:7.1f}"
    line = f"{sequence.name:22} {method.__name__:10} {numbers} {auroc(scores, bad):6.3f}  {each}"
    return line, scores, bad


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sequence", nargs="*", type=Path, help="folders; none: generated clip only")
    parser.add_argument("--generated", action="store_true", help="also the generated clip")
    parser.add_argument("--engine-only", action="store_true", help="leave the plain warp out")
    options = parser.parse_args()
    sequences = [read(folder) for folder in options.sequence]
    if options.generated or not sequences:
        clip = generate_clip()
        sequences.append(Sequence("generated", list(clip.frames), list(clip.ids)))
    print(f"{'sequence':22} {'method':10} {'J':>6} {'F':>6} {'J&F':>6} {'fps':>7} {'AUROC':>6}")
    methods = [engine] if options.engine_only else [plain_warp, engine]
    for sequence in sequences:
        for method in methods:
            print(measure(sequence, method)[0], flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
