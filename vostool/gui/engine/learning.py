"""Learning what objects look like, while nothing else is to be done for the person."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from vostool.gui.engine.wishes import Wishes
from vostool.models.engine import Cancelled, LearnRequest, Learns
from vostool.project.learned import Learned

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LearnAnswer:
    """What came of a request; None where nothing is better with it."""

    request: LearnRequest
    learned: Learned | None


def learn_next(
    engine: Learns, wishes: Wishes, lock: threading.Condition, stopped: Cancelled
) -> LearnAnswer | None:
    """Learn of the object that waits longest; None where something urgent came, and it waits on.

    What goes wrong is only noted down: nobody asked for it, and everything goes on without it.
    """
    with lock:
        request = next(iter(wishes.lessons.values()), None)
    if request is None:
        return None
    oid, learned = request.object_id, None

    def preempted() -> bool:
        # Read without the lock: a look that comes one step too late costs nothing.
        return stopped() or wishes.is_urgent or wishes.lessons.get(oid) is not request

    try:
        learned = engine.learn(request, preempted)
        if learned is None and preempted():
            return None
    except Exception:
        _log.exception("learning of a correction failed")
    with lock:
        if wishes.lessons.get(oid) is request:
            del wishes.lessons[oid]
    return LearnAnswer(request, learned)
