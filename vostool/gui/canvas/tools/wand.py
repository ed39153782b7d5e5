"""The magic wand: a click adds the pixels of a similar colour, or takes them away."""

from __future__ import annotations

from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.masks.draw import magic_wand
from vostool.masks.mask import Mask
from vostool.words import tr


class WandGesture(Gesture):
    """Each click changes the mask once."""

    def press(self, event: PointerEvent) -> None:
        options, picture = self.context.options, self.context.picture
        adds = options.adding != event.other_way
        if not self.context.is_inside(event.x, event.y) or not self.context.may_change(adding=adds):
            return
        if picture is None:  # it is on the canvas, but no longer in the cache
            self.context.session.problem.emit(tr("The frame is being read again; click once more."))
            self.context.display.refresh()
            return
        place, tolerance, contiguous = (event.x, event.y), options.tolerance, options.contiguous

        def change(mask: Mask) -> Mask:
            return magic_wand(mask, picture, place, tolerance, contiguous=contiguous, add=adds)

        nothing = tr("The mask has these pixels already; a higher tolerance takes more.")
        if not adds:
            nothing = tr("The mask has none of these pixels; a higher tolerance takes more.")
        self.context.editor.edit(tr("Wand"), change, nothing=nothing)


WAND = ToolSpec(
    id="wand",
    title="Wand",
    kind=Kind.MASK,
    tip="Click: what has a like colour. Right or Ctrl: take it away",
    gesture=WandGesture,
    keys=("U",),
    text="Magic wand",
    options=(Option.ADDING, Option.TOLERANCE, Option.CONTIGUOUS),
)
