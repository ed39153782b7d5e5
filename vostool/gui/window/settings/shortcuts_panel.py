"""Changing keys: a preset to begin with, then action by action; a key has one owner, always."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.keymap import Keymap, normal, owner
from vostool.gui.actions.presets import PRESETS
from vostool.gui.actions.spec import ActionTable
from vostool.words import tr

_ID = Qt.ItemDataRole.UserRole


class ShortcutsPanel(QWidget):
    """Edits a copy of a keymap; :meth:`keymap` gives what was made of it.

    Keys that another action has are shown as a conflict, and are given on by a press of a button
    only, so that nothing loses its keys unseen.
    """

    def __init__(self, keymap: Keymap, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._texts = {spec.id: tr(spec.text).rstrip("…") for spec in table}
        self._keys = keymap.keys(table)
        self._items: dict[str, QTreeWidgetItem] = {}
        self.preset = QComboBox()
        self.preset.addItems(list(PRESETS))
        self.preset.setCurrentText(keymap.preset)
        self.preset.setAccessibleName(tr("Preset"))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter by name or key"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName(tr("Filter actions"))
        self.tree = _make_tree()
        self.press = QKeySequenceEdit()
        self.press.setMaximumSequenceLength(1)
        self.press.setAccessibleName(tr("Press the new keys"))
        self.add_button = QPushButton(tr("Add"))
        self.default_button = QPushButton(tr("As in the preset"))
        self.conflict = QLabel()
        self.conflict.setObjectName("conflict")
        self.conflict.setWordWrap(True)
        self.take_button = QPushButton(tr("Move them here"))
        self.lost = QLabel()
        self.lost.setWordWrap(True)
        self._chosen = QLabel()
        self._chosen.setObjectName("start_section")
        self._own = QHBoxLayout()
        self.remove_buttons: list[QPushButton] = []
        self._lay_out()
        self._fill()
        self._connect()
        self.tree.setCurrentItem(self._items["point"])

    def keymap(self) -> Keymap:
        """The preset and what differs from it."""
        return Keymap.from_keys(self.preset.currentText(), self._keys, self._table)

    @property
    def current(self) -> str:
        """The action whose keys are changed."""
        item = self.tree.currentItem()
        return str(item.data(0, _ID) or "") if item is not None else ""

    def choose(self, action: str) -> None:
        """Mark an action."""
        self.tree.setCurrentItem(self._items[action])

    # -- what the person does ------------------------------------------------------------------

    def _take_preset(self, name: str) -> None:
        self._keys = Keymap(name).keys(self._table)
        self._refresh()

    def _pressed(self) -> None:
        """Show at once which action has these keys already."""
        keys, action = normal(self.press.keySequence().toString()), self.current
        has = owner(self._keys, keys) if keys else None
        taken = has is not None and has != action
        self.add_button.setEnabled(bool(keys and action) and has is None)
        self.take_button.setVisible(taken)
        self.conflict.setText("")
        if has is not None:
            whose = f"{self._texts[has]}" if taken else tr("this action")
            self.conflict.setText(
                tr(
                    "Conflict: {native} belongs to {whose} already.",
                    native=_native(keys),
                    whose=whose,
                )
            )

    def _add(self) -> None:
        keys, action = normal(self.press.keySequence().toString()), self.current
        if not keys or not action:
            return
        had = owner(self._keys, keys)
        if had is not None:
            self._keys[had] = tuple(k for k in self._keys[had] if k != keys)
        self._keys[action] = (*self._keys[action], keys)
        self._refresh()

    def _remove(self, keys: str, _checked: bool = False) -> None:
        action = self.current
        self._keys[action] = tuple(k for k in self._keys[action] if k != keys)
        self._refresh()

    def _as_in_preset(self) -> None:
        """Give the action its preset's keys, as far as no other action was given them since."""
        action = self.current
        wanted = Keymap(self.preset.currentText()).keys(self._table)[action]
        others = {k: v for k, v in self._keys.items() if k != action}
        self._keys[action] = tuple(k for k in wanted if owner(others, k) is None)
        self._refresh()
        missing = [k for k in wanted if k not in self._keys[action]]
        if missing:
            self.conflict.setText(
                tr(
                    "Conflict: {native} belongs to {texts} now.",
                    native=_native(missing[0]),
                    texts=self._texts[owner(others, missing[0]) or action],
                )
            )

    # -- what is shown -------------------------------------------------------------------------

    def _refresh(self) -> None:
        for action, item in self._items.items():
            item.setText(1, tr(" or ").join(map(_native, self._keys[action])))
        self._show_current()
        preset = Keymap(self.preset.currentText()).keys(self._table)
        changed = sum(self._keys[a] != preset[a] for a in self._keys)
        before = Keymap().keys(self._table)
        without = [self._texts[a] for a, keys in self._keys.items() if before[a] and not keys]
        says = tr("{changed} of your own changes. ", changed=changed) if changed else ""
        if without:
            says += tr(
                "Without keys here, but in the menus and Ctrl+K: {names}.", names=", ".join(without)
            )
        self.lost.setText(says.strip())

    def _show_current(self) -> None:
        action = self.current
        self.press.clear()
        self._pressed()
        for button in self.remove_buttons:
            self._own.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.remove_buttons = []
        for widget in (self.press, self.default_button):
            widget.setEnabled(bool(action))
        self._chosen.setText(self._texts.get(action, "Choose an action"))
        for place, keys in enumerate(self._keys.get(action, ())):
            button = QPushButton(f"{_native(keys)}  ✕")
            button.setToolTip(tr("Take these keys away"))
            button.setAccessibleName(tr("Take {native} away", native=_native(keys)))
            button.clicked.connect(partial(self._remove, keys))
            self._own.insertWidget(place, button)
            self.remove_buttons.append(button)

    def _filter(self, typed: str) -> None:
        words = typed.casefold().split()
        for group in (self.tree.topLevelItem(i) for i in range(self.tree.topLevelItemCount())):
            assert group is not None
            rows = [group.child(i) for i in range(group.childCount())]
            for item in rows:
                assert item is not None
                text = f"{item.text(0)} {item.text(1)} {group.text(0)}".casefold()
                item.setHidden(not all(word in text for word in words))
            group.setHidden(all(item is None or item.isHidden() for item in rows))

    def _fill(self) -> None:
        for menu in dict.fromkeys(spec.menu for spec in self._table):
            group = QTreeWidgetItem(self.tree, [tr(menu)])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for spec in self._table:
                if spec.menu == menu:
                    item = QTreeWidgetItem(group, [self._texts[spec.id]])
                    item.setToolTip(0, tr(spec.tip))
                    item.setData(0, _ID, spec.id)
                    self._items[spec.id] = item
        self.tree.expandAll()
        self._refresh()

    def _connect(self) -> None:
        self.preset.textActivated.connect(self._take_preset)
        self.filter.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        self.press.keySequenceChanged.connect(lambda _keys: self._pressed())
        self.add_button.clicked.connect(self._add)
        self.take_button.clicked.connect(self._add)
        self.default_button.clicked.connect(self._as_in_preset)

    def _lay_out(self) -> None:
        top = QFormLayout()
        top.addRow(tr("Preset"), self.preset)
        keys = QHBoxLayout()
        keys.addLayout(self._own)
        keys.addWidget(self.press, 1)
        keys.addWidget(self.add_button)
        keys.addWidget(self.default_button)
        problem = QHBoxLayout()
        problem.addWidget(self.conflict, 1)
        problem.addWidget(self.take_button)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.filter)
        column.addWidget(self.tree, 1)
        column.addWidget(self._chosen)
        column.addLayout(keys)
        column.addLayout(problem)
        column.addWidget(self.lost)


def _make_tree() -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderLabels([tr("Action"), tr("Keys")])
    tree.setAccessibleName(tr("Actions and their keys"))
    tree.setRootIsDecorated(False)
    tree.setAlternatingRowColors(True)
    header = tree.header()
    assert header is not None
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(False)
    return tree


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
