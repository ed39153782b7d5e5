"""What can be done with the current object's mask on the current frame, one undo step each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vostool.errors import PromptError
from vostool.gui.session.mask_editor import MaskChange, MaskEditor
from vostool.gui.session.session import Session
from vostool.masks.mask import Mask
from vostool.masks.shape import drop_specks, fill_holes, grow, keep_largest, shrink, smooth
from vostool.project import range_edits
from vostool.project.locks import locked_objects, locked_sentence
from vostool.words import tr

STEP = 1.0
"""Pixels by which one press grows or shrinks."""
ROUNDING = 2.0
"""Pixels: details finer than about this go when a mask is smoothed."""
SPECK_SHARE, SPECK_PIXELS = 0.02, 25
"""A part is a speck below this share of the mask, and always below so many pixels."""


def drop_small_parts(mask: Mask) -> Mask:
    """Drop what is small beside the whole; a mask that is small altogether stays."""
    smallest = max(round(mask.area * SPECK_SHARE), min(SPECK_PIXELS, mask.area // 2))
    return drop_specks(mask, smallest)


class MaskActions:
    """Acts on the session's current object and frame; without an object on nothing."""

    def __init__(self, session: Session, editor: MaskEditor) -> None:
        self._session = session
        self._editor = editor

    def fill_holes(self) -> None:
        """Fill what the mask encloses."""
        self._change(tr("Fill holes"), fill_holes, tr("The mask has no hole."))

    def drop_specks(self) -> None:
        """Drop small parts; see :func:`drop_small_parts`."""
        self._change(tr("Drop specks"), drop_small_parts, tr("The mask has no small part."))

    def keep_largest(self) -> None:
        """Drop all parts but the largest."""
        self._change(tr("Keep largest part"), keep_largest, tr("The mask is in one part already."))

    def grow(self) -> None:
        """Move the outline out by a pixel."""
        self._change(tr("Grow mask"), partial(grow, pixels=STEP), tr("The mask fills the frame."))

    def shrink(self) -> None:
        """Move the outline in by a pixel."""
        self._change(
            tr("Shrink mask"), partial(shrink, pixels=STEP), tr("The mask fills the frame.")
        )

    def smooth(self) -> None:
        """Round the outline."""
        self._change(
            tr("Smooth mask"), partial(smooth, pixels=ROUNDING), tr("The mask is smooth already.")
        )

    def copy_from(self, *, forward: bool) -> None:
        """Take over the object's mask from the next frame that has one, or from the one before."""
        session, oid = self._session, self._session.current_object
        if oid is None:
            return
        here = session.playhead
        self._editor.when_idle(lambda: self._copy(oid, here, forward))

    def _copy(self, oid: int, here: int, forward: bool) -> None:
        session, project = self._session, self._session.document.project
        if oid not in project.objects:  # it was taken back meanwhile
            return
        source = self._nearest(oid, here, forward)
        if source is None:
            session.problem.emit(
                tr("Object {oid} has no mask on a frame after this one to copy.", oid=oid)
                if forward
                else tr("Object {oid} has no mask on a frame before this one to copy.", oid=oid)
            )
            return
        try:
            edit = range_edits.copy_mask(project, oid, source, here)
        except PromptError as error:
            session.problem.emit(str(error))
            return
        if edit.changes:
            session.do(edit)
        else:
            session.problem.emit(tr("The mask is that of frame {source} already.", source=source))

    def _nearest(self, oid: int, here: int, forward: bool) -> int | None:
        row = self._session.document.project.masks.row(oid)
        beside = here + (1 if forward else -1)
        if beside in row and not row[beside].mask.is_empty:
            return beside
        frames = (f for f in row if (f > here if forward else f < here))
        frames = (f for f in frames if not row[f].mask.is_empty)
        nearest: Callable[..., int | None] = min if forward else max
        return nearest(frames, default=None)

    def _change(self, title: str, change: MaskChange, nothing: str) -> None:
        session, oid = self._session, self._session.current_object
        if oid is None:
            return
        record = session.document.project.masks.get(session.playhead, oid)
        if oid in locked_objects(session.document.project):
            session.problem.emit(locked_sentence([oid]))
        elif not self._editor.is_busy and (record is None or record.mask.is_empty):
            session.problem.emit(tr("Object {oid} has no mask on this frame to change.", oid=oid))
        else:
            self._editor.edit(title, change, nothing=nothing)
