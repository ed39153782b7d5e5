"""Tables of whole rows that nothing is typed into, such as a queue or a history."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QAbstractItemModel, Qt
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


def set_up_rows(
    table: QTableView, model: QAbstractItemModel, name: str, row_height: int
) -> QHeaderView:
    """Show a model as rows that are chosen whole, one at a time; Tab leaves the table.

    Args:
        name: for people who cannot see it.
        row_height: in pixels.

    Returns:
        The header of the columns, whose widths are left to the caller.
    """
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setAccessibleName(name)
    down, across = table.verticalHeader(), table.horizontalHeader()
    assert down is not None and across is not None
    down.hide()
    down.setDefaultSectionSize(row_height)
    return across


def size_columns(across: QHeaderView, widths: Sequence[int]) -> None:
    """Give columns their widths in pixels; those of width 0 share what room is left."""
    across.setHighlightSections(False)
    for column, width in enumerate(widths):
        if width:
            across.resizeSection(column, width)
        else:
            across.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
