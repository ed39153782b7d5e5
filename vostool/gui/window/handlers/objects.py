"""What the actions on objects and labels do, and those of the tour, by their ids."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtBoundSignal

from vostool.gui.objects.actions import ObjectActions
from vostool.gui.session.session import Session
from vostool.gui.window.handlers.labels import show_labels
from vostool.gui.window.sample_clip import sample_path

if TYPE_CHECKING:
    from vostool.gui.window.main_window import MainWindow
    from vostool.gui.window.workbench import Workbench

Handler = Callable[[], object]


def object_handlers(bench: Workbench) -> dict[str, Handler]:
    """The handlers; without a video they do nothing."""

    def on(act: Callable[[ObjectActions], object]) -> Handler:
        def run() -> None:
            if (actions := object_actions(bench)) is not None:
                act(actions)

        return run

    def ranged(act: Callable[[ObjectActions], Callable[..., object]]) -> Handler:
        def run() -> None:
            actions, workspace = object_actions(bench), bench.workspace
            if actions is not None and workspace is not None:
                act(actions)(workspace.selection.value)

        return run

    return {
        "delete_object": on(ObjectActions.delete),
        "relabel": on(ObjectActions.relabel),
        "recolour": partial(_recolour, bench),
        "show_object": on(ObjectActions.show),
        "lock": on(ObjectActions.lock),
        "solo": partial(_solo, bench),
        "merge_objects": on(ObjectActions.merge),
        "split_object": on(ObjectActions.split),
        "swap_objects": on(ObjectActions.swap),
        "range_move": ranged(lambda actions: actions.move),
        "range_relabel": ranged(lambda actions: actions.relabel_range),
        "renumber": on(ObjectActions.renumber),
        "find_object": partial(_find, bench),
        "labels": lambda: show_labels(bench),
        "tour": partial(_begin_tour, bench),
        "open_sample": lambda: bench.open_path(sample_path()),
    }


def object_actions(bench: Workbench) -> ObjectActions | None:
    """Acts on what is chosen now, or None where nothing is open."""
    if bench.workspace is None:
        return None
    session = bench.workspace.session
    current, chosen = session.current_object, bench.window.objects.chosen_ids()
    # The canvas shows the current object, so a choice of rows without it is not what is meant.
    if current not in chosen:
        chosen = [] if current is None else [current]
    return ObjectActions(session, chosen, bench.window)


def list_connections(
    window: MainWindow, session: Session
) -> tuple[tuple[pyqtBoundSignal, Callable[..., object]], ...]:
    """What the object list asks for, and what answers it."""

    def on(ids: Collection[int]) -> ObjectActions:
        return ObjectActions(session, ids, window)

    objects = window.objects
    return (
        (objects.delete_requested, lambda ids: on(ids).delete()),
        (objects.visibility_wanted, lambda ids, value: on(ids).show(value)),
        (objects.lock_wanted, lambda ids, value: on(ids).lock(value)),
        (objects.attribute_wanted, lambda ids, *pair: on(ids).set_attribute(*pair)),
    )


def _recolour(bench: Workbench) -> None:
    if bench.workspace is not None:
        session = bench.workspace.session
        known = session.document.project.objects.get(session.current_object or 0)
        if known is not None:
            bench.window.objects.ask_colour(known)


def _solo(bench: Workbench) -> None:
    if bench.workspace is not None:
        bench.workspace.session.solo = bench.window.actions_by_id["solo"].isChecked()
        bench.workspace.display.refresh()


def _begin_tour(bench: Workbench) -> None:
    bench.tour.begin()


def _find(bench: Workbench) -> None:
    bench.window.objects.filter.setFocus()
    bench.window.objects.filter.selectAll()
