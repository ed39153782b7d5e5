"""By which of its keyframes an object is known on another frame. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable

from vostool.models.engine import Keyframe

_LOOKS = 2


def looks_of(keyframes: Iterable[Keyframe], frame: int) -> tuple[Keyframe, ...]:
    """The nearest other keyframes that show the object, the nearest first.

    Args:
        keyframes: all of one object.
    """
    shown = [
        key
        for key in keyframes
        if key.frame != frame and key.mask is not None and not key.mask.is_empty
    ]
    return tuple(sorted(shown, key=lambda key: abs(key.frame - frame))[:_LOOKS])
