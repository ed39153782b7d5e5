"""The tools beside the canvas: those that ask the model, those that draw, and those that look."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QLabel, QMainWindow, QToolBar, QToolButton

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.words import mark, tr

TIPS = {
    Kind.MODEL: mark("These ask the model, which answers with a mask"),
    Kind.MASK: mark("These change the mask itself"),
    Kind.VIEW: mark("These change nothing"),
}


class ToolPalette(QToolBar):
    """One button a tool, in a group for each kind, under a heading in the group's colour."""

    def __init__(self, actions: Mapping[str, QAction], window: QMainWindow) -> None:
        super().__init__(tr("Canvas tools"), window)
        self.setObjectName("tool_palette")
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._group = QActionGroup(window)
        for kind in Kind:
            heading = QLabel(tr(kind.value))
            heading.setObjectName("tool_heading")
            heading.setProperty("kind", kind.name.lower())
            heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
            heading.setToolTip(tr(TIPS[kind]))
            self.addWidget(heading)
            for tool in TOOLS:
                if tool.kind is kind:
                    self._add_tool(actions[tool.id], kind)
        actions[TOOLS.first.id].setChecked(True)

    def follow(self, tool: ToolSpec) -> None:
        """Show no tool as chosen while the canvas has one that is not among these."""
        chosen = self._group.checkedAction()
        if tool.id not in {each.id for each in TOOLS} and chosen is not None:
            self._group.setExclusive(False)
            chosen.setChecked(False)
            self._group.setExclusive(True)

    def _add_tool(self, action: QAction, kind: Kind) -> None:
        self._group.addAction(action)
        self.addAction(action)
        button = self.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setProperty("kind", kind.name.lower())
            button.setAccessibleName(f"{action.text()}, {tr(TIPS[kind]).lower()}")
