"""A small switch between the engine's masks of one click: a part, more, the whole."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.session.extent import NAMES
from vostool.words import mark, tr

TIP = mark("{}: one of the three masks that the model has for this click; Tab takes the next one")


class ExtentSwitch(QWidget):
    """Buttons of which one is pressed, and the key that goes through them.

    Signals:
        chosen(int): 0 the smallest mask to 2 the largest.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.XS, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons: list[QToolButton] = []
        for choice, name in enumerate(NAMES):
            button = QToolButton()
            button.setText(tr(name))
            button.setToolTip(tr(TIP).format(tr(name)))
            button.setCheckable(True)
            button.setObjectName("choice")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._clicked, choice))
            self._group.addButton(button)
            self.buttons.append(button)
            row.addWidget(button)
        key = QLabel("Tab")
        key.setObjectName("chip_key")
        row.addSpacing(Space.S)
        row.addWidget(key)
        row.addStretch()

    def show_choice(self, choice: int | None) -> None:
        """Press this one's button; None presses none."""
        self._group.setExclusive(False)
        for place, button in enumerate(self.buttons):
            button.setChecked(place == choice)
        self._group.setExclusive(True)

    def _clicked(self, choice: int, _checked: bool = False) -> None:
        self.chosen.emit(choice)
