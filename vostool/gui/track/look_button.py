"""Whether track runs look for new objects: always to be seen, with all that belongs to it."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox, QLabel, QToolButton, QVBoxLayout, QWidget

from vostool.gui.track.look_fields import LookFields
from vostool.gui.track.look_options import LookOptions, remember, remembered
from vostool.gui.widgets.popover import Popover
from vostool.words import mark, tr

WHICH = mark(
    "Runs forward, backward, both ways, of so many frames and of "
    "the range look; others track what is known."
)


class LookButton(QToolButton):
    """Names the choice; a click opens its fields.

    Args:
        action: switches looking on and off.
    """

    def __init__(self, action: QAction, window: QWidget) -> None:
        super().__init__()
        self._action = action
        self.fields = LookFields()
        self._popover = Popover(self._panel(), tr("New objects while tracking"), window)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("New objects while tracking"))
        self.setToolTip(tr("Whether track runs look for new objects, and how"))
        self.clicked.connect(self._toggle_fields)
        self.fields.changed.connect(self._take)
        self.show_options(remembered())

    @property
    def options(self) -> LookOptions:
        """How runs look."""
        return replace(self.fields.options, on=self._action.isChecked())

    def show_options(self, options: LookOptions) -> None:
        """Have runs look so."""
        self.fields.show_options(options)
        self._action.setChecked(options.on)
        self._say(options)

    def keep(self, options: LookOptions) -> None:
        """Have runs look so from now on; whether they look at all stays."""
        self.show_options(replace(options, on=self._action.isChecked()))
        remember(self.options)

    def switch(self) -> None:
        """The action was switched."""
        self._take(self.options)

    @property
    def model(self) -> str | None:
        """The name of the model that looks, of those that are here now."""
        self.fields.follow()
        return self.fields.model.chosen

    def close_fields(self) -> None:
        """Hide the fields."""
        if self._popover.isVisible():
            self._popover.toggle_at(self)

    def _toggle_fields(self) -> None:
        self.fields.follow()  # a model may have come since
        self._popover.toggle_at(self)

    def _take(self, _options: LookOptions) -> None:
        remember(self.options)
        self._say(self.options)

    def _say(self, options: LookOptions) -> None:
        self.setText(f"{options.in_words} ▾")

    def _panel(self) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        box = QCheckBox(self._action.text().replace("&", ""))
        box.clicked.connect(self._action.trigger)
        self._action.toggled.connect(box.setChecked)
        column.addWidget(box)
        note = QLabel(tr(WHICH))
        note.setWordWrap(True)
        column.addWidget(note)
        column.addWidget(self.fields)
        return panel
