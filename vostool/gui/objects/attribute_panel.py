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
from vostool.gui.objects.attribute_fields import attribute_field
from vostool.project.labels import AttributeSpec
from vostool.project.project import Project
from vostool.project.project_labels import object_attributes
from vostool.words import mark, tr

_HIGHEST, _LOWEST = 240, 76  # pixels; attributes that do not fit are scrolled to
_MUTABLE = mark(
    "CVAT may hold another value on each frame; here it holds on all frames of the object."
)

Shown = tuple[tuple[AttributeSpec, str], ...]


class AttributePanel(QWidget):
    """A field for each attribute of one object.

    Signals:
        changed(str, str): a person gave the attribute of this name this value.
        labels_wanted(): a person wants to declare attributes.
    """

    changed = pyqtSignal(str, str)
    labels_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.heading.linkActivated.connect(lambda _link: self.labels_wanted.emit())
        self.fields: dict[str, QWidget] = {}
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
        if (known.id, attributes) == self._shown:
            return
        text = tr("Attributes of object {id}", id=known.id)
        if not attributes:
            text = tr('Object {id} has no attributes (<a href="#">Labels…</a>)', id=known.id)
        self._fill(known.id, attributes, text)

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
        self.fields = {}
        for spec, value in attributes:
            field = attribute_field(spec, value, partial(self.changed.emit, spec.name))
            if spec.mutable:
                field.setToolTip(tr(_MUTABLE))
            form.addRow("" if isinstance(field, QCheckBox) else spec.name, field)
            self.fields[spec.name] = field
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
