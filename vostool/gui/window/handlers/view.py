"""What the View menu does, the close-up of the Mask menu, and the bare frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.canvas.view_state import FLAGS
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.view.view_side import ViewSide
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.masks.styles import Style

OPACITY_STEP = 0.1


def view_handlers(bench: Workbench) -> dict[str, Handler]:
    """What is looked at and how; it changes no label."""
    window = bench.window

    def hide_masks(workspace: Workspace) -> None:
        workspace.display.hide_masks(window.actions_by_id["hide_masks"].isChecked())

    return {
        "zoom_in": lambda: window.canvas.zoom(1.25),
        "zoom_out": lambda: window.canvas.zoom(0.8),
        "fit": window.canvas.fit,
        "actual_size": window.canvas.actual_size,
        "timeline_in": window.timeline.zoom_in,
        "timeline_out": window.timeline.zoom_out,
        "timeline_legend": lambda: window.legend.toggle_at(window.legend_place()),
        "timeline_whole": window.timeline.show_whole,
        "hide_masks": WhenOpen(bench)(hide_masks),
        **_side_handlers(bench),
    }


def _side_handlers(bench: Workbench) -> dict[str, Handler]:
    """Those of the view's panel, which work without a video, too."""
    window = bench.window

    def side(act: Callable[[ViewSide], object]) -> Handler:
        return lambda: act(window.view_side)

    def set_style(style: Style) -> None:
        window.view_side.state.set(style=style)
        # A click on the checked one unchecked it, and nothing has changed that would check it.
        window.actions_by_id[f"style_{style.name.lower()}"].setChecked(True)

    return {
        **{f"style_{style.name.lower()}": partial(set_style, style) for style in Style},
        **{f"view_{name}": partial(window.view_side.state.toggle, name) for name in FLAGS},
        "style_next": side(lambda s: s.state.next_style()),
        "opacity_up": side(lambda s: s.state.step_opacity(OPACITY_STEP)),
        "opacity_down": side(lambda s: s.state.step_opacity(-OPACITY_STEP)),
        "view_panel": side(lambda s: s.popover.toggle_at(window.tool_strip.view_button)),
        "peek": side(lambda s: s.peek.begin()),
        "picture_as_it_is": side(lambda s: s.state.set(adjustment=Adjustment())),
        "refine_visible": side(lambda s: s.refine.start() if s.refine is not None else None),
    }
