"""A button that begins long work; while it goes on, how far it is, and a button that stops it."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vostool.words import tr


class Going(QWidget):
    """Begin, cancel and progress of one kind of work.

    Args:
        work: what goes on, as "Progress of ..." has it.
        cancel: what becomes of it when it is stopped.
        beside: another button that is always there.
    """

    def __init__(self, work: str, cancel: str, beside: QWidget | None = None) -> None:
        super().__init__()
        self.find_button = QPushButton(tr("Find"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setToolTip(cancel)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress of {work}", work=work))
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.find_button)
        if beside is not None:
            row.addWidget(beside)
        row.addWidget(self.cancel_button)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.bar)
        self.show_idle()

    def show_busy(self, part: float) -> None:
        """It goes on: the part that is done, 0..1."""
        self.bar.setValue(round(100 * part))
        self._show_going(True)

    def show_idle(self) -> None:
        """Nothing goes on."""
        self._show_going(False)

    @property
    def is_busy(self) -> bool:
        """True while it goes on."""
        return not self.cancel_button.isHidden()

    def _show_going(self, going: bool) -> None:
        self.bar.setVisible(going)
        self.cancel_button.setVisible(going)
        self.find_button.setVisible(not going)
