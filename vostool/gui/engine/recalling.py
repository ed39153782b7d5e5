"""Corrections that are answered again, from a rebuilt memory, while no click waits."""

from __future__ import annotations

import logging
import threading

from vostool.gui.engine.answering import with_tidied
from vostool.gui.engine.requests import SegmentAnswer
from vostool.gui.engine.wishes import Wishes
from vostool.models.engine import Cancelled, Engine, Recalls

_log = logging.getLogger(__name__)


def answer_again(
    engine: Engine, wishes: Wishes, lock: threading.Condition, stopped: Cancelled
) -> SegmentAnswer | None:
    """Answer the newest waiting correction from a rebuilt memory; None where a click comes first.

    What goes wrong is only noted down, since the correction was answered before.
    """
    with lock:
        waiting = [*wishes.recalls.values()][-1:]
    if not waiting:
        return None
    request, reply = waiting[0], None

    def preempted() -> bool:
        # Read without the lock: a look that comes one block too late costs nothing.
        return stopped() or wishes.has_click or not wishes.wants_recall(request)

    try:
        if isinstance(engine, Recalls):
            reply = engine.recall(request, preempted)
            if reply is None and preempted():
                return None
    except Exception:
        _log.exception("reading the frames around a correction failed")
    with lock:
        wishes.drop_recall(request)
    return SegmentAnswer(request, None) if reply is None else with_tidied(request, reply)
