"""Qt's Fusion style with outlines and small signs that are seen on light and dark windows."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPen,
    QPolygonF,
    QTransform,
)
from PyQt6.QtWidgets import (
    QLabel,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionSlider,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.widgets.icon_picture import icon_picture

_BOXES = (
    QStyle.PrimitiveElement.PE_IndicatorCheckBox,
    QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck,
)
_RADIO = QStyle.PrimitiveElement.PE_IndicatorRadioButton
_STRENGTH = 0.55
"""Of the outline, as a share of the text's colour: 3 to 1 against the base, which WCAG 2.2 asks of
controls."""


_SIGNS = {
    QStyle.StandardPixmap.SP_DockWidgetCloseButton: "close",
    QStyle.StandardPixmap.SP_TitleBarNormalButton: "float",
    QStyle.StandardPixmap.SP_LineEditClearButton: "close",
}
"""Signs of the style that are drawn as our icons."""
SIGN = 16
_OWN_TIP = "own_tip"
_ARROWS = (QStyle.SubControl.SC_ScrollBarSubLine, QStyle.SubControl.SC_ScrollBarAddLine)
_UPRIGHT = (Qt.ArrowType.UpArrow, Qt.ArrowType.DownArrow)
_LEVEL = (Qt.ArrowType.LeftArrow, Qt.ArrowType.RightArrow)


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

    def standardIcon(
        self,
        standardIcon: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        """Our own signs where Fusion's are a faint gray."""
        name = _SIGNS.get(standardIcon)
        if name is None:
            return super().standardIcon(standardIcon, option, widget)
        colour = QGuiApplication.palette().color(QPalette.ColorRole.WindowText)
        return QIcon(icon_picture(name, colour, SIGN))

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """The arrows of scroll bars in the text's colour."""
        super().drawComplexControl(control, option, painter, widget)
        if control != QStyle.ComplexControl.CC_ScrollBar or painter is None:
            return
        if not isinstance(option, QStyleOptionSlider):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.color(QPalette.ColorRole.ButtonText))
        upright = option.orientation == Qt.Orientation.Vertical
        for part, way in zip(_ARROWS, _UPRIGHT if upright else _LEVEL, strict=True):
            place = self.subControlRect(control, option, part, widget)
            painter.drawPolygon(_triangle(QRectF(place), way))
        painter.restore()

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """The text of a narrow combo box ends in dots, where Fusion cuts through letters."""
        if element == QStyle.ControlElement.CE_ComboBoxLabel and isinstance(
            option, QStyleOptionComboBox
        ):
            field = QStyle.SubControl.SC_ComboBoxEditField
            room = self.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget)
            taken = option.iconSize.width() + Space.S if not option.currentIcon.isNull() else 0
            whole, cut = option.currentText or "", Qt.TextElideMode.ElideRight
            option.currentText = option.fontMetrics.elidedText(
                whole, cut, room.width() - taken - Space.XS
            )
            if option.currentText != whole and widget is not None:
                _tell_whole(widget, whole)
        super().drawControl(element, option, painter, widget)

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


def _triangle(place: QRectF, way: Qt.ArrowType) -> QPolygonF:
    """Of a third of a place, in its middle."""
    reach, middle = min(place.width(), place.height()) / 3, place.center()
    turn = {
        Qt.ArrowType.UpArrow: 0, Qt.ArrowType.RightArrow: 90,
        Qt.ArrowType.DownArrow: 180, Qt.ArrowType.LeftArrow: 270,
    }  # fmt: skip
    corners = QPolygonF(
        [QPointF(-reach, reach / 2), QPointF(reach, reach / 2), QPointF(0, -reach / 2)]
    )
    return QTransform().translate(middle.x(), middle.y()).rotate(turn[way]).map(corners)


def _tell_whole(widget: QWidget, text: str) -> None:
    """Put a text that is cut before the widget's own tooltip."""
    if text in widget.toolTip():
        return
    if widget.property(_OWN_TIP) is None:
        widget.setProperty(_OWN_TIP, widget.toolTip())
    own = str(widget.property(_OWN_TIP))
    widget.setToolTip(f"{text}\n{own}" if own else text)


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
