"""What the Mask menu does, and the actions that choose a canvas tool or set its size."""

from __future__ import annotations

from functools import partial

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.session.mask_actions import MaskActions
from vostool.gui.settings.preferences import remember_tidying
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench


def mask_handlers(bench: Workbench) -> dict[str, Handler]:
    """A tool can be chosen without a video; changing a mask needs one."""
    masks = WhenOpen(bench).part(
        lambda workspace: MaskActions(workspace.session, workspace.mask_editor)
    )

    def resize(steps: int) -> None:
        canvas = bench.window.canvas
        canvas.options.step(canvas.tool.number, steps)

    def tidy() -> None:
        wanted = bench.window.actions_by_id["tidy_new"].isChecked()
        remember_tidying(wanted)
        if bench.workspace is not None:
            bench.workspace.session.clicks.tidy = wanted

    return {
        **{tool.id: partial(bench.window.set_tool, tool) for tool in TOOLS},
        "tool_smaller": partial(resize, -1),
        "tool_larger": partial(resize, 1),
        "copy_previous": masks(lambda m: m.copy_from(forward=False)),
        "copy_next": masks(lambda m: m.copy_from(forward=True)),
        "fill_holes": masks(MaskActions.fill_holes),
        "tidy_new": tidy,
        "drop_specks": masks(MaskActions.drop_specks),
        "keep_largest": masks(MaskActions.keep_largest),
        "grow": masks(MaskActions.grow),
        "shrink": masks(MaskActions.shrink),
        "smooth": masks(MaskActions.smooth),
    }
