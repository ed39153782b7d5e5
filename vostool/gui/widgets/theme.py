"""Light and dark, and icons in the text's own colour."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication

from vostool.gui.widgets.clear_style import ClearStyle

ICON_SIZE = 20
THEMES = ("System", "Light", "Dark")


class _Colours(NamedTuple):
    window: str
    base: str
    alternate: str
    text: str
    dimmed: str
    button: str
    highlight: str


_COLOURS = {
    "Light": _Colours("#f3f4f6", "#ffffff", "#eceef1", "#1b1f24", "#8a9099", "#f3f4f6", "#2f7fd1"),
    "Dark": _Colours("#24272c", "#1b1d21", "#2a2e34", "#e4e7eb", "#7b828c", "#2f333a", "#2f74c0"),
}

_TONES = {
    "good": ("#166329", "#57c97b"),
    "attention": ("#865000", "#e3a64b"),
    "bad": ("#b02025", "#ff8078"),
    "model": ("#1c62b8", "#6fb1ff"),
    "mask": ("#9a4b00", "#f0a04b"),
}
"""Each on the light and on the dark base; all at a contrast of 4.5 or more."""


def apply_style(app: QApplication) -> None:
    """The same widgets on every system, so that what was looked at is what people get."""
    app.setStyle(ClearStyle())
    app.setStyleSheet(_resource("style.qss").decode())


def set_theme(name: str) -> None:
    """Choose "System", "Light" or "Dark".

    The palettes are our own: not every platform lets a program ask for a colour scheme.
    """
    if name not in _COLOURS:
        hints = QGuiApplication.styleHints()
        dark = hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
        name = "Dark" if dark else "Light"
    # Widgets that a style sheet has polished keep their colours, so it is taken off in between.
    app = QApplication.instance()
    sheet = app.styleSheet() if isinstance(app, QApplication) else ""
    if isinstance(app, QApplication):
        app.setStyleSheet("")
    QApplication.setPalette(_palette(_COLOURS[name]))
    if isinstance(app, QApplication):
        app.setStyleSheet(sheet)


def _palette(colours: _Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette(QColor(colours.button), QColor(colours.window))
    for roles, colour in (
        ((role.Window,), colours.window),
        ((role.Base,), colours.base),
        ((role.AlternateBase,), colours.alternate),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colours.text),
        ((role.PlaceholderText,), colours.dimmed),
        ((role.Button, role.ToolTipBase), colours.button),
        ((role.Highlight, role.Link), colours.highlight),
        ((role.HighlightedText, role.BrightText), "#ffffff"),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor(colours.dimmed))
    return palette


def tone(name: str) -> QColor:
    """A colour of _TONES that reads on the palette's base, such as "good" or "model"."""
    light, dark = _TONES[name]
    base = QGuiApplication.palette().color(QPalette.ColorRole.Base)
    return QColor(dark if base.lightness() < 128 else light)


def icon(name: str, tint: str | None = None) -> QIcon:
    """An icon of ``resources/icons``, drawn in the palette's text colour, dimmed when disabled.

    Args:
        tint: the name of a tone to draw it in instead; see :func:`tone`.
    """
    palette = QGuiApplication.palette()
    made = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        colour = palette.color(group, QPalette.ColorRole.ButtonText)
        if tint is not None and mode is QIcon.Mode.Normal:
            colour = tone(tint)
        for scale in (1, 2):
            made.addPixmap(icon_picture(name, colour, ICON_SIZE * scale), mode)
    return made


def icon_picture(name: str, colour: QColor, side: int) -> QPixmap:
    """An icon in one colour, ``side`` pixels wide and high."""
    return _drawn_icon(name, colour.name(), side)


@lru_cache(maxsize=1024)  # the window has about 130 pictures of icons in each theme
def _drawn_icon(name: str, colour: str, side: int) -> QPixmap:
    template = _resource(f"icons/{name}.svg").decode()
    svg = QSvgRenderer(QByteArray(template.replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def _resource(name: str) -> bytes:
    return (files("vostool.resources") / name).read_bytes()
