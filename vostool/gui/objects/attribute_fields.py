"""One field for one attribute: a list, buttons, a box to tick, a number or a line of text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.widgets.return_key import LineBox, RealBox
from vostool.project.labels import FALSE, TRUE, AttributeKind, AttributeSpec
from vostool.project.objects import LONGEST_VALUE

Changed = Callable[[str], object]
_MOST_BUTTONS = 4
"""A longer choice of one value is shown as a list."""


def attribute_field(spec: AttributeSpec, value: str, changed: Changed) -> QWidget:
    """The field with its value; ``changed`` gets a new one when the typing is finished.

    A value that the attribute does not accept (it came from elsewhere) is shown as it is.
    """
    kind = spec.kind
    if kind is AttributeKind.RADIO and spec.accepts(value) and len(spec.values) <= _MOST_BUTTONS:
        made: QWidget = _buttons(spec, value, changed)
    elif kind.has_choices:
        made = _choice(spec, value, changed)
    elif kind is AttributeKind.CHECKBOX and spec.accepts(value):
        made = _tick(spec, value, changed)
    elif kind is AttributeKind.NUMBER and spec.accepts(value):
        made = _number(spec, value, changed)
    else:
        made = _line(value, changed)
    made.setAccessibleName(spec.name)
    return made


def show_value(field: QWidget, spec: AttributeSpec, value: str) -> bool:
    """Show another value in a field of :func:`attribute_field`; False: make anew."""
    with QSignalBlocker(field):
        if isinstance(field, QComboBox):
            at = field.findText(value)
            field.setCurrentIndex(at)
            return at >= 0
        if isinstance(field, QCheckBox) and spec.accepts(value):
            field.setChecked(value == TRUE)
        elif isinstance(field, RealBox) and spec.accepts(value):
            field.setValue(float(value))
        elif isinstance(field, LineBox) and not (spec.accepts(value) and _is_special(spec)):
            field.setText(value)
            field.setCursorPosition(0)
        else:
            return _check_button(field, value)
    return True


def _is_special(spec: AttributeSpec) -> bool:
    return spec.kind in (AttributeKind.CHECKBOX, AttributeKind.NUMBER)


def _check_button(holder: QWidget, value: str) -> bool:
    wanted = [
        button for button in holder.findChildren(QRadioButton) if button.property("value") == value
    ]
    for button in wanted:
        button.setChecked(True)
    return bool(wanted)


def _choice(spec: AttributeSpec, value: str, changed: Changed) -> QComboBox:
    box = QComboBox()
    values = [*spec.values, *([] if value in spec.values else [value])]
    box.addItems(values)
    box.setCurrentIndex(values.index(value))
    box.activated.connect(lambda at: changed(values[at]))
    _ignore_wheel(box)
    return box


def _buttons(spec: AttributeSpec, value: str, changed: Changed) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.XS)
    group = QButtonGroup(holder)
    for choice in spec.values:
        button = QRadioButton(choice or "(empty)")
        button.setProperty("value", choice)
        button.setChecked(choice == value)
        button.clicked.connect(lambda _=False, choice=choice: changed(choice))
        group.addButton(button)
        column.addWidget(button)
    return holder


def _tick(spec: AttributeSpec, value: str, changed: Changed) -> QCheckBox:
    box = QCheckBox(spec.name)
    box.setChecked(value == TRUE)
    box.toggled.connect(lambda on: changed(TRUE if on else FALSE))
    return box


def _number(spec: AttributeSpec, value: str, changed: Changed) -> QDoubleSpinBox:
    box = RealBox()
    low, high, step = spec.bounds
    box.setDecimals(max(map(_decimals, spec.values)))
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setValue(float(value))
    box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.UpDownArrows)
    box.setKeyboardTracking(False)
    box.valueChanged.connect(lambda number: changed(_text(_on_grid(number, low, step))))
    _ignore_wheel(box)
    return box


def _line(value: str, changed: Changed) -> LineBox:
    line = LineBox()
    line.setMaxLength(LONGEST_VALUE)
    line.setText(value)
    line.setCursorPosition(0)

    def finished() -> None:
        if line.isModified():
            line.setModified(False)
            changed(line.text())

    line.editingFinished.connect(finished)
    return line


class _WheelFilter(QObject):
    """Lets the wheel scroll the panel instead of changing a value by accident."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _ignore_wheel(widget: QWidget) -> None:
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelFilter(widget))


def _on_grid(number: float, low: float, step: float) -> float:
    return low + round((number - low) / step) * step


def _decimals(text: str) -> int:
    try:
        exponent = Decimal(text).normalize().as_tuple().exponent
    except InvalidOperation:
        return 0
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _text(number: float) -> str:
    return format(Decimal(repr(round(number, 9))).normalize(), "f")
