"""On which frames objects are looked for: this one, a range, the whole video, where it sounds."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QSpinBox, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Space
from vostool.words import tr

HERE, RANGE, WHOLE, SOUNDS = range(4)
EVERY = 30


class Where(QWidget):
    """The choice, and every how many frames of the range or video are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = QComboBox()
        self.scope.addItems([tr("This frame"), tr("The range"), tr("The whole video")])
        self.scope.setAccessibleName(tr("Frames to look on"))
        self.every = QSpinBox()
        self.every.setRange(1, 10_000)
        self.every.setValue(EVERY)
        self.every.setPrefix(tr("every "))
        self.every.setSuffix(tr(" frames"))
        self.every.setAccessibleName(tr("Look on every so many frames"))
        self.every.setToolTip(tr("Look on every so many frames, the first included"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.scope)
        column.addWidget(self.every)
        self._span: tuple[int, int] | None = None
        self._sounds: tuple[range, ...] = ()
        self.scope.currentIndexChanged.connect(self._follow)
        self.set_range(None)

    def set_range(self, span: tuple[int, int] | None) -> None:
        """First and last frame of the range on the timeline; without one it cannot be chosen."""
        self._span = span
        self.scope.setItemText(
            RANGE,
            tr("The range")
            if span is None
            else tr("{first} to {last}", first=span[0], last=span[1]),
        )
        model = self.scope.model()
        item = model.item(RANGE) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setEnabled(span is not None)
            item.setData(
                tr("Choose a range on the timeline first: Shift+drag") if span is None else "",
                Qt.ItemDataRole.ToolTipRole,
            )
        if span is None and self.scope.currentIndex() == RANGE:
            self.scope.setCurrentIndex(HERE)
        self._follow()

    def set_sounding(self, label: str, stretches: Sequence[range]) -> None:
        """Look where something sounds; without stretches that cannot be chosen any more.

        Args:
            label: what sounds, for people.
            stretches: of frames.
        """
        self._sounds = tuple(stretches)
        if not stretches:
            self.scope.removeItem(SOUNDS)
            return
        if self.scope.count() == SOUNDS:
            self.scope.addItem(tr("Where it sounds"))
        self.scope.setItemData(
            SOUNDS, tr("Where '{label}' is heard", label=label), Qt.ItemDataRole.ToolTipRole
        )
        self.scope.setCurrentIndex(SOUNDS)

    def frames(self, here: int, count: int) -> tuple[int, ...]:
        """The frames to look on, of a video of so many, with the playhead on this one."""
        if self.scope.currentIndex() == HERE:
            return (here,)
        if self.scope.currentIndex() == SOUNDS:
            return spread(self._sounds, self.every.value())
        first, last = 0, count - 1
        if self.scope.currentIndex() == RANGE and self._span is not None:
            first, last = self._span
        return tuple(range(first, last + 1, self.every.value()))

    def _follow(self) -> None:
        self.every.setVisible(self.scope.currentIndex() != HERE)


def spread(stretches: Sequence[range], every: int) -> tuple[int, ...]:
    """Every so many frames of each stretch, and at least one; what is left over lies at both ends.

    What is heard begins somewhere within its first frames, so these are the worst to look on.
    """
    found: set[int] = set()
    for stretch in stretches:
        found.update(stretch[(len(stretch) - 1) % every // 2 :: every])
    return tuple(sorted(found))
