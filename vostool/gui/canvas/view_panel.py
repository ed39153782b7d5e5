"""The View panel: the style of the masks, and brightness, contrast and gamma of the picture."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from PyQt6.QtCore import QSize, Qt, pyqtBoundSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.canvas.view_adjust import GAMMA, PERCENT, Adjustment
from vostool.gui.canvas.view_state import ViewState, ViewValues
from vostool.gui.look.tokens import Space
from vostool.masks.styles import ADDED, REMOVED, SAME, Style
from vostool.words import mark, tr

LEGEND = ((ADDED, "■", mark("added")), (REMOVED, "▨", mark("removed")), (SAME, "■", mark("same")))
_GAMMA_STEPS = 100
_WITH_OPACITY = (Style.FILL, Style.SPOTLIGHT, Style.DIFFERENCE)


class ViewPanel(QWidget):
    """Shows what a :class:`ViewState` is set to, and sets it."""

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.style_box = QComboBox()
        for style in Style:
            self.style_box.addItem(tr(style.value), style)
        self.style_box.setAccessibleName(tr("Style of masks"))
        self.legend = QLabel(
            " &nbsp; ".join(
                f'<span style="color:rgb{colour}">{sign}</span> {escape(tr(text))}'
                for colour, sign, text in LEGEND
            )
        )
        self.legend.setObjectName("legend")
        self.opacity = _slider(tr("Opacity of masks"), (0, 100))
        self.labels = QCheckBox(tr("Names at the masks"))
        self.preview = QCheckBox(tr("Preview under the mouse"))
        self.brightness = _slider(tr("Brightness, for looking only"), PERCENT)
        self.contrast = _slider(tr("Contrast, for looking only"), PERCENT)
        # Steps of equal ratio: as far to double as to halve.
        self.gamma = _slider(tr("Gamma, for looking only"), (-_GAMMA_STEPS, _GAMMA_STEPS))
        self.reset = QToolButton()
        self.reset.setText(tr("As it is"))
        self.reset.setToolTip(tr("Show the picture as it is. Adjusting it changes no label and "
                                 "no export, and models never see it."))  # fmt: skip
        self._lay_out()
        self._connect()
        self._follow(state.values)

    def sizeHint(self) -> QSize:
        return QSize(240, 190)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(Space.XS)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Masks"), self.style_box),
            ("", self.legend),
            (tr("Opacity"), self.opacity),
            (tr("Brightness"), self.brightness),
            (tr("Contrast"), self.contrast),
            (tr("Gamma"), self.gamma),
        )
        for row, (text, widget) in enumerate(rows):
            if text:
                label = QLabel(text)
                label.setBuddy(widget)
                grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
        last = QHBoxLayout()
        last.addWidget(self.labels)
        last.addStretch()
        last.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.setSpacing(Space.XS)
        column.addLayout(grid)
        column.addLayout(last)
        column.addWidget(self.preview)
        column.addStretch()

    def _connect(self) -> None:
        state = self._state
        self.style_box.activated.connect(lambda row: state.set(style=self.style_box.itemData(row)))
        self.opacity.valueChanged.connect(lambda value: state.set(opacity=value / 100))
        self.labels.clicked.connect(lambda on: state.set(labels=on))
        self.preview.clicked.connect(lambda on: state.set(preview=on))
        self.reset.clicked.connect(lambda: state.set(adjustment=Adjustment()))
        self._adjusts(self.brightness.valueChanged, "brightness")
        self._adjusts(self.contrast.valueChanged, "contrast")
        self.gamma.valueChanged.connect(
            lambda value: state.set(
                adjustment=replace(
                    state.values.adjustment, gamma=round(GAMMA[1] ** (value / _GAMMA_STEPS), 3)
                )
            )
        )
        state.changed.connect(self._follow)

    def _adjusts(self, signal: pyqtBoundSignal, name: str) -> None:
        state = self._state
        signal.connect(
            lambda value: state.set(adjustment=replace(state.values.adjustment, **{name: value}))
        )

    def _follow(self, values: ViewValues) -> None:
        adjustment = values.adjustment
        self.style_box.setCurrentIndex(self.style_box.findData(values.style))
        self.legend.setVisible(values.style is Style.DIFFERENCE)
        self.opacity.setEnabled(values.style in _WITH_OPACITY)
        self.labels.setChecked(values.labels)
        self.preview.setChecked(values.preview)
        self.reset.setEnabled(not adjustment.is_neutral)
        for slider, place in (
            (self.opacity, round(values.opacity * 100)),
            (self.brightness, adjustment.brightness),
            (self.contrast, adjustment.contrast),
        ):
            _put(slider, place)
        if adjustment.gamma == 1.0:
            _put(self.gamma, 0)


def _slider(name: str, ends: tuple[int, int]) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(*ends)
    slider.setPageStep(10)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    return slider


def _put(slider: QSlider, value: int) -> None:
    slider.blockSignals(True)  # showing a value is not choosing it
    slider.setValue(value)
    slider.blockSignals(False)
