"""A strip of frames over the timeline, made off the GUI thread as they come into sight."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PyQt6.QtCore import QRect, QSize, Qt, QThread, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from vostool.errors import VosToolError
from vostool.frames import FrameSource, Image
from vostool.gui.threads.latest import LatestThread
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import LABEL_WIDTH
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.widget import Timeline
from vostool.io.video.frame_cache import FrameCache
from vostool.words import mark, tr

HEIGHT = 26
CACHE_BYTES = 12 * 2**20
"""About 1,400 thumbnails of a wide picture."""


class ThumbnailLoader(LatestThread[tuple[int, ...]]):
    """Decodes and shrinks frames; a newer wish ends an older one after the frame in hand.

    Signals:
        made(): another thumbnail is in the cache.
    """

    doing = mark("making a thumbnail")
    made = pyqtSignal()

    def __init__(self, source: FrameSource) -> None:
        super().__init__()
        self._source = source
        self.cache: FrameCache[Image] = FrameCache(CACHE_BYTES)

    def run(self) -> None:
        yield_to_window()
        super().run()

    def work(self, request: tuple[int, ...]) -> None:
        for frame in request:
            if self._stop or self._request is not None:
                return
            if frame not in self.cache:
                self.cache.put(frame, self._made(frame))
                self.made.emit()

    def finish(self) -> None:
        self._source.close()

    def _made(self, frame: int) -> Image:
        info = self._source.info
        size = (thumbnail_width(info.width, info.height), HEIGHT)
        try:
            picture = self._source.frame(frame)
        except VosToolError:
            return np.full((size[1], size[0], 3), 90, np.uint8)  # the canvas says what is wrong
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


class ThumbnailStrip(QWidget):
    """Lies above a timeline and shows the same span of time; a press or drag goes there.

    Signals:
        broke(str): one sentence about an exception in its thread.
    """

    broke = pyqtSignal(str)

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._loader: ThumbnailLoader | None = None
        self._width = HEIGHT
        self._wanted = True
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(tr("Thumbnails"))
        self.setToolTip(tr("Frames of the video; press or drag to go there"))
        timeline.scale_changed.connect(self._ask)
        timeline.content.run_moved.connect(self.update)
        self.hide()

    def put_left(self, widget: QWidget) -> None:
        """Let something lie at the left of the pictures, over the names of the rows."""
        widget.setParent(self)
        widget.setGeometry(4, 1, LABEL_WIDTH - 10, HEIGHT - 2)

    def with_timeline(self, between: QWidget) -> QWidget:
        """The strip and the timeline, as one widget, and what lies between them."""
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self)
        column.addWidget(between)
        column.addWidget(self._timeline, 1)
        return both

    def set_wanted(self, wanted: bool) -> None:
        """Show the strip where a video is open, or hide it; hidden, it decodes nothing."""
        self._wanted = wanted
        self.setVisible(wanted and self._loader is not None)
        self._ask()

    def open(self, source: FrameSource) -> None:
        """Show this source, which now belongs to the strip's thread."""
        self.close_source()
        self._width = thumbnail_width(source.info.width, source.info.height)
        self._loader = ThumbnailLoader(source)
        self._loader.made.connect(self.update)
        self._loader.broke.connect(self.broke)
        self._loader.start(QThread.Priority.LowestPriority)
        self.set_wanted(self._wanted)

    def close_source(self) -> None:
        """Show nothing; the thread ends after the frame in hand."""
        loader, self._loader = self._loader, None
        if loader is not None:
            loader.made.disconnect(self.update)
            loader.broke.disconnect(self.broke)
            loader.shut_down()
        self.hide()

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames in sight, from the left."""
        return spread(self._timeline.scale, self._width) if self._loader is not None else ()

    @property
    def made(self) -> frozenset[int]:
        """The frames whose thumbnails are there."""
        return self._loader.cache.indices() if self._loader is not None else frozenset()

    def sizeHint(self) -> QSize:
        return QSize(800, HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        scale = self._timeline.scale
        painter.setClipRect(QRect(LABEL_WIDTH, 0, scale.width, HEIGHT))
        empty, colours = self.palette().alternateBase(), TimelineColours.of(self.palette())
        frames = self.frames
        for frame, following in zip(frames, (*frames[1:], scale.count), strict=True):
            x, end = (LABEL_WIDTH + scale.edge(at) for at in (frame, following))
            place = QRect(x, 0, max(end - x, 1), HEIGHT)
            picture = self._loader.cache.get(frame) if self._loader is not None else None
            if picture is None:
                painter.fillRect(place.adjusted(0, 0, -1, -1), empty)
            else:
                # Again and again where a frame is wider than its picture: no gaps.
                painter.drawTiledPixmap(place, QPixmap.fromImage(_image(picture)))
        run = self._timeline.content.run
        if run is not None and run.at is not None:
            painter.setPen(QColor(*colours.run))
            painter.drawLine(
                LABEL_WIDTH + scale.x(run.at), 0, LABEL_WIDTH + scale.x(run.at), HEIGHT
            )
        painter.setPen(QColor(*colours.playhead))
        x = LABEL_WIDTH + scale.x(self._timeline.playhead)
        painter.drawLine(x, 0, x, HEIGHT)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self._scrub(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        self._scrub(event)

    def _scrub(self, event: QMouseEvent | None) -> None:
        if event is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        x = event.position().toPoint().x()
        if self._loader is not None and x >= LABEL_WIDTH:
            self._timeline.scrubbed.emit(self._timeline.frame_at(x))

    def _ask(self) -> None:
        self.update()
        if self._loader is not None and self._wanted:
            missing = tuple(f for f in self.frames if f not in self._loader.cache)
            self._loader.ask(missing)


def spread(scale: TimeScale, width: int) -> tuple[int, ...]:
    """Frames whose thumbnails, so many pixels wide, fill the span that a scale shows.

    They lie on multiples of a power of two, or of three times one, so that moving along and
    zooming meet them again, and each may cover the right edge of the one before.
    """
    wanted = max(width / scale.pixels_per_frame, 1.0)
    power = 2 ** math.floor(math.log2(wanted))
    # Never wider apart than they are: a gap says nothing, a picture's covered edge costs little.
    step = 3 * power // 2 if 3 * power // 2 <= wanted else power
    first = max(math.floor(scale.first / step), 0) * step
    last = min(math.ceil(scale.first + scale.span), scale.count)
    return tuple(range(first, last, step))


def thumbnail_width(width: int, height: int) -> int:
    """Pixels, for a frame of this size; neither a sliver nor a banner."""
    return min(max(round(HEIGHT * width / max(height, 1)), HEIGHT // 2), 4 * HEIGHT)


def _image(picture: Image) -> QImage:
    height, width = picture.shape[:2]
    return QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
