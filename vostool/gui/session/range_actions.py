"""What can be done with the chosen range: each is one undo step, or one track run.

Where the range is a block, of some objects, all of it is about these and no other.
"""

from __future__ import annotations

from vostool.errors import PromptError
from vostool.gui.session.frame_range import FrameRange, RangeSelection
from vostool.gui.session.session import Session
from vostool.gui.session.tracking import Tracking
from vostool.project import range_edits
from vostool.project.changes import Edit
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.words import tr


class RangeActions:
    """Acts on the session's project, on the frames of the selection; without a range on none."""

    def __init__(self, session: Session, selection: RangeSelection, tracking: Tracking) -> None:
        self._session = session
        self._selection = selection
        self._tracking = tracking

    def begin(self) -> None:
        """The range begins at the playhead."""
        self._selection.begin(self._session.playhead)

    def end(self) -> None:
        """The range ends at the playhead."""
        self._selection.end(self._session.playhead)

    def clear(self) -> None:
        """Choose no range."""
        self._selection.clear()

    def go_to_begin(self) -> None:
        """Move the playhead to the range's first frame."""
        if self._selection.value is not None:
            self._session.go_to(self._selection.value.first)

    def go_to_end(self) -> None:
        """Move the playhead to the range's last frame."""
        if self._selection.value is not None:
            self._session.go_to(self._selection.value.last)

    def delete(self, *, everything: bool) -> None:
        """Delete masks and prompts in the range, of the selected object or of all."""
        chosen, ids = self._selection.value, self._objects(everything)
        if everything or self._block is not None:  # what is locked stays; alone it is refused
            ids = [oid for oid in ids if oid not in locked_objects(self._project)]
        if chosen is not None and ids:
            self._session.builder.do(
                lambda project: range_edits.delete_range(project, chosen.first, chosen.last, ids),
                len(chosen) * len(ids),
                tr("No mask and no prompt lies in {named}.", named=_named(chosen)),
            )

    def toggle_confirmed(self, *, everything: bool) -> None:
        """Confirm the masks in the range, or take that back where all of them are confirmed."""
        chosen, ids = self._selection.value, self._objects(everything)
        if chosen is None or not ids:
            return
        first, last = chosen.first, chosen.last

        def toggled(project: Project) -> Edit:
            edit = range_edits.confirm_range(project, first, last, True, ids)
            return (
                edit
                if edit.changes
                else range_edits.confirm_range(project, first, last, False, ids)
            )

        nothing = tr(
            "No mask lies in {named}; track it first, then confirm it.", named=_named(chosen)
        )
        self._session.builder.do(toggled, len(chosen) * len(ids), nothing)

    def mark_absent(self) -> None:
        """Say that the selected object is not to be seen in the range."""
        chosen, ids = self._selection.value, self._objects(False)
        if chosen is not None and ids:
            self._session.builder.do(
                lambda project: range_edits.mark_absent(project, ids, chosen.first, chosen.last),
                len(chosen) * len(ids),
                tr("The object is marked absent in {named} already.", named=_named(chosen)),
            )

    def copy_mask(self) -> None:
        """Copy the selected object's mask on the playhead's frame over the range."""
        chosen, session = self._selection.value, self._session
        object_id = session.current_object
        if chosen is None or object_id is None:
            return
        source = session.playhead
        try:
            range_edits.copy_mask_over(self._project, object_id, source, source, source)
        except PromptError as error:
            session.problem.emit(str(error))
            return
        self._session.builder.do(
            lambda project: range_edits.copy_mask_over(
                project, object_id, source, chosen.first, chosen.last
            ),
            len(chosen),
            tr(
                "Every mask in {named} is yours already and was left as it is.",
                named=_named(chosen),
            ),
        )

    def track(self) -> None:
        """Track through the range and nowhere else."""
        if self._selection.value is not None:
            self._tracking.through(self._selection.value, self._block)

    @property
    def _project(self) -> Project:
        return self._session.document.project

    @property
    def _block(self) -> list[int] | None:
        """The objects of a block that are there; None where the range is of all."""
        ids = self._selection.objects
        return None if ids is None else [oid for oid in self._project.objects if oid in ids]

    def _objects(self, everything: bool) -> list[int]:
        if self._block is not None:
            return self._block
        current = self._session.current_object
        if everything:
            return list(self._project.objects)
        return [] if current is None else [current]


def _named(chosen: FrameRange) -> str:
    one = len(chosen) == 1
    return (
        tr("frame {first}", first=chosen.first)
        if one
        else tr("frames {first} to {last}", first=chosen.first, last=chosen.last)
    )
