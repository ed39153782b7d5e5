"""The page of all keys and of what the mouse does."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.mouse import MOUSE
from vostool.gui.actions.spec import ActionTable
from vostool.gui.look.tokens import Space
from vostool.words import tr

SIZE = 760, 640


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
    label.setWordWrap(True)  # or the page would scroll sideways
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    box = QLineEdit()
    box.setPlaceholderText(tr("Search by name, key or what it does"))
    box.setAccessibleName(tr("Search the keys"))
    box.setClearButtonEnabled(True)
    box.textChanged.connect(lambda typed: label.setText(shortcuts_html(table, keys, typed)))
    area = QScrollArea()
    area.setWidget(label)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(box)
    layout.addWidget(area)
    layout.addWidget(buttons)
    dialog.resize(*SIZE)
    dialog.open()
    box.setFocus()
    return dialog


def shortcuts_html(table: ActionTable, keys: Mapping[str, tuple[str, ...]], typed: str = "") -> str:
    """The table of actions with these keys as HTML, by menu, then the mouse.

    Args:
        typed: only the rows that have all its words, in whatever column or their heading.
    """
    groups: dict[str, list[tuple[str, str, str]]] = {}
    either = tr(" or ")
    for spec in table:
        if keys[spec.id]:
            row = (tr(spec.text).rstrip("…"), either.join(keys[spec.id]), tr(spec.tip))
            groups.setdefault(tr(spec.menu), []).append(row)
    groups[tr("Mouse")] = [("", tr(gesture), tr(meaning)) for gesture, meaning in MOUSE]
    wanted = typed.casefold().split()
    shown: list[str] = []
    for heading, rows in groups.items():
        found = [_row(row) for row in rows if _has(wanted, heading, *row)]
        shown += (
            [f"<tr><td colspan=3><h3>{escape(heading)}</h3></td></tr>", *found] if found else []
        )
    if not shown:
        return escape(tr("No key has these words."))
    return f"<table cellspacing={Space.XS}>{''.join(shown)}</table>"


def _has(wanted: list[str], *texts: str) -> bool:
    low = " ".join(texts).casefold()
    return all(word in low for word in wanted)


def _row(row: tuple[str, str, str]) -> str:
    """Name, keys and what it does; of the mouse the gesture and what it does."""
    name, keys, tip = (escape(text, quote=False) for text in row)
    if not name:
        return f"<tr><td><b>{keys}</b>&nbsp;&nbsp;</td><td colspan=2>{tip}</td></tr>"
    return f"<tr><td>{name}&nbsp;&nbsp;</td><td><b>{keys}</b>&nbsp;&nbsp;</td><td>{tip}</td></tr>"
