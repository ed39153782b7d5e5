"""Frames with CUDA graphs and without, for bench/gpu.py: whether the option is worth its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from gpu_official import never

from vostool.models.shared.graphs import GRAPHS_VARIABLE, USES_BEFORE

FILLING = 16 + USES_BEFORE + 1
"""Frames until a full bank of memories was seen often enough to be recorded."""
SAME = 0.99


def with_and_without(bench: Any, objects: int) -> tuple[str, bool | None]:
    """ms a frame off and on, in turns, and the IoU between both."""
    if bench.device.type != "cuda":
        return "not on this device: only CUDA records", None
    engines = {word: _engine(bench, word) for word in ("off", "on")}
    steps = {word: each.track(bench.run(objects), never) for word, each in engines.items()}
    times: dict[str, list[float]] = {word: [] for word in engines}
    ious = []
    for number in range(len(bench.clip)):
        took: dict[str, list[float]] = {word: [] for word in engines}
        off, on = (bench._timed(next, took[word])(run) for word, run in steps.items())
        ious += [reply.mask.iou(on.replies[oid].mask) for oid, reply in off.replies.items()]
        if number > FILLING:
            times = {word: times[word] + took[word] for word in times}
    active = engines["on"]._graphs.active
    for each in engines.values():
        each.close()
    if not active:
        return "given up, the log says why", False
    if not times["on"]:
        return f"--frames is too few: {FILLING + 2} are needed", None
    return _verdict(times, min(ious))


def _verdict(times: dict[str, list[float]], worst: float) -> tuple[str, bool]:
    off, on = (1000 * float(np.median(each)) for each in times.values())
    text = f"off {off:.1f}, on {on:.1f} ms: ratio {off / on:.2f}, IoU worst {worst:.4f}"
    if worst < SAME:
        raise AssertionError(text)
    return text + (f"; {GRAPHS_VARIABLE}=on is worth it here" if on < off else ""), on < off


def _engine(bench: Any, word: str) -> Any:
    with _asked(word):
        return bench.sam2(bench.device, bench.dtype)


@contextmanager
def _asked(word: str) -> Iterator[None]:
    before = os.environ.get(GRAPHS_VARIABLE)
    os.environ[GRAPHS_VARIABLE] = word
    try:
        yield
    finally:
        del os.environ[GRAPHS_VARIABLE]
        if before is not None:
            os.environ[GRAPHS_VARIABLE] = before
