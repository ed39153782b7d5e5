"""A small field for "track so many frames", which remembers what was asked for last."""

from __future__ import annotations

from PyQt6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.models.engine import Direction
from vostool.words import mark, tr

WAYS = {
    mark("Forward"): Direction.FORWARD,
    mark("Backward"): Direction.BACKWARD,
    mark("Both ways"): Direction.BOTH,
}
FIRST_TIME = 25


class CountDialog(QDialog):
    """How many frames, and which way; Return tracks them."""

    def __init__(self, most: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Track so many frames"))
        self._count = QSpinBox()
        self._count.setRange(1, max(most - 1, 1))
        self._count.setValue(_remembered_count())
        self._count.setAccessibleName(tr("Frames to track"))
        self._count.selectAll()
        self._way = QComboBox()
        add_choices(self._way, WAYS)
        choose_name(self._way, str(settings().value(keys.TRACK_WAY, "Forward")))
        self._way.setAccessibleName(tr("Direction"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        track = buttons.addButton(tr("Track"), QDialogButtonBox.ButtonRole.AcceptRole)
        assert track is not None
        track.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(tr("Frames"), self._count)
        form.addRow(tr("Direction"), self._way)
        form.addRow(buttons)
        self._count.setFocus()

    @property
    def frames(self) -> int:
        """Frames beside the one that the run starts from."""
        return self._count.value()

    @property
    def direction(self) -> Direction:
        """Which way; BOTH tracks so many to each side."""
        return WAYS[chosen_name(self._way)]

    def accept(self) -> None:
        """Remember the answer."""
        settings().setValue(keys.TRACK_COUNT, self.frames)
        settings().setValue(keys.TRACK_WAY, chosen_name(self._way))
        super().accept()


def _remembered_count() -> int:
    try:
        return int(str(settings().value(keys.TRACK_COUNT, FIRST_TIME)))
    except ValueError:
        return FIRST_TIME
