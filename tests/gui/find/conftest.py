"""A finder that proposes the clip's own objects, held by the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from vostool.evaluate.generated_clip import GeneratedClip
from vostool.finders.concepts import ConceptFrame
from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
from vostool.finders.registry import CONCEPTS, FINDERS
from vostool.finders.spec import ConceptSpec, FinderSpec
from vostool.frames import FrameSource
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Cancelled, SegmentReply, TrackedFrame

WAYS = (Way.EVERYTHING, Way.TEXT, Way.LIKE)
NAMES = {1: "ladybird", 2: "fish", 3: "starfish"}
SCORES = {1: 0.95, 2: 0.88, 3: 0.8}
PATIENCE = 10.0


class ScriptedFinder:
    """One look an object, best first, and the lower half of the fish as a part of it.

    Attributes:
        questions: what it was asked, with the frame.
        failure: raised instead of the second look when it is not None.
        ground: it sees the whole picture as one thing, too.
    """

    def __init__(self, clip: GeneratedClip) -> None:
        self._ids = clip.ids
        self.questions: list[tuple[int, Question]] = []
        self._permits: threading.Semaphore | None = None
        self.failure: Exception | None = None
        self.ground = False
        self.closed = 0

    @property
    def info(self) -> FinderInfo:
        return FinderInfo("scripted", "Scripted", WAYS)

    def find(self, view: View, question: Question) -> Iterator[Look]:
        self.questions.append((view.frame, question))
        found: list[Candidate] = []
        for number, truth in enumerate((1, 2, 3)):
            assert self._permits is None or self._permits.acquire(timeout=PATIENCE)
            if self.failure is not None and number == 1:
                raise self.failure
            found += self._candidates(view.frame, truth, question, len(found))
            if self.ground and not number:
                height, width = self._ids[view.frame].shape
                everywhere = Mask.from_array(np.ones((height, width), np.bool_))
                found.append(Candidate(Box(0, 0, width, height), 0.99, "", everywhere))
            yield Look(number + 1, 3, tuple(found))

    def hold(self) -> None:
        """Every look waits for :meth:`allow`."""
        self._permits = threading.Semaphore(0)

    def allow(self, looks: int) -> None:
        assert self._permits is not None
        self._permits.release(looks)

    def release(self) -> None:
        """Nothing waits any more."""
        if self._permits is not None:
            self._permits.release(10_000)

    def close(self) -> None:
        self.closed += 1

    def _mask(self, pixels: np.ndarray) -> Mask | None:
        """What a finder with boxes alone leaves out."""
        return Mask.from_array(pixels)

    def _candidates(
        self, frame: int, truth: int, question: Question, at: int
    ) -> Iterator[Candidate]:
        pixels = self._ids[frame] == truth
        ys, xs = np.nonzero(pixels)
        if not len(xs):
            return
        box = Box(float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
        within = question.within
        if within is not None and (box.x0 < within.x0 or box.x1 > within.x1):
            return
        if question.way is Way.TEXT and NAMES[truth] not in question.phrases:
            return
        label = NAMES[truth] if question.way is Way.TEXT else ""
        yield Candidate(box, SCORES[truth], label, self._mask(pixels))
        if truth == 2 and question.way is Way.EVERYTHING:
            lower = pixels.copy()
            lower[: int((box.y0 + box.y1) / 2)] = False
            half = Box(box.x0, (box.y0 + box.y1) // 2, box.x1, box.y1)
            yield Candidate(half, 0.85, "", Mask.from_array(lower), whole=at)


@pytest.fixture
def finder(clip: GeneratedClip, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedFinder]:
    """The scripted finder, the best of every way."""
    made = ScriptedFinder(clip)
    spec = FinderSpec(name="scripted", title="Scripted", ways=WAYS, load=lambda *_: made, rank=1000)
    with _registered(monkeypatch, spec):
        yield made
    made.release()


class ScriptedTracker:
    """Follows the clip's own objects by their names, one frame late.

    Attributes:
        permits: one is taken before each frame, where it is set.
    """

    def __init__(self, clip: GeneratedClip) -> None:
        self._ids = clip.ids
        self.permits: threading.Semaphore | None = None
        self.asked: list[tuple[tuple[str, ...], range, int]] = []
        self.closed = 0

    @property
    def info(self) -> FinderInfo:
        return FinderInfo("scripted-video", "Scripted", (Way.TEXT,))

    def follow(
        self,
        source: FrameSource,
        phrases: Sequence[str],
        frames: range,
        cancelled: Cancelled,
        *,
        most: int = 255,
        least: float | None = None,
    ) -> Iterator[ConceptFrame | None]:
        self.asked.append((tuple(phrases), frames, most))
        named = {truth: name for truth, name in NAMES.items() if name in phrases}
        for frame in frames:
            assert self.permits is None or self.permits.acquire(timeout=PATIENCE)
            if cancelled():
                return
            yield None
            masks = {n: Mask.from_array(self._ids[frame] == n) for n in named}
            replies = {n: SegmentReply(m, 0.9) for n, m in masks.items() if not m.is_empty}
            yield ConceptFrame(TrackedFrame(frame, replies), {n: named[n] for n in replies})

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def tracker(clip: GeneratedClip, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedTracker]:
    """The scripted tracker, the best there is for whole videos."""
    made = ScriptedTracker(clip)
    spec = ConceptSpec(
        name="scripted-video",
        title="Scripted",
        ways=(Way.TEXT,),
        load=lambda *_: made,
        rank=1000,
    )
    monkeypatch.setitem(CONCEPTS._own, spec.name, spec)
    CONCEPTS.forget()
    yield made
    CONCEPTS.forget()
    if made.permits is not None:
        made.permits.release(10_000)


class _registered:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, *specs: FinderSpec) -> None:
        for spec in specs:
            monkeypatch.setitem(FINDERS._own, spec.name, spec)

    def __enter__(self) -> None:
        FINDERS.forget()

    def __exit__(self, *_: object) -> None:
        FINDERS.forget()
