"""Sentences for the report on what a format could not hold, the same in every format."""

from __future__ import annotations

from vostool.words import counted


def front_was_kept(frames: int, other: str = "") -> list[str]:
    """The warning on overlaps, or none.

    Args:
        frames: on how many of them objects overlap.
        other: a format that keeps both, by its name; "" where there is none.
    """
    if not frames:
        return []
    both = f" ({other} keeps both)" if other else ""
    where = counted(frames, "frame")
    return [f"Objects overlap on {where}: the object in front was kept there{both}."]


def holes_were_filled(masks: int) -> list[str]:
    """The warning on so many masks whose holes polygons cannot hold, or none."""
    if not masks:
        return []
    have = f"{counted(masks, 'mask')} {'has' if masks == 1 else 'have'}"
    return [f"{have} holes, which polygons cannot hold: they were filled."]
