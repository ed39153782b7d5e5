"""What the actions of the Mask menu do, and those that choose a tool or set it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.session.mask_actions import MaskActions

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

Handler = Callable[[], object]


def mask_handlers(bench: Workbench) -> dict[str, Handler]:
    """The handlers by the actions' ids."""

    def changed(act: Callable[[MaskActions], object]) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                session, editor = bench.workspace.session, bench.workspace.mask_editor
                act(MaskActions(session, editor))

        return run

    def choose(tool: ToolSpec) -> None:
        bench.window.set_tool(tool)

    def resize(steps: int) -> None:
        canvas = bench.window.canvas
        canvas.options.step(canvas.tool.number, steps)

    return {
        **{tool.id: partial(choose, tool) for tool in TOOLS},
        "tool_smaller": partial(resize, -1),
        "tool_larger": partial(resize, 1),
        "copy_previous": changed(lambda m: m.copy_from(forward=False)),
        "copy_next": changed(lambda m: m.copy_from(forward=True)),
        "fill_holes": changed(lambda m: m.fill_holes()),
        "drop_specks": changed(lambda m: m.drop_specks()),
        "keep_largest": changed(lambda m: m.keep_largest()),
        "grow": changed(lambda m: m.grow()),
        "shrink": changed(lambda m: m.shrink()),
        "smooth": changed(lambda m: m.smooth()),
    }
