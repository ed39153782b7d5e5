"""The timeline's colours, taken from the palette so that they read on light and on dark."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtGui import QColor, QPalette

from vostool.gui.look import tokens
from vostool.gui.look.tokens import Rgb


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
    playhead: Rgb
    run: Rgb

    @classmethod
    def of(cls, palette: QPalette) -> TimelineColours:
        """The colours that go with a palette."""
        role = QPalette.ColorRole
        dark = palette.color(role.Base).lightness() < 128
        marks = tokens.DARK if dark else tokens.LIGHT
        return cls(
            base=_rgb(palette.color(role.Base)),
            window=_rgb(palette.color(role.Window)),
            lane=_rgb(palette.color(role.AlternateBase)),
            text=_rgb(palette.color(role.Text)),
            dimmed=_rgb(palette.color(role.PlaceholderText)),
            highlight=_rgb(palette.color(role.Highlight)),
            good=tokens.rgb(marks.confirmed),
            attention=tokens.rgb(marks.jump),
            bad=tokens.rgb(marks.low),
            playhead=tokens.rgb(marks.playhead),
            run=tokens.rgb(marks.run),
        )


def _rgb(colour: QColor) -> Rgb:
    return colour.red(), colour.green(), colour.blue()
