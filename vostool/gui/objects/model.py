"""The objects of a project as a table: shown, colour, number, label, frames, locked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QIcon

from vostool.gui.session.document import Document
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets import theme
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project import edits
from vostool.project.changes import Changes, Edit
from vostool.project.locks import LOCKED_SETTING, locked_objects
from vostool.project.mask_notes import occluded_frames
from vostool.project.object_naming import label_objects
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import is_unlabelled, shown_label
from vostool.words import mark, tr

SHOWN, COLOUR, NUMBER, LABEL, FRAMES, LOCKED = range(6)
HEADINGS = ("", "", "#", mark("Label"), mark("Frames"), "")
TIPS = (
    mark("Shown on the canvas; click to hide or show"),
    mark("Colour; double-click to change it"),
    mark("Identity through the video"),
    mark("Label; double-click to change it"),
    mark("Frames with a mask"),
    mark("Locked against tools and runs; click to lock or unlock"),
)
_ICONS = {SHOWN: ("eye", "eye_off"), LOCKED: ("lock", "unlock")}
_SPOKEN = {SHOWN: (mark("Shown"), mark("Hidden")), LOCKED: (mark("Locked"), mark("Not locked"))}
_ROLE = Qt.ItemDataRole

RECOUNT_MS = 100
"""Numbers of frames are painted anew so often at most."""


class ObjectModel(QAbstractTableModel):
    """A table over the document's objects; editing it makes undoable edits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._ids: list[int] = []
        self._locked: frozenset[int] = frozenset()
        self._icons: dict[str, QIcon] = {}
        self._recounted: set[int] = set()
        self._recount = single_shot(self, RECOUNT_MS, self._tell_recounted)

    def set_document(self, document: Document | None) -> None:
        """Show another project, or none."""
        self.beginResetModel()
        self._document = document
        self._read()
        self.endResetModel()

    @property
    def project(self) -> Project | None:
        """The project that is shown."""
        return None if self._document is None else self._document.project

    def refresh_icons(self) -> None:
        """Draw the icons in the palette's colours."""
        self._icons.clear()

    def apply(self, changes: Changes) -> bool:
        """Follow the project; True where rows came or went."""
        assert self._document is not None
        if list(self._document.project.objects) != self._ids:
            self.beginResetModel()
            self._read()
            self.endResetModel()
            return True
        touched = set(changes.objects)
        if LOCKED_SETTING in changes.settings:
            before = self._locked
            self._read()
            touched |= before ^ self._locked
        self._tell(touched, 0, LOCKED)
        self._recounted.update(oid for _, oid in changes.masks)
        if self._recounted and not self._recount.isActive():
            self._recount.start()
        return False

    def _tell_recounted(self) -> None:
        """Views paint the new numbers of frames; a run changes them many times a second."""
        self._tell(self._recounted, FRAMES, FRAMES)
        self._recounted.clear()

    def _tell(self, object_ids: Collection[int], first: int, last: int) -> None:
        for row, oid in enumerate(self._ids):
            if oid in object_ids:
                self.dataChanged.emit(self.index(row, first), self.index(row, last))

    def object_at(self, row: int) -> AnnotatedObject | None:
        """The object of a row; None where there is none any more."""
        if self._document is None or not 0 <= row < len(self._ids):
            return None
        return self._document.project.objects.get(self._ids[row])

    @property
    def highest_id(self) -> int:
        """The highest id of the objects shown, 0 where there are none."""
        return max(self._ids, default=0)

    def is_locked(self, object_id: int) -> bool:
        """True where the object is locked."""
        return object_id in self._locked

    def row_of(self, object_id: int | None) -> int:
        """The row of an object, or -1."""
        return self._ids.index(object_id) if object_id in self._ids else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._ids)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.DecorationRole and section in _ICONS:
            return self._icon(_ICONS[section][0])
        return {_ROLE.DisplayRole: tr(HEADINGS[section]), _ROLE.ToolTipRole: tr(TIPS[section])}.get(
            _ROLE(role)
        )

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == LABEL else flags

    def data(self, index: QModelIndex, role: int = _ROLE.DisplayRole) -> Any:
        shown = self.object_at(index.row())
        if shown is None or self._document is None:
            return None
        column = index.column()
        if role == _ROLE.ToolTipRole:
            hidden = occluded_frames(self._document.project, shown.id) if column == FRAMES else 0
            return (
                tr("{tips}; marked as occluded on {hidden}", tips=tr(TIPS[column]), hidden=hidden)
                if hidden
                else tr(TIPS[column])
            )
        if column in _ICONS:
            return self._switch(shown, column, role)
        if column == LABEL:
            return _label(self._document.project, shown, role)
        if role == _ROLE.DecorationRole and column == COLOUR:
            return colour_icon(QColor(*shown.colour))
        frames = len(self._document.project.masks.row(shown.id))
        told = role in (_ROLE.DisplayRole, _ROLE.EditRole)
        return {NUMBER: shown.id, FRAMES: frames}.get(column) if told else None

    def setData(self, index: QModelIndex, value: Any, role: int = _ROLE.EditRole) -> bool:
        old = self.object_at(index.row())
        if old is None:
            return False
        if role == _ROLE.CheckStateRole and index.column() == SHOWN:
            visible = Qt.CheckState(value) == Qt.CheckState.Checked
            self.change(
                replace(old, visible=visible), tr("Show object") if visible else tr("Hide object")
            )
            return True
        label = str(value).strip()
        if role == _ROLE.EditRole and index.column() == LABEL and label:
            assert self._document is not None
            self._do(label_objects(self._document.project, [old.id], label))
            return True
        return False

    def change(self, changed: AnnotatedObject, title: str) -> None:
        """Replace an object as one undo step, where it differs."""
        assert self._document is not None
        self._do(edits.change_object(self._document.project, changed, title))

    def _do(self, edit: Edit) -> None:
        if self._document is not None and edit.changes:
            self._document.do(edit)

    def _read(self) -> None:
        project = self._document.project if self._document is not None else None
        self._ids = [] if project is None else list(project.objects)
        self._locked = frozenset() if project is None else locked_objects(project)

    def _switch(self, shown: AnnotatedObject, column: int, role: int) -> Any:
        on = shown.visible if column == SHOWN else shown.id in self._locked
        if role == _ROLE.DecorationRole:
            return self._icon(_ICONS[column][0 if on else 1])
        return tr(_SPOKEN[column][0 if on else 1]) if role == _ROLE.AccessibleTextRole else None

    def _icon(self, name: str) -> QIcon:
        if name not in self._icons:
            self._icons[name] = theme.icon(name)
        return self._icons[name]


def _label(project: Project, shown: AnnotatedObject, role: int) -> Any:
    """The label; that there is none is said dimmed and in italics, and no text to be edited."""
    if role == _ROLE.DisplayRole:
        return shown_label(project, shown)
    if role == _ROLE.EditRole:
        return "" if is_unlabelled(project, shown) else shown.label
    if role in (_ROLE.FontRole, _ROLE.ForegroundRole) and is_unlabelled(project, shown):
        if role == _ROLE.ForegroundRole:
            return QGuiApplication.palette().placeholderText()
        font = QGuiApplication.font()
        font.setItalic(True)
        return font
    return None
