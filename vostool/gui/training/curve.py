"""The curves of a training: the loss of each step, and J&F on the held-out labels."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QWidget

from vostool.gui.widgets import theme
from vostool.training.progress import Report
from vostool.words import tr

WIDTH = 2
"""Pixels of a line."""


class Curves(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Loss above, held-out J&F below, over the same steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Loss, and J&F on the held-out labels, by step"))
        self.losses: list[tuple[int, float]] = []
        self.values: list[tuple[int, float]] = []
        self._loss_plot = self.addPlot(row=0, col=0)
        self._value_plot = self.addPlot(row=1, col=0)
        self._loss_plot.setXLink(self._value_plot)  # which begins before the first step
        self._loss, self._value = self._loss_plot.plot(), self._value_plot.plot()
        for plot in (self._loss_plot, self._value_plot):
            plot.setMenuEnabled(False)
            plot.setMouseEnabled(x=False, y=False)
            plot.hideButtons()
            plot.getAxis("left").enableAutoSIPrefix(False)  # J&F in thousandths is not read
        self._colour()

    def clear_curves(self) -> None:
        """Begin anew."""
        self.losses, self.values = [], []
        self._draw()

    def add(self, reports: Sequence[Report]) -> None:
        """Draw further steps and measurements."""
        for report in reports:
            total = report.losses.get("total")
            if total is not None:
                self.losses.append((report.step, total))
            elif report.value is not None:
                self.values.append((report.step, report.value))
        self._draw()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _draw(self) -> None:
        for curve, points in ((self._loss, self.losses), (self._value, self.values)):
            curve.setData([x for x, _ in points], [y for _, y in points])

    def _colour(self) -> None:
        if not hasattr(self, "_value"):  # Qt tells of the palette before all is made
            return
        colours = theme.colours()
        self.setBackground(colours.base)
        for plot, name in (
            (self._loss_plot, tr("Loss")), (self._value_plot, tr("Held-out J&F")),
        ):  # fmt: skip
            plot.setLabel("left", name, color=colours.text)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(colours.dimmed)
                axis.setTextPen(colours.text)
        self._value_plot.setLabel("bottom", tr("Steps"), color=colours.text)
        self._loss.setPen(pg.mkPen(colours.run, width=WIDTH))
        self._value.setPen(pg.mkPen(colours.good, width=WIDTH))
        self._value.setSymbol("o")
        self._value.setSymbolSize(6)
        self._value.setSymbolBrush(colours.good)
