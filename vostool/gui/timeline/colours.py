"""The timeline's colours, taken from the palette so that they read on light and on dark."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtGui import QColor, QPalette

Rgb = tuple[int, int, int]

PLAYHEAD = QColor(235, 60, 60)


class TimelineColours(NamedTuple):
    """RGB, 0..255."""

    base: Rgb
    window: Rgb
    lane: Rgb
    text: Rgb
    dimmed: Rgb
    highlight: Rgb
    good: Rgb
    attention: Rgb
    bad: Rgb

    @classmethod
    def of(cls, palette: QPalette) -> TimelineColours:
        """The colours that go with a palette."""
        role = QPalette.ColorRole
        dark = palette.color(role.Base).lightness() < 128
        good, attention, bad = _DARK if dark else _LIGHT
        return cls(
            base=_rgb(palette.color(role.Base)),
            window=_rgb(palette.color(role.Window)),
            lane=_rgb(palette.color(role.AlternateBase)),
            text=_rgb(palette.color(role.Text)),
            dimmed=_rgb(palette.color(role.PlaceholderText)),
            highlight=_rgb(palette.color(role.Highlight)),
            good=good,
            attention=attention,
            bad=bad,
        )


# Okabe & Ito's bluish green, orange and vermillion, lighter on dark: safe for the colour-blind.
_LIGHT: tuple[Rgb, Rgb, Rgb] = ((0, 138, 100), (214, 122, 0), (208, 44, 44))
_DARK: tuple[Rgb, Rgb, Rgb] = ((64, 210, 160), (245, 180, 70), (255, 104, 92))


def _rgb(colour: QColor) -> Rgb:
    return colour.red(), colour.green(), colour.blue()
