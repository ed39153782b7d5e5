"""The Find panel: what to look for and where, what is shown of it, and taking it as objects."""

from __future__ import annotations

from collections.abc import Collection

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.finders.finder import Grid, Way
from vostool.gui.find.going import Going
from vostool.gui.find.sliders import Sliders
from vostool.gui.find.sound import SoundPart
from vostool.gui.find.ways import WAYS, WaySwitch
from vostool.gui.find.where import Where
from vostool.gui.look.tokens import Space
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.gui.widgets.clear_style import repolish
from vostool.gui.widgets.finder_choice import ModelChoice
from vostool.gui.widgets.return_key import LineBox
from vostool.words import counted, mark, tr

DENSITY = {mark("Coarse, fast"): 8, mark("Normal"): 16, mark("Fine, slow"): 32}
NOTHING_OPEN = mark("Nothing is open.")


class FindPanel(QWidget):
    """Shows what a person asks for, and says it; a controller asks the finders.

    Signals:
        asked(): look now, for what :attr:`way`, :attr:`text` and :attr:`grid` say.
        cancel_wanted(), take_wanted(), leave_wanted(), clear_wanted()
        escaped(): Esc was pressed in the panel.
        choice_changed(Choice)
        way_changed(): a person chose another way to look.
        frame_wanted(int): the next (1) or the last (-1) frame on which something was found.
    """

    asked = pyqtSignal()
    cancel_wanted = pyqtSignal()
    take_wanted = pyqtSignal()
    leave_wanted = pyqtSignal()
    clear_wanted = pyqtSignal()
    escaped = pyqtSignal()
    choice_changed = pyqtSignal(object)
    way_changed = pyqtSignal()
    frame_wanted = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = WaySwitch()
        self.ways = self.switch.buttons
        self.text_box = LineBox()
        self.text_box.setPlaceholderText(tr("person, red car"))
        self.text_box.setAccessibleName(tr("What to look for"))
        self.text_box.setToolTip(tr("Several things are parted by commas or full stops"))
        self.density = QComboBox()
        add_choices(self.density, DENSITY)
        choose_name(self.density, "Normal")
        self.density.setAccessibleName(tr("Density"))
        self.density.setToolTip(tr("Fine finds smaller things, and cuts larger ones to pieces"))
        self.density_name = QLabel(tr("Density"))
        self.density_name.setBuddy(self.density)
        self.model, self.where, self.sound = ModelChoice(), Where(), SoundPart()
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more_button = QToolButton()
        self.more_button.setText(tr("Track and find…"))
        self.going = Going(
            tr("looking for objects"), tr("Look no further; what was found stays"), self.more_button
        )
        self.find_button, self.cancel_button = self.going.find_button, self.going.cancel_button
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setAccessibleName(tr("What was found"))
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.before = _small("◀", tr("The frame before on which something was found"))
        self.after = _small("▶", tr("The next frame on which something was found"))
        self.sliders = Sliders()
        self.take_button = QPushButton(tr("Take"))
        self.clear_button = QToolButton()
        self.clear_button.setText(tr("Clear"))
        self.clear_button.setToolTip(tr("Propose nothing any more"))
        self.leave_button = QToolButton()
        self.leave_button.setText(tr("Leave"))
        self.leave_button.setToolTip(tr("Back to the tool before (Esc); what was found stays here"))
        self._lay_out()
        self._connect()
        self.show_idle("")
        self.show_counts(0, 0, 0)

    def event(self, event: QEvent | None) -> bool:
        """Esc in the panel is not the one that cancels a track run."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.escaped.emit()
                return True
        return super().event(event)

    # -- what is asked -------------------------------------------------------------------------

    @property
    def way(self) -> Way:
        """How to look."""
        return self.switch.way

    @property
    def text(self) -> str:
        """What is typed."""
        return self.text_box.text()

    @property
    def grid(self) -> Grid:
        """How densely everything is asked."""
        return Grid(points_per_side=DENSITY[chosen_name(self.density)])

    def choose_way(self, way: Way) -> None:
        """Look this way the next time."""
        self.switch.choose(way)
        self._show_way()

    def offer_ways(self, possible: Collection[Way]) -> None:
        """Show the buttons of the ways in which anything here can look."""
        self.switch.offer(possible)
        self._show_way()

    def focus_first(self) -> None:
        """Give the keyboard to what is typed or pressed first."""
        first = {Way.TEXT: self.text_box, Way.SOUND: self.sound.wanted}
        first.get(self.way, self.find_button).setFocus()

    # -- what is shown -------------------------------------------------------------------------

    def show_busy(self, part: float, doing: str) -> None:
        """Something is looked for: the part that is done, 0..1, and what goes on."""
        self.said.setText(doing)
        self.going.show_busy(part)

    def show_idle(self, said: str) -> None:
        """Nothing is looked for; a sentence, or what :meth:`show_counts` says.

        What the note above says already is not said twice: it is put in bold there.
        """
        self.going.show_idle()
        again = bool(said) and said == self.note.text() and not self.note.isHidden()
        self.said.setText("" if again else said)
        self._stress_note(again)

    def show_counts(
        self, found: int, shown: int, wanted: int, frames: int = 1, left_out: int = 0
    ) -> None:
        """How many candidates there are, pass the sliders, and would be taken as objects.

        Args:
            left_out: of those that are shown, on all frames together.
        """
        for button in (self.before, self.after):
            button.setVisible(frames > 1)
        self.take_button.setEnabled(wanted > 0)
        self.take_button.setText(
            tr("Take {objects}", objects=counted(wanted, "object")) if wanted else tr("Take")
        )
        self.take_button.setToolTip(tr("Make objects of those that are shown (Enter)"))
        self.clear_button.setEnabled(found > 0)
        if not found or self.going.is_busy:
            return
        parts = [tr("{found} found", found=found)]
        if frames > 1:
            parts[0] += tr(" on {frames} frames", frames=frames)
        if shown < found:
            parts.append(tr("{shown} shown", shown=shown))
        if left_out:
            parts.append(tr("{left_out} left out", left_out=left_out))
        self.said.setText(", ".join(parts) + ".")

    def _show_way(self) -> None:
        way = self.way
        self.text_box.setVisible(way is Way.TEXT)
        for widget in (self.density, self.density_name):
            widget.setVisible(way is Way.EVERYTHING)
        self.sound.setVisible(way is Way.SOUND)
        for part in (self.going, self.where, self.where_name, self.sliders):
            part.setVisible(way is not Way.SOUND)  # a row that is chosen is looked for by text
        self.model.show_way(way)
        self._show_note()
        self.sliders.show_text(way is Way.TEXT)

    def _switched(self) -> None:
        self._show_way()
        self.focus_first()
        self.way_changed.emit()

    def _show_note(self) -> None:
        """What the way is for, or what the chosen model lacks and the line that brings it."""
        problem = self.model.problem
        self._stress_note(False)
        self.note.setText(problem or tr("{tip}.", tip=tr(WAYS[self.way][1])))
        self.note.setVisible(bool(problem) or self.way is not Way.TEXT)

    def _stress_note(self, wanted: bool) -> None:
        name = "conflict" if wanted else ""
        if self.note.objectName() != name:
            self.note.setObjectName(name)
            repolish(self.note)

    def _connect(self) -> None:
        self.model.activated.connect(lambda _: self._show_note())
        self.before.clicked.connect(lambda _: self.frame_wanted.emit(-1))
        self.after.clicked.connect(lambda _: self.frame_wanted.emit(1))
        self.switch.changed.connect(self._switched)
        self.text_box.returnPressed.connect(self.asked)
        self.find_button.clicked.connect(lambda _: self.asked.emit())
        self.cancel_button.clicked.connect(lambda _: self.cancel_wanted.emit())
        self.take_button.clicked.connect(lambda _: self.take_wanted.emit())
        self.clear_button.clicked.connect(lambda _: self.clear_wanted.emit())
        self.leave_button.clicked.connect(lambda _: self.leave_wanted.emit())
        self.sliders.changed.connect(self.choice_changed)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.addWidget(self.switch)
        column.addWidget(self.note)
        column.addWidget(self.text_box)
        column.addLayout(self._form())
        column.addWidget(self.sound)
        column.addWidget(self.going)
        seen = _row(self.said, self.before, self.after)
        seen.setStretch(0, 1)
        column.addLayout(seen)
        column.addWidget(self.sliders)
        take = _row(self.take_button, self.clear_button, self.leave_button)
        take.setStretch(0, 1)
        column.addLayout(take)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)

    def _form(self) -> QGridLayout:
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        form.addWidget(self.density_name, 0, 0)
        form.addWidget(self.density, 0, 1)
        self.where_name = QLabel(tr("Frames"))
        rows = ((QLabel(tr("Model")), self.model), (self.where_name, self.where))
        for row, (label, widget) in enumerate(rows, 1):
            label.setBuddy(widget)
            form.addWidget(label, row, 0)
            form.addWidget(widget, row, 1)
        return form


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row


def _small(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.hide()
    return button
