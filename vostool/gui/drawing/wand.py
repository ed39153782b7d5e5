"""The magic wand: a click adds what has a like colour, or takes it away."""

from __future__ import annotations

from vostool.gui.drawing.gesture import Gesture
from vostool.gui.drawing.pointer import PointerEvent
from vostool.mask_edit import magic_wand
from vostool.masks import Mask


class WandGesture(Gesture):
    """One click, one change."""

    def press(self, event: PointerEvent) -> None:
        options, picture = self.desk.options, self.desk.picture
        adds = options.adding != event.other_way
        if not self.desk.is_inside(event.x, event.y) or not self.desk.may_change(adding=adds):
            return
        if picture is None:  # shown, but no longer in the cache
            self.desk.session.problem.emit("The frame is being read again; click once more.")
            self.desk.workspace.display.refresh()
            return
        place, tolerance, contiguous = (event.x, event.y), options.tolerance, options.contiguous

        def change(mask: Mask) -> Mask:
            return magic_wand(mask, picture, place, tolerance, contiguous=contiguous, add=adds)

        nothing = "The mask has these pixels already; a higher tolerance takes more."
        if not adds:
            nothing = "The mask has none of these pixels; a higher tolerance takes more."
        self.desk.editor.edit("Wand", change, nothing=nothing)
