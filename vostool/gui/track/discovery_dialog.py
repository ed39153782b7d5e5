"""How a track run looks for new objects: what, how often, and when one is new."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from vostool.errors import VosToolError
from vostool.finders.finder import Question, Way
from vostool.finders.identity import NewRules
from vostool.finders.phrases import parse_phrases
from vostool.gui.session.discovering import DiscoveryWish
from vostool.gui.track.count import WAYS
from vostool.gui.widgets.return_key import LineBox
from vostool.runs.discovery.values import Again, DiscoveryRules

WHOLE = "What the text names, tracked by SAM 3 itself"
LOOK_FOR = {
    "Everything": Way.EVERYTHING,
    "What the text names": Way.TEXT,
    WHOLE: Way.TEXT,
}


class DiscoveryDialog(QDialog):
    """SAM-Track's numbers under plain names; Return tracks.

    Args:
        span: first and last frame of the range on the timeline, or None without one.
    """

    def __init__(self, span: tuple[int, int] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Track and find new objects")
        self._span = span
        rules = DiscoveryRules()
        self.look_for = _choice(list(LOOK_FOR), "Look for")
        self.look_for.setToolTip("SAM 3 looks on every frame and tracks with a memory of its own, "
                                 "from the first frame to the last")  # fmt: skip
        self.text = LineBox()
        self.text.setPlaceholderText("person, red car")
        self.text.setAccessibleName("What to look for")
        self.every = _number(
            1,
            10_000,
            rules.every,
            " frames",
            (
                "New objects are looked for on every so many frames; fewer find them sooner, and "
                "take longer"
            ),
        )
        self.most = _number(
            1,
            9_999,
            rules.new.max_objects,
            " objects",
            ("No more objects than this, those that are there included; the best are taken"),
        )
        self.area = _number(
            1, 9_999_999, rules.new.min_area, " px", ("Smaller things are left out")
        )
        self.outside = _number(
            1,
            100,
            round(100 * rules.new.outside),
            " % outside",
            ("A thing is new when at least this share of it lies outside all known objects"),
        )
        self.direction = _choice(list(WAYS), "Direction")
        self.where = _choice(["The whole video"], "Frames")
        if span is not None:
            self.where.addItem(f"The range, {span[0]} to {span[1]}")
            self.where.setCurrentIndex(1)
        self.backward = QCheckBox("Track new ones back to where they first appear")
        self.only_look = QCheckBox("Only look, and track nothing")
        self.only_look.setToolTip("Objects get a mask on each frame that is looked at; what "
                                  "looks alike is one object. Track it after")  # fmt: skip
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setObjectName("conflict")
        self.problem.hide()
        self._lay_out()
        self.look_for.currentIndexChanged.connect(self._follow)
        self.only_look.toggled.connect(self._follow)
        self._follow()

    def wish(self) -> DiscoveryWish:
        """What is asked.

        Raises:
            UsageError: text is to be looked for and none is typed.
        """
        way = LOOK_FOR[self.look_for.currentText()]
        phrases = parse_phrases(self.text.text()) if way is Way.TEXT else ()
        whole = self.look_for.currentText() == WHOLE
        looks = self.only_look.isChecked() and not whole
        # Without tracking everything is "lost" between two looks: a question each is no choice.
        again = Again.JOIN if looks else Again.ASK
        new = NewRules(self.most.value(), self.area.value(), self.outside.value() / 100)
        return DiscoveryWish(
            Question(way, phrases=phrases),
            WAYS["Forward" if looks or whole else self.direction.currentText()],
            DiscoveryRules(self.every.value(), new, again, backward=self.backward.isChecked()),
            tracks=not looks,
            span=self._span if self.where.currentIndex() == 1 else None,
            whole=whole,
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
        self.text.setEnabled(LOOK_FOR[self.look_for.currentText()] is Way.TEXT)
        whole = self.look_for.currentText() == WHOLE
        self.every.setEnabled(not whole)
        self.only_look.setEnabled(not whole)
        for widget in (self.direction, self.backward):
            widget.setEnabled(not whole and not self.only_look.isChecked())

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.addRow("Look for", self.look_for)
        form.addRow("Text", self.text)
        form.addRow("Look every", self.every)
        form.addRow("At most", self.most)
        form.addRow("Smallest", self.area)
        form.addRow("New from", self.outside)
        form.addRow("Frames", self.where)
        form.addRow("Direction", self.direction)
        form.addRow(self.backward)
        form.addRow(self.only_look)
        form.addRow(self.problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        track = buttons.addButton("Track", QDialogButtonBox.ButtonRole.AcceptRole)
        assert track is not None
        track.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)


def _choice(texts: list[str], name: str) -> QComboBox:
    box = QComboBox()
    box.addItems(texts)
    box.setAccessibleName(name)
    return box


def _number(least: int, most: int, value: int, unit: str, tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setSuffix(unit)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box
