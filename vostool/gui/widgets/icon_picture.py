"""The icons of ``resources/icons``, drawn in one colour."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer


def icon_picture(name: str, colour: QColor, side: int) -> QPixmap:
    """An icon in one colour, ``side`` pixels wide and high."""
    return _drawn_icon(name, colour.name(), side)


@lru_cache(maxsize=1024)  # the window has about 130 pictures of icons in each theme
def _drawn_icon(name: str, colour: str, side: int) -> QPixmap:
    template = resource(f"icons/{name}.svg").decode()
    svg = QSvgRenderer(QByteArray(template.replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def resource(name: str) -> bytes:
    """A file of ``resources``."""
    return (files("vostool.resources") / name).read_bytes()
