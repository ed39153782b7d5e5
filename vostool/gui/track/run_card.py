"""What came of track runs, over a corner of the picture until the person has seen it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.runs.parts import RunSummary
from vostool.words import counted, duration, tr, trn

MARGIN, WIDTH = 12, 264
MOST = 4
"""Runs that the card tells of by themselves; of more, the last ones."""


class RunCard(QFrame):
    """Stays until it is closed or followed, and takes no keys.

    Signals:
        review_wanted(): show what needs a look.
        closed(): the person has seen it.
    """

    review_wanted = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self.setObjectName("run_card")
        self.setAccessibleName(tr("What came of the run"))
        self.setAutoFillBackground(True)
        self.setFixedWidth(WIDTH)
        self.title, self.text, self.left = QLabel(), QLabel(), QLabel()
        self.title.setObjectName("notice_title")
        for label in (self.text, self.left):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.review_button = QPushButton(tr("Review"))
        self.review_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.review_button.clicked.connect(self.review_wanted)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.setAccessibleName(tr("Close"))
        self.close_button.setToolTip(tr("Close"))
        self.close_button.clicked.connect(self.closed)
        self._lay_out()
        over.installEventFilter(self)
        self.hide()

    def show_runs(
        self,
        runs: Sequence[RunSummary],
        name: Callable[[int], str],
        more: Sequence[str] = (),
    ) -> None:
        """Tell of these runs, the last one last; of none the card is hidden.

        Args:
            name: of an object, by its id.
            more: sentences on what the runs leave open.
        """
        self.setVisible(bool(runs))
        if not runs:
            return
        self.title.setText(
            title_of(runs[-1]) if len(runs) == 1 else tr("{count} runs ended", count=len(runs))
        )
        lines = [f"{title_of(run)}, {size_of(run)}" for run in runs[-MOST:]]
        if len(runs) == 1:
            lines = [size_of(runs[0])]
        self.text.setText("\n".join([*lines, *lost_of(runs[-1], name), *more]))
        self.setAccessibleDescription(f"{self.title.text()}. {self.text.text()}")
        self.raise_()
        self._place()

    def show_left(self, left: int, looking: bool) -> None:
        """How many places need a look; ``looking`` while masks are still looked through."""
        said = trn("{n:,} place needs a look", "{n:,} places need a look", left)
        if not left:
            said = tr("Nothing needs a look.")
        self.left.setText(tr("Looking through the masks…") if looking else said)
        self.review_button.setVisible(left > 0 and not looking)
        self._place()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        kinds = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show)
        if event is not None and event.type() in kinds and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        area, layout = self._over.geometry(), self.layout()
        assert layout is not None
        layout.activate()
        height = layout.totalHeightForWidth(WIDTH)
        self.setGeometry(area.right() - MARGIN - WIDTH, area.top() + MARGIN, WIDTH, height)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.addWidget(self.left, 1)
        foot.addWidget(self.review_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.S, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addLayout(foot)


def title_of(run: RunSummary) -> str:
    """ "Tracked 300 frames", or that it ended before its end."""
    frames = counted(len(run.frames), "frame")
    if run.cancelled:
        return tr("Cancelled after {frames}", frames=frames)
    if run.troubled:
        return tr("Stopped after {frames}", frames=frames)
    return tr("Tracked {frames}", frames=frames)


def size_of(run: RunSummary) -> str:
    """ "2 objects in 42 s"."""
    whole = round(run.seconds)
    time = (
        tr("{seconds} s", seconds=max(whole, 1))
        if whole < 60
        else tr("{duration} min", duration=duration(run.seconds))
    )
    return tr("{objects} in {time}", objects=counted(len(run.objects), "object"), time=time)


def lost_of(run: RunSummary, name: Callable[[int], str]) -> list[str]:
    """Which objects it did not find on some frames."""
    lost = {oid: len(frames) for oid, frames in run.empty.items() if frames}
    if len(lost) > 2:
        return [tr("{count} objects were not found on some frames.", count=len(lost))]
    return [
        tr("{name} was not found on {frames}.", name=name(oid), frames=counted(n, "frame"))
        for oid, n in lost.items()
    ]
