"""Small films in which things sound at known times, and what the tiny AST is taught of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SECONDS, FRAMES_A_SECOND = 12, 2
PLAN = (("Dog", 3.0, 7.0), ("Car", 6.0, 9.0), ("Dog", 10.0, 12.0))
"""What sounds from when to when, in seconds."""


def sounds(samples: int) -> dict[str, NDArray[np.float64]]:
    """So many samples of what each label sounds like: a low tone, a high one, noise."""
    t = np.arange(samples) / RATE
    return {
        "Dog": 0.5 * np.sin(2 * np.pi * 440 * t),
        "Music": 0.4 * np.sin(2 * np.pi * 2000 * t),
        "Car": 0.3 * np.random.default_rng(0).standard_normal(samples),
    }


def write(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    plan: Sequence[tuple[str, float, float]] | None = PLAN,
) -> Path:
    """Two pictures a second, (H, W, 3) RGB, and the sound of a plan; None writes no sound."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=FRAMES_A_SECOND)
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        audio = film.add_stream("aac", rate=RATE, layout="mono") if plan is not None else None
        for picture in pictures:
            film.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        film.mux(video.encode())
        if audio is not None:
            wave = _wave(len(pictures) * RATE // FRAMES_A_SECOND, plan or ())
            for first in range(0, len(wave), 1024):
                frame = av.AudioFrame.from_ndarray(wave[None, first : first + 1024], "fltp", "mono")
                frame.sample_rate, frame.pts = RATE, first
                film.mux(audio.encode(frame))
            film.mux(audio.encode())
    return path


def _wave(samples: int, plan: Sequence[tuple[str, float, float]]) -> NDArray[np.float32]:
    t, known = np.arange(samples) / RATE, sounds(samples)
    wave = np.zeros(samples)
    for label, start, end in plan:
        wave += np.where((t >= start) & (t < end), known[label], 0.0)
    return wave.astype(np.float32)
