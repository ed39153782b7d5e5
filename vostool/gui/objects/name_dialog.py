"""Asks for an object's label and number after it was finished, as X-AnyLabeling does."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from vostool.errors import PromptError
from vostool.gui.objects.dialogs import label_completer
from vostool.gui.session.session import Session
from vostool.gui.widgets.beside import open_beside
from vostool.project.locks import locked_by, locked_sentence
from vostool.project.object_naming import name_object
from vostool.project.project_labels import is_unlabelled
from vostool.words import tr

HIGHEST_NUMBER = 65535


class NameDialog(QDialog):
    """A label, completed from those in use, and a number."""

    def __init__(self, session: Session, object_id: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Finish object"))
        self._session, self._object_id = session, object_id
        objects = session.document.project.objects
        known, project = objects[object_id], session.document.project
        self.label = QLineEdit("" if is_unlabelled(project, known) else known.label)
        self.label.setAccessibleName(tr("Label"))
        self.label.setCompleter(label_completer(session.document.project, self))
        self.label.selectAll()
        self.label.setFocus()
        self.number = QSpinBox()
        self.number.setRange(1, HIGHEST_NUMBER)
        self.number.setValue(object_id)
        self.number.setAccessibleName(tr("Number"))
        self.note = QLabel()
        self.note.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.number.valueChanged.connect(lambda _number: self._explain())
        self.label.textChanged.connect(lambda _text: self._explain())
        form = QFormLayout(self)
        form.addRow(tr("Label"), self.label)
        form.addRow(tr("Number"), self.number)
        form.addRow(self.note)
        form.addRow(buttons)
        self._explain()

    def accept(self) -> None:
        """Name the object as one undo step; the next click starts another one."""
        session, number = self._session, self.number.value()
        try:
            edit = name_object(session.document.project, self._object_id, self._label(), number)
        except PromptError as error:  # the object went while the dialog was open
            self.note.setText(str(error))
            return
        locked = locked_by(session.document.project, edit)
        if locked:  # another number moves the masks
            self.note.setText(locked_sentence(locked))
            return
        session.do(edit)
        session.select(None)
        super().accept()

    def _explain(self) -> None:
        number, objects = self.number.value(), self._session.document.project.objects
        joins = number != self._object_id and number in objects
        self.note.setText(
            tr(
                "Object {number} ({label}) is there already: both become one.",
                number=number,
                label=objects[number].label,
            )
            if joins
            else ""
        )
        assert self.ok_button is not None
        self.ok_button.setEnabled(bool(self._label()))

    def _label(self) -> str:
        """What is typed; an object without a name may go on without, or take the other's."""
        project, number = self._session.document.project, self.number.value()
        known = project.objects.get(self._object_id)
        typed = self.label.text().strip()
        if typed or known is None or not is_unlabelled(project, known):
            return typed
        return project.objects.get(number, known).label


def finish_and_name(session: Session, parent: QWidget) -> None:
    """Ask for the current object's label and number, then let go of it."""
    if session.current_object is None:
        return
    if session.is_tracking:
        session.problem.emit(
            tr("A track run is going on; cancel it with Esc before naming objects.")
        )
        return
    dialog = NameDialog(session, session.current_object, parent)
    dialog.finished.connect(dialog.deleteLater)
    open_beside(dialog)
