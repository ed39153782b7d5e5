"""The protocol of what hears a video's sound: what sounds when. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vostool.finders.finder import FinderInfo


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """What was heard in one stretch of the sound.

    Attributes:
        start, end: in seconds after frame 0, ``start`` below zero where sound begins before it.
        scores: 0..1 for each of the listener's labels, in their order; several may sound at once.
    """

    start: float
    end: float
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far a listener is.

    Attributes:
        done, total: seconds of sound.
        windows: what was heard so far, in order; :class:`vostool.finders.sound.heard.Heard`
            makes rows of it, as often as a threshold changes.
    """

    done: float
    total: float
    windows: tuple[HeardWindow, ...] = ()


class Listener(Protocol):
    """A listener with its model loaded. It belongs to one thread."""

    @property
    def info(self) -> FinderInfo: ...

    @property
    def labels(self) -> tuple[str, ...]:
        """What it knows to hear, in the order of :attr:`HeardWindow.scores`."""
        ...

    def listen(self, video: Path) -> Iterator[Hearing]:
        """Yield after each window. Whoever wants no more closes the iterator.

        Raises:
            SourceError: the file has no sound, or it cannot be read.
            ModelError: with a sentence for a person.
        """
        ...

    def close(self) -> None:
        """Give memory and device back."""
        ...
