"""The command palette: type some letters, press Return. Lists the one table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt
from PyQt6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPalette
from PyQt6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.actions.search import Command, search
from vostool.gui.actions.spec import ActionTable
from vostool.gui.look.tokens import Space
from vostool.words import tr

WIDTH, HEIGHT, ROW = 620, 420, 30
_COMMAND, _USABLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_FOR_THE_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def table_commands(table: ActionTable, actions: Mapping[str, QAction]) -> list[Command]:
    """The table's actions with the keys that they have now."""
    found = []
    for spec in table:
        keys = tr(" or ").join(_shown(each) for each in actions[spec.id].shortcuts())
        text = actions[spec.id].text().rstrip("…")
        found.append(Command(spec.id, tr(spec.menu), text, keys, tr(spec.tip)))
    return found


class CommandPalette(QDialog):
    """A box to type in and the commands that fit; what cannot be used now is dimmed.

    Args:
        table, actions: the window's actions, in order and by id.
        more: further commands with what they do, such as the recent files.
    """

    def __init__(
        self,
        table: ActionTable,
        actions: Mapping[str, QAction],
        more: Sequence[tuple[Command, Callable[[], object]]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Find a command"))
        self.setObjectName("command_palette")
        self._actions = actions
        self._more = {command.id: act for command, act in more}
        self._commands = [*table_commands(table, actions), *(command for command, _ in more)]
        self.box = QLineEdit()
        self.box.setPlaceholderText(tr("Type what you want to do"))
        self.box.setAccessibleName(tr("Find a command"))
        self.box.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = QLabel(tr("No command has these words."))
        self.none.setMargin(Space.M)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        for widget in (self.box, self.none, self.list):
            layout.addWidget(widget)
        self.box.textChanged.connect(self._fill)
        self.box.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self.run_current())
        self._fill("")
        self._place(parent)

    def run_current(self) -> None:
        """Do the marked command, after the palette has gone; one that cannot be used stays."""
        item = self.list.currentItem()
        if item is None or not item.data(_USABLE):
            return
        command: Command = item.data(_COMMAND)
        act = self._more.get(command.id)
        self.close()
        if act is not None:
            act()
        else:
            self._actions[command.id].trigger()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Up and down move in the list while the box keeps the keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _FOR_THE_LIST:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run_current()
                return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent | None) -> bool:
        """A click into another window closes the palette."""
        if event is not None and event.type() == QEvent.Type.WindowDeactivate:
            self.close()
        return super().event(event)

    def _fill(self, typed: str) -> None:
        self.list.clear()
        found = search(self._commands, typed)
        for command in found:
            usable = command.id in self._more or self._actions[command.id].isEnabled()
            item = QListWidgetItem(command.text)
            item.setData(_COMMAND, command)
            item.setData(_USABLE, usable)
            item.setToolTip(command.tip)
            state = "" if usable else tr(", cannot be used now")
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{command.group}: {command.text} {command.keys}{state}",
            )
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.none.setVisible(not found)

    def _place(self, window: QWidget) -> None:
        self.resize(min(WIDTH, window.width() - 40), min(HEIGHT, window.height() - 120))
        left = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(window.rect().topLeft()).x() + left,
                  window.mapToGlobal(window.rect().topLeft()).y() + 64)  # fmt: skip


class _Rows(QStyledItemDelegate):
    """Menu and name at the left, keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(100, ROW)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        assert painter is not None
        command: Command = index.data(_COMMAND)
        usable = bool(index.data(_USABLE))
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        palette, room = option.palette, option.rect.adjusted(10, 0, -10, 0)
        if marked:
            painter.fillRect(option.rect, palette.highlight())
        role = QPalette.ColorRole.HighlightedText if marked else QPalette.ColorRole.Text
        dimmed = palette.color(
            QPalette.ColorRole.HighlightedText if marked else QPalette.ColorRole.PlaceholderText
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(dimmed)
        painter.drawText(QRect(room.left(), room.top(), 64, room.height()), middle, command.group)
        keys_width = option.fontMetrics.horizontalAdvance(command.keys) + 12
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, command.keys)
        painter.setPen(palette.color(role) if usable else dimmed)
        name = room.adjusted(70, 0, -keys_width, 0)
        text = command.text if usable else tr("{command}  (not now)", command=command.text)
        text = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, middle, text)


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)
