"""What the engine's thread does and never raises: engines built, clicks answered, things closed."""

from __future__ import annotations

import logging
from typing import Protocol

from vostool.errors import DeviceFullError, DeviceLostError, VosToolError
from vostool.frames import FrameSource
from vostool.gui.engine.requests import EngineFactory, SegmentAnswer
from vostool.gui.engine.unfit import Unfit
from vostool.models.engine import Engine, SegmentReply, SegmentRequest
from vostool.runs.tidying import tidied_answer
from vostool.words import tr

_log = logging.getLogger(__name__)


class Closes(Protocol):
    """An engine, a source, a finder."""

    def close(self) -> None:
        """Give memory, files and device back."""
        ...


def with_tidied(request: SegmentRequest, reply: SegmentReply) -> SegmentAnswer:
    """The reply with its mask as it would be without specks and pinholes."""
    return SegmentAnswer(request, reply, tidied=tidied_answer(request.prompts, reply.mask))


def answer_click(engine: Engine, request: SegmentRequest) -> SegmentAnswer:
    """The mask, or one sentence about what went wrong."""
    try:
        return with_tidied(request, engine.segment(request))
    except VosToolError as error:
        return SegmentAnswer(request, None, str(error), isinstance(error, DeviceLostError))
    except Exception as error:  # a failed click must not end the thread
        return SegmentAnswer(
            request, None, tr("The engine failed on this click: {error}", error=error)
        )


class TooLarge(str):
    """One sentence about an engine that the GPU has no memory for."""

    __slots__ = ()


def build_engine(factory: EngineFactory, source: FrameSource | None) -> Engine | str:
    """An engine that works on the source, or one sentence why there is none."""
    engine: Engine | None = None
    try:
        engine = factory()
        _ = engine.info
        if source is not None:
            engine.open(source)
    except Exception as error:
        close_quietly(engine)  # one that was built and cannot open the video holds memory
        if isinstance(error, DeviceFullError):
            return TooLarge(error)
        told = isinstance(error, VosToolError)
        return str(error) if told else tr("The engine could not be started: {error}", error=error)
    return engine


def exchange(
    old: Engine | None, of_old: EngineFactory | None, factory: EngineFactory,
    source: FrameSource | None,
) -> tuple[Engine | None, str | None]:  # fmt: skip
    """What answers from now on, and one sentence where it is not the engine that is wanted.

    The old one stays until the new one is there, unless the GPU has no memory for both; where
    the new one does not fit even alone, the old one is made again.
    """
    engine = build_engine(factory, source)
    if isinstance(engine, TooLarge) and old is not None and of_old is not None:
        close_quietly(old)
        engine = build_engine(factory, source)
        if isinstance(engine, str):
            again = build_engine(of_old, source)
            return Unfit(old, engine) if isinstance(again, str) else again, str(engine)
    if isinstance(engine, str):
        return old, str(engine)
    close_quietly(old)
    return engine, None


def open_in(engine: Engine, source: FrameSource) -> tuple[Engine, str | None]:
    """What answers for a source from now on, and one sentence where the engine cannot."""
    if isinstance(engine, Unfit):
        engine = engine.engine
    try:
        engine.open(source)
    except Exception as error:  # a failed engine must not end the thread
        sentence = tr(
            "The engine cannot work on this video ({error}); choose another engine.", error=error
        )
        return Unfit(engine, sentence), sentence
    return engine, None


def close_quietly(done: Closes | None) -> None:
    """Give something back; what goes wrong there concerns the person no more."""
    try:
        if done is not None:
            done.close()
    except Exception:
        _log.exception("closing failed")
