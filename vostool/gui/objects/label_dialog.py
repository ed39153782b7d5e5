"""The label manager: names, colours and attributes of a project's labels, as one undo step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vostool.errors import VosToolError
from vostool.gui.objects.attribute_table import AttributeTable
from vostool.gui.objects.label_rows import LabelRow, changes_of, rows_of, with_imported
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.gui.widgets.return_key import LabelDelegate
from vostool.io.imports.label_files import SUFFIX, read_labels, write_labels
from vostool.masks.colours import palette_colour
from vostool.project.labels import LabelSpec
from vostool.words import counted, mark, tr

_FILES = mark("CVAT labels (*{suffix});;All files (*)")


class LabelDialog(QDialog):
    """Changes nothing before it is accepted.

    Args:
        labels: those of the project, or of new projects.
        used: how many objects bear each label.
        of_project: False where no project is open and the labels are those of new projects.

    Signals:
        decided(list[LabelChange], dict[str, str], bool): the labels as they shall be, the labels
            that objects of removed ones take, and whether to remember the labels.
    """

    decided = pyqtSignal(object, object, bool)

    def __init__(
        self,
        labels: Sequence[LabelSpec],
        used: Mapping[str, int],
        parent: QWidget,
        *,
        of_project: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Labels") if of_project else tr("Labels of new projects"))
        self._used = used
        self._joined: dict[str, str] = {}
        self.rows = rows_of(labels)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Labels"))
        self.list.setItemDelegate(LabelDelegate(self.list))
        self.attributes = AttributeTable()
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setObjectName("conflict")
        self.remember = QCheckBox(tr("New projects begin with these labels"))
        self.remember.setVisible(of_project)
        self.remember.setChecked(not of_project)
        self.buttons = {
            name: self._button(name, tip, act)
            for name, tip, act in (
                (mark("Add"), tr("Add a label"), self.add),
                (mark("Remove"), tr("Remove the label; its objects take another one"),
                 self.remove),
                (mark("Colour…"), tr("Colour of the label and of all its objects"),
                 self.ask_colour),
                (mark("Safe colours"),
                 tr("Colours that can be told apart with red-green blindness"),
                 self.use_palette),
                (mark("Import…"), tr("Labels as CVAT's label constructor has them ('Raw')"),
                 self._import),
                (mark("Export…"), tr("For CVAT's label constructor ('Raw')"), self._export),
            )
        }  # fmt: skip
        self.menu = QMenu(self)
        self._lay_out()
        self.list.currentRowChanged.connect(self._row_chosen)
        self.list.itemChanged.connect(self._renamed)
        self._fill(0)
        self.resize(860, 480)

    def accept(self) -> None:
        """Hand the labels over where they make sense, else say what does not."""
        try:
            changes = changes_of(self.rows)
        except VosToolError as error:
            self.note.setText(str(error))
            return
        self.decided.emit(changes, self._joined, self.remember.isChecked())
        super().accept()

    def add(self) -> None:
        """Add a label and let its name be typed."""
        names = {row.name for row in self.rows}
        number = next(n for n in range(1, len(names) + 2) if f"label {n}" not in names)
        self.rows.append(LabelRow(f"label {number}", palette_colour(len(self.rows) + 1)))
        self._fill(len(self.rows) - 1)
        self.list.editItem(self.list.currentItem())

    def remove(self) -> None:
        """Remove the current label; where objects bear it, ask which one they take."""
        row = self._current()
        if row is None:
            return
        count = self._used.get(row.old or "", 0)
        if not count:
            self._drop(row)
            return
        self.menu.clear()
        others = [other for other in self.rows if other is not row and other.old is not None]
        if not others:
            self.note.setText(
                tr(
                    "{objects} of '{row_name}' would have no label; rename it instead.",
                    objects=_objects(count),
                    row_name=row.name,
                )
            )
            return
        self.menu.addSection(
            tr("{objects} of '{row_name}' become", objects=_objects(count), row_name=row.name)
        )
        for other in others:
            action = self.menu.addAction(colour_icon(QColor(*other.colour)), other.name)
            assert action is not None
            action.triggered.connect(lambda _=False, to=other: self._drop(row, to))
        button = self.buttons["Remove"]
        self.menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def ask_colour(self) -> None:
        """Ask for the current label's colour."""
        row = self._current()
        if row is None:
            return
        colour = QColorDialog.getColor(
            QColor(*row.colour), self, tr("Colour of {row_name}", row_name=row.name)
        )
        if colour.isValid():
            row.colour = (colour.red(), colour.green(), colour.blue())
            self._fill(self.list.currentRow())

    def use_palette(self) -> None:
        """Give all labels the colours of the palette, in their order."""
        for number, row in enumerate(self.rows, 1):
            row.colour = palette_colour(number)
        self._fill(self.list.currentRow())

    def import_from(self, path: Path) -> None:
        """Take the labels of a file; those of the same name are replaced."""
        try:
            self.rows = with_imported(self.rows, read_labels(path))
        except VosToolError as error:
            self.note.setText(str(error))
            return
        self._fill(0)

    def export_to(self, path: Path) -> None:
        """Write the labels to a file, as they are typed now."""
        try:
            write_labels(path, [change.label for change in changes_of(self.rows)])
        except VosToolError as error:
            self.note.setText(str(error))
            return
        self.note.setText("")

    # -- helpers -------------------------------------------------------------------------------

    def _current(self) -> LabelRow | None:
        at = self.list.currentRow()
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def _drop(self, row: LabelRow, to: LabelRow | None = None) -> None:
        if to is not None and row.old is not None and to.old is not None:
            self._joined[row.old] = to.old
            # What had joined the label that goes now goes along.
            for name, taken in self._joined.items():
                if taken == row.old:
                    self._joined[name] = to.old
        self.rows.remove(row)
        self._fill(min(self.list.currentRow(), len(self.rows) - 1))

    def _fill(self, current: int) -> None:
        self.note.setText("")
        self.list.blockSignals(True)
        self.list.clear()
        for row in self.rows:
            item = QListWidgetItem(colour_icon(QColor(*row.colour)), row.name, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            count = self._used.get(row.old or "", 0)
            item.setToolTip(tr("{objects}; double-click to rename", objects=_objects(count)))
        self.list.setCurrentRow(current)
        self.list.blockSignals(False)
        self._row_chosen()

    def _row_chosen(self, _at: int = 0) -> None:
        row = self._current()
        self.attributes.show_rows(None if row is None else row.attributes)
        for name in ("Remove", "Colour…"):
            self.buttons[name].setEnabled(row is not None)

    def _renamed(self, item: QListWidgetItem) -> None:
        self.rows[self.list.row(item)].name = item.text().strip()
        self.note.setText("")

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Import labels"), "", tr(_FILES, suffix=SUFFIX)
        )
        if name:
            self.import_from(Path(name))

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export labels"), "labels.json", tr(_FILES, suffix=SUFFIX)
        )
        if name:
            path = Path(name)
            self.export_to(path if path.suffix else path.with_name(path.name + SUFFIX))

    def _button(self, text: str, tip: str, act: object) -> QPushButton:
        button = QPushButton(tr(text))
        button.setToolTip(tip)
        button.setAutoDefault(False)
        assert callable(act)
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        grid = QGridLayout()
        for number, name in enumerate(("Add", "Remove", "Colour…", "Safe colours")):
            grid.addWidget(self.buttons[name], number // 2, number % 2)
        left.addLayout(grid)
        middle = QHBoxLayout()
        middle.addLayout(left, 1)
        middle.addWidget(self.attributes, 3)
        below = QHBoxLayout()
        for name in ("Import…", "Export…"):
            below.addWidget(self.buttons[name])
        below.addWidget(self.remember)
        below.addStretch()
        agree = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        agree.accepted.connect(self.accept)
        agree.rejected.connect(self.reject)
        below.addWidget(agree)
        layout = QVBoxLayout(self)
        layout.addLayout(middle, 1)
        layout.addWidget(self.note)
        layout.addLayout(below)


def _objects(count: int) -> str:
    return counted(count, "object") if count else tr("No objects")
