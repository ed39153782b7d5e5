"""What the actions of the Track menu do, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vostool.gui.session.track_runs import TrackRuns
from vostool.gui.session.tracking import Scope, Tracking
from vostool.gui.track.count import CountDialog
from vostool.models.engine import Direction

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

Handler = Callable[[], object]


def track_handlers(bench: Workbench) -> dict[str, Handler]:
    """Those that start runs, choose their objects, or end them."""

    def tracking(act: Callable[[Tracking], object]) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                act(bench.workspace.tracking)

        return run

    def runs(act: Callable[[TrackRuns], object]) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                act(bench.workspace.session.runs)

        return run

    def scope(chosen: Scope) -> Handler:
        def run() -> None:
            bench.window.scope.choose(chosen)
            tracking(lambda t: setattr(t, "scope", bench.window.scope.value))()

        return run

    return {
        "track_forward": tracking(lambda t: t.track(Direction.FORWARD)),
        "track_backward": tracking(lambda t: t.track(Direction.BACKWARD)),
        "track_both": tracking(lambda t: t.track(Direction.BOTH)),
        "track_to_next": tracking(lambda t: t.to_keyframe(Direction.FORWARD)),
        "track_to_previous": tracking(lambda t: t.to_keyframe(Direction.BACKWARD)),
        "track_count": lambda: _ask_count(bench),
        "track_between": tracking(lambda t: t.between()),
        "track_correction": tracking(lambda t: t.correction()),
        "track_imported": tracking(lambda t: t.imported()),
        "scope_all": scope(Scope.ALL),
        "scope_visible": scope(Scope.VISIBLE),
        "only_selected": scope(Scope.SELECTED),
        "pause_run": runs(lambda r: r.pause(not r.paused)),
        "cancel": runs(lambda r: r.cancel()),
    }


def _ask_count(bench: Workbench) -> None:
    """Ask how many frames, without holding up anything, and track them."""
    workspace = bench.workspace
    if workspace is None:
        return
    dialog = CountDialog(len(workspace.source), bench.window)

    def go() -> None:
        if bench.workspace is workspace:
            workspace.tracking.some_frames(dialog.frames, dialog.direction)

    dialog.accepted.connect(go)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
