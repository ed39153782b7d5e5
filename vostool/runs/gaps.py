"""Frames without a mask between two stretches that have some, as two runs leave them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import pairwise

from vostool.project.project import Project
from vostool.words import tr, trn

_TOLD = 3


def gaps(frames: Iterable[int]) -> list[tuple[int, int]]:
    """First and last frame of every stretch that is missing between the first and the last one."""
    known = sorted(frames)
    return [(before + 1, after - 1) for before, after in pairwise(known) if after - before > 1]


def gap_words(
    project: Project, object_ids: Collection[int], name: Callable[[int], str]
) -> list[str]:
    """One sentence for each of the objects that has gaps.

    A frame on which an object was looked for and not found is none.

    Args:
        name: of an object, by its id.
    """
    said = []
    for oid in sorted(object_ids):
        found = gaps(project.masks.row(oid))
        if found:
            said.append(
                tr(
                    "{name} has nothing on {listed}: not tracked there yet.",
                    name=name(oid),
                    listed=listed(found),
                )
            )
    return said


def listed(found: Collection[tuple[int, int]]) -> str:
    """ "frames 11–19", "frame 4, 11–19 and 2 more stretches"."""
    parts = [f"{a}" if a == b else f"{a}–{b}" for a, b in list(found)[:_TOLD]]
    more = len(found) - _TOLD
    one = len(found) == 1 and "–" not in parts[0]
    last = trn(" and {n} more stretch", " and {n} more stretches", more) if more > 0 else ""
    return trn("frame {listed}", "frames {listed}", 1 if one else 2, listed=", ".join(parts) + last)
