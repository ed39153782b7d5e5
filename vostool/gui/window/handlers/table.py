"""What each action of :mod:`vostool.gui.actions.table` does, by its id."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from vostool.gui.objects.name_dialog import finish_and_name
from vostool.gui.session.range_actions import RangeActions
from vostool.gui.session.session import Session
from vostool.gui.widgets import dialogs
from vostool.gui.window import program
from vostool.gui.window.handlers import cvat as cvat_window
from vostool.gui.window.handlers.masks import mask_handlers
from vostool.gui.window.handlers.objects import object_handlers
from vostool.gui.window.handlers.review import review_handlers
from vostool.gui.window.handlers.track import track_handlers
from vostool.gui.window.handlers.view import view_handlers

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

Handler = Callable[[], object]


def make_handlers(bench: Workbench) -> dict[str, Handler]:
    """The handlers of all actions. Those that need a video do nothing without one."""
    return {
        **_file_handlers(bench),
        **_edit_handlers(bench),
        **_object_handlers(bench),
        **_go_handlers(bench),
        **_range_handlers(bench),
        **_view_handlers(bench),
        **mask_handlers(bench),
        **_job_handlers(bench),
        **object_handlers(bench),
        **track_handlers(bench),
        **review_handlers(bench),
        **view_handlers(bench),
    }


def _session(bench: Workbench, act: Callable[[Session], object]) -> Handler:
    def run() -> None:
        if bench.workspace is not None:
            act(bench.workspace.session)

    return run


def _file_handlers(bench: Workbench) -> dict[str, Handler]:
    def draft() -> None:
        checked = bench.window.actions_by_id["draft"].isChecked()
        bench.engine.use_quality("draft" if checked else "auto")

    return {
        "draft": draft,
        "open": bench.ask_open,
        "open_folder": bench.ask_open_folder,
        "save": bench.save,
        "save_as": bench.save_as,
        "import": bench.ask_import,
        "import_folder": bench.ask_import_folder,
        "export": bench.export,
        "models": lambda: bench.engine.show_dialog(),
        "quit": lambda: bench.window.close(),
        "settings": lambda: program.show_settings(bench),
        "new_window": lambda: program.open_new_window(bench),
        "palette": lambda: program.show_palette(bench),
        "shortcuts": lambda: program.show_keys(bench),
        "edit_shortcuts": lambda: program.show_settings(bench, shortcuts=True),
        "about": lambda: dialogs.show_about(bench.window),
    }


def _edit_handlers(bench: Workbench) -> dict[str, Handler]:
    session = partial(_session, bench)

    return {
        "undo": session(lambda s: s.undo()),
        "redo": session(lambda s: s.redo()),
        "clear": session(lambda s: s.clear_prompts()),
        "delete_mask": session(lambda s: s.delete_mask()),
        "confirm": session(lambda s: s.toggle_confirmed()),
    }


def _object_handlers(bench: Workbench) -> dict[str, Handler]:
    session = partial(_session, bench)

    def select_number(number: int) -> Handler:
        return session(lambda s: s.select_row(number - 1))

    return {
        "new_object": session(lambda s: s.add_object()),
        "finish": session(lambda s: s.select(None)),
        "finish_named": session(lambda s: finish_and_name(s, bench.window)),
        **{f"object_{number}": select_number(number) for number in range(1, 10)},
    }


def _go_handlers(bench: Workbench) -> dict[str, Handler]:
    session = partial(_session, bench)

    def play() -> None:
        if bench.workspace is not None:
            bench.workspace.player.toggle()

    def shuttle(direction: int) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                bench.workspace.player.shuttle(direction)

        return run

    def pause() -> None:
        if bench.workspace is not None:
            bench.workspace.player.pause()

    return {
        "play": play,
        "play_backward": shuttle(-1),
        "pause": pause,
        "play_forward": shuttle(1),
        "next": session(lambda s: s.step(1)),
        "previous": session(lambda s: s.step(-1)),
        "next_10": session(lambda s: s.step(10)),
        "previous_10": session(lambda s: s.step(-10)),
        "first": session(lambda s: s.go_to(0)),
        "last": session(lambda s: s.go_to(len(s.source) - 1)),
        "next_prompted": session(lambda s: s.go_to_prompted(True)),
        "previous_prompted": session(lambda s: s.go_to_prompted(False)),
    }


def _range_handlers(bench: Workbench) -> dict[str, Handler]:
    def ranged(act: Callable[[RangeActions], object]) -> Handler:
        def run() -> None:
            if bench.workspace is not None:
                act(bench.workspace.range_actions)

        return run

    def loop() -> None:
        if bench.workspace is not None:
            bench.workspace.selection.loop = bench.window.actions_by_id["loop"].isChecked()

    return {
        "loop": loop,
        "range_begin": ranged(lambda r: r.begin()),
        "range_end": ranged(lambda r: r.end()),
        "range_go_begin": ranged(lambda r: r.go_to_begin()),
        "range_go_end": ranged(lambda r: r.go_to_end()),
        "range_clear": ranged(lambda r: r.clear()),
        "track_range": ranged(lambda r: r.track()),
        "range_confirm": ranged(lambda r: r.toggle_confirmed(everything=True)),
        "range_confirm_object": ranged(lambda r: r.toggle_confirmed(everything=False)),
        "range_copy": ranged(lambda r: r.copy_mask()),
        "range_absent": ranged(lambda r: r.mark_absent()),
        "range_delete": ranged(lambda r: r.delete(everything=False)),
        "range_delete_all": ranged(lambda r: r.delete(everything=True)),
    }


def _job_handlers(bench: Workbench) -> dict[str, Handler]:
    return {
        "cvat_open": lambda: cvat_window.open_job(bench),
        "cvat_push": lambda: cvat_window.push_job(bench),
        "track_initial": lambda: cvat_window.track_initial(bench),
        "track_again": lambda: cvat_window.track_again(bench),
        "track_reuse": lambda: cvat_window.track_reuse(bench),
        "track_step": lambda: cvat_window.track_step(bench),
    }


def _view_handlers(bench: Workbench) -> dict[str, Handler]:
    def hide_masks() -> None:
        hidden = bench.window.actions_by_id["hide_masks"].isChecked()
        if bench.workspace is not None:
            bench.workspace.display.hide_masks(hidden)

    return {
        "zoom_in": lambda: bench.window.canvas.zoom(1.25),
        "zoom_out": lambda: bench.window.canvas.zoom(0.8),
        "fit": lambda: bench.window.canvas.fit(),
        "actual_size": lambda: bench.window.canvas.actual_size(),
        "timeline_in": lambda: bench.window.timeline.zoom_in(),
        "timeline_out": lambda: bench.window.timeline.zoom_out(),
        "timeline_whole": lambda: bench.window.timeline.show_whole(),
        "hide_masks": hide_masks,
    }
