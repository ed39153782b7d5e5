"""A table in which the attributes of one label are edited."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.objects.label_rows import AttributeRow
from vostool.gui.widgets.return_key import LabelDelegate
from vostool.project.labels import AttributeKind
from vostool.words import mark, tr

NAME, KIND, VALUES, DEFAULT, MUTABLE = range(5)
_HEADINGS = (mark("Name"), mark("Type"), mark("Values"), mark("Default"), mark("Mutable"))
_TIPS = (
    mark("Unique in its label"),
    mark("How a value is entered"),
    mark("Of a list: a; b; c. Of a number: minimum; maximum; step"),
    mark("What an object has until another value is chosen"),
    mark("An object may have another value from a frame on, as CVAT's mutable attributes"),
)


class AttributeTable(QWidget):
    """Edits the rows that it is given, in place."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[AttributeRow] = []
        self.table = QTableWidget(0, len(_HEADINGS))
        self.table.setHorizontalHeaderLabels(map(tr, _HEADINGS))
        self.table.setAccessibleName(tr("Attributes"))
        self.table.setItemDelegate(LabelDelegate(self.table))
        self.table.setTabKeyNavigation(False)
        self._set_up_headers()
        self.add_button = QPushButton(tr("Add attribute"))
        self.remove_button = QPushButton(tr("Remove attribute"))
        self.add_button.clicked.connect(self.add)
        self.remove_button.clicked.connect(self.remove)
        self.table.itemChanged.connect(self._item_changed)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        self.show_rows(None)

    def show_rows(self, rows: list[AttributeRow] | None) -> None:
        """Edit these rows; None: there is no label to edit."""
        self._rows = rows if rows is not None else []
        self.setEnabled(rows is not None)
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for row in self._rows:
            self._append(row)
        self.table.blockSignals(False)

    def add(self) -> None:
        """Add an attribute and let its name be typed."""
        names = {row.name for row in self._rows}
        number = next(n for n in range(1, len(names) + 2) if f"attribute {n}" not in names)
        self._rows.append(AttributeRow(f"attribute {number}"))
        self.table.blockSignals(True)
        self._append(self._rows[-1])
        self.table.blockSignals(False)
        self.table.setCurrentCell(len(self._rows) - 1, NAME)
        self.table.editItem(self.table.item(len(self._rows) - 1, NAME))

    def remove(self) -> None:
        """Remove the current attribute."""
        row = self.table.currentRow()
        if 0 <= row < len(self._rows):
            del self._rows[row]
            self.table.removeRow(row)

    def kind_box(self, row: int) -> QComboBox:
        """The list of types of a row."""
        box = self.table.cellWidget(row, KIND)
        assert isinstance(box, QComboBox)
        return box

    def _append(self, row: AttributeRow) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        for column, text in ((NAME, row.name), (VALUES, row.values), (DEFAULT, row.default)):
            self.table.setItem(at, column, QTableWidgetItem(text))
        mutable = QTableWidgetItem()
        mutable.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
        state = Qt.CheckState.Checked if row.mutable else Qt.CheckState.Unchecked
        mutable.setCheckState(state)
        self.table.setItem(at, MUTABLE, mutable)
        box = QComboBox()
        box.setAccessibleName(tr("Type of {row_name}", row_name=row.name))
        for kind in AttributeKind:
            box.addItem(tr(kind.value), kind)
        box.setCurrentIndex(box.findData(row.kind))
        box.currentIndexChanged.connect(lambda _: self._set_kind(row, box))
        self.table.setCellWidget(at, KIND, box)
        self._allow_values(at, row.kind)

    def _set_kind(self, row: AttributeRow, box: QComboBox) -> None:
        kind = box.currentData()
        assert isinstance(kind, AttributeKind)
        row.kind = kind
        self._allow_values(self._rows.index(row), kind)

    def _allow_values(self, at: int, kind: AttributeKind) -> None:
        item = self.table.item(at, VALUES)
        if item is None:
            return
        wanted = kind.has_choices or kind is AttributeKind.NUMBER
        flags = Qt.ItemFlag.ItemIsSelectable
        if wanted:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsEnabled
        item.setFlags(flags)

    def _item_changed(self, item: QTableWidgetItem) -> None:
        if item.row() >= len(self._rows):
            return
        row = self._rows[item.row()]
        if item.column() == NAME:
            row.name = item.text()
        elif item.column() == VALUES:
            row.values = item.text()
        elif item.column() == DEFAULT:
            row.default = item.text()
        elif item.column() == MUTABLE:
            row.mutable = item.checkState() is Qt.CheckState.Checked

    def _set_up_headers(self) -> None:
        vertical, horizontal = self.table.verticalHeader(), self.table.horizontalHeader()
        assert vertical is not None and horizontal is not None
        vertical.hide()
        horizontal.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        horizontal.setSectionResizeMode(VALUES, QHeaderView.ResizeMode.Stretch)
        for column, tip in enumerate(_TIPS):
            item = self.table.horizontalHeaderItem(column)
            if item is not None:
                item.setToolTip(tip)
