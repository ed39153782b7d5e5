"""Frames read ahead of a run: in its order, bounded, given up at once, and nothing left behind."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from vostool.errors import SourceError
from vostool.frames import SourceInfo
from vostool.models.shared.read_ahead import NAME, ReadAhead

WAIT = 10.0


class Log:
    """What all readers of a source did."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.clones = self.closed = 0
        self.gate = threading.Semaphore(0)
        self.held = False
        self.broken: set[int] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()


class Source:
    """Frame n is a picture of n; readers may be held."""

    def __init__(self, log: Log, kind: str = "video") -> None:
        self.log = log
        self.info = SourceInfo("x", kind, 4, 2, 100, 25.0)

    def __len__(self) -> int:
        return 100

    def frame(self, index: int):
        log = self.log
        with log.lock:
            log.at_once += 1
            log.most_at_once = max(log.most_at_once, log.at_once)
        try:
            assert not log.held or log.gate.acquire(timeout=WAIT)
            with log.lock:
                log.read.append(index)
            if index in log.broken:
                raise SourceError(f"Frame {index} is damaged.")
            return np.full((2, 4, 3), index, np.uint8)
        finally:
            with log.lock:
                log.at_once -= 1

    def clone(self):
        self.log.clones += 1
        return Source(self.log, self.info.kind)

    def close(self) -> None:
        self.log.closed += 1


_others: set[threading.Thread] = set()


def threads() -> list[threading.Thread]:
    """Those of this test; an engine of another one may not have been closed."""
    return [t for t in threading.enumerate() if t.name.startswith(NAME) and t not in _others]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.002)


@pytest.fixture
def log() -> Iterator[Log]:
    _others.clear()
    _others.update(threading.enumerate())
    made = Log()
    yield made
    made.gate.release(1000)


def reader(log: Log, kind: str = "video", most: int = 4) -> ReadAhead[int]:
    return ReadAhead(Source(log, kind), lambda n, p: n + int(p[0, 0, 0]), threads=3, most=most)


@pytest.mark.parametrize("kind", ["video", "images", "cvat"])
@pytest.mark.parametrize("step", [1, -1])
def test_frames_come_in_the_order_of_the_run(log, kind, step) -> None:
    ahead = reader(log, kind)
    frames = list(range(50, 20, -1) if step < 0 else range(20, 50))
    expected = ahead.expect(frames)
    for frame in frames:
        expected.stand_at(frame)
        assert ahead.take(frame)() == 2 * frame
    assert sorted(log.read) == sorted(frames), "each once"
    assert log.clones == (3 if kind == "images" else 1)
    if kind == "video":
        assert log.most_at_once == 1, "one goes through the file"
        assert all(abs(a - b) <= 3 for a, b in zip(log.read, frames, strict=True))
    ahead.close()
    assert not threads() and log.closed == log.clones


def test_no_more_are_ready_than_may_be(log) -> None:
    ahead = reader(log, most=4)
    expected = ahead.expect(range(100))
    until(lambda: len(log.read) == 4)
    assert ahead.take(0)() == 0
    until(lambda: len(log.read) == 5)
    expected.stand_at(3)  # the run needed no picture of the two between
    until(lambda: len(log.read) == 7)
    assert ahead.take(1) is None, "it was passed"
    assert ahead.take(4)() == 8
    ahead.close()
    assert max(log.read) <= 7


def test_both_legs_follow_each_other(log) -> None:
    ahead = reader(log, most=3)
    frames = [10, 11, 12, 10, 9, 8]
    expected = ahead.expect(frames)
    got = []
    for frame in frames:
        expected.stand_at(frame)
        got.append(ahead.take(frame)())
    assert got == [20, 22, 24, 20, 18, 16]
    assert sorted(log.read) == sorted(frames)
    ahead.close()


def test_what_is_not_wanted_is_not_read(log) -> None:
    ahead = reader(log, most=2)
    kept = {1, 2, 4}
    expected = ahead.expect(range(6), lambda frame: frame not in kept)
    for frame in (0, 1, 2, 3, 4, 5):
        expected.stand_at(frame)
        found = ahead.take(frame)
        assert (found is None) == (frame in kept)
        assert found is None or found() == 2 * frame
    assert sorted(log.read) == [0, 3, 5]
    ahead.close()


def test_an_error_belongs_to_its_frame(log) -> None:
    log.broken.add(2)
    ahead = reader(log)
    expected = ahead.expect(range(6))
    for frame in range(6):
        expected.stand_at(frame)
        found = ahead.take(frame)
        if frame == 2:
            with pytest.raises(SourceError, match="Frame 2 is damaged"):
                found()
        else:
            assert found() == 2 * frame
    ahead.close()


def test_ready_are_those_behind_the_one_in_work_in_one_piece(log) -> None:
    log.broken.add(4)
    ahead = reader(log, most=6)
    expected = ahead.expect(range(20))
    until(lambda: len(log.read) == 6)
    expected.stand_at(0)
    until(lambda: ahead.ready(9) == [1, 2, 3])
    assert ahead.ready(2) == [1, 2]
    ahead.take(1)
    assert ahead.ready(9) == [2, 3]
    ahead.close()


def test_a_run_that_ends_reads_no_further_and_does_not_wait(log) -> None:
    log.held = True
    ahead = reader(log, most=8)
    expected = ahead.expect(range(100))
    until(lambda: log.at_once == 1)
    expected.end()
    assert log.at_once == 1, "it goes on while the frame in work is read"
    assert ahead.take(0) is None
    log.gate.release(100)
    until(lambda: log.at_once == 0 and len(log.read) >= 1)
    ahead.close()
    assert len(log.read) <= 3, "those that the threads had begun"
    assert not threads() and log.closed == 1


def test_the_run_that_began_last_counts(log) -> None:
    ahead = reader(log, most=3)
    first = ahead.expect(range(40, 60))
    second = ahead.expect(range(70, 90))
    first.stand_at(41)
    assert ahead.take(41) is None
    first.end()
    assert ahead.take(70)() == 140, "an older one's end is not its end"
    second.end()
    assert ahead.take(71) is None
    third = ahead.expect(range(10, 15))
    assert ahead.take(10)() == 20
    assert log.clones == 1, "the same reader"
    third.end()
    ahead.close()


def test_a_frame_alone_is_left_to_who_asks(log) -> None:
    ahead = reader(log)
    ahead.expect([5])
    assert ahead.take(5) is None and not threads() and log.clones == 0
    ahead.close()


def test_one_that_is_forgotten_leaves_no_thread(log) -> None:
    ahead = reader(log)
    ahead.expect(range(10))
    assert ahead.take(0)() == 0 and threads()
    del ahead
    gc.collect()
    until(lambda: not threads())
