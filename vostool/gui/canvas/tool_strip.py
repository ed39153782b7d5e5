"""The strip over the canvas: what the chosen tool does, and what it is set to.

It is there with every tool and always as high, so that choosing a tool never moves the picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from vostool.gui.actions.table import ACTIONS
from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.next_label import NextLabel
from vostool.gui.canvas.tools.options import SIZES, TOLERANCES, Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.look.tokens import Space
from vostool.gui.widgets.clear_style import repolish
from vostool.gui.widgets.elided_label import ElidedLabel
from vostool.gui.widgets.return_key import NumberBox
from vostool.gui.widgets.tool_button import tool_button
from vostool.words import mark, tr

HEIGHT = 28
KINDS = {Kind.MODEL: mark("uses the model"), Kind.MASK: mark("edits the mask"), Kind.VIEW: ""}


class ToolStrip(QFrame):
    """Follows the canvas' tool and options, and sets the options."""

    def __init__(self, canvas: Canvas, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("tool_strip")
        self.setFixedHeight(HEIGHT)
        self._canvas, self._options = canvas, canvas.options
        self.name, self.kind, self.hint = QLabel(), QLabel(), ElidedLabel()
        self.name.setObjectName("tool_name")
        self.kind.setObjectName("tool_kind")
        self.kind.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.hint.setObjectName("note")
        self.brush_size = _Number(tr("Size"), SIZES, tr(" px"), canvas)
        self.tolerance = _Number(tr("Tolerance"), TOLERANCES, "", canvas)
        self.contiguous = QCheckBox(tr("Connected only"))
        self.contiguous.setToolTip(tr("Only what hangs together with the place that is clicked"))
        self.mode = _Choice(tr("Add"), tr("Take away"), canvas)
        self.sign = _Choice(tr("Object"), tr("Not the object"), canvas)
        self.next_label = NextLabel()
        self.mask_button = _mask_button(actions)
        self.view_button = tool_button(actions["view_panel"], with_text=True)
        self._settings: dict[Option, QWidget] = {
            Option.SIZE: self.brush_size,
            Option.POSITIVE: self.sign,
            Option.ADDING: self.mode,
            Option.TOLERANCE: self.tolerance,
            Option.CONTIGUOUS: self.contiguous,
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, 0, Space.S, Space.XS)
        row.setSpacing(Space.M)
        for widget in (self.name, self.kind, *self._settings.values(), self.hint):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.next_label)
        row.addWidget(self.mask_button)
        row.addWidget(self.view_button)
        self._connect()
        self._show_tool(canvas.tool)
        self._show_options()

    def _connect(self) -> None:
        options = self._options
        self._canvas.tool_changed.connect(self._show_tool)
        options.changed.connect(self._show_options)
        self.brush_size.box.valueChanged.connect(lambda value: options.set(size=value))
        self.tolerance.box.valueChanged.connect(lambda value: options.set(tolerance=value))
        self.contiguous.toggled.connect(lambda on: options.set(contiguous=on))
        self.mode.first.toggled.connect(lambda on: options.set(adding=on))
        self.sign.first.toggled.connect(lambda on: options.set(positive=on))

    def _show_tool(self, tool: ToolSpec) -> None:
        self.name.setText(tr(tool.title))
        self.kind.setText(tr(KINDS[tool.kind]))
        self.kind.setVisible(bool(KINDS[tool.kind]))
        for label in (self.kind, self):
            label.setProperty("kind", tool.kind.name.lower())
            repolish(label)
        for option, widget in self._settings.items():
            widget.setVisible(option in tool.options)
        self.hint.setText(tr(tool.tip))

    def _show_options(self) -> None:
        options = self._options
        self.brush_size.show_value(options.size)
        self.tolerance.show_value(options.tolerance)
        self.contiguous.setChecked(options.contiguous)
        self.mode.show_value(options.adding)
        self.sign.show_value(options.positive)


class _Number(QWidget):
    """A name, a slider and a box for one number; the slider is finer for small numbers."""

    def __init__(self, name: str, bounds: tuple[int, int], unit: str, canvas: Canvas) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName(tr("{name}, coarse", name=name))
        self.box = NumberBox()
        self.box.setRange(*bounds)
        self.box.setSuffix(unit)
        self.box.setAccessibleName(name)
        label = QLabel(name)
        label.setBuddy(self.box)
        for widget in (label, self.slider, self.box):
            row.addWidget(widget)
        self._least, self._most = bounds
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(canvas.setFocus)
        line = self.box.lineEdit()
        if line is not None:  # Return goes back to the canvas, Tab on to the next box
            line.returnPressed.connect(canvas.setFocus)

    def show_value(self, value: int) -> None:
        """Show a number in the slider and in the box, without telling that it changed."""
        for widget, shown in ((self.box, value), (self.slider, self._place(value))):
            widget.blockSignals(True)
            widget.setValue(shown)
            widget.blockSignals(False)

    def _place(self, value: int) -> int:
        part = (value - self._least) / (self._most - self._least)
        return round(100 * math.sqrt(part))

    def _slid(self, place: int) -> None:
        self.box.setValue(round(self._least + (place / 100) ** 2 * (self._most - self._least)))


class _Choice(QWidget):
    """Two buttons, of which one is always pressed."""

    def __init__(self, first: str, second: str, canvas: Canvas) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self.first, self.second = QToolButton(), QToolButton()
        for button, text in ((self.first, first), (self.second, second)):
            button.setText(text)
            button.setCheckable(True)
            button.setObjectName("choice")
            button.clicked.connect(partial(_focus, canvas))
            self._group.addButton(button)
            row.addWidget(button)

    def show_value(self, first: bool) -> None:
        """Press the first or the second button."""
        (self.first if first else self.second).setChecked(True)


def _focus(canvas: Canvas, _checked: bool = False) -> None:
    canvas.setFocus()


def _mask_button(actions: Mapping[str, QAction]) -> QToolButton:
    button = QToolButton()
    button.setText(tr("Mask"))
    button.setToolTip(tr("What can be done with the whole mask of this object on this frame"))
    button.setAccessibleName(tr("Mask actions"))
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    for spec in ACTIONS:
        if spec.menu == "Mask":
            menu.addAction(actions[spec.id])
    button.setMenu(menu)
    return button
