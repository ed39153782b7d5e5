"""The switch between the ways to look: everything, text, sound, like this."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QToolButton, QWidget

from vostool.finders.finder import Way
from vostool.words import mark, tr

WAYS = {
    Way.EVERYTHING: (mark("Everything"), mark("Whatever can be told apart in the picture")),
    Way.TEXT: (mark("Text"), mark("What you name: person, red car")),
    Way.SOUND: (mark("Sound"), mark("What is heard, and when: a dog is looked for where it barks")),
    Way.LIKE: (mark("Like this"), mark("What looks like the selected object")),
}


class WaySwitch(QWidget):
    """One button a way, side by side where there is room for it, else two and two.

    Signals:
        changed(): a person chose another one.

    Attributes:
        buttons: of the ways.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[Way, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._possible: Collection[Way] = tuple(WAYS)
        self._columns = 0
        for way, (title, tip) in WAYS.items():
            button = QToolButton(self)
            button.setText(tr(title))
            button.setToolTip(tr(tip))
            button.setCheckable(True)
            button.setObjectName("choice")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            self.buttons[way] = button
        self.buttons[Way.EVERYTHING].setChecked(True)
        self._arrange()
        self._group.buttonClicked.connect(lambda _: self.changed.emit())

    @property
    def way(self) -> Way:
        """The one that is chosen."""
        return next((way for way, b in self.buttons.items() if b.isChecked()), Way.EVERYTHING)

    def choose(self, way: Way) -> None:
        """Look this way; says nothing."""
        self.buttons[way].setChecked(True)

    def offer(self, possible: Collection[Way]) -> None:
        """Show the buttons of these ways; says nothing where that chooses another one."""
        for way, button in self.buttons.items():
            button.setVisible(way in possible)
        self._possible, self._columns = possible, 0
        self._arrange()
        if self.way not in possible and possible:
            self.choose(next(way for way in self.buttons if way in possible))

    def minimumSizeHint(self) -> QSize:
        widest = max((each.sizeHint().width() for each in self._seen()), default=0)
        return QSize(2 * widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _seen(self) -> list[QToolButton]:
        return [button for way, button in self.buttons.items() if way in self._possible]

    def _arrange(self) -> None:
        seen = self._seen()
        fits = sum(each.sizeHint().width() for each in seen) <= self.width()
        columns = len(seen) if fits else 2
        if columns != self._columns:
            self._columns = columns
            for place, each in enumerate(seen):
                self._grid.addWidget(each, *divmod(place, columns))
