"""Qt's Fusion style with outlines that are seen on dark windows, too."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPalette, QPen
from PyQt6.QtWidgets import QLabel, QProxyStyle, QStyle, QStyleOption, QWidget

_BOXES = (
    QStyle.PrimitiveElement.PE_IndicatorCheckBox,
    QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck,
)
_RADIO = QStyle.PrimitiveElement.PE_IndicatorRadioButton
_STRENGTH = 0.55
"""Of the outline, as a share of the text's colour: 3 to 1 against the base, which WCAG 2.2 asks of
controls."""


class ClearStyle(QProxyStyle):
    """Fusion outlines check boxes in a darker shade of the window, which a dark one swallows."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def polish(self, target: Any) -> Any:  # of a widget, a palette, the program
        """Labels show text as it is: one that comes from a file may look like HTML and load files.

        Message boxes and tooltips are labels inside. What is our own HTML says so
        (``setTextFormat``), with everything that is put into it escaped.
        """
        done = super().polish(target)
        if isinstance(target, QLabel) and target.textFormat() == Qt.TextFormat.AutoText:
            target.setTextFormat(Qt.TextFormat.PlainText)
        return done

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        super().drawPrimitive(element, option, painter, widget)
        if option is None or painter is None or (element not in _BOXES and element != _RADIO):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, element == _RADIO)
        painter.setPen(QPen(outline(option.palette), 1))
        rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        if element == _RADIO:
            painter.drawEllipse(rect)
        else:
            painter.drawRect(rect)
        painter.restore()


def outline(palette: QPalette) -> QColor:
    """Between the base's colour and the text's; dimmed where the palette's group is disabled."""
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    parts = zip(base.getRgb()[:3], text.getRgb()[:3], strict=True)
    return QColor(*(round((b or 0) + _STRENGTH * ((t or 0) - (b or 0))) for b, t in parts))


def repolish(widget: QWidget) -> None:
    """Apply the style sheet's rules for a property that has changed; Qt does so only then."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
    widget.update()
