"""Asks which other object is meant, and what becomes of frames where both have a mask."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.widgets.beside import open_beside
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project.locks import locked_objects
from vostool.project.object_edits import Overlap
from vostool.project.project import Project
from vostool.project.project_labels import project_labels
from vostool.words import counted, tr

_ID = Qt.ItemDataRole.UserRole


class OtherObject(QDialog):
    """A list of the project's other objects; locked ones are not among them.

    Args:
        several: more than one may be chosen.
        kept: whose mask can be kept where both have one, as "object 1", or "" for no such question.
        chosen: those that are chosen at first.
    """

    def __init__(
        self,
        title: str,
        question: str,
        project: Project,
        object_id: int,
        parent: QWidget,
        *,
        verb: str,
        several: bool = False,
        kept: str = "",
        overlap: Overlap = Overlap.UNION,
        chosen: Collection[int] = (),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Other objects"))
        mode = QAbstractItemView.SelectionMode
        self.list.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self._fill(project, object_id, chosen)
        self.overlap = QComboBox()
        self.overlap.setAccessibleName(tr("Where both have a mask"))
        self.overlap.addItem(tr("Join both masks"), Overlap.UNION)
        self.overlap.addItem(tr("Keep the mask of {kept}", kept=kept), Overlap.FIRST)
        self.overlap.setCurrentIndex(self.overlap.findData(overlap))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok_button = buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.list.itemDoubleClicked.connect(lambda _item: self.accept())
        self.list.itemSelectionChanged.connect(self._chosen_changed)
        text = QLabel(question)
        text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(self.list, 1)
        if kept:
            form = QFormLayout()
            form.addRow(tr("Where both have a mask"), self.overlap)
            layout.addLayout(form)
        layout.addWidget(buttons)
        self.resize(400, 340)
        self.list.setFocus()
        self._chosen_changed()

    def ids(self) -> list[int]:
        """The chosen objects, ascending."""
        return sorted(int(item.data(_ID)) for item in self.list.selectedItems())

    def rule(self) -> Overlap:
        """What becomes of frames where both have a mask."""
        rule = self.overlap.currentData()
        assert isinstance(rule, Overlap)
        return rule

    def accept(self) -> None:
        if self.ids():
            super().accept()

    def _fill(self, project: Project, object_id: int, chosen: Collection[int]) -> None:
        locked = locked_objects(project)
        for known in project.objects.values():
            if known.id == object_id or known.id in locked:
                continue
            frames = len(project.masks.row(known.id))
            text = f"{known.id}  {known.label}  ({counted(frames, 'frame')})"
            item = QListWidgetItem(colour_icon(QColor(*known.colour)), text, self.list)
            item.setData(_ID, known.id)
            item.setSelected(known.id in chosen)
        if not self.list.selectedItems():
            self.list.setCurrentRow(0)

    def _chosen_changed(self) -> None:
        assert self.ok_button is not None
        self.ok_button.setEnabled(bool(self.ids()))


class LabelChoice(QDialog):
    """A label, completed from those of the project."""

    def __init__(
        self, title: str, question: str, project: Project, old: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.label = QLineEdit(old)
        self.label.setAccessibleName(tr("Label"))
        self.label.setCompleter(label_completer(project, self))
        self.label.selectAll()
        self.label.setFocus()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        assert ok_button is not None
        self.label.textChanged.connect(lambda text: ok_button.setEnabled(bool(text.strip())))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        text = QLabel(question)
        text.setWordWrap(True)
        form = QFormLayout(self)
        form.addRow(text)
        form.addRow(tr("Label"), self.label)
        form.addRow(buttons)
        self.setMinimumWidth(380)


def label_completer(project: Project, parent: QWidget) -> QCompleter:
    """Completes the names of a project's labels, whatever their case."""
    completer = QCompleter([label.name for label in project_labels(project)], parent)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    return completer


def ask(dialog: QDialog, act: Callable[[], object]) -> None:
    """Show a dialog about the selected object beside it, and act when it is agreed to."""
    dialog.accepted.connect(act)
    dialog.finished.connect(dialog.deleteLater)
    open_beside(dialog)
