"""Rows of bench/gpu.py about pictures read ahead, and about frames encoded together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from gpu_official import never

from vostool.models.shared.pictures import Pictures
from vostool.models.shared.preparation import Preparation, as_imagenet

APART = 0.02
Measured = tuple[str, bool | None]


class Waited:
    """What reads pictures, with the time that was waited for each."""

    def __init__(self, pictures: Any, timed: Callable[[int], Any]) -> None:
        self._timed = timed
        self.expect, self.ready, self.close = pictures.expect, pictures.ready, pictures.close

    def __call__(self, frame: int) -> Any:
        return self._timed(frame)


def parts(bench: Any) -> Measured:
    """Milliseconds that a tracked frame waits for its picture, in the encoder, and in the rest."""
    engine = bench.sam2(bench.device, bench.dtype)
    steps = engine.track(bench.run(1), never)
    next(steps)
    cache, times = engine._video.features, {"picture": [], "encoder": [], "frame": []}
    cache._read = Waited(cache._read, bench.timed(cache._read, times["picture"]))
    cache._encode = bench.timed(cache._encode, times["encoder"])
    for _ in bench.each(steps, times["frame"]):
        pass
    engine.close()
    median = {name: 1000 * float(np.median(all_)) for name, all_ in times.items()}
    rest = median["frame"] - median["picture"] - median["encoder"]
    text = f"picture {median['picture']:.1f} (not read ahead {read_alone(bench):.1f})"
    text += f", encoder {median['encoder']:.1f}"
    return f"{text}, the rest {rest:.1f} of {median['frame']:.1f} ms", None


def read_alone(bench: Any, count: int = 9) -> float:
    """Milliseconds to have a picture ready where none is read ahead."""
    times: list[float] = []
    read = bench.timed(Pictures(bench.clip, _preparation(bench), bench.device), times)
    for number in range(count):
        read(number % len(bench.clip))
    return 1000 * float(np.median(times))


def together(bench: Any) -> Measured:
    """How far features of a batch are from those of single frames, and what each takes."""
    engine, prepare = bench.sam2(bench.device, bench.dtype), _preparation(bench)
    frames = [prepare(bench.clip.frame(n % len(bench.clip))) for n in range(4)]
    pictures, alone, batch = torch.stack(frames).to(bench.device), [], []
    with engine._computing():
        for _ in range(3):
            four = bench.timed(engine._encoder, batch)(pictures)["backbone_fpn"]
            one = bench.timed(engine._encoder, alone)(pictures[-1:])["backbone_fpn"]
    apart = max(float((a[-1:] - b).norm() / b.norm()) for a, b in zip(four, one, strict=True))
    engine.close()
    single, each = 1000 * min(alone), 250 * min(batch)
    text = f"differ by {apart:.1e}, {single:.1f} ms alone, {each:.1f} each together"
    return text, apart < APART and (each <= single or bench.device.type == "cpu")


def _preparation(bench: Any) -> Preparation:
    return as_imagenet(bench.predictor.image_size)
