"""A chip beside a mask: names to choose from, and a field to type one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vostool.gui.canvas.extent_switch import ExtentSwitch
from vostool.gui.look.tokens import Space
from vostool.gui.widgets.clear_style import repolish
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.gui.widgets.return_key import LineBox
from vostool.masks.colours import Colour
from vostool.project.object_naming import OFFERED
from vostool.words import tr

FIELD_WIDTH, WIDEST = 138, 190
"""Pixels: of the field, and of a name that is cut off beyond."""


class NameField(LineBox):
    """Up and Down move among the names, and its own keys are no shortcuts.

    Signals:
        entered(): it has the keyboard now. abandoned(): it has lost it, or Esc was pressed.
        moved(int): by so many names. numbered(int): a digit was typed where nothing else stands.
    """

    entered = pyqtSignal()
    abandoned = pyqtSignal()
    moved = pyqtSignal(int)
    numbered = pyqtSignal(int)
    clears = True

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        way = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if way:
            self.moved.emit(way)
        elif event.key() == Qt.Key.Key_Escape:
            self.abandoned.emit()
        elif not self.text() and event.text().isdecimal() and event.text() != "0":
            self.numbered.emit(int(event.text()))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        # Another program's window may come in between without ending anything.
        if event is not None and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.abandoned.emit()


class NameChip(QFrame):
    """Lies over the canvas, and has the keyboard only while a name is typed.

    Signals:
        chosen(str): this name was taken.
        typing_began(), typing_ended(): the field got the keyboard, and lost it without a name.
    """

    chosen = pyqtSignal(str)
    typing_began = pyqtSignal()
    typing_ended = pyqtSignal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("name_chip")
        self.setAccessibleName(tr("Name of the object"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._offered: tuple[str, ...] = ()
        self._known: tuple[str, ...] = ()
        self._label = ""
        self._at = 0
        self.head = QLabel()
        self.head.setObjectName("chip_head")
        self.colour = QLabel()
        self.field = NameField()
        self.field.setAccessibleName(tr("Name"))
        self.field.setFixedWidth(FIELD_WIDTH)
        self.field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.rows = [self._row() for _ in range(OFFERED)]
        self.extent = ExtentSwitch()
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        for widget in (self.colour, self.head, self.field):
            top.addWidget(widget)
        top.addStretch()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        self.column.setSpacing(Space.XS)
        self.column.addLayout(top)
        self.column.addWidget(self.extent)
        for row in self.rows:
            self.column.addWidget(row)
        self.field.textEdited.connect(lambda _text: self._filter())
        self.field.returnPressed.connect(self._take)
        self.field.moved.connect(self._move)
        self.field.numbered.connect(self._take_number)
        self.field.entered.connect(self._begin)
        self.field.abandoned.connect(self._end)
        self.hide()

    @property
    def is_typing(self) -> bool:
        """True while the field has the keyboard."""
        return self.field.hasFocus()

    def show_object(self, object_id: int, colour: Colour, label: str) -> None:
        """Say which object it is about; ``label`` is "" for none."""
        self._label = label
        self.colour.setPixmap(colour_icon(QColor(*colour)).pixmap(14, 14))
        self.head.setText(f"{object_id} {label}".strip() if label else str(object_id))

    def show_names(self, offered: Sequence[str] | None, known: Sequence[str] = ()) -> None:
        """Offer names for the object.

        Args:
            offered: for the keys 1 to 9; None where no name is to be given.
            known: all that can be found by typing.
        """
        self.field.setVisible(offered is not None)
        self._offered, self._known, label = tuple(offered or ()), tuple(known), self._label
        hint = tr("Enter: another name") if label else tr("Enter: type a name")
        if self.is_typing:
            hint = tr("Enter: keep the name") if label else tr("Type a name")
        self.field.setPlaceholderText(hint)
        if not self.is_typing:
            self.field.clear()
            self._show_rows([(f"{n}  ", name) for n, name in enumerate(self._offered, 1)], None)

    def appear(self) -> None:
        """Be as large as what is shown."""
        self.adjustSize()
        self.show()
        self.raise_()

    def begin_typing(self) -> None:
        """Give the field the keyboard."""
        self.field.setFocus()

    # -- typing --------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._filter()
        self.typing_began.emit()

    def _end(self) -> None:
        self.field.clear()
        self.typing_ended.emit()

    def _found(self) -> list[str]:
        """Names with what is typed, those that begin with it first; then what is typed itself."""
        typed = self.field.text().strip()
        if not typed:
            return list(self._offered)
        low = typed.casefold()
        within = [name for name in self._known if low in name.casefold()]
        within.sort(key=lambda name: not name.casefold().startswith(low))
        return [*within[: OFFERED - 1], *([] if typed in within else [typed])]

    def _filter(self) -> None:
        typed = self.field.text().strip()
        found = self._found()
        if not typed:
            self._at = -1
            self._show_rows([(f"{n}  ", name) for n, name in enumerate(found, 1)], None)
        else:
            low = typed.casefold()
            begin = bool(found) and found[0].casefold().startswith(low)
            self._at = 0 if begin else len(found) - 1
            self._show_found()
        self.adjustSize()

    def _show_found(self) -> None:
        found = self._found()
        pairs = [("" if name in self._known else tr("New:  "), name) for name in found]
        self._show_rows(pairs, self._at)

    def _move(self, way: int) -> None:
        count = len(self._found())
        if count:
            self._at = (self._at + way) % count if self._at >= 0 else (0 if way > 0 else count - 1)
            self._show_found()

    def _take(self) -> None:
        found = self._found()
        if 0 <= self._at < len(found):
            self._choose(found[self._at])
        else:
            self._end()

    def _take_number(self, number: int) -> None:
        if number <= len(self._offered):
            self._choose(self._offered[number - 1])

    def _choose(self, name: str) -> None:
        self.field.blockSignals(True)  # losing the keyboard is no giving up now
        self.field.clear()
        self.field.clearFocus()
        self.field.blockSignals(False)
        self.chosen.emit(name)

    # -- rows ----------------------------------------------------------------------------------

    def _show_rows(self, rows: Sequence[tuple[str, str]], marked: int | None) -> None:
        for at, button in enumerate(self.rows):
            button.setVisible(at < len(rows))
            if at >= len(rows):
                continue
            sign, name = rows[at]
            metrics = button.fontMetrics()
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, WIDEST)
            button.setText(sign + text.replace("&", "&&"))
            button.setToolTip(name)
            button.setProperty("name", name)
            on = at == marked or (marked is None and name == self._label)
            if button.property("marked") != on:
                button.setProperty("marked", on)
                repolish(button)

    def _row(self) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName("chip_row")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(partial(self._click, button))
        return button

    def _click(self, button: QPushButton, _checked: bool = False) -> None:
        self._choose(str(button.property("name")))

    def event(self, event: QEvent | None) -> bool:
        # A click on the chip's ground is none on the picture below.
        if event is not None and event.type() in (
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseButtonRelease,
            QEvent.Type.MouseButtonDblClick,
        ):
            event.accept()
            return True
        return super().event(event)
