"""A window of its own for long work beside the open video, such as a batch or a training."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.window.workbench import Workbench
from vostool.words import tr


class _Run(Protocol):
    @property
    def is_running(self) -> bool: ...


class WorkDialog(Protocol):
    """What such a window offers."""

    @property
    def run(self) -> _Run:
        """The work, of which at most one goes on."""
        ...

    @property
    def sentence(self) -> str:
        """How far it is."""
        ...

    def show(self) -> None: ...

    def raise_(self) -> None: ...

    def activateWindow(self) -> None: ...

    def close(self) -> bool: ...

    def stop(self) -> None:
        """End soon; what is whole stays."""
        ...

    def close_threads(self) -> None:
        """End, and tell nothing more; no thread is waited for."""
        ...


Dialog = TypeVar("Dialog", bound=WorkDialog)


class BesideDialog(QObject, Generic[Dialog]):
    """Makes the window when it is first wanted. Its work goes on when that is closed, is shown in
    the status bar, and is asked about before the program ends (:class:`beside.Work`).

    Signals:
        over(): the work has ended.

    Attributes:
        dialog: the window; None before it was wanted.
        ACTIVITY: what the status bar calls the work among others.
        SHOWN: its text in there, marked, with {told} for how far it is.
        GOING: the same as a sentence.
    """

    over = pyqtSignal()
    ACTIVITY: str
    SHOWN: str
    GOING: str

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self.dialog: Dialog | None = None
        bench.beside.add(self)

    def show(self) -> Dialog:
        """Bring the window to the front."""
        if self.dialog is None:
            self.dialog = self._made()
        self._prepare(self.dialog)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    @property
    def is_running(self) -> bool:
        """True while the work goes on."""
        return self.dialog is not None and self.dialog.run.is_running

    @property
    def sentence(self) -> str:
        """What goes on, and how far it is."""
        return tr(self.GOING, told=self.dialog.sentence if self.dialog is not None else "")

    def stop(self) -> None:
        """Stop after the frame or step in work; what is whole stays."""
        if self.dialog is not None:
            self.dialog.stop()

    def close(self) -> None:
        """The program ends."""
        if self.dialog is not None:
            self.dialog.close_threads()
            self.dialog.close()

    def _made(self) -> Dialog:
        """A new window, connected to :meth:`_show_activity` and :meth:`_over`."""
        raise NotImplementedError

    def _prepare(self, dialog: Dialog) -> None:
        """Before the window is shown, each time."""

    def _show_activity(self) -> None:
        if self.dialog is not None and self.is_running:
            told = tr(self.SHOWN, told=self.dialog.sentence)
            self._bench.window.status.activity.begin(self.ACTIVITY, told)

    def _over(self) -> None:
        self._bench.window.status.activity.end(self.ACTIVITY)
        self.over.emit()
