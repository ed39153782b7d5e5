"""What every gesture works with, and whether it may change the mask."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.frames import Image, SourceInfo
from vostool.gui.canvas.tools.options import ToolOptions
from vostool.gui.canvas.tools.previews import Previews
from vostool.gui.canvas.tools.surface import ShownPicture, Surface
from vostool.gui.session.mask_editor import MaskEditor, Place
from vostool.gui.session.player import Player
from vostool.gui.session.session import Session
from vostool.masks.colours import Colour
from vostool.masks.mask import MaskRecord
from vostool.project.locks import locked_objects, locked_sentence
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.words import mark, tr

NOT_SHOWN_YET = mark("This frame is still being read; click again when it is shown.")


@dataclass(frozen=True)
class ToolContext:
    """One canvas and one opened video.

    Attributes:
        canvas, display: where the tool acts, and which frame is seen there.
        session, editor, player: of the opened video.
    """

    canvas: Surface
    display: ShownPicture
    session: Session
    editor: MaskEditor
    player: Player

    @property
    def project(self) -> Project:
        return self.session.document.project

    @property
    def info(self) -> SourceInfo:
        """Size and length of the video."""
        return self.session.source.info

    @property
    def options(self) -> ToolOptions:
        return self.canvas.options

    @property
    def previews(self) -> Previews:
        return self.canvas.previews

    @property
    def current(self) -> int | None:
        """The current object where it is there; one that is being deleted is not."""
        current = self.session.current_object
        return current if current in self.project.objects else None

    @property
    def record(self) -> MaskRecord | None:
        """The current object's mask on the current frame, with what is known about it."""
        current = self.current
        return None if current is None else self.project.masks.get(self.session.playhead, current)

    @property
    def prompts(self) -> Prompts | None:
        """The current object's prompts on the current frame."""
        current = self.current
        if current is None:
            return None
        return self.project.prompts.get((self.session.playhead, current))

    @property
    def colour(self) -> Colour:
        """The current object's colour; without an object, the one that the next object gets."""
        current = self.current
        if current is not None:
            return self.project.objects[current].colour
        return AnnotatedObject.new(self.project.next_object_id()).colour

    @property
    def picture(self) -> Image | None:
        """The current frame's picture, (H, W, 3) uint8 RGB, where it is decoded."""
        return self.display.picture(self.session.playhead)

    @property
    def place(self) -> Place:
        """The current frame and object; a stroke changes those on which it was begun."""
        return Place(self.session.playhead, self.current)

    def is_gone(self, place: Place) -> bool:
        """True where the object that a gesture was begun on has been deleted meanwhile."""
        return place.object_id is not None and place.object_id not in self.project.objects

    def is_inside(self, x: float, y: float) -> bool:
        """True for a place in the frame (image pixels)."""
        return 0 <= x < self.info.width and 0 <= y < self.info.height

    def is_shown(self) -> bool:
        """True where the current frame is the one that is seen, which the tool then changes.

        Says so to the person where it is not. Stops playing, which would take the frame away.
        """
        self.player.pause()
        shown = self.display.shown_frame == self.session.playhead
        if not shown:
            self.session.problem.emit(tr(NOT_SHOWN_YET))
        return shown

    def may_change(self, *, adding: bool) -> bool:
        """True where the current object's mask can be drawn on; else says why not.

        Args:
            adding: pixels are added, for which no mask and no object has to be there.
        """
        sentence = self._objection(adding)
        if sentence:
            self.session.problem.emit(sentence)
        return not sentence and self.is_shown()

    def _objection(self, adding: bool) -> str:
        current = self.current
        if current is not None and current in locked_objects(self.project):
            return locked_sentence([current])
        if current is not None and not self.session.shows(current):
            return tr(
                "Object {current} is hidden; show it in the list of objects to draw on its mask.",
                current=current,
            )
        if adding:
            return ""
        if current is None:
            return tr("Choose an object first; there is no mask to take away from.")
        if (record := self.record) is None or record.mask.is_empty:
            return tr(
                "Object {current} has no mask on this frame to take away from.", current=current
            )
        return ""
