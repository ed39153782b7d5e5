"""Light and dark, and icons in the text's own colour."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QPalette,
)
from PyQt6.QtWidgets import QApplication, QLabel

from vostool.gui.look import tokens
from vostool.gui.look.sheet import filled
from vostool.gui.look.tokens import Colours
from vostool.gui.widgets.clear_style import ClearStyle
from vostool.gui.widgets.icon_picture import icon_picture, resource

ICON_SIZE = tokens.ICON
THEMES = ("System", *tokens.THEMES)


def apply_style(app: QApplication) -> None:
    """The same widgets on every system, so that what was looked at is what people get."""
    app.setStyle(ClearStyle())
    app.setStyleSheet(_sheet(colours()))


def set_theme(name: str) -> None:
    """Choose "System", "Light" or "Dark".

    The palettes are our own: not every platform lets a program ask for a colour scheme.
    """
    if name not in tokens.THEMES:
        hints = QGuiApplication.styleHints()
        dark = hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark
        name = "Dark" if dark else "Light"
    # Widgets that a style sheet has polished keep their colours, so it is taken off in between.
    app = QApplication.instance()
    chosen = tokens.THEMES[name]
    if isinstance(app, QApplication):
        app.setStyleSheet("")
    QApplication.setPalette(_palette(chosen))
    if isinstance(app, QApplication):
        app.setStyleSheet(_sheet(chosen))


def colours() -> Colours:
    """The tokens of the theme that the palette has now."""
    base = QGuiApplication.palette().color(QPalette.ColorRole.Base)
    return tokens.DARK if base.lightness() < 128 else tokens.LIGHT


def _palette(chosen: Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette(QColor(chosen.button), QColor(chosen.window))
    for roles, colour in (
        ((role.Window,), chosen.window),
        ((role.Base,), chosen.base),
        ((role.AlternateBase,), chosen.alternate),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), chosen.text),
        ((role.PlaceholderText,), chosen.dimmed),
        ((role.Button, role.ToolTipBase), chosen.button),
        ((role.Highlight,), chosen.highlight),
        ((role.Link, role.LinkVisited), chosen.model),
        ((role.HighlightedText, role.BrightText), chosen.highlighted),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor(chosen.disabled))
    return palette


def _sheet(chosen: Colours) -> str:
    """The style sheet for these colours and the system's size of text."""
    points = QApplication.font().pointSizeF()
    return filled(resource("window.qss").decode(), chosen, points)


def tone(name: str) -> QColor:
    """A colour that reads on the palette's base, such as "good" or "model"; one of the tokens."""
    return QColor(getattr(colours(), name))


def say(label: QLabel, sentence: str, name: str = "") -> None:
    """Show a sentence in a tone, or (the empty name) in the text's colour."""
    palette = QPalette()
    if name:
        palette.setColor(QPalette.ColorRole.WindowText, tone(name))
    label.setPalette(palette)
    label.setText(sentence)


def sized(font: QFont, share: float, room: int | None = None) -> QFont:
    """A font in a size of :class:`~vostool.gui.look.tokens.Type`.

    Args:
        room: pixels that a line may be high; the font is made smaller until it fits.
    """
    made = QFont(font)
    made.setPointSizeF(QApplication.font().pointSizeF() * share)
    while room is not None and QFontMetrics(made).height() > room and made.pointSizeF() > 1:
        made.setPointSizeF(made.pointSizeF() - 0.5)
    return made


def icon(name: str, tint: str | None = None) -> QIcon:
    """An icon of ``resources/icons``, drawn in the palette's text colour, dimmed when disabled and
    in the selected text's colour in a selected row.

    Args:
        tint: the name of a tone to draw it in instead; see :func:`tone`.
    """
    palette, role, group = QGuiApplication.palette(), QPalette.ColorRole, QPalette.ColorGroup
    made = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, tone(tint) if tint else palette.color(role.ButtonText)),
        (QIcon.Mode.Disabled, palette.color(group.Disabled, role.ButtonText)),
        (QIcon.Mode.Selected, palette.color(role.HighlightedText)),
    ):
        for scale in (1, 2):
            made.addPixmap(icon_picture(name, colour, ICON_SIZE * scale), mode)
    return made
