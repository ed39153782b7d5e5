"""Which finder looks: the best that is here, unless a person chooses another one."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox

from vostool.errors import ModelError
from vostool.finders.finder import Way
from vostool.finders.registry import (
    best_finder,
    best_listener,
    finder_statuses,
    listener_statuses,
)
from vostool.finders.spec import FinderStatus
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings
from vostool.words import tr


class ModelChoice(QComboBox):
    """The finders of one way, or what listens; what a person chose is kept for each way."""

    def __init__(self) -> None:
        super().__init__()
        self._way = Way.EVERYTHING
        self._statuses: list[FinderStatus] = []
        self.setAccessibleName(tr("Model"))
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._keep)
        self.currentTextChanged.connect(self.setToolTip)  # the whole of what is cut

    def show_way(self, way: Way) -> None:
        """List the finders that can be asked this way; those that lack something say so."""
        listens = way is Way.SOUND
        self._way = way
        self._statuses = listener_statuses() if listens else finder_statuses(way)
        self.clear()
        for status in self._statuses:
            self.addItem(
                tr(status.title)
                if status.usable
                else tr("{status_title} (not here yet)", status_title=tr(status.title))
            )
            self.setItemData(self.count() - 1, status.problem or "", Qt.ItemDataRole.ToolTipRole)
        names = [status.name for status in self._statuses]
        for name in (self._kept(), _best(way)):
            if name in names:
                self.setCurrentIndex(names.index(name))
                break

    @property
    def chosen(self) -> str | None:
        """The name of the finder; None where none can be asked this way."""
        index = self.currentIndex()
        return self._statuses[index].name if 0 <= index < len(self._statuses) else None

    @property
    def problem(self) -> str:
        """What the chosen one lacks, with the line that brings it; empty where it is ready."""
        index = self.currentIndex()
        return self._statuses[index].problem or "" if 0 <= index < len(self._statuses) else ""

    def _kept(self) -> str:
        return str(settings().value(keys.FIND_MODEL + self._way.value, ""))

    def _keep(self) -> None:
        settings().setValue(keys.FIND_MODEL + self._way.value, self.chosen or "")


def _best(way: Way) -> str:
    """The name of the best one that can be used here; empty where none can."""
    try:
        return (best_listener() if way is Way.SOUND else best_finder(way)).name
    except ModelError:
        return ""
