"""One track run that looks for new objects: how, where, and whether it tracks at all."""

from __future__ import annotations

from PyQt6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from vostool.errors import VosToolError
from vostool.gui.session.discovering import DiscoveryWish
from vostool.gui.track.count import WAYS
from vostool.gui.track.look_fields import LOOK_FOR, LookFields, choice_box
from vostool.gui.track.look_options import LookFor, LookOptions
from vostool.gui.widgets.choices import chosen_name
from vostool.models.engine import Direction
from vostool.words import mark, tr

WHOLE = next(name for name, value in LOOK_FOR.items() if value is LookFor.WHOLE)


class DiscoveryDialog(QDialog):
    """Begins with what is chosen for runs; Return tracks.

    Args:
        options: how runs look now.
        span: first and last frame of the range on the timeline, or None without one.
    """

    def __init__(self, options: LookOptions, span: tuple[int, int] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Track and find new objects"))
        self._span = span
        self.fields = LookFields()
        self.direction = choice_box(list(WAYS), tr("Direction"))
        self.where = choice_box([mark("The whole video")], tr("Frames"))
        if span is not None:
            self.where.addItem(tr("The range, {first} to {last}", first=span[0], last=span[1]))
            self.where.setCurrentIndex(1)
        self.only_look = QCheckBox(tr("Only look, and track nothing"))
        self.only_look.setToolTip(tr("Objects get a mask on each frame that is looked at; what "
                                     "looks alike is one object. Track it after"))  # fmt: skip
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setObjectName("conflict")
        self.problem.hide()
        self._lay_out()
        self.fields.changed.connect(lambda _: self._follow())
        self.only_look.toggled.connect(lambda _: self._follow())
        self.fields.show_options(options)
        self._follow()

    @property
    def options(self) -> LookOptions:
        """What the fields say, to be kept."""
        return self.fields.options

    def wish(self) -> DiscoveryWish:
        """What is asked.

        Raises:
            UsageError: text is to be looked for and none is typed.
        """
        return self.options.wish(
            WAYS.get(chosen_name(self.direction), Direction.FORWARD),
            self._span if self.where.currentIndex() == 1 else None,
            tracks=not self.only_look.isChecked(),
            finder=self.fields.model.chosen,
        )

    def accept(self) -> None:
        """Go, unless something is missing, which is said here."""
        try:
            self.wish()
        except VosToolError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        super().accept()

    def _follow(self) -> None:
        whole = self.options.look_for is LookFor.WHOLE
        looks = self.only_look.isChecked() and not whole
        self.only_look.setEnabled(not whole)
        self.direction.setEnabled(not whole and not looks)
        self.fields.again.setEnabled(not whole and not looks)
        self.fields.backward.setEnabled(not whole and not looks)

    def _lay_out(self) -> None:
        form = self.fields.form
        form.addRow(tr("Frames"), self.where)
        form.addRow(tr("Direction"), self.direction)
        form.addRow(self.only_look)
        form.addRow(self.problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        track = buttons.addButton(tr("Track"), QDialogButtonBox.ButtonRole.AcceptRole)
        assert track is not None
        track.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.fields)
        column.addWidget(buttons)
