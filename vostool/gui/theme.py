"""Light and dark, and icons in the text's own colour."""

from __future__ import annotations

from importlib.resources import files

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication

ICON_SIZE = 20
SCHEMES = {
    "System": Qt.ColorScheme.Unknown,
    "Light": Qt.ColorScheme.Light,
    "Dark": Qt.ColorScheme.Dark,
}


def apply_style(app: QApplication) -> None:
    """The same widgets on every system, so that what was looked at is what people get."""
    app.setStyle("Fusion")
    app.setStyleSheet(_resource("style.qss").decode())


def set_scheme(name: str) -> None:
    """Choose "System", "Light" or "Dark" (Qt older than 6.8 follows the system)."""
    hints = QGuiApplication.styleHints()
    if hints is not None and hasattr(hints, "setColorScheme"):
        hints.setColorScheme(SCHEMES.get(name, Qt.ColorScheme.Unknown))


def icon(name: str) -> QIcon:
    """An icon of ``resources/icons``, drawn in the palette's text colour, dimmed when disabled."""
    template = _resource(f"icons/{name}.svg").decode()
    palette = QGuiApplication.palette()
    made = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        colour = palette.color(group, QPalette.ColorRole.ButtonText).name()
        svg = QSvgRenderer(QByteArray(template.replace("currentColor", colour).encode()))
        for scale in (1, 2):
            pixmap = QPixmap(QSize(ICON_SIZE * scale, ICON_SIZE * scale))
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            svg.render(painter, QRectF(0, 0, ICON_SIZE * scale, ICON_SIZE * scale))
            painter.end()
            made.addPixmap(pixmap, mode)
    return made


def _resource(name: str) -> bytes:
    return (files("vostool.resources") / name).read_bytes()
