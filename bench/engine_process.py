"""An engine in a process of its own, against the same one in this process: a prototype.

python bench/engine_process.py [--engine mobile-sam|small] [--clicks 20] [--video F]

Requests and replies go through a pipe, pictures that belong to no video through shared memory;
the other process reads the video itself. Prints how long starting takes, a click here and there
in turn, what each process holds, and what is left when the other one is killed in a run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np
import psutil

from vostool.errors import DeviceLostError, VosToolError
from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.models.engine import (
    Direction,
    Engine,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.project.prompts import Point, Prompts

GONE = "The engine's process has ended; the engine is loaded again."


def make_engine(kind: str) -> Engine:
    """MobileSAM with its published weights where they are here, or a small seeded SAM 2."""
    import torch

    if kind == "small":
        import seeded

        from vostool.models.sam2.engine import Sam2Engine
        from vostool.models.sam2.published import MODELS

        return Sam2Engine(MODELS["sam2.1-tiny"], seeded.sam2(256), torch.float32)
    from vostool.models.registry import create_engine

    return create_engine(kind, "cpu")


class RemoteEngine:
    """An engine behind a pipe; a process that ends is a :class:`DeviceLostError` at once."""

    def __init__(self, kind: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._cancelled = context.Event()
        self.process = context.Process(
            target=_serve, args=(theirs, kind, self._cancelled), daemon=True
        )
        self.process.start()
        theirs.close()
        self.loaded = self._result()
        self._room: SharedMemory | None = None

    def open(self, path: Path) -> None:
        self._ask("open", path)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        return self._ask("segment", request)

    def segment_picture(self, picture: np.ndarray, prompts: Prompts) -> SegmentReply:
        if self._room is None or self._room.size < picture.nbytes:
            self._let_go()
            self._room = SharedMemory(create=True, size=picture.nbytes)
        np.ndarray(picture.shape, np.uint8, self._room.buf)[:] = picture
        return self._ask("segment_picture", (self._room.name, picture.shape, prompts))

    def track(self, request: TrackRequest) -> Iterator[TrackedFrame]:
        """Frames come as fast as they are made; the pipe holds a few."""
        self._cancelled.clear()
        step = self._ask("track", request)
        while step is not None:
            yield step
            step = self._result()

    def ping(self, what: object) -> object:
        return self._ask("ping", what)

    def close(self) -> None:
        self._let_go()
        if self.process.is_alive():
            self._pipe.send(("close", None))
        self.process.join(10)

    def _ask(self, name: str, argument: object) -> Any:
        try:
            self._pipe.send((name, argument))
        except OSError as error:
            raise DeviceLostError(GONE) from error
        return self._result()

    def _result(self) -> Any:
        try:
            result = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise DeviceLostError(GONE) from error
        if isinstance(result, Exception):
            raise result
        return result

    def _let_go(self) -> None:
        if self._room is not None:
            self._room.close()
            self._room.unlink()
            self._room = None


def _serve(pipe: Connection, kind: str, cancelled: Any) -> None:
    begun = time.perf_counter()
    sys.path.insert(0, str(Path(__file__).parent))
    engine = make_engine(kind)
    pipe.send(time.perf_counter() - begun)
    while True:
        name, argument = pipe.recv()
        try:
            if name == "close":
                engine.close()
                return
            if name == "ping":
                pipe.send(argument)
            elif name == "open":
                engine.open(open_source(argument))
                pipe.send(None)
            elif name == "segment":
                pipe.send(engine.segment(argument))
            elif name == "segment_picture":
                pipe.send(_seen(engine, *argument))
            elif name == "track":
                for step in engine.track(argument, cancelled.is_set):
                    pipe.send(step)
                pipe.send(None)
        except VosToolError as error:
            pipe.send(error)


def _seen(engine: Engine, name: str, shape: tuple[int, ...], prompts: Prompts) -> SegmentReply:
    room = SharedMemory(name)
    try:
        picture = np.array(np.ndarray(shape, np.uint8, room.buf))
    finally:
        room.close()
    return engine.segment_picture(picture, prompts)  # type: ignore[attr-defined]


def timed(work: Any, *arguments: Any) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - begun, result


def held(process: int) -> str:
    facts = psutil.Process(process).memory_full_info()
    return f"{facts.rss / 1e6:.0f} MB resident, {facts.uss / 1e6:.0f} its own"


def median(times: list[float]) -> str:
    return f"{1000 * float(np.median(times)):.1f} ms (least {1000 * min(times):.1f})"


def clicks_of(source: Any, count: int) -> list[SegmentRequest]:
    """Each on the frame and object of the one before with another point: features are kept."""
    width, height = source.info.width, source.info.height
    points = tuple(
        Point(width * (0.3 + 0.02 * (n % 7)), height * (0.4 + 0.02 * (n % 5))) for n in range(count)
    )
    return [SegmentRequest(0, 1, Prompts(points[n : n + 1])) for n in range(count)]


def compare_clicks(here: Engine, there: RemoteEngine, source: Any, count: int) -> None:
    """One of each in turn; answers are the same."""
    first = SegmentRequest(0, 1, Prompts((Point(5, 5),)))
    for engine in (here, there):
        engine.segment(first)
    times: tuple[list[float], list[float]] = ([], [])
    for request in clicks_of(source, count):
        replies = []
        for engine, kept in zip((here, there), times, strict=True):
            took, reply = timed(engine.segment, request)
            kept.append(took)
            replies.append(reply)
        assert replies[0] == replies[1]
    print(f"a click on a ready frame: here {median(times[0])}, there {median(times[1])}")
    reply = there.segment(first)
    print("a reply there and back alone:", median([timed(there.ping, reply)[0] for _ in range(50)]))
    picture = source.frame(0)
    room = [timed(np.array, picture)[0] for _ in range(20)]
    print(f"a {picture.shape[1]}x{picture.shape[0]} picture copied twice:", median(room * 2))


def kill_in_a_run(there: RemoteEngine, source: Any, kind: str, path: Path) -> None:
    """What the window would keep, and how long until it can click again."""
    box = Box(10, 10, source.info.width / 2, source.info.height / 2)
    keys = (Keyframe(0, 1, Prompts(box=box)),)
    last = min(len(source) - 1, 40)
    kept = []
    try:
        for step in there.track(TrackRequest(keys, Direction.FORWARD, 0, 0, last)):
            kept.append(step)
            if len(kept) == 3:
                begun = time.perf_counter()
                os.kill(there.process.pid or 0, getattr(signal, "SIGKILL", signal.SIGTERM))
    except DeviceLostError as error:
        noticed = time.perf_counter() - begun
        print(f"killed in a run: {len(kept)} frames stay; noticed after {1000 * noticed:.0f} ms")
        print(" ", error)
    again, fresh = timed(RemoteEngine, kind)
    fresh.open(path)
    first, _ = timed(fresh.segment, SegmentRequest(0, 1, Prompts(box=box)))
    print(f"loaded again in {again:.1f} s, the next click answered {first:.2f} s after that")
    fresh.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="small", choices=["small", "mobile-sam"])
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--video", type=Path, required=True)
    args = parser.parse_args()
    source = open_source(args.video)
    before = held(os.getpid())
    took, there = timed(RemoteEngine, args.engine)
    print(f"{args.engine}: the other process is ready after {took:.1f} s, of which the engine")
    print(f"  took {there.loaded:.1f} s to load; this one without torch: {before}")
    there.open(args.video)
    took, here = timed(make_engine, args.engine)
    print(f"loaded here in {took:.1f} s")
    here.open(open_source(args.video))
    compare_clicks(here, there, source, args.clicks)
    print(f"with the engine here: {held(os.getpid())}; there: {held(there.process.pid or 0)}")
    here.close()
    kill_in_a_run(there, source, args.engine, args.video)
    there.close()


if __name__ == "__main__":
    main()
