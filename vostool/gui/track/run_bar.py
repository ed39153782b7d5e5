"""How far a track run is, with its rate, the time left, and ways to let it rest and to stop it."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.track.run_queue import QueueButton
from vostool.gui.widgets.tool_button import tool_button
from vostool.runs.parts import RunProgress
from vostool.words import duration, tr


class RunBar(QWidget):
    """Visible while a run goes, instead of what chooses the objects of the next one."""

    def __init__(
        self, actions: Mapping[str, QAction], instead_of: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._instead_of = instead_of
        pause, cancel = actions["pause_run"], actions["cancel"]
        self._pause = pause
        self._bar = QProgressBar()
        self._bar.setAccessibleName(tr("Tracking progress"))
        self._text = QLabel()
        for widget in (self._bar, self._text):  # the window must not grow with what they say
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.queue = QueueButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.S, 0, Space.S, 0)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.queue)
        layout.addWidget(tool_button(actions["follow_run"]))
        layout.addWidget(tool_button(pause))
        layout.addWidget(tool_button(cancel))
        self.hide()

    def show_progress(self, progress: RunProgress) -> None:
        """Show how far the run is."""
        self._bar.setMaximum(progress.total)
        self._bar.setValue(progress.done)
        self._bar.setFormat(progress.place if progress.at is not None else "")
        said = progress_text(progress.rate, progress.seconds_left)
        if progress.stopping:
            said = tr("Stopping…")
        elif progress.paused:
            said = tr("paused")
        self._text.setText(said)
        self._text.setToolTip(tr("{said}; clicks are answered meanwhile", said=said))
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
        self._pause.setIconText(tr("Resume") if paused else tr("Pause"))


def progress_text(rate: float, seconds_left: float | None) -> str:
    """ "12.3 a second, 1:05 left", or that the first frame is awaited."""
    if seconds_left is None:
        return tr("waiting for a frame…")
    speed = (
        tr("{rate:.1f} a second", rate=rate)
        if rate >= 1
        else tr("{rate:.1f} s each", rate=1 / rate)
    )
    return tr("{speed}, {duration} left", speed=speed, duration=duration(seconds_left))
