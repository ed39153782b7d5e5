"""What the Object menu does, and the actions of the Range menu that ask for an object or label."""

from __future__ import annotations

from functools import partial

from vostool.gui.objects.actions import ObjectActions
from vostool.gui.objects.name_dialog import finish_and_name
from vostool.gui.session.session import Session
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.handlers.labels import show_labels
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.project.stacking import bring_to_front, send_to_back, stack_by_number


def object_handlers(bench: Workbench) -> dict[str, Handler]:
    """The current object, the chosen ones, and their order."""
    when_open = WhenOpen(bench)
    session = when_open.part(lambda workspace: workspace.session)
    window = bench.window

    def select_row(row: int) -> Handler:
        return session(partial(_select_row, row))

    return {
        "new_object": session(Session.add_object),
        "next_label": window.tool_strip.next_label.showMenu,
        "finish": session(lambda s: s.select(None)),
        "finish_named": session(lambda s: finish_and_name(s, window)),
        **{f"object_{number}": select_row(number - 1) for number in range(1, 10)},
        "recolour": session(partial(_recolour, window)),
        "solo": when_open(partial(_solo, window)),
        "to_front": session(_to_front),
        "to_back": session(_to_back),
        "stack_by_number": session(lambda s: s.do(stack_by_number(s.document.project))),
        "find_object": partial(_find, window),
        "find_objects": when_open(lambda _: window.find_wanted.emit()),
        "labels": partial(show_labels, bench),
        **_chosen_handlers(window, when_open),
    }


def _chosen_handlers(window: MainWindow, when_open: WhenOpen) -> dict[str, Handler]:
    """Those that act on the objects chosen in the list."""
    chosen = when_open.part(lambda workspace: _chosen(window, workspace.session))
    return {
        "delete_object": chosen(ObjectActions.delete),
        "relabel": when_open(partial(_relabel, window)),
        "show_object": chosen(ObjectActions.show),
        "lock": chosen(ObjectActions.lock),
        "forget_learned": chosen(ObjectActions.forget_learned),
        "merge_objects": chosen(ObjectActions.merge),
        "split_object": chosen(ObjectActions.split),
        "swap_objects": chosen(ObjectActions.swap),
        "renumber": chosen(ObjectActions.renumber),
        "range_move": when_open(
            lambda w: _chosen(window, w.session).move(w.selection.value, w.selection.objects)
        ),
        "range_relabel": when_open(
            lambda w: _chosen(window, w.session).relabel_range(w.selection.value)
        ),
    }


def _chosen(window: MainWindow, session: Session) -> ObjectActions:
    """Acts on the objects that canvas, timeline and list show as selected."""
    return ObjectActions(session, session.chosen, window)


def _select_row(row: int, session: Session) -> None:
    """Make the object of this row of the list current, where there is one."""
    ids = list(session.document.project.objects)
    if row < len(ids):
        session.select(ids[row])


def _relabel(window: MainWindow, workspace: Workspace) -> None:
    """At the mask where one object is meant and seen; else a dialog asks."""
    session = workspace.session
    if len(session.chosen) == 1:
        workspace.naming.offer(*session.chosen)
        if window.view_side.chip.isVisible():
            workspace.naming.type_name()
            return
        workspace.naming.leave()
    _chosen(window, session).relabel()


def _recolour(window: MainWindow, session: Session) -> None:
    known = session.document.project.objects.get(session.current_object or 0)
    if known is not None:
        window.objects.ask_colour(known)


def _solo(window: MainWindow, workspace: Workspace) -> None:
    workspace.session.solo = window.actions_by_id["solo"].isChecked()
    workspace.display.refresh()


def _to_front(session: Session) -> None:
    if session.current_object is not None:
        session.do(bring_to_front(session.document.project, session.current_object))


def _to_back(session: Session) -> None:
    if session.current_object is not None:
        session.do(send_to_back(session.document.project, session.current_object))


def _find(window: MainWindow) -> None:
    window.objects.filter.setFocus()
    window.objects.filter.selectAll()
