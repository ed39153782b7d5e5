"""Small pictures of the videos' first frames, made off the GUI thread."""

from __future__ import annotations

from contextlib import closing

import cv2
import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage

from vostool.errors import Cancelled, VosToolError
from vostool.gui.threads.latest import LatestThread
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.io.video.sources import open_source
from vostool.jobs.job import Job
from vostool.jobs.store import is_address
from vostool.words import mark

WIDTH, HEIGHT = 64, 36
MOST = 1000
"""Pictures kept, 7 KB each."""


class FirstFrames(LatestThread[tuple[Job, ...]]):
    """Makes pictures of these jobs' videos in their order; a newer wish ends an older one.

    Signals:
        made(): another picture is there.

    Attributes:
        pictures: by the jobs' names; read on the GUI thread.
    """

    doing = mark("making a picture of a video")
    made = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.pictures: dict[str, QImage] = {}

    def run(self) -> None:
        yield_to_window()
        super().run()

    def work(self, request: tuple[Job, ...]) -> None:
        for job in request:
            if self._is_over():
                return
            if job.name in self.pictures or is_address(job.video) or len(self.pictures) >= MOST:
                continue
            try:
                self.pictures[job.name] = self._made(job)
            except Cancelled:
                return
            except VosToolError:
                self.pictures[job.name] = no_picture()  # its job will say what is wrong
            self.made.emit()

    def _made(self, job: Job) -> QImage:
        with closing(open_source(job.video, progress=self._go_on)) as source:
            frame = source.frame(min(job.start or 0, len(source) - 1))
        height, width = frame.shape[:2]
        share = min(WIDTH / width, HEIGHT / height)
        size = max(round(width * share), 1), max(round(height * share), 1)
        small = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        left, top = (WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2
        small[top : top + size[1], left : left + size[0]] = cv2.resize(
            np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA
        )
        return QImage(small.tobytes(), WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888).copy()

    def _go_on(self, done: int, total: int, what: str = "") -> None:
        if self._is_over():
            raise Cancelled("Another picture is wanted.")

    def _is_over(self) -> bool:
        return self._stop or self._request is not None


def no_picture() -> QImage:
    """Stands where there is none, or none yet."""
    made = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB888)
    made.fill(0x5A5A5A)
    return made
