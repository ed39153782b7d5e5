"""What becomes of files that are dropped on the window, one or many."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from vostool.gui.batch.files import SUFFIX
from vostool.gui.window.batches import Batches
from vostool.gui.window.handlers.file import import_labels
from vostool.gui.window.handlers.program import open_new_window
from vostool.gui.window.start.dropped import sorted_out
from vostool.gui.window.workbench import Workbench
from vostool.words import tr

MOST_WINDOWS = 4
"""Windows that one drop leads to; each has an engine of its own in memory."""


class Drops(QObject):
    """Opens the first video or project here and the others in windows of their own.

    A job file opens in the batch window. Files of labels are brought into the open video, or into
    the one that was dropped with them when that is open.
    """

    def __init__(self, bench: Workbench, batches: Batches) -> None:
        super().__init__(bench)
        self._bench, self._batches = bench, batches
        bench.window.paths_dropped.connect(self.take)
        bench.opened.connect(self._opened)
        self._waiting: tuple[Path, tuple[Path, ...]] | None = None

    def take(self, paths: Iterable[Path]) -> None:
        """Take what was dropped."""
        given = list(paths)
        jobs = [path for path in given if path.suffix.lower() == SUFFIX]
        if jobs:
            self._batches.open(jobs[0])
        dropped = sorted_out(path for path in given if path not in jobs)
        if not dropped.sources:
            self._import(dropped.labels)
            return
        first, *others = dropped.sources
        self._waiting = (first, dropped.labels) if dropped.labels else None
        self._bench.open_path(first)
        for path in others[: MOST_WINDOWS - 1]:
            open_new_window(self._bench, path)
        left = others[MOST_WINDOWS - 1 :]
        if left:
            names = f"'{left[0].name}'" + (
                tr(" and {count} more", count=len(left) - 1) if len(left) > 1 else ""
            )
            self._bench.report(
                tr(
                    "Only {most_windows} were opened, each in a window; {names} "
                    "can be dropped later. Many projects are exported at once with "
                    "Export.",
                    most_windows=MOST_WINDOWS,
                    names=names,
                )
            )

    def _opened(self) -> None:
        """Labels that were dropped with the video or project come in now."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting[0].absolute() == self._bench.place:
            # The import asks, so let the window show the video first.
            QTimer.singleShot(0, lambda: self._import(waiting[1]))

    def _import(self, labels: Iterable[Path]) -> None:
        for path in labels:
            import_labels(self._bench, path)
            if self._bench.workspace is None:
                return  # it was said once that a video is wanted first
