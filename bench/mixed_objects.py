"""Seconds a frame for many objects that were each prompted on a frame of their own.

Seeded weights: the arithmetic is the published networks', the masks mean nothing. With ``--small``
it is hardly any, so that what is left is the work around it.
"""

from __future__ import annotations

import argparse
import inspect
import time
from typing import Any

import numpy as np
import seeded
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.shared.device import choose_dtype
from vostool.project.prompts import Prompts

WIDTH, HEIGHT = 320, 180
FILLING = 16
"""Frames behind its prompt until as much is remembered of an object as ever will be."""


def main() -> None:
    """Measure and print a row for each network and batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=20)
    parser.add_argument("--frames", type=int, default=5, help="tracked frames that are timed")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--batch", type=int, nargs="+", default=[1])
    parser.add_argument("--networks", nargs="+", default=["sam2", "edgetam"])
    arguments = parser.parse_args()
    dtype = choose_dtype(torch.device("cpu"))
    print(f"{arguments.objects} objects on as many frames, {dtype}")
    for name in arguments.networks:
        for batch in arguments.batch:
            wall, cpu = measure(engine(name, arguments.small, dtype, batch), arguments)
            print(f"{name:>8} batch {batch:>2}: {wall:.3f} s a frame, {cpu:.3f} s of a processor")


def engine(name: str, small: bool, dtype: torch.dtype, batch: int) -> Any:
    """An engine with seeded weights that takes so many objects at once."""
    if name == "sam2":
        from vostool.models.sam2.attention import accelerate
        from vostool.models.sam2.engine import Sam2Engine
        from vostool.models.sam2.published import MODELS

        predictor = seeded.sam2(64 if small else 1024, small=small)
        if dtype is not torch.float32:
            accelerate(predictor, pooled=False)
        options = EngineOptions(object_batch=batch)
        return Sam2Engine(MODELS["sam2.1-tiny"], predictor, dtype, options=options)
    from vostool.models.edgetam.engine import EdgeTamEngine

    model = seeded.edgetam(*((128, 16) if small else (1024, 256)))
    more = {}
    if "options" in inspect.signature(EdgeTamEngine).parameters:
        more["options"] = EngineOptions(object_batch=batch)
    return EdgeTamEngine(model, dtype, **more)


def measure(engine: Any, arguments: argparse.Namespace) -> tuple[float, float]:
    """The median frame, encoder included, once all is remembered of all objects:
    on the wall, and of all threads together."""
    objects = arguments.objects
    clip = generate_clip(objects + FILLING + arguments.frames, WIDTH, HEIGHT).frames
    engine.open(ArraySource(clip))
    keys = [Keyframe(n, n + 1, Prompts(box=box(n))) for n in range(objects)]
    request = TrackRequest(tuple(keys), Direction.FORWARD, 0, 0, len(clip) - 1)
    times = []
    steps = engine.track(request, lambda: False)
    while True:
        begun, worked = time.perf_counter(), time.process_time()
        step = next(steps, None)
        if step is None:
            break
        if step.frame >= objects + FILLING:
            times.append((time.perf_counter() - begun, time.process_time() - worked))
    engine.close()
    wall, cpu = np.median(times, axis=0)
    return float(wall), float(cpu)


def box(number: int) -> Box:
    """One somewhere in the picture."""
    x = WIDTH * (0.05 + 0.7 * (number * 0.37 % 1.0))
    y = HEIGHT * (0.05 + 0.7 * (number * 0.61 % 1.0))
    return Box(x, y, x + WIDTH * 0.2, y + HEIGHT * 0.2)


if __name__ == "__main__":
    main()
