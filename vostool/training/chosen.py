"""Which of the held-out labels are measured, where there are more than there is time for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vostool.models.trainer import TaughtVideo

REACH = 100
"""Frames that are tracked through at most, of each video: labels may lie hours apart."""
FEWEST_TRACKED = 4
"""Labelled frames of a video that is tracked through: the first gives the objects."""


def stretch(video: TaughtVideo, reach: int) -> TaughtVideo:
    """The labels of a stretch of ``reach`` frames: the earliest of those with the most labels."""
    frames = sorted(video.masks)
    ends = [bisect_right(frames, frame + reach - 1) for frame in frames]
    counts = [
        sum(len(video.masks[frame]) for frame in frames[start:end])
        for start, end in enumerate(ends)
    ]
    start = counts.index(max(counts))
    return replace(
        video, masks={frame: video.masks[frame] for frame in frames[start : ends[start]]}
    )


def thinned(videos: Sequence[TaughtVideo], most: int | None, fewest: int = 1) -> list[TaughtVideo]:
    """The videos with at most so many masks in all, frames and videos evenly spread.

    Args:
        most: None takes all.
        fewest: frames that a video keeps, where it has them; so some videos may be left out.
    """
    total = sum(len(video.cells) for video in videos)
    if most is None or total <= most:
        return list(videos)
    kept = _spread(len(videos), max(1, most // fewest))
    videos = [videos[place] for place in kept]
    total = sum(len(video.cells) for video in videos)
    thin = []
    for video in videos:
        frames = list(video.masks)
        places = _spread(len(frames), max(fewest, int(len(frames) * most / total)))
        thin.append(replace(video, masks={frames[p]: video.masks[frames[p]] for p in places}))
    return thin


def _spread(count: int, wanted: int) -> list[int]:
    """So many of ``count`` places, the first and the last among them; all where there are fewer."""
    return sorted({int(place) for place in np.linspace(0, count - 1, min(wanted, count)).round()})
