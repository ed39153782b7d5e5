"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as the work goes on; it may raise :class:`vostool.errors.Cancelled` to stop it."""

    def __call__(self, done: int, total: int, what: str = "") -> None:
        """``done`` of ``total`` units (``total`` 0: unknown); ``what`` names the current one."""
        ...


def silent(done: int, total: int, what: str = "") -> None:
    """A progress that shows nothing."""
