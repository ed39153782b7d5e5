"""A reliability plot: what a score said against what was true, by tenths of the score."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen

Point = tuple[float, float, int]
"""What was said, what was true (means, 0..1), and of how many."""

_SIDE, _LEFT, _TOP = 320, 60, 20
_COLOURS = ("#b0b0b0", "#1565c0")


def draw(curves: Sequence[tuple[str, Sequence[Point]]], path: Path) -> None:
    """Draw up to two curves over the diagonal; a point's area is how many masks it stands for."""
    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(_SIDE + _LEFT + 20, _SIDE + _TOP + 50, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _axes(painter)
    most = max(n for _, points in curves for *_, n in points)
    for index, (name, points) in enumerate(curves):
        painter.setPen(QPen(QColor(_COLOURS[index]), 2))
        painter.setBrush(QColor(_COLOURS[index]))
        places = [_place(said, true) for said, true, _ in points]
        painter.drawPolyline(places)
        for place, (*_, n) in zip(places, points, strict=True):
            radius = 2 + 7 * (n / most) ** 0.5
            painter.drawEllipse(place, radius, radius)
        painter.drawText(_LEFT + 12, _TOP + 20 + 18 * index, name)
    painter.end()
    image.save(str(path))
    del application


def _axes(painter: QPainter) -> None:
    painter.setPen(QPen(QColor("#404040"), 1))
    painter.drawRect(QRectF(_LEFT, _TOP, _SIDE, _SIDE))
    for tick in range(0, 11, 2):
        value = tick / 10
        across, up = _place(value, 0), _place(0, value)
        below = QRectF(across.x() - 20, across.y() + 4, 40, 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{value}")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(up.x() - 46, up.y() - 8, 40, 16), right, f"{value}")
    painter.drawText(
        QRectF(_LEFT, _TOP + _SIDE + 22, _SIDE, 20), Qt.AlignmentFlag.AlignCenter, "score"
    )
    painter.save()
    painter.translate(12, _TOP + _SIDE / 2)
    painter.rotate(-90)
    painter.drawText(QRectF(-100, -10, 200, 20), Qt.AlignmentFlag.AlignCenter, "true IoU, mean")
    painter.restore()
    painter.setPen(QPen(QColor("#404040"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(_place(0, 0), _place(1, 1))


def _place(said: float, true: float) -> QPointF:
    return QPointF(_LEFT + said * _SIDE, _TOP + (1 - true) * _SIDE)
