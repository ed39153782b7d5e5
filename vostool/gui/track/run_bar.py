"""How far a track run is, with its rate, the time left, and ways to let it rest and to stop it."""

from __future__ import annotations

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from vostool.gui.widgets.tool_button import tool_button
from vostool.runs.parts import RunProgress


class RunBar(QWidget):
    """Visible while a run goes, instead of what chooses the objects of the next one."""

    def __init__(
        self, pause: QAction, cancel: QAction, instead_of: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._instead_of = instead_of
        self._pause = pause
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Tracking progress")
        self._bar.setFormat("%v of %m")
        self._text = QLabel()
        self._text.setMinimumWidth(220)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._text)
        layout.addWidget(tool_button(pause))
        layout.addWidget(tool_button(cancel, with_text=True))
        self.hide()

    def show_progress(self, progress: RunProgress) -> None:
        """Show how far the run is."""
        self._bar.setMaximum(progress.total)
        self._bar.setValue(progress.done)
        said = progress_text(progress.rate, progress.seconds_left)
        if progress.stopping:
            said = "Stopping…"
        elif progress.paused:
            said = "paused; clicks are answered"
        self._text.setText(said)
        self._show_paused(progress.paused)
        self._instead_of.hide()
        self.show()

    def finish(self) -> None:
        """The run is over."""
        self._show_paused(False)
        self.hide()
        self._instead_of.show()

    def _show_paused(self, paused: bool) -> None:
        self._pause.setChecked(paused)
        self._pause.setIconText("Resume" if paused else "Pause")


def progress_text(rate: float, seconds_left: float | None) -> str:
    """ "12.3 frames/s, 1:05 left", or that the first frame is awaited."""
    if seconds_left is None:
        return "waiting for the first frame…"
    speed = f"{rate:.1f} frames/s" if rate >= 1 else f"{1 / rate:.1f} s a frame"
    return f"{speed}, {duration(seconds_left)} left"


def duration(seconds: float) -> str:
    """1:05 or 2:03:09."""
    whole = max(round(seconds), 0)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
