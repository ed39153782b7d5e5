"""The attributes of the selected object, under the list of objects."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.objects.attribute_fields import attribute_field, show_value
from vostool.gui.objects.value_steps import ValueSteps
from vostool.gui.widgets.return_key import LineBox, RealBox
from vostool.project.frame_values import FrameValues, Lines, held
from vostool.project.labels import AttributeSpec
from vostool.project.project import Project
from vostool.project.project_labels import object_attributes
from vostool.words import mark, tr

_HIGHEST, _LOWEST = 240, 76  # pixels; attributes that do not fit are scrolled to
_MUTABLE = mark("A change holds from this frame on, up to the next change.")

Shown = tuple[tuple[AttributeSpec, str], ...]


class AttributePanel(QWidget):
    """A field for each attribute of one object, with its value on the frame that is shown.

    Attributes:
        frame: that frame.
        fields, steps: by the attribute's name; steps only of those whose value may change.

    Signals:
        changed(str, str, int): a person gave the attribute of this name this value on this frame.
        labels_wanted(): a person wants to declare attributes.
        frame_wanted(int): a person goes to where a value changes.
        clear_wanted(str, int): the change of the attribute of this name on this frame shall go.
    """

    changed = pyqtSignal(str, str, int)
    labels_wanted = pyqtSignal()
    frame_wanted = pyqtSignal(int)
    clear_wanted = pyqtSignal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.heading.linkActivated.connect(lambda _link: self.labels_wanted.emit())
        self.frame = 0
        self.fields: dict[str, QWidget] = {}
        self.steps: dict[str, ValueSteps] = {}
        self._lines: Lines = {}
        self._base: dict[str, str] = {}
        self._shown: tuple[int | None, Shown] = (None, ())
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.heading)
        layout.addWidget(self._area)
        self.show_object(None, None)

    def show_object(self, project: Project | None, object_id: int | None) -> None:
        """Show an object's attributes; None shows nothing. Fields stay while nothing changed."""
        known = project.objects.get(object_id or 0) if project is not None else None
        if project is None or known is None:
            self._fill(None, (), "")
            return
        attributes = object_attributes(project, known)
        self._lines = FrameValues(project).lines(known)
        self._base = {spec.name: value for spec, value in attributes}
        attributes = self._here(attributes)
        if (known.id, attributes) == self._shown or self._take_over(known.id, attributes):
            self._tell_changes()
            return
        text = tr("Attributes of object {id}", id=known.id)
        if not attributes:
            text = tr('Object {id} has no attributes (<a href="#">Labels…</a>)', id=known.id)
        self._fill(known.id, attributes, text)

    def show_frame(self, frame: int) -> None:
        """The values of another frame; what is typed and not finished yet is of the one before."""
        if frame == self.frame:
            return
        if self.steps:
            self._finish_typing()
        self.frame = frame
        object_id, shown = self._shown
        if object_id is not None and self.steps:
            if not self._take_over(object_id, self._here(shown)):
                self._fill(object_id, self._here(shown), self.heading.text())
            self._tell_changes()

    def _here(self, attributes: Shown) -> Shown:
        """The attributes with their values on the frame."""
        return tuple(
            (spec, self._value(spec.name) if spec.mutable else value) for spec, value in attributes
        )

    def _value(self, name: str) -> str:
        value = held(self._lines.get(name, ()), self.frame)
        return self._base[name] if value is None else value

    def _take_over(self, object_id: int, attributes: Shown) -> bool:
        """Show other values in the fields that are there; False where they take other fields."""
        before, shown = self._shown
        if before != object_id or [s for s, _ in shown] != [s for s, _ in attributes]:
            return False
        different = [new for new, old in zip(attributes, shown, strict=True) if new != old]
        if not all(show_value(self.fields[spec.name], spec, value) for spec, value in different):
            return False
        self._shown = (object_id, attributes)
        return True

    def _finish_typing(self) -> None:
        for field in self.fields.values():
            if isinstance(field, LineBox):
                field.editingFinished.emit()
            elif isinstance(field, RealBox):
                field.interpretText()

    def _tell_changes(self) -> None:
        for name, steps in self.steps.items():
            steps.show_changes(self._lines.get(name, ()), self.frame)

    def _changed(self, name: str, value: str) -> None:
        self.changed.emit(name, value, self.frame)

    def _row(self, spec: AttributeSpec, value: str) -> QWidget:
        """A field, with its changes where it may have some."""
        field = attribute_field(spec, value, partial(self._changed, spec.name))
        self.fields[spec.name] = field
        if not spec.mutable:
            return field
        field.setToolTip(tr(_MUTABLE))
        steps = self.steps[spec.name] = ValueSteps(spec.name, field)
        steps.frame_wanted.connect(self.frame_wanted)
        steps.clear_wanted.connect(lambda: self.clear_wanted.emit(spec.name, self.frame))
        return steps

    def _fill(self, object_id: int | None, attributes: Shown, text: str) -> None:
        bare = not attributes and not self._shown[1]
        self._shown = (object_id, attributes)
        self.heading.setText(text)
        self.heading.setVisible(bool(text))
        if bare and self._area.widget() is not None:
            return  # as most objects have none, selecting one of them costs nothing
        focused = next((n for n, f in self.fields.items() if f.hasFocus()), None)
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.fields, self.steps = {}, {}
        for spec, value in attributes:
            row = self._row(spec, value)
            named = isinstance(self.fields[spec.name], QCheckBox)
            form.addRow("" if named else spec.name, row)
        self._tell_changes()
        # The old fields may be the ones that speak now; Qt deletes them when they are done.
        old = self._area.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self._area.setWidget(inner)
        wanted = min(inner.sizeHint().height() + 4, _HIGHEST)
        self._area.setMaximumHeight(wanted)
        self._area.setMinimumHeight(min(wanted, _LOWEST))
        self._area.setVisible(bool(attributes))
        if focused in self.fields:
            self.fields[focused].setFocus()
