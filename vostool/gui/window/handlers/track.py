"""What the Track menu does: starting runs, choosing their objects, resting and ending them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from vostool.errors import UsageError
from vostool.gui.session.track_runs import TrackRuns
from vostool.gui.session.tracking import Scope, Tracking
from vostool.gui.settings import preferences
from vostool.gui.track.count import CountDialog
from vostool.gui.track.discovery_dialog import DiscoveryDialog
from vostool.gui.track.memory_button import ACTION_IDS
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.handlers.spans import span_handlers
from vostool.gui.window.memory_choice import use_memory
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.models.engine import Direction
from vostool.runs.parts import Part
from vostool.words import tr


def track_handlers(bench: Workbench) -> dict[str, Handler]:
    """Which objects runs take and at which quality can be chosen without a video."""
    when_open = WhenOpen(bench)
    tracking = when_open.part(lambda workspace: workspace.tracking)
    runs = when_open.part(lambda workspace: workspace.session.runs)

    def take(scope: Scope) -> None:
        bench.window.scope.choose(scope)
        tracking(lambda t: setattr(t, "scope", bench.window.scope.value))()

    return {
        "track_forward": when_open(partial(_track, bench, Direction.FORWARD)),
        "track_backward": when_open(partial(_track, bench, Direction.BACKWARD)),
        "track_both": when_open(partial(_track, bench, Direction.BOTH)),
        "track_range": when_open(partial(_track_range, bench)),
        "look_while_tracking": bench.window.look.switch,
        "track_to_next": tracking(lambda t: t.to_keyframe(Direction.FORWARD)),
        "track_to_previous": tracking(lambda t: t.to_keyframe(Direction.BACKWARD)),
        "track_count": when_open(partial(_ask_count, bench)),
        "track_discover": when_open(partial(_ask_discovery, bench)),
        "track_between": tracking(Tracking.between),
        "track_correction": tracking(Tracking.correction),
        "track_imported": tracking(Tracking.imported),
        **span_handlers(bench),
        "scope_all": partial(take, Scope.ALL),
        "scope_visible": partial(take, Scope.VISIBLE),
        "only_selected": partial(take, Scope.SELECTED),
        **{
            action: when_open(partial(use_memory, bench, memory))
            for memory, action in ACTION_IDS.items()
        },
        "draft": partial(_use_coarse, bench),
        "follow_run": partial(_toggle_following, bench),
        "pause_run": runs(lambda r: r.pause(not r.paused)),
        "cancel": runs(TrackRuns.cancel),
    }


def _track(bench: Workbench, direction: Direction, workspace: Workspace) -> None:
    """From the playhead, looking for new objects where that is chosen."""
    if not _looks(bench, workspace, direction):
        workspace.tracking.track(direction)


def _track_some(bench: Workbench, workspace: Workspace, count: int, direction: Direction) -> None:
    here, last = workspace.session.playhead, len(workspace.source) - 1
    first = here if direction is Direction.FORWARD else max(here - count, 0)
    end = here if direction is Direction.BACKWARD else min(here + count, last)
    if not _looks(bench, workspace, direction, (first, end)):
        workspace.tracking.some_frames(count, direction)


def _track_range(bench: Workbench, workspace: Workspace) -> None:
    """What is known is tracked as always; then what is new is looked for, and tracked."""
    chosen, tracking = workspace.selection.value, workspace.tracking
    if chosen is None:
        return
    span = (chosen.first, chosen.last)
    some = workspace.selection.objects is not None  # a block of the timeline: of those alone
    if some or not _looks(
        bench, workspace, Direction.FORWARD, span, partial(tracking.range_parts, chosen)
    ):
        workspace.range_actions.track()


def _looks(
    bench: Workbench,
    workspace: Workspace,
    direction: Direction,
    span: tuple[int, int] | None = None,
    first: Callable[[], Sequence[Part]] = tuple,
) -> bool:
    """Begin a run that looks for new objects; False where none is to be looked for."""
    look = bench.window.look
    if not look.options.on:
        return False
    look.close_fields()
    try:
        wish = look.options.wish(direction, span, finder=look.model)
    except UsageError as error:
        workspace.session.problem.emit(
            tr("Runs look for new objects by text: {error} Or switch New objects off.", error=error)
        )
        return True
    workspace.discovering.start(wish, first)
    return True


def _toggle_following(bench: Workbench) -> None:
    """The choice holds for later runs, too; at once where one goes."""
    wanted = bench.window.actions_by_id["follow_run"].isChecked()
    preferences.remember_follows_runs(wanted)
    if bench.workspace is not None:
        bench.workspace.following.want(wanted)


def _use_coarse(bench: Workbench) -> None:
    checked = bench.window.actions_by_id["draft"].isChecked()
    bench.engine.use_quality("coarse" if checked else "auto")


def _ask_count(bench: Workbench, workspace: Workspace) -> None:
    """Ask how many frames, without holding up anything, and track them."""
    dialog = CountDialog(len(workspace.source), bench.window)

    def go() -> None:
        if bench.workspace is workspace:  # the video may have been closed while it was asked
            _track_some(bench, workspace, dialog.frames, dialog.direction)

    dialog.accepted.connect(go)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _ask_discovery(bench: Workbench, workspace: Workspace) -> None:
    """Ask what to look for and how often, and track."""
    chosen = workspace.selection.value
    span = None if chosen is None else (chosen.first, chosen.last)
    look = bench.window.look
    dialog = DiscoveryDialog(look.options, span, bench.window)

    def go() -> None:
        if bench.workspace is workspace:
            look.keep(dialog.options)
            workspace.discovering.start(dialog.wish())

    dialog.accepted.connect(go)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
