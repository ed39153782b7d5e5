"""Polygon and lasso: an outline is drawn, and its inside is added or taken away."""

from __future__ import annotations

import math
from functools import partial

from PyQt6.QtGui import QColor

from vostool.gui.canvas.tools.colours import TAKEN_AWAY
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.handles import GRIP
from vostool.gui.canvas.tools.items.outline import OutlineItem
from vostool.gui.canvas.tools.items.stroke import StrokeItem
from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.session.mask_editor import Place
from vostool.masks.draw import Position, draw_polygon
from vostool.words import mark, tr

CLOSES = ("Return", "Enter")
TAKES_BACK = ("Esc", "Backspace", "Ctrl+Z")
FEWEST = 3
LINE = 3
"""Width of the lasso's line in screen pixels. Only a line is drawn: filling the area anew with
every move would be slow."""


class OutlineGesture(Gesture):
    """What polygon and lasso have in common."""

    title = "Polygon"
    corners = True

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._path: list[Position] = []
        self._item: OutlineItem | None = None
        self._adds = True
        self._begun = Place(0, None)

    @property
    def goes_on(self) -> bool:
        """True while an outline is being drawn."""
        return self._item is not None

    @property
    def colour(self) -> QColor:
        """The colour of line and fill."""
        return QColor(*self.context.colour) if self._adds else TAKEN_AWAY

    def project_changed(self) -> None:
        if self._item is None:
            return
        if self.context.is_gone(self._begun):
            self.give_up()
        else:
            self._item.set_colour(self.colour)

    def end(self) -> None:
        self.give_up()

    def start(self, event: PointerEvent) -> bool:
        """Begin an outline; False where the mask cannot be changed."""
        adds = self.context.options.adding != event.other_way
        if not self.context.may_change(adding=adds):
            return False
        self._adds, self._path, self._begun = adds, [], self.context.place
        self._item = OutlineItem(self.colour, corners=self.corners, dashed=not adds)
        self.context.previews.add(self._item)
        return True

    def give_up(self) -> None:
        """Take the outline away without changing the mask."""
        self.context.previews.drop(self._item)
        self._item, self._path = None, []
        self.context.canvas.claim_keys(())

    def close(self, on: Place | None = None) -> None:
        """Add what is inside the outline to the mask, or take it away.

        Args:
            on: the frame and object to change; None: the current ones.
        """
        item, path = self._item, tuple(self._path)
        if item is None or len(path) < FEWEST:
            self.give_up()
            return
        item.show_path(path)
        self._item, self._path = None, []
        self.context.canvas.claim_keys(())
        previews = self.context.previews

        def then(changed: bool) -> None:
            if changed:
                previews.drop_with_overlay(item)
            else:
                previews.drop(item)

        change = partial(draw_polygon, corners=path, add=self._adds)
        self.context.editor.edit(
            self.title, change, on=on, nothing=tr("The mask has these pixels already."), then=then
        )


class PolygonGesture(OutlineGesture):
    """Each click is a corner; a click on the first, a double click or Enter closes it.

    Esc, Backspace and the right button take the last corner back.
    """

    def press(self, event: PointerEvent) -> None:
        if self.goes_on and not event.left:
            self._take_back()
            return
        if self.goes_on and (event.double or self._is_first(event)):
            self._close_or_say()  # a double click's first click has put the last corner
            return
        if not self.goes_on and not self.start(event):
            return
        self._path.append((event.x, event.y))
        self.context.canvas.claim_keys((*CLOSES, *TAKES_BACK))
        self._show(event)

    def drag(self, event: PointerEvent) -> None:
        self.hover(event)

    def hover(self, event: PointerEvent) -> None:
        if self.goes_on:
            self._show(event)

    def key(self, name: str) -> None:
        if name in CLOSES:
            self._close_or_say()
        else:
            self._take_back()

    def _close_or_say(self) -> None:
        if len(self._path) < FEWEST:
            self.context.session.problem.emit(
                tr("A polygon needs at least three corners; add more before closing it.")
            )
        elif self.context.may_change(adding=self._adds):  # frame or object may be others by now
            self.close()

    def _is_first(self, event: PointerEvent) -> bool:
        """True for a click on the corner the polygon began with, once it can be closed."""
        if len(self._path) < FEWEST:
            return False
        gap = math.dist(self._path[0], (event.x, event.y))
        return gap * self.context.previews.scale <= GRIP

    def _take_back(self) -> None:
        self._path = self._path[:-1]
        if not self._path:
            self.give_up()
        elif self._item is not None:
            self._item.show_path(self._path)

    def _show(self, event: PointerEvent) -> None:
        if self._item is not None:
            self._item.show_path(self._path, (event.x, event.y))


class LassoGesture(OutlineGesture):
    """A press begins the outline, and letting go closes it."""

    title = mark("Lasso")
    corners = False

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._place: Place | None = None
        self._line: StrokeItem | None = None

    def press(self, event: PointerEvent) -> None:
        if not self.goes_on and self.start(event):
            self._place = self.context.place
            self._line = self._begin_line()
            self.context.canvas.claim_keys(("Esc",))
            self.drag(event)

    def drag(self, event: PointerEvent) -> None:
        if self._item is None:
            return
        at = (event.x, event.y)
        # Steps below half a pixel of the image and a pixel of the screen only make it slow.
        if not self._path or math.dist(self._path[-1], at) > max(
            0.5, 1 / self.context.previews.scale
        ):
            self._path.append(at)
            if self._line is not None:
                self._line.add(*at)

    def release(self, event: PointerEvent) -> None:
        if self.goes_on:
            self.close(self._place)
        self._drop_line()

    def give_up(self) -> None:
        super().give_up()
        self._drop_line()

    def _begin_line(self) -> StrokeItem:
        previews = self.context.previews
        line = StrokeItem(previews.seen, previews.scale, LINE / previews.scale, self.colour)
        line.setOpacity(1.0)
        previews.add(line)
        return line

    def _drop_line(self) -> None:
        self.context.previews.drop(self._line)
        self._line = None

    def key(self, name: str) -> None:
        self.give_up()


POLYGON = ToolSpec(
    id="polygon",
    title="Polygon",
    kind=Kind.MASK,
    tip="Click corners; double click or Enter closes, Esc takes one back",
    gesture=PolygonGesture,
    keys=("G",),
    options=(Option.ADDING,),
)

LASSO = ToolSpec(
    id="lasso",
    title="Lasso",
    kind=Kind.MASK,
    tip="Draw around an area with the button held. Right or Ctrl: take it away",
    gesture=LassoGesture,
    keys=("Shift+G",),
    options=(Option.ADDING,),
)
