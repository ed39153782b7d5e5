"""Under a field whose value changes from frame to frame: since when it holds, and the changes."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.widgets.elided_label import ElidedLabel
from vostool.project.frame_values import Line
from vostool.words import tr


class ValueSteps(QWidget):
    """A field with its changes.

    Signals:
        frame_wanted(int): go to where it changes.
        clear_wanted(): the change on the frame that is shown shall go.
    """

    frame_wanted = pyqtSignal(int)
    clear_wanted = pyqtSignal()

    def __init__(self, name: str, field: QWidget) -> None:
        super().__init__()
        self.since = ElidedLabel()
        self.since.setAccessibleName(tr("Since when {name} holds", name=name))
        self.previous = _button(tr("To the change of {name} before", name=name))
        self.following = _button(tr("To the next change of {name}", name=name))
        self.clear = _button(tr("Clear the change of {name} on this frame", name=name))
        self.previous.setArrowType(Qt.ArrowType.LeftArrow)
        self.following.setArrowType(Qt.ArrowType.RightArrow)
        self.clear.setText("×")
        self._before: int | None = None
        self._after: int | None = None
        self.previous.clicked.connect(lambda: self._go(self._before))
        self.following.clicked.connect(lambda: self._go(self._after))
        self.clear.clicked.connect(self.clear_wanted)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.since, 1)
        for button in (self.previous, self.following, self.clear):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(field)
        column.addLayout(row)

    def show_changes(self, line: Line, frame: int) -> None:
        """Tell where the value that holds on a frame comes from, and which changes lie beside."""
        frames = [at for at, _ in line]
        self._before = _last(at for at in frames if at < frame)
        if self._before is None and frames and frames[0] <= frame != 0:
            self._before = 0  # what holds before the first change
        self._after = next((at for at in frames if at > frame), None)
        since = _last(at for at in frames if at <= frame)
        if not frames:
            text = tr("all frames")
        elif since is None:
            text = tr("to frame {last}", last=frames[0] - 1)
        elif self._after is None:
            text = tr("from {first} on", first=since)
        else:
            text = tr("{first} to {last}", first=since, last=self._after - 1)
        self.since.setText(text)
        self.previous.setEnabled(self._before is not None)
        self.following.setEnabled(self._after is not None)
        self.clear.setEnabled(frame in frames)

    def _go(self, frame: int | None) -> None:
        if frame is not None:
            self.frame_wanted.emit(frame)


def _last(frames: Iterable[int]) -> int | None:
    return max(frames, default=None)


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
