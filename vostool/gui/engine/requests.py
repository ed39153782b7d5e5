"""What the window asks of the engine's thread, and what comes back: clicks and track runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from vostool.masks.tidying import Tidied
from vostool.models.engine import Engine, SegmentReply, SegmentRequest, TrackRequest
from vostool.runs.parts import Steps

EngineFactory = Callable[[], Engine]
"""Builds an engine in the engine's thread, which may take seconds."""


@dataclass(frozen=True)
class SegmentAnswer:
    """The reply to a request, or one sentence about what went wrong.

    Attributes:
        lost: the engine's GPU answers no more.
        tidied: the reply's mask without specks and pinholes.
    """

    request: SegmentRequest
    reply: SegmentReply | None
    problem: str | None = None
    lost: bool = False
    tidied: Tidied | None = None


@dataclass(frozen=True, eq=False)
class TrackJob:
    """One run, with the events that cancel it or let it rest (a signal would arrive too late).

    Attributes:
        steps: goes through the frames in place of the engine's own tracking.
    """

    request: TrackRequest
    steps: Steps | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)

    @property
    def rests(self) -> bool:
        """True while nothing is to be done for it."""
        return self.held.is_set() and not self.cancel.is_set()


@dataclass(frozen=True)
class TrackEnd:
    """How a run ended: to its end, cancelled, or with one sentence about what went wrong.

    Attributes:
        lost: the engine's GPU answers no more.
    """

    job: TrackJob
    cancelled: bool
    problem: str | None = None
    lost: bool = False
