"""What can be told apart in both themes."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QImage, QPainter, QPalette
from PyQt6.QtWidgets import QApplication, QStyle, QStyleOptionButton

from vostool.gui.widgets import theme
from vostool.gui.widgets.clear_style import outline


@pytest.fixture(params=["Light", "Dark"])
def palette(request, qapp):
    theme.set_theme(request.param)
    yield QApplication.palette()
    theme.set_theme("Light")


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
             for v in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("role", [QPalette.ColorRole.Base, QPalette.ColorRole.Window])
def test_an_empty_check_box_is_seen(palette, role) -> None:
    option = QStyleOptionButton()
    option.rect, option.palette = QRect(2, 2, 13, 13), palette
    option.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Off
    image = QImage(17, 17, QImage.Format.Format_RGB32)
    image.fill(palette.color(role))
    painter = QPainter(image)
    style = QApplication.style()
    assert style is not None
    style.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorCheckBox, option, painter)
    painter.end()
    assert image.pixelColor(2, 8) == outline(palette)
    assert contrast(image.pixelColor(2, 8), palette.color(role)) >= 3
