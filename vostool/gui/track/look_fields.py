"""The fields that say how a run looks for new objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QSpinBox, QWidget

from vostool.finders.finder import Way
from vostool.gui.track.look_options import LookFor, LookOptions
from vostool.gui.widgets.choices import add_choices, choose_name, chosen_name
from vostool.gui.widgets.finder_choice import ModelChoice
from vostool.gui.widgets.return_key import LineBox
from vostool.runs.discovery.values import Again
from vostool.words import mark, tr

LOOK_FOR = {
    mark("Everything"): LookFor.EVERYTHING,
    mark("What the text names"): LookFor.TEXT,
    mark("What the text names, tracked by SAM 3 itself"): LookFor.WHOLE,
}
AGAIN = {
    mark("Ask me"): Again.ASK,
    mark("It is the lost one"): Again.JOIN,
    mark("It is a new one"): Again.NEW,
}


class LookFields(QWidget):
    """A form over :class:`LookOptions`.

    Signals:
        changed(LookOptions): a person chose something else.

    Attributes:
        form: further rows may be added.
    """

    changed = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = LookOptions()
        self.look_for = choice_box(list(LOOK_FOR), tr("Look for"))
        self.look_for.setToolTip(tr("SAM 3 looks on every frame and tracks with a memory of its "
                                    "own, from the first frame to the last"))  # fmt: skip
        self.text = LineBox()
        self.text.setPlaceholderText(tr("person, red car"))
        self.text.setAccessibleName(tr("What to look for"))
        self.model = ModelChoice()
        self.lacks = QLabel()
        self.lacks.setWordWrap(True)
        self.every = _number(
            10_000, tr(" frames"), tr("New objects are looked for on every so many frames; fewer "
                                      "find them sooner, and take longer"),
        )  # fmt: skip
        self.most = _number(
            9_999, tr(" objects"),
            tr("No more objects than this, those that are there included; the "
               "best are taken"),
        )  # fmt: skip
        self.area = _number(9_999_999, tr(" px"), tr("Smaller things are left out"))
        self.outside = _number(
            100, tr(" % outside"),
            tr("A thing is new when at least this share of it lies outside "
               "all known objects"),
        )  # fmt: skip
        self.again = choice_box(list(AGAIN), tr("What looks like an object that was lost"))
        self.again.setToolTip(tr("Of a new thing that looks like an object which was lost"))
        self.backward = QCheckBox(tr("Track new ones back to where they first appear"))
        self.form = QFormLayout(self)
        self._lay_out()
        self._connect()
        self.show_options(self._options)

    @property
    def options(self) -> LookOptions:
        """What the fields say."""
        return replace(
            self._options,
            look_for=LOOK_FOR[chosen_name(self.look_for)],
            text=self.text.text(),
            every=self.every.value(),
            most=self.most.value(),
            area=self.area.value(),
            outside=self.outside.value(),
            again=AGAIN[chosen_name(self.again)],
            backward=self.backward.isChecked(),
        )

    def show_options(self, options: LookOptions) -> None:
        """Show these, without telling that they changed."""
        self._options = options
        self.blockSignals(True)
        choose_name(self.look_for, _name(LOOK_FOR, options.look_for))
        if self.text.text() != options.text:  # else the cursor would leave its place
            self.text.setText(options.text)
        self.every.setValue(options.every)
        self.most.setValue(options.most)
        self.area.setValue(options.area)
        self.outside.setValue(options.outside)
        choose_name(self.again, _name(AGAIN, options.again))
        self.backward.setChecked(options.backward)
        self.blockSignals(False)
        self.follow()

    def follow(self) -> None:
        """Offer what counts for the choice, and say what its model lacks."""
        wanted = LOOK_FOR[chosen_name(self.look_for)]
        whole = wanted is LookFor.WHOLE
        self.text.setEnabled(wanted is not LookFor.EVERYTHING)
        for widget in (self.every, self.again, self.backward, self.model):
            widget.setEnabled(not whole)
        self.model.show_way(Way.EVERYTHING if wanted is LookFor.EVERYTHING else Way.TEXT)
        self._show_lack()

    def _show_lack(self) -> None:
        lack = self.model.problem if self.model.isEnabled() else ""
        self.lacks.setText(lack)
        self.lacks.setVisible(bool(lack))

    def _tell(self) -> None:
        self.changed.emit(self.options)

    def _connect(self) -> None:
        self.look_for.currentIndexChanged.connect(lambda _: self.follow())
        self.model.activated.connect(lambda _: self._show_lack())
        for box in (self.look_for, self.again):
            box.currentIndexChanged.connect(lambda _: self._tell())
        for number in (self.every, self.most, self.area, self.outside):
            number.valueChanged.connect(lambda _: self._tell())
        self.text.textChanged.connect(lambda _: self._tell())
        self.backward.toggled.connect(lambda _: self._tell())

    def _lay_out(self) -> None:
        self.form.addRow(tr("Look for"), self.look_for)
        self.form.addRow(tr("Text"), self.text)
        self.form.addRow(tr("Model"), self.model)
        self.form.addRow(self.lacks)
        self.form.addRow(tr("Look every"), self.every)
        self.form.addRow(tr("At most"), self.most)
        self.form.addRow(tr("Smallest"), self.area)
        self.form.addRow(tr("New from"), self.outside)
        self.form.addRow(tr("Seen again"), self.again)
        self.form.addRow(self.backward)


def choice_box(texts: list[str], name: str) -> QComboBox:
    """A list to choose from, with its name for screen readers."""
    box = QComboBox()
    add_choices(box, texts)
    box.setAccessibleName(name)
    return box


def _number(most: int, unit: str, tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, most)
    box.setSuffix(unit)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box


def _name(names: Mapping[str, Enum], value: Enum) -> str:
    return next(name for name, each in names.items() if each is value)
