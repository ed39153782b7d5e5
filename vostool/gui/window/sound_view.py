"""Sound in the window: the panel's part, the rows over the timeline, and what was heard."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject

from vostool.errors import UsageError
from vostool.gui.session.listening import Sounding
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workspace import Workspace
from vostool.words import tr, trn


class SoundView(QObject):
    """One window and one workspace.

    Args:
        look: looks for what sounds, nearest to a frame; -1 where none was pointed at.
    """

    def __init__(
        self, window: MainWindow, workspace: Workspace, look: Callable[[Sounding, int], None]
    ) -> None:
        super().__init__()
        self._listening = workspace.listening
        self._panel, self._rows = window.find_dock.panel, window.sound_rows
        self._part = self._panel.sound
        self._look = look
        self._looked_for = ""
        self._is_away = False
        part, listening = self._part, self._listening
        self._connections = (
            (part.listen_wanted, self._listen),
            (part.cancel_wanted, listening.cancel),
            (part.wanted_changed, self._set_wanted),
            (part.threshold_changed, self._set_threshold),
            (part.rows_wanted, self._go_to_rows),
            (self._rows.chosen, self._chosen),
            (self._rows.put_away, self._put_away),
            (listening.changed, self._show),
            (listening.progressed, part.show_busy),
            (listening.ended, self._ended),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        part.show_values(listening.wanted, listening.threshold)
        part.show_idle("")

    def close(self) -> None:
        """Follow the workspace no more."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._rows.show_rows(())
        self._part.show_idle("")
        self._part.wanted.blockSignals(True)
        self._part.wanted.clear()
        self._part.wanted.blockSignals(False)

    # -- what is asked -------------------------------------------------------------------------

    def _listen(self) -> None:
        self._is_away = False
        self._listening.start(self._panel.model.chosen)

    def _set_wanted(self, wanted: str) -> None:
        self._is_away = False
        self._listening.set_wanted(wanted)

    def _set_threshold(self, threshold: float) -> None:
        self._is_away = False
        self._listening.set_threshold(threshold)

    def _go_to_rows(self) -> None:
        if self._listening.was_heard:
            self._rows.focus_first()
        else:
            self._listen()

    def _chosen(self, sounding: Sounding, frame: int) -> None:
        self._looked_for = sounding.label
        self._show()
        self._look(sounding, frame)

    def _put_away(self) -> None:
        self._is_away = True
        self._show()

    # -- what is shown -------------------------------------------------------------------------

    def _ended(self, said: str) -> None:
        self._part.show_idle(said)
        self._show(keep=bool(said))

    def _show(self, keep: bool = False) -> None:
        """The rows, and a sentence about them where nothing else is said."""
        try:
            rows = self._listening.rows()
            said = self._sentence(rows)
        except UsageError as error:
            rows, said = (), str(error)
        self._rows.show_rows(() if self._is_away else rows, self._looked_for)
        if self._listening.was_heard and not keep and not self._part.going.is_busy:
            self._part.show_idle(said)

    def _sentence(self, rows: tuple[Sounding, ...]) -> str:
        many, least = self._listening.count(), self._listening.threshold
        if not rows:
            return tr(
                "Nothing is heard from a score of {least:.2f} on; lower the slider.", least=least
            )
        heard = trn("{n:,} sound heard", "{n:,} sounds heard", many)
        if many > len(rows):
            heard += tr(", the {count} loudest shown", count=len(rows))
        return tr(
            "{heard}. Choose a row over the timeline, and it is looked for where it sounds.",
            heard=heard,
        )
