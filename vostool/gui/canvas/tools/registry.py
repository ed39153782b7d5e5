"""The canvas tools in the order of palette and menu. A new tool is a file and a line here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vostool.gui.canvas.tools.box import BOX
from vostool.gui.canvas.tools.hand import HAND
from vostool.gui.canvas.tools.move import MOVE
from vostool.gui.canvas.tools.outline import LASSO, POLYGON
from vostool.gui.canvas.tools.paint import BRUSH, ERASER
from vostool.gui.canvas.tools.point import NEGATIVE, POINT
from vostool.gui.canvas.tools.scribble import SCRIBBLE
from vostool.gui.canvas.tools.select import SELECT
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.canvas.tools.wand import WAND


class ToolRegistry:
    """Tools by their ids, in order. A window shows the tools that are there when it is made."""

    def __init__(self, tools: Iterable[ToolSpec]) -> None:
        self._tools: dict[str, ToolSpec] = {}
        for tool in tools:
            self.add(tool)

    def __iter__(self) -> Iterator[ToolSpec]:
        return iter(tuple(self._tools.values()))

    def __getitem__(self, tool_id: str) -> ToolSpec:
        """Raises KeyError for an id that no tool has."""
        return self._tools[tool_id]

    @property
    def first(self) -> ToolSpec:
        """The tool that a new window begins with."""
        return next(iter(self))

    def add(self, tool: ToolSpec) -> None:
        """Take a tool in, after the others.

        Raises:
            ValueError: another tool has its id.
        """
        if tool.id in self._tools:
            raise ValueError(f"there is a tool {tool.id!r} already")
        self._tools[tool.id] = tool

    def remove(self, tool_id: str) -> None:
        """Take a tool out again; raises KeyError for an id that no tool has."""
        del self._tools[tool_id]


TOOLS = ToolRegistry(
    (
        POINT,
        NEGATIVE,
        BOX,
        SCRIBBLE,
        BRUSH,
        ERASER,
        POLYGON,
        LASSO,
        WAND,
        MOVE,
        SELECT,
        HAND,
    )
)
