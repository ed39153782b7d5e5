"""Paints a scene: the ruler, the rows, the score curve, the range and the playhead."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygon

from vostool.gui.timeline.bars import Look, curve_image, row_image
from vostool.gui.timeline.colours import PLAYHEAD, TimelineColours
from vostool.gui.timeline.layout import (
    BAR_HEIGHT,
    CURVE_HEIGHT,
    LABEL_WIDTH,
    ROW_HEIGHT,
    RULER_HEIGHT,
)
from vostool.gui.timeline.pictures import Pictures
from vostool.gui.timeline.scale import tick_spacing
from vostool.gui.timeline.scene import Scene, clock
from vostool.gui.timeline.states import LOW_SCORE
from vostool.project.objects import AnnotatedObject

_LABEL_ROOM = 120
_CURVE_MARGIN = 5


class ScenePainter:
    """Paints one scene on one painter."""

    def __init__(
        self, painter: QPainter, scene: Scene, colours: TimelineColours, pictures: Pictures
    ) -> None:
        self._painter = painter
        self._scene = scene
        self._colours = colours
        self._pictures = pictures
        device = painter.device()
        self._ratio = device.devicePixelRatioF() if device is not None else 1.0
        self._right = device.width() if device is not None else 0
        self._width = scene.scale.width

    def paint(self) -> None:
        """Everything, from the back to the front."""
        scene, painter = self._scene, self._painter
        body = QRect(0, RULER_HEIGHT, self._right, scene.layout.room)
        painter.setClipRect(body)
        objects = scene.objects
        for index in scene.layout.shown():
            self._row(scene.layout.top(index), objects[index])
        painter.setClipping(False)
        if scene.layout.has_curve:
            self._curve_lane(scene.layout.bottom)
        self._ruler()
        track = QRect(LABEL_WIDTH, 0, self._right - LABEL_WIDTH, scene.layout.height)
        painter.setClipRect(track)
        self._range()
        self._playhead()
        painter.setClipping(False)

    # -- rows ----------------------------------------------------------------------------------

    def _row(self, top: int, shown: AnnotatedObject) -> None:
        painter, scene, colours = self._painter, self._scene, self._colours
        if shown.id in scene.selected:
            painter.fillRect(0, top, self._right, ROW_HEIGHT, QColor(*colours.base))
            highlight = QColor(*colours.highlight)
            highlight.setAlpha(60)
            painter.fillRect(0, top, self._right, ROW_HEIGHT, highlight)
        inset = (ROW_HEIGHT - BAR_HEIGHT) // 2
        painter.fillRect(8, top + inset + 1, 12, BAR_HEIGHT - 2, QColor(*shown.colour))
        self._text(
            QRect(26, top, LABEL_WIDTH - 32, ROW_HEIGHT),
            f"{shown.id} {shown.label}",
            colours.text if shown.visible else colours.dimmed,
        )
        lane = QRect(LABEL_WIDTH, top + inset, self._width, BAR_HEIGHT)
        painter.fillRect(lane, QColor(*colours.lane))
        look = Look(shown.colour, colours, self._ratio)
        picture = self._pictures.get(
            shown.id,
            (scene.states.version(shown.id), scene.scale, look),
            lambda: row_image(scene.states, shown.id, scene.scale, look),
        )
        painter.drawImage(QPoint(LABEL_WIDTH, top), picture)

    # -- the score curve -----------------------------------------------------------------------

    def _curve_lane(self, top: int) -> None:
        painter, scene, colours = self._painter, self._scene, self._colours
        painter.fillRect(0, top, self._right, CURVE_HEIGHT, QColor(*colours.base))
        painter.setPen(QColor(*colours.lane))
        painter.drawLine(0, top, self._right, top)
        shown = scene.shown
        if shown is None:
            text = "Select an object to see its scores."
            self._text(QRect(LABEL_WIDTH, top, 400, CURVE_HEIGHT), text, colours.dimmed)
            return
        height = CURVE_HEIGHT - 2 * _CURVE_MARGIN
        half = LABEL_WIDTH - 32
        self._text(QRect(26, top, half, CURVE_HEIGHT // 2 + 2), "Score", colours.dimmed)
        record = scene.project.masks.get(scene.playhead, shown.id)
        score = record.score if record is not None else None
        value = "none here" if score is None else f"{score:.2f} here"
        low = score is not None and score < LOW_SCORE
        below = QRect(26, top + CURVE_HEIGHT // 2 - 2, half, CURVE_HEIGHT // 2)
        self._text(below, value, colours.bad if low else colours.text)
        look = Look(shown.colour, colours, self._ratio)
        picture = self._pictures.get(
            "curve",
            (scene.states.version(shown.id), shown.id, scene.scale, look),
            lambda: curve_image(scene.states, shown.id, scene.scale, look, height),
        )
        y = top + _CURVE_MARGIN + round((1 - LOW_SCORE) * height)
        painter.setPen(QPen(QColor(*colours.dimmed), 1, Qt.PenStyle.DotLine))
        painter.drawLine(LABEL_WIDTH, y, LABEL_WIDTH + self._width, y)
        painter.drawImage(QPoint(LABEL_WIDTH, top + _CURVE_MARGIN), picture)

    # -- the ruler, the range and the playhead -------------------------------------------------

    def _ruler(self) -> None:
        painter, scene, colours = self._painter, self._scene, self._colours
        scale = scene.scale
        painter.fillRect(0, 0, self._right, RULER_HEIGHT, QColor(*colours.window))
        if scene.chosen is not None:
            room = QRect(8, 0, LABEL_WIDTH - 14, RULER_HEIGHT)
            self._text(room, f"{scene.chosen}", colours.text)
        spacing = tick_spacing(scale.span, self._width, _LABEL_ROOM)
        minor = max(spacing // 5, 1) if spacing >= 5 else spacing
        first = math.floor(scale.first / minor) * minor
        painter.setClipRect(LABEL_WIDTH, 0, self._right - LABEL_WIDTH, RULER_HEIGHT)
        for frame in range(
            max(first, 0), min(int(scale.first + scale.span) + 1, scale.count), minor
        ):
            x = LABEL_WIDTH + scale.x(frame)
            labelled = frame % spacing == 0
            painter.setPen(QColor(*(colours.text if labelled else colours.dimmed)))
            painter.drawLine(x, RULER_HEIGHT - (7 if labelled else 4), x, RULER_HEIGHT - 1)
            if labelled:
                self._tick_label(x, frame)
        painter.setClipping(False)

    def _tick_label(self, x: int, frame: int) -> None:
        painter = self._painter
        number = str(frame)
        at = x + 3
        if at + painter.fontMetrics().horizontalAdvance(number) > self._right:
            return
        painter.drawText(at, RULER_HEIGHT - 10, number)
        at += painter.fontMetrics().horizontalAdvance(number + "  ")
        time = clock(self._scene.time_of(frame))
        if at + painter.fontMetrics().horizontalAdvance(time) < self._right:
            painter.setPen(QColor(*self._colours.dimmed))
            painter.drawText(at, RULER_HEIGHT - 10, time)

    def _range(self) -> None:
        chosen, scale = self._scene.chosen, self._scene.scale
        if chosen is None:
            return
        left = LABEL_WIDTH + scale.edge(chosen.first)
        right = max(LABEL_WIDTH + scale.edge(chosen.last + 1), left + 1)
        shade, line = QColor(*self._colours.highlight), QColor(*self._colours.highlight)
        shade.setAlpha(36)
        painter = self._painter
        height = self._scene.layout.height
        painter.fillRect(left, RULER_HEIGHT, right - left, height - RULER_HEIGHT, shade)
        painter.fillRect(left, RULER_HEIGHT - 4, right - left, 4, line)
        for x in (left, right - 1):
            painter.fillRect(x, RULER_HEIGHT - 12, 2 if x == left else 1, 12, line)
        line.setAlpha(150)
        painter.fillRect(left, RULER_HEIGHT, 1, height, line)
        painter.fillRect(right - 1, RULER_HEIGHT, 1, height, line)

    def _playhead(self) -> None:
        painter, scale = self._painter, self._scene.scale
        playhead = self._scene.playhead
        left, right = scale.edge(playhead), scale.edge(playhead + 1)
        if right - left > 2:
            cell = QColor(PLAYHEAD)
            cell.setAlpha(40)
            height = self._scene.layout.height - RULER_HEIGHT
            painter.fillRect(LABEL_WIDTH + left, RULER_HEIGHT, right - left, height, cell)
        x = LABEL_WIDTH + scale.x(playhead)
        painter.setPen(PLAYHEAD)
        painter.setBrush(PLAYHEAD)
        painter.drawLine(x, 0, x, self._scene.layout.height)
        painter.drawPolygon(QPolygon([QPoint(x - 5, 0), QPoint(x + 5, 0), QPoint(x, 8)]))

    def _text(self, room: QRect, text: str, colour: tuple[int, int, int]) -> None:
        painter = self._painter
        painter.setPen(QColor(*colour))
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)
