"""Which frames to load next, from where the playhead is and which way it moves. Pure."""

from __future__ import annotations

from itertools import chain, zip_longest


def prefetch_order(
    playhead: int, direction: int, length: int, *, ahead: int = 24, behind: int = 6
) -> list[int]:
    """Frame indices in the order in which a loader should fetch them.

    The playhead's own frame is first. Scrubbing forward (``direction`` > 0) then wants ``ahead``
    frames in that direction, nearest first, and ``behind`` on the other side, in case the person
    turns round; backward mirrors it. At rest (0) both sides alternate, the forward one first.

    Args:
        playhead: frame shown now; one outside the source is clamped to it.
        direction: sign of the last movement.
        length: number of frames of the source.
        ahead: frames to fetch in the direction of movement.
        behind: frames to fetch against it.

    Returns:
        Distinct indices within ``0..length - 1``; empty for an empty source.
    """
    if length <= 0:
        return []
    here = min(max(playhead, 0), length - 1)
    if direction == 0:
        half = (ahead + behind) // 2
        after = range(here + 1, min(here + half, length - 1) + 1)
        before = range(here - 1, max(here - half, 0) - 1, -1)
        paired = chain.from_iterable(zip_longest(after, before))
        return [here, *(i for i in paired if i is not None)]
    step = 1 if direction > 0 else -1
    front = [here + step * n for n in range(1, ahead + 1)]
    back = [here - step * n for n in range(1, behind + 1)]
    return [here, *(i for i in front + back if 0 <= i < length)]
