"""Sentences for the report on what a format could not hold, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping

from vostool.words import counted, tr, trn


def front_was_kept(frames: int, other: str = "") -> list[str]:
    """The warning on overlaps, or none.

    Args:
        frames: on how many of them objects overlap.
        other: a format that keeps both, by its name; "" where there is none.
    """
    if not frames:
        return []
    both = tr(" ({other} keeps both)", other=other) if other else ""
    where = counted(frames, "frame")
    return [
        tr(
            "Objects overlap on {where}: the object in front was kept there{both}.",
            where=where,
            both=both,
        )
    ]


def one_value_an_object(changing: Mapping[str, int]) -> list[str]:
    """The warning on attributes with values a frame in a format that has no place for them.

    Args:
        changing: how many objects change it, by the name of the attribute.
    """
    if not changing:
        return []
    names = ", ".join(
        tr("{name} of {objects}", name=name, objects=counted(count, "object"))
        for name, count in sorted(changing.items())
    )
    return [
        tr(
            "There is no place for values that change from frame to frame ({names}); cvat-images, "
            "cvat-video and coco keep them.",
            names=names,
        )
    ]


def holes_were_filled(masks: int) -> list[str]:
    """The warning on so many masks whose holes polygons cannot hold, or none."""
    if not masks:
        return []
    return [
        trn(
            "{n:,} mask has holes, which polygons cannot hold: they were filled.",
            "{n:,} masks have holes, which polygons cannot hold: they were filled.",
            masks,
        )
    ]
