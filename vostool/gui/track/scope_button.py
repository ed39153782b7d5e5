"""Which objects the next run takes: always to be seen, and chosen from a menu or by key."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolButton, QWidget

from vostool.gui.session.tracking import Scope
from vostool.gui.widgets.tool_button import open_choice
from vostool.words import tr

ACTION_IDS = {
    Scope.ALL: "scope_all",
    Scope.VISIBLE: "scope_visible",
    Scope.SELECTED: "only_selected",
}


class ScopeButton(QToolButton):
    """Names the choice; its menu has the three actions."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = Scope.ALL
        self._actions = {scope: actions[name] for scope, name in ACTION_IDS.items()}
        open_choice(self, self._actions.values())
        self.setAccessibleName(tr("Objects that runs take"))
        self.setToolTip(tr("Which objects a track run takes; the others stay as they are"))
        self.choose(Scope.ALL)

    def choose(self, scope: Scope) -> None:
        """Take this choice; asking for the selected object once more goes back to all."""
        if scope is Scope.SELECTED and self.value is Scope.SELECTED:
            scope = Scope.ALL
        self.value = scope
        self._actions[scope].setChecked(True)
        self.setText(tr("Track {scope}", scope=tr(scope.value)))
