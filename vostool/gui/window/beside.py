"""Long work that goes on beside the open video, and what becomes of it when the window closes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal
from PyQt6.QtWidgets import QMainWindow, QMessageBox

from vostool.gui.threads.timers import single_shot
from vostool.words import tr

Role = QMessageBox.ButtonRole
STOP_MS = 3000
"""What the work is given to end when it is stopped."""


class Work(Protocol):
    """Something that goes on for long in threads of its own, such as a batch."""

    @property
    def over(self) -> pyqtBoundSignal:
        """It has ended, whatever came of it."""
        ...

    @property
    def is_running(self) -> bool: ...

    @property
    def sentence(self) -> str:
        """What goes on, and how far it is."""
        ...

    def stop(self) -> None:
        """End soon; what is whole stays."""
        ...

    def close(self) -> None:
        """End, and tell nothing more; no thread is waited for."""
        ...


class Beside(QObject):
    """Asks about what goes on before the window closes; then it goes on without the window,
    stops, or the person stays.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._works: list[Work] = []
        self._box: QMessageBox | None = None
        self._then: Callable[[], None] | None = None
        self._patience = single_shot(self, STOP_MS, self._go)

    def add(self, work: Work) -> None:
        """From now on this is asked about, too."""
        self._works.append(work)
        work.over.connect(self._over)

    @property
    def busy(self) -> bool:
        """True while the person is asked, or an end is waited for."""
        return self._box is not None or self._then is not None

    def leave(self, then: Callable[[], None], *, asks: bool = True) -> None:
        """Call ``then`` once nothing goes on beside the video any more; never where they stay.

        Args:
            asks: what becomes of it is asked; else it stops, and what is done is kept.
        """
        self._drop()
        going = self._going()
        if not going:
            then()
            return
        self._then = then
        if asks:
            self._ask(going)
        else:
            self._stop()

    def _ask(self, going: list[Work]) -> None:
        text = " ".join(work.sentence for work in going)
        box = QMessageBox(
            QMessageBox.Icon.Question, tr("Something is going on"), text, parent=self._window
        )
        later = box.addButton(tr("Close when it is done"), Role.AcceptRole)
        now = box.addButton(tr("Stop it and keep what is done"), Role.AcceptRole)
        stay = box.addButton(tr("Stay"), Role.RejectRole)
        answers = {later: self._wait, now: self._stop, stay: self._drop}

        def answered() -> None:
            clicked = box.clickedButton()
            self._drop_box()
            next((do for button, do in answers.items() if button is clicked), self._drop)()

        self._box = box
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(answered)
        box.open()

    def close(self) -> None:
        """The program ends: everything stops."""
        self._drop()
        for work in self._works:
            work.close()

    def _going(self) -> list[Work]:
        return [work for work in self._works if work.is_running]

    def _wait(self) -> None:
        if self._going():
            self._window.hide()
        else:
            self._go()

    def _stop(self) -> None:
        for work in self._going():
            work.stop()
        self._patience.start()
        self._over()

    def _over(self) -> None:
        """Work has ended: go, where nobody is asked any more and nothing else goes on."""
        if self._then is not None and self._box is None and not self._going():
            self._go()

    def _go(self) -> None:
        then = self._then
        self._drop()
        if then is not None:
            then()

    def _drop(self) -> None:
        self._patience.stop()
        self._drop_box()
        self._then = None

    def _drop_box(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            with contextlib.suppress(TypeError):  # once it has been answered
                box.finished.disconnect()
            box.close()
            box.deleteLater()
