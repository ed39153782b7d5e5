"""Held-out labels are measured within bounds, and what was not tracked does not count."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_videos import Skill, SkilledEngine, halves

from vostool.errors import SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.trainer import TaughtVideo
from vostool.training.chosen import stretch, thinned
from vostool.training.compare import compare
from vostool.training.measuring import ENGINES_KEPT, Cell, CellMeasure, Measurer, mean_value

SEEN = Mask.from_array(torch.ones(4, 4, dtype=torch.bool).numpy())


def labels(frames, name="a", objects=(1,)) -> TaughtVideo:
    masks = {frame: dict.fromkeys(objects, SEEN) for frame in sorted(frames)}
    return TaughtVideo(name, name, lambda: None, masks)


class Counted(SkilledEngine):
    """Says what it was asked, and of how many videos at a time sources are open."""

    def __init__(self, log) -> None:
        super().__init__(Skill(torch.ones(1)))
        self._log = log
        log["made"] += 1

    def track(self, request, cancelled):
        self._log["last"] = max(self._log["last"], request.last)
        yield from super().track(request, cancelled)

    def close(self) -> None:
        self._log["closed"] += 1


def watched(video: TaughtVideo, log) -> TaughtVideo:
    class Source(ArraySource):
        def close(self):
            log["open"] -= 1
            super().close()

    def open_it():
        log["open"] += 1
        log["most"] = max(log["most"], log["open"])
        inner = video.open()
        return Source([inner.frame(0)] * len(inner))

    return TaughtVideo(video.name, video.digest, open_it, video.masks)


def test_many_videos_share_a_few_engines_and_all_are_closed():
    log = Counter()
    videos = [watched(halves(f"v{n}", range(0, 12, 4)), log) for n in range(ENGINES_KEPT + 3)]
    with Measurer(lambda: Counted(log), videos, tracks=True) as measurer:
        for _ in range(2):
            found = measurer()
            assert {m.cell.video for m in found} == {video.name for video in videos}
            assert mean_value(found) == pytest.approx(1)
    assert log["made"] == log["closed"] == ENGINES_KEPT
    assert log["most"] == ENGINES_KEPT + 1 and log["open"] == 0


def test_a_video_that_an_engine_cannot_take_leaves_nothing_open():
    log = Counter()

    class Refusing(Counted):
        def open(self, source):
            if log["opened"] == ENGINES_KEPT:
                raise SourceError("torn")
            log["opened"] += 1
            super().open(source)

    videos = [watched(halves(f"v{n}", range(0, 12, 4)), log) for n in range(ENGINES_KEPT + 1)]
    with Measurer(lambda: Refusing(log), videos) as measurer, pytest.raises(SourceError):
        measurer()
    assert log["made"] == log["closed"] == ENGINES_KEPT
    assert log["open"] == 0


def test_tracking_ends_with_the_last_label_that_is_looked_at():
    log = Counter()
    with Measurer(lambda: Counted(log), [halves("a", range(0, 20, 2))], tracks=True) as measurer:
        found = measurer()
    assert log["last"] == 18
    assert [m.tracked is None for m in found] == [True] + [False] * 9


def test_what_tracking_was_given_does_not_count():
    cell = [Cell("a", frame, 1) for frame in range(3)]
    given = CellMeasure(cell[0], SEEN, click=1.0, box=1.0)
    before = [given, *(CellMeasure(c, SEEN, 1.0, 1.0, tracked=0.2) for c in cell[1:])]
    after = [
        CellMeasure(cell[0], SEEN, click=0.0, box=0.0),
        *(CellMeasure(c, SEEN, 0.0, 0.0, tracked=0.6) for c in cell[1:]),
    ]
    found = compare(before, after)
    assert (found.value_before, found.value_after) == pytest.approx((0.2, 0.6))
    assert found.spread == pytest.approx(0) and found.better


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=30), st.integers(1, 400))
def test_a_stretch_is_short_enough_and_none_has_more_labels(frames, reach):
    found = sorted(stretch(labels(frames), reach).masks)
    assert found[-1] - found[0] < reach
    most = max(len([f for f in frames if start <= f < start + reach]) for start in frames)
    assert len(found) == most
    assert set(found) == {f for f in frames if found[0] <= f < found[0] + reach}


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 40), st.integers(1, 5))
def test_videos_that_are_measured_keep_enough_frames(videos, frames, most, fewest):
    given_ = [labels(range(frames), f"v{n}") for n in range(videos)]
    kept = thinned(given_, most, fewest)
    assert kept
    assert all(len(video.masks) >= min(fewest, frames) for video in kept)
    assert sum(len(video.cells) for video in kept) <= max(most, fewest)
    assert {video.name for video in kept} <= {video.name for video in given_}
