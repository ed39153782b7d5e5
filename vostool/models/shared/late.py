"""Answers that are waited for when the work after them was begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

AnswerT = TypeVar("AnswerT")


def one_late(begun: Iterator[Callable[[], AnswerT]]) -> Iterator[AnswerT]:
    """The answers in their order, each asked for when the next piece of work was begun.

    Where beginning ends or fails, the last answer comes before that is told. One that fails itself
    ends the others.

    Args:
        begun: begins a piece of work each, and gives what waits for its answer.
    """
    waiting: Callable[[], AnswerT] | None = None
    failure: Exception | None = None
    while failure is None:
        following: Callable[[], AnswerT] | None = None
        try:
            following = next(begun, None)
        except Exception as error:
            failure = error
        if waiting is not None:
            yield waiting()
        if following is None:
            break
        waiting = following
    if failure is not None:
        raise failure
