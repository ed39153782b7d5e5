"""The page of all keys and of what the mouse does."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from vostool.gui.actions.mouse import MOUSE
from vostool.gui.actions.spec import ActionTable
from vostool.gui.look.tokens import Space
from vostool.words import tr


def show_shortcuts(
    parent: QWidget, table: ActionTable, keys: Mapping[str, tuple[str, ...]]
) -> QDialog:
    """The keys as they are now and the mouse, from the one table of actions."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Keyboard and mouse"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    label = QLabel(shortcuts_html(table, keys))
    label.setObjectName("help_page")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setMargin(Space.L)
    area = QScrollArea()
    area.setWidget(label)
    area.setWidgetResizable(True)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(area)
    layout.addWidget(buttons)
    dialog.resize(640, 640)
    dialog.open()
    return dialog


def shortcuts_html(table: ActionTable, keys: Mapping[str, tuple[str, ...]]) -> str:
    """The table of actions with these keys as HTML, by menu, then the mouse."""
    rows: list[str] = []
    either = tr(" or ")
    for menu in dict.fromkeys(spec.menu for spec in table):
        rows.append(f"<tr><td colspan=3><h3>{tr(menu)}</h3></td></tr>")
        rows += [
            f"<tr><td>{tr(spec.text).rstrip('…')}&nbsp;&nbsp;</td>"
            f"<td><b>{either.join(keys[spec.id])}</b>&nbsp;&nbsp;</td><td>{tr(spec.tip)}</td></tr>"
            for spec in table
            if spec.menu == menu and keys[spec.id]
        ]
    rows.append(f"<tr><td colspan=3><h3>{tr('Mouse')}</h3></td></tr>")
    rows += [
        f"<tr><td><b>{tr(gesture)}</b>&nbsp;&nbsp;</td><td colspan=2>{tr(meaning)}</td></tr>"
        for gesture, meaning in MOUSE
    ]
    return f"<table cellspacing=2>{''.join(rows)}</table>"
