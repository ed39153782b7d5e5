"""The warning about a damaged video; it states only what is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.words import tr

_NEAR = 2


@dataclass(frozen=True)
class Damage:
    """What reading and decoding the whole file brought to light.

    Attributes:
        count: frames that were read.
        expected: frames that there should be by the container's count and its packets.
        about: frames that there were before the file was cut short (0: unknown); None where it
            was not cut short.
        errors: the demuxer or the decoder stopped at something, or packets are missing.
        spoilt: frames that came out, but damaged by the decoder's own word.
        gaps: packets (by number) that the demuxer holds for damaged.
        resized: first frame of another size than the first one, and its packet.
        size: stored width and height of the first frame.
    """

    count: int
    expected: int
    about: int | None
    errors: bool
    spoilt: int
    gaps: Sequence[int]
    resized: tuple[int, int] | None
    size: tuple[int, int]


def sentence(damage: Damage) -> str | None:
    """The warning for the person; None where nothing is wrong."""
    parts = [part for part in (_lost(damage), _resized(damage)) if part is not None]
    return "; ".join(parts) + "." if parts else None


def cut_short(count: int, about: int) -> str:
    """How much of a file that is cut short was read, of ``about`` frames (0: unknown)."""
    of_all = tr(" of about {about}", about=about) if about > count + 1 else ""
    return tr(
        "{count}{of_all} frames could be read; the file is cut short", count=count, of_all=of_all
    )


def expected_frames(times: NDArray[np.float64], end: float | None) -> int:
    """Frames in the whole file: those at ``times``, and the rest at their rate until ``end``.

    Args:
        times: (N,) seconds by the file's clock, in any order.
        end: end of the pictures in seconds as the file states it; None: it does not.

    Returns:
        The number, 0 where it cannot be known.
    """
    if end is None or len(times) < 2:
        return 0
    first, last = float(times.min()), float(times.max())
    # Some writers count the end from the first frame, others from timestamp 0.
    until = end if end > last else end + first
    step = (last - first) / (len(times) - 1)
    return len(times) - 1 + round((until - last) / step) if step > 0 else 0


def _lost(damage: Damage) -> str | None:
    count = damage.count
    if damage.about is not None:
        return cut_short(count, damage.about)
    if count < damage.expected and (damage.errors or damage.gaps):
        return tr(
            "{count} of {expected} frames could be read; the file is damaged",
            count=count,
            expected=damage.expected,
        )
    if damage.errors:
        return tr("{count} frames could be read; the file is damaged", count=count)
    if damage.spoilt and damage.gaps:
        return tr(
            "{count} frames could be read, {spoilt} of them damaged",
            count=count,
            spoilt=damage.spoilt,
        )
    if damage.gaps and not _explained(damage):
        return tr("all {count} frames could be read, but the file has gaps", count=count)
    return None


def _explained(damage: Damage) -> bool:
    """True where the only gap is the seam at which pictures of another size begin."""
    if damage.resized is None:
        return False
    return all(abs(gap - damage.resized[1]) <= _NEAR for gap in damage.gaps)


def _resized(damage: Damage) -> str | None:
    if damage.resized is None:
        return None
    width, height = damage.size
    return tr(
        "the size changes at frame {resized}; all are shown as {width}x{height}",
        resized=damage.resized[0],
        width=width,
        height=height,
    )
