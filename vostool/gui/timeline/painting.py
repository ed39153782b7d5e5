"""Paints a scene: the ruler, the rows, the score curve, the range and the playhead."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPen, QPolygon

from vostool.gui.look.tokens import Type
from vostool.gui.timeline.bars import Look, band_image, curve_image, row_image
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import (
    BAND_HEIGHT,
    CURVE_HEIGHT,
    LABEL_WIDTH,
    ROWS_TOP,
    RULER_HEIGHT,
)
from vostool.gui.timeline.pictures import Pictures
from vostool.gui.timeline.run_mark import paint_run, tint_row
from vostool.gui.timeline.scale import tick_spacing
from vostool.gui.timeline.scene import Scene, clock
from vostool.gui.timeline.states import LOW_SCORE
from vostool.gui.timeline.value_marks import draw_value_mark, value_places
from vostool.gui.widgets import theme
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import object_title
from vostool.words import tr

_LABEL_ROOM = 120
_TEXT_FOOT = 12
"""Where the ruler's numbers stand, from its top."""
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
        self._usual = QFont(painter.font())

    def paint(self) -> None:
        """Everything, from the back to the front."""
        scene, painter = self._scene, self._painter
        body = QRect(0, ROWS_TOP, self._right, scene.layout.room)
        painter.setClipRect(body)
        objects = scene.objects
        for index in scene.layout.shown():
            self._row(scene.layout.top(index), objects[index])
        painter.setClipping(False)
        if scene.layout.has_curve:
            self._curve_lane(scene.layout.bottom)
        self._ruler()
        self._band()
        track = QRect(LABEL_WIDTH, 0, self._right - LABEL_WIDTH, scene.layout.height)
        painter.setClipRect(track)
        self._range()
        if scene.run is not None:
            paint_run(painter, scene.run, scene.layout.height, scene.scale, self._colours.run)
        self._playhead()
        painter.setClipping(False)

    # -- rows ----------------------------------------------------------------------------------

    def _row(self, top: int, shown: AnnotatedObject) -> None:
        painter, scene, colours = self._painter, self._scene, self._colours
        row, bar = scene.layout.row_height, scene.layout.bar_height
        if shown.id in scene.selected:
            painter.fillRect(0, top, self._right, row, QColor(*colours.base))
            highlight = QColor(*colours.highlight)
            highlight.setAlpha(60)
            painter.fillRect(0, top, self._right, row, highlight)
        inset = (row - bar) // 2
        painter.fillRect(8, top + inset + 1, 12, bar - 2, QColor(*shown.colour))
        painter.setFont(self._font(row))
        self._text(
            QRect(26, top, LABEL_WIDTH - 32, row),
            object_title(scene.project, shown),
            colours.text if shown.visible else colours.dimmed,
        )
        painter.setFont(self._usual)
        lane = QRect(LABEL_WIDTH, top + inset, self._width, bar)
        painter.fillRect(lane, QColor(*colours.lane))
        if scene.run is not None:
            tint_row(painter, scene.run, shown.id, lane, scene.scale, colour=colours.run)
        look = Look(shown.colour, colours, self._ratio, row, bar)
        picture = self._pictures.get(
            shown.id,
            (scene.states.version(shown.id), scene.scale, look),
            lambda: row_image(scene.states, shown.id, scene.scale, look),
        )
        painter.drawImage(QPoint(LABEL_WIDTH, top), picture)
        places = value_places(scene.changes(shown), scene.scale)
        for x in places:
            draw_value_mark(painter, LABEL_WIDTH + x, top + inset + bar, colours)

    def _font(self, row: int) -> QFont:
        """As large as a row has room for."""
        return theme.sized(self._usual, Type.BODY, row - 1)

    # -- the score curve -----------------------------------------------------------------------

    def _curve_lane(self, top: int) -> None:
        painter, scene, colours = self._painter, self._scene, self._colours
        painter.fillRect(0, top, self._right, CURVE_HEIGHT, QColor(*colours.base))
        painter.setPen(QColor(*colours.lane))
        painter.drawLine(0, top, self._right, top)
        shown = scene.shown
        if shown is None:
            text = tr("Select an object to see its scores.")
            self._text(QRect(LABEL_WIDTH, top, 400, CURVE_HEIGHT), text, colours.dimmed)
            return
        height = CURVE_HEIGHT - 2 * _CURVE_MARGIN
        half = LABEL_WIDTH - 32
        self._text(QRect(26, top, half, CURVE_HEIGHT // 2 + 2), tr("Score"), colours.dimmed)
        record = scene.project.masks.get(scene.playhead, shown.id)
        score = record.score if record is not None else None
        value = tr("none here") if score is None else tr("{score:.2f} here", score=score)
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
        room, share = QRect(8, 0, LABEL_WIDTH - 14, RULER_HEIGHT), scene.states.confirmed_share
        if scene.chosen is not None:
            self._text(room, scene.range_words, colours.text)
        elif share:
            self._text(room, tr("{percent} confirmed", percent=_percent(share)), colours.text)
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

    def _band(self) -> None:
        """What is confirmed of all objects, between the ruler and the rows."""
        painter, scene, colours = self._painter, self._scene, self._colours
        painter.fillRect(0, RULER_HEIGHT, self._right, BAND_HEIGHT, QColor(*colours.base))
        lane = QRect(LABEL_WIDTH, RULER_HEIGHT + 1, self._width, BAND_HEIGHT - 1)
        painter.fillRect(lane, QColor(*colours.lane))
        picture = self._pictures.get(
            "band",
            (scene.states.changes, scene.scale, colours, self._ratio),
            lambda: band_image(scene.states, scene.scale, colours, self._ratio),
        )
        painter.drawImage(lane.topLeft(), picture)

    def _tick_label(self, x: int, frame: int) -> None:
        painter = self._painter
        number = str(frame)
        at = x + 3
        if at + painter.fontMetrics().horizontalAdvance(number) > self._right:
            return
        painter.drawText(at, _TEXT_FOOT, number)
        at += painter.fontMetrics().horizontalAdvance(number + "  ")
        time = clock(self._scene.time_of(frame))
        if at + painter.fontMetrics().horizontalAdvance(time) < self._right:
            painter.setPen(QColor(*self._colours.dimmed))
            painter.drawText(at, _TEXT_FOOT, time)

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
        block = self._scene.block
        if block is None:
            painter.fillRect(left, RULER_HEIGHT, right - left, height - RULER_HEIGHT, shade)
        else:
            self._block(left, right, block)
        painter.fillRect(left, RULER_HEIGHT - 4, right - left, 4, line)
        for x in (left, right - 1):
            painter.fillRect(x, RULER_HEIGHT - 12, 2 if x == left else 1, 12, line)
        line.setAlpha(150)
        painter.fillRect(left, RULER_HEIGHT, 1, height, line)
        painter.fillRect(right - 1, RULER_HEIGHT, 1, height, line)

    def _block(self, left: int, right: int, object_ids: frozenset[int]) -> None:
        """The rows of the range's objects, each shaded, with a line above and below them."""
        painter, layout = self._painter, self._scene.layout
        shade, line = QColor(*self._colours.highlight), QColor(*self._colours.highlight)
        shade.setAlpha(90)
        rows = [i for i, shown in enumerate(self._scene.objects) if shown.id in object_ids]
        painter.setClipRect(QRect(LABEL_WIDTH, ROWS_TOP, self._right - LABEL_WIDTH, layout.room))
        for index in rows:
            top = layout.top(index)
            painter.fillRect(left, top, right - left, layout.row_height, shade)
            if index - 1 not in rows:
                painter.fillRect(left, top, right - left, 2, line)
            if index + 1 not in rows:
                painter.fillRect(left, top + layout.row_height - 2, right - left, 2, line)
        painter.setClipRect(QRect(LABEL_WIDTH, 0, self._right - LABEL_WIDTH, layout.height))

    def _playhead(self) -> None:
        painter, scale = self._painter, self._scene.scale
        playhead = self._scene.playhead
        left, right = scale.edge(playhead), scale.edge(playhead + 1)
        if right - left > 2:
            cell = QColor(*self._colours.playhead)
            cell.setAlpha(40)
            height = self._scene.layout.height - RULER_HEIGHT
            painter.fillRect(LABEL_WIDTH + left, RULER_HEIGHT, right - left, height, cell)
        x = LABEL_WIDTH + scale.x(playhead)
        red = QColor(*self._colours.playhead)
        painter.setPen(red)
        painter.setBrush(red)
        painter.drawLine(x, 0, x, self._scene.layout.height)
        painter.drawPolygon(QPolygon([QPoint(x - 5, 0), QPoint(x + 5, 0), QPoint(x, 8)]))

    def _text(self, room: QRect, text: str, colour: tuple[int, int, int]) -> None:
        painter = self._painter
        painter.setPen(QColor(*colour))
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)


def _percent(share: float) -> str:
    """ "43 %"; all is only said where it is all, and nothing only where it is nothing."""
    return f"{min(max(round(100 * share), 1), 99 if share < 1 else 100)} %"
