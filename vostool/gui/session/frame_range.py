"""The chosen range of frames of one opened video, and whether playing goes round in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.words import tr


@dataclass(frozen=True, slots=True)
class FrameRange:
    """Frames ``first``..``last`` inclusive."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and self.first <= frame <= self.last

    def __str__(self) -> str:
        many = tr("1 frame") if len(self) == 1 else tr("{count} frames", count=len(self))
        return f"{self.first}–{self.last}, {many}"


class RangeSelection(QObject):
    """At most one range, chosen with the mouse or with two keys.

    Signals:
        changed(object): the new :class:`FrameRange`, or None.

    Attributes:
        value: the range, or None.
        objects: ids of the objects that it is of, a block of the timeline; None: of all.
        loop: playing goes round in the range, or in the whole video where none is chosen.
    """

    changed = pyqtSignal(object)

    def __init__(self, frame_count: int) -> None:
        super().__init__()
        self._count = frame_count
        self.value: FrameRange | None = None
        self.objects: frozenset[int] | None = None
        self.loop = False

    def select(self, first: int, last: int, objects: Collection[int] | None = None) -> None:
        """Choose the frames between two, which may come in any order, both included.

        Args:
            objects: ids of those that it is of; None: of all.
        """
        low, high = sorted((first, last))
        chosen = FrameRange(max(low, 0), min(high, self._count - 1))
        self._set(chosen, None if objects is None else frozenset(objects))

    def begin(self, frame: int) -> None:
        """Let the range begin here; it ends where it did, or with the video."""
        old = self.value
        self.select(frame, old.last if old is not None and old.last >= frame else self._count - 1)

    def end(self, frame: int) -> None:
        """Let the range end here; it begins where it did, or with the video."""
        old = self.value
        self.select(old.first if old is not None and old.first <= frame else 0, frame)

    def clear(self) -> None:
        """Choose no range."""
        self._set(None)

    def _set(self, value: FrameRange | None, objects: frozenset[int] | None = None) -> None:
        if (value, objects) != (self.value, self.objects):
            self.value, self.objects = value, objects
            self.changed.emit(value)
