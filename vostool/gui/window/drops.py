"""What becomes of files that are dropped on the window, one or many."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

from vostool.gui.window import program
from vostool.gui.window.dropped import sorted_out

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

MOST_WINDOWS = 4
"""Windows that one drop leads to; each has an engine of its own in memory."""


class Drops(QObject):
    """Opens the first video or project here and the others in windows of their own.

    Files of labels are brought into the open video, or into the one that was dropped with them
    when that is open.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._waiting: tuple[Path, tuple[Path, ...]] | None = None

    def take(self, paths: Iterable[Path]) -> None:
        """Take what was dropped."""
        dropped = sorted_out(paths)
        if not dropped.sources:
            self._import(dropped.labels)
            return
        first, *others = dropped.sources
        self._waiting = (first, dropped.labels) if dropped.labels else None
        self._bench.open_path(first)
        for path in others[: MOST_WINDOWS - 1]:
            program.open_new_window(self._bench, path)
        left = others[MOST_WINDOWS - 1 :]
        if left:
            names = f"'{left[0].name}'" + (f" and {len(left) - 1} more" if len(left) > 1 else "")
            self._bench.report(
                f"Only {MOST_WINDOWS} were opened, each in a window; {names} can be dropped later. "
                "Many projects are exported at once with Export."
            )

    def opened(self, place: Path) -> None:
        """This video or project was opened; labels that were dropped with it come in now."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting[0].absolute() == place:
            # The import asks, so let the window show the video first.
            QTimer.singleShot(0, lambda: self._import(waiting[1]))

    def _import(self, labels: Iterable[Path]) -> None:
        for path in labels:
            self._bench.import_labels(path)
            if self._bench.workspace is None:
                return  # it was said once that a video is wanted first
