"""Selecting one row by program: that row and no other, whatever keys are held."""

from __future__ import annotations

from PyQt6.QtCore import QItemSelectionModel
from PyQt6.QtWidgets import QTableView


def select_exactly(table: QTableView, row: int) -> None:
    """Make a row current and the only one selected; a row that is not there selects nothing.

    ``QTableView.selectRow`` does as a click would with the modifiers that happen to be held: with
    Shift it adds all rows in between.
    """
    model, chosen = table.model(), table.selectionModel()
    if model is None or chosen is None:
        return
    flags = QItemSelectionModel.SelectionFlag
    chosen.setCurrentIndex(model.index(row, 0), flags.ClearAndSelect | flags.Rows)
