"""What the actions of looking do, by their ids; and who is in front."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.canvas.view_state import FLAGS
from vostool.gui.window.view_side import ViewSide
from vostool.masks.styles import Style
from vostool.project.changes import Edit
from vostool.project.project import Project
from vostool.project.stacking import bring_to_front, send_to_back, stack_by_number

if TYPE_CHECKING:
    from vostool.gui.window.workbench import Workbench

OPACITY_STEP = 0.1


def view_handlers(bench: Workbench) -> dict[str, Callable[[], object]]:
    """Handlers by action id."""

    def side(act: Callable[[ViewSide], object]) -> Callable[[], object]:
        return lambda: act(bench.window.view_side)

    def set_style(style: Style) -> None:
        bench.window.view_side.state.set(style=style)
        # A click on the checked one unchecked it, and nothing has changed that would check it.
        bench.window.actions_by_id[f"style_{style.name.lower()}"].setChecked(True)

    return {
        **{f"style_{style.name.lower()}": partial(set_style, style) for style in Style},
        **{f"view_{name}": side(partial(_toggle, name)) for name in FLAGS},
        "style_next": side(lambda s: s.state.next_style()),
        "opacity_up": side(lambda s: s.state.step_opacity(OPACITY_STEP)),
        "opacity_down": side(lambda s: s.state.step_opacity(-OPACITY_STEP)),
        "peek": side(lambda s: s.peek.begin()),
        "picture_as_it_is": side(lambda s: s.state.set(adjustment=Adjustment())),
        "refine_visible": side(lambda s: s.refine.start() if s.refine is not None else None),
        "to_front": lambda: _stack(bench, bring_to_front),
        "to_back": lambda: _stack(bench, send_to_back),
        "stack_by_number": lambda: _restack(bench),
    }


def _toggle(name: str, side: ViewSide) -> None:
    side.state.toggle(name)


def _stack(bench: Workbench, build: Callable[[Project, int], Edit]) -> None:
    if bench.workspace is None:
        return
    session = bench.workspace.session
    if session.current_object is not None:
        session.do(build(session.document.project, session.current_object))


def _restack(bench: Workbench) -> None:
    if bench.workspace is not None:
        session = bench.workspace.session
        session.do(stack_by_number(session.document.project))
