"""What a click would change: the selected object, another one, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.gui.canvas.tools.picking import next_at
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.session.extent import NAMES
from vostool.gui.session.session import Session
from vostool.masks.colours import Colour
from vostool.project.edits import add_object
from vostool.project.locks import locked_objects
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import is_unlabelled, object_title
from vostool.project.strangers import is_stranger
from vostool.words import tr


@dataclass(frozen=True)
class Held:
    """What is held or set besides the tool.

    Attributes:
        shift, other_way: keys; Ctrl and Alt turn a tool round.
        choice: of the engine's masks for a new click, None for the best.
    """

    shift: bool = False
    other_way: bool = False
    choice: int | None = None


@dataclass(frozen=True)
class Target:
    """Colour and name of what a click changes."""

    colour: Colour
    text: str


def target_at(session: Session, tool: ToolSpec, x: float, y: float, held: Held) -> Target | None:
    """What a click at a place (image pixels) changes; None for tools that only look."""
    if tool.kind is Kind.VIEW or tool.gesture is None:
        return None
    project = session.document.project
    known = project.objects.get(session.current_object or 0)
    if held.shift:
        return _with_shift(session, tool, known, next_at(session, x, y))
    positive = tool.click is None or tool.click != held.other_way
    if known is not None and tool.click is not None and positive:
        record, info = project.masks.get(session.playhead, known.id), session.source.info
        if is_stranger(record, x, y, (info.width, info.height)):
            known = None
    if known is None:
        return _new(session, held.choice if tool.click else None) if positive else None
    title = object_title(project, known)
    if known.id in locked_objects(project):
        return Target(known.colour, tr("{title}, locked", title=title))
    return Target(known.colour, title if positive else f"− {title}")


def _with_shift(
    session: Session, tool: ToolSpec, known: AnnotatedObject | None, picked: int | None
) -> Target | None:
    """Shift selects the object that lies there; where none does, a point is added to this one."""
    project = session.document.project
    if picked is not None:
        other = project.objects[picked]
        return Target(
            other.colour, tr("select {object_title}", object_title=object_title(project, other))
        )
    if known is None or tool.click is None:
        return None
    return Target(known.colour, f"+ {object_title(project, known)}")


def _new(session: Session, choice: int | None) -> Target:
    """The object that the click would make, as it would be made."""
    project = session.document.project
    label = session.label_for_new()
    edit, _ = add_object(project, label)
    made = next(c.after for c in edit.changes if isinstance(c.after, AnnotatedObject))
    named = "new" if is_unlabelled(project, made) else tr("new {label}", label=label)
    extent = "" if choice is None else f", {tr(NAMES[choice]).lower()}"
    return Target(made.colour, named + extent)
