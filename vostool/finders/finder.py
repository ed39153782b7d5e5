"""The protocol of every finder, its questions and its candidates. Imports no torch.

A finder looks at one frame and proposes candidates. A person, or a rule, takes some; from then on
they are ordinary objects with a mask, tracked by any engine.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from vostool.frames import Image
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Engine


class Way(enum.Enum):
    """What a finder is asked by."""

    EVERYTHING = "everything"
    TEXT = "text"
    SOUND = "sound"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Example:
    """An object that is already labelled, as the question of :attr:`Way.LIKE`.

    Attributes:
        picture: the frame it is on, (H, W, 3) RGB uint8.
        mask: the object there, of the picture's size.
        frame: the frame's number.
        label: what it is called; the candidates take that name.
    """

    picture: Image
    mask: Mask
    frame: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """How densely :attr:`Way.EVERYTHING` asks.

    Attributes:
        points_per_side: of the grid over the whole picture.
        crop_layers: further layers of crops, for small things: layer i has 4 ** i of them.
        second_look: ask again only where nothing lies yet, in place of the whole dense grid.
    """

    points_per_side: int = 16
    crop_layers: int = 0
    second_look: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for on a frame.

    Attributes:
        way: which of the following counts.
        phrases: for text, each a label of its own: ("person", "red car").
        examples: for "like this one".
        grid: for everything.
        within: look only in this part of the frame, or None for all of it.
    """

    way: Way
    phrases: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    grid: Grid = Grid()
    within: Box | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a finder sees. Which ones are shown is chosen in :mod:`.choice`, live.

    Attributes:
        box: around it, in pixels of the frame.
        score: 0..1, how sure the finder is that this is an object (predicted IoU, detection score).
        label: the phrase it answers to; empty where nothing names it.
        mask: of the frame's size, or None for a box alone, which an engine can fill.
        text_score: 0..1, how well the phrase fits, 1 where no text was asked.
        stability: 0..1, IoU of the masks at a stricter and a looser threshold, 1 where unknown.
        whole: index, in the same tuple, of the candidate of which this one is a part, or None.
    """

    box: Box
    score: float
    label: str = ""
    mask: Mask | None = None
    text_score: float = 1.0
    stability: float = 1.0
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How far a finder is with one frame.

    Attributes:
        done, total: pieces of work, for a progress bar.
        candidates: all that are known so far; the last look of a frame has the final ones.
    """

    done: int
    total: int
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """The frame that a finder looks at.

    Attributes:
        frame: its number in the engine's source.
        picture: (H, W, 3) RGB uint8.
        engine: the engine that is in use, opened on the source, or None. A finder may ask it for
            masks and use its features; it belongs to the same thread.
        known: masks of the objects that are known on the frame. Whoever asks has no use for what
            lies inside them, so a finder may save itself that work.
    """

    frame: int
    picture: Image
    engine: Engine | None = None
    known: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True)
class FinderInfo:
    """What a finder is, for status bars and reports.

    Attributes:
        name: as typed on the command line, "grounding-dino-tiny".
        title: for people.
        ways: what it can be asked by.
        device: "cpu", "cuda" or "mps".
    """

    name: str
    title: str
    ways: tuple[Way, ...]
    device: str = "cpu"


class Finder(Protocol):
    """A finder with its model loaded. It belongs to one thread.

    All methods may raise :class:`vostool.errors.ModelError` with a sentence for a person, and
    :class:`vostool.errors.UsageError` for a question that makes no sense.
    """

    @property
    def info(self) -> FinderInfo: ...

    def find(self, view: View, question: Question) -> Iterator[Look]:
        """Yield a look after each piece of work, so that clicks can be answered in between.

        A caller that wants no more closes the iterator; what was yielded stays true.
        """
        ...

    def close(self) -> None:
        """Give memory and device back."""
        ...


def last_look(finder: Finder, view: View, question: Question) -> tuple[Candidate, ...]:
    """All candidates of a frame, for callers that have nothing to do meanwhile."""
    look = Look(0, 0)
    for look in finder.find(view, question):  # noqa: B007 - the last one is wanted
        pass
    return look.candidates
