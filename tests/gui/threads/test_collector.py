"""Garbage is collected on the GUI's thread, whichever thread makes it."""

from __future__ import annotations

import threading

from vostool.gui.threads.background import Background
from vostool.gui.threads.collector import FEW


class Cycle:
    """Garbage that the collector alone can free; notes the thread that frees it."""

    def __init__(self, freed_by: list[threading.Thread]) -> None:
        self._freed_by = freed_by
        self._self = self

    def __del__(self) -> None:
        self._freed_by.append(threading.current_thread())


def test_a_workers_thread_frees_nothing_of_the_window(qtbot) -> None:
    freed_by: list[threading.Thread] = []
    kept: list[list[int]] = []
    Cycle(freed_by)

    def work(_progress: object) -> None:
        for number in range(20 * FEW):
            if number < 100:
                Cycle(freed_by)
            kept.append([number])

    job = Background(work)
    with qtbot.waitSignal(job.succeeded):
        job.start()
    qtbot.waitUntil(lambda: len(freed_by) == 101)
    assert set(freed_by) == {threading.main_thread()}
