"""By what memory runs go on, where it is not the standard one: to be seen, and chosen again."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QToolButton, QWidget

from vostool.gui.widgets.tool_button import open_choice
from vostool.models.memory_kinds import MEMORIES, MEMORY_TEXTS, STANDARD, Memory
from vostool.words import tr

ACTION_IDS: dict[Memory, str] = {memory: f"memory_{memory}" for memory in MEMORIES}


class MemoryButton(QToolButton):
    """Names the choice; its menu has one action for each memory. Hidden with the standard one."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = {memory: actions[name] for memory, name in ACTION_IDS.items()}
        open_choice(self, self._actions.values())
        self.setAccessibleName(tr("What runs remember"))
        self.setToolTip(tr("What the runs of this project remember of the frames they tracked"))
        self.show_memory(STANDARD)

    def show_memory(self, memory: Memory) -> None:
        """Show what is chosen."""
        self._actions[memory].setChecked(True)
        self.setText(tr(MEMORY_TEXTS[memory]))
        self.setVisible(memory != STANDARD)
