"""What the Range menu does with the frames chosen on the timeline."""

from __future__ import annotations

from vostool.gui.session.range_actions import RangeActions
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace


def range_handlers(bench: Workbench) -> dict[str, Handler]:
    """Those that ask for an object or a label are with the objects' handlers."""
    when_open = WhenOpen(bench)
    ranged = when_open.part(lambda workspace: workspace.range_actions)

    def loop(workspace: Workspace) -> None:
        workspace.selection.loop = bench.window.actions_by_id["loop"].isChecked()

    return {
        "loop": when_open(loop),
        "range_begin": ranged(RangeActions.begin),
        "range_end": ranged(RangeActions.end),
        "range_go_begin": ranged(RangeActions.go_to_begin),
        "range_go_end": ranged(RangeActions.go_to_end),
        "range_clear": ranged(RangeActions.clear),
        "range_confirm": ranged(lambda r: r.toggle_confirmed(everything=True)),
        "range_confirm_object": ranged(lambda r: r.toggle_confirmed(everything=False)),
        "range_copy": ranged(RangeActions.copy_mask),
        "range_absent": ranged(RangeActions.mark_absent),
        "range_delete": ranged(lambda r: r.delete(everything=False)),
        "range_delete_all": ranged(lambda r: r.delete(everything=True)),
    }
