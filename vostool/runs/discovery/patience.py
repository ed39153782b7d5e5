"""How long a run searches for an object that it found and does not see any more."""

from __future__ import annotations

from collections.abc import Iterable

from vostool.masks.mask import Mask

LOST_AFTER = 10
"""Frames in a row without a found object after which the engine may search for it no more: that
costs time in every frame, and a look that sees it again knows it."""
PATIENCE = 2
"""It is searched for so many times as long as it was seen, at least: what vanishes soon after it
was found was often nothing."""


class Patience:
    """Counts the frames in a row without each found object.

    Attributes:
        given_up: ids of those that are searched for no more.
    """

    def __init__(self) -> None:
        self._missed: dict[int, int] = {}
        self.given_up: set[int] = set()

    def found(self, object_id: int) -> None:
        """A look sees it."""
        self._missed[object_id] = 0
        self.given_up.discard(object_id)

    def note(self, object_id: int, mask: Mask, seen: int) -> bool:
        """The run's mask on the next frame; True where it is given up from now on.

        Args:
            seen: on how many frames the run has seen it.
        """
        missed = self._missed.get(object_id, 0) + 1 if mask.is_empty else 0
        self._missed[object_id] = missed
        if missed < LOST_AFTER or missed < PATIENCE * seen or object_id in self.given_up:
            return False
        self.given_up.add(object_id)
        return True

    def recall(self, object_id: int, masks: Iterable[tuple[Mask, bool]], seen: int) -> None:
        """What an earlier part of the run gave on the frames that are done, in their order.

        Args:
            masks: with True where a look found the object.
            seen: on how many frames it was seen before these.
        """
        for mask, looked in masks:
            seen += not mask.is_empty
            if looked:
                self.found(object_id)
            else:
                self.note(object_id, mask, seen)
