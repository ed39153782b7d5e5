"""What can be done with objects as a whole: each is one undo step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from PyQt6.QtWidgets import QWidget

from vostool.gui.objects.dialogs import LabelChoice, OtherObject, ask
from vostool.gui.session.edit_builder import Build
from vostool.gui.session.frame_range import FrameRange
from vostool.gui.session.session import Session
from vostool.project import edits, object_edits, value_edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.frame_values import may_change
from vostool.project.locks import lock_objects, locked_objects, locked_sentence
from vostool.project.object_edits import Overlap
from vostool.project.object_naming import label_objects
from vostool.project.pending_edit import PendingEdit, joined_edits
from vostool.project.project import Project
from vostool.project.renumbering import renumber_objects
from vostool.runs.learning import forget_edit
from vostool.words import counted, mark, tr, trn

RUN_GOES = mark(
    "A track run is going on; cancel it with Esc before changing which object is which."
)
NO_OTHER = mark("There is no other object that is not locked; make one or unlock one first.")


class ObjectActions:
    """Acts on the session's project: on the current object, or on all that are chosen.

    Args:
        chosen: ids of the objects meant.
        parent: of the dialogs.
    """

    def __init__(self, session: Session, chosen: Collection[int], parent: QWidget) -> None:
        self._session = session
        self._parent = parent
        self._chosen = sorted(oid for oid in chosen if oid in self._project.objects)

    # -- on all chosen objects -----------------------------------------------------------------

    def delete(self) -> None:
        """Delete the objects with all that belongs to them; nothing is asked."""
        chosen, masks = self._chosen, self._project.masks

        def build(project: Project) -> Edit:
            copy, parts = project.snapshot(), []
            for oid in chosen:
                parts.append(edits.delete_object(copy, oid))
                copy.apply(parts[-1])
            return joined_edits(_several(tr("Delete object"), chosen), parts)

        self._session.builder.do(build, sum(len(masks.row(oid)) for oid in chosen))

    def show(self, value: bool | None = None) -> None:
        """Show the objects, or hide them; None: the other than now."""
        objects = self._project.objects
        if value is None:
            value = not all(objects[oid].visible for oid in self._chosen)
        pending = PendingEdit(self._project)
        for oid in self._chosen:
            pending.put(Cell(Table.OBJECTS, oid), replace(objects[oid], visible=value))
        verb = tr("Show object") if value else tr("Hide object")
        self._session.do(pending.edit(_several(verb, self._chosen)))

    def lock(self, value: bool | None = None) -> None:
        """Lock the objects, or unlock them; None: the other than now."""
        if value is None:
            value = not locked_objects(self._project).issuperset(self._chosen)
        self._session.do(lock_objects(self._project, self._chosen, value))

    def forget_learned(self) -> None:
        """Throw away what an engine learned of the objects; their masks stay."""
        if not self._session.do(forget_edit(self._project, self._chosen)):
            self._session.problem.emit(tr("Nothing was learned of what is selected."))

    def relabel(self) -> None:
        """Ask for the label of the objects."""
        if not self._chosen:
            return
        old = self._project.objects[self._chosen[0]].label
        ids = ", ".join(map(str, self._chosen))
        question = trn(
            "Label of object {ids}", "Label of objects {ids}", len(self._chosen), ids=ids
        )
        dialog = LabelChoice(tr("Change label"), question, self._project, old, self._parent)
        ask(dialog, lambda: self._try(
            lambda project: label_objects(project, self._chosen, dialog.label.text())
        ))  # fmt: skip

    def set_attribute(self, name: str, value: str, frame: int) -> None:
        """Give the objects a value of an attribute, from the frame on where their label says that
        it may change, else on all frames.
        """
        chosen = self._chosen
        if chosen and may_change(self._project, self._project.objects[chosen[0]], name):
            self._try(lambda now: value_edits.set_value_from(now, chosen, name, value, frame))
        else:
            self._try(lambda now: value_edits.set_attribute(now, chosen, name, value))

    def clear_change(self, name: str, frame: int) -> None:
        """Let the attribute's value before the frame go on there."""
        chosen = self._chosen
        self._try(lambda project: value_edits.clear_change(project, chosen, name, frame))

    # -- who is who ----------------------------------------------------------------------------

    def merge(self) -> None:
        """Ask which objects are the current one, too, and make them one."""
        keep = self._current_for_identity()
        if keep is None:
            return
        others = [oid for oid in self._chosen if oid != keep]
        dialog = self._other(
            tr("Merge objects"),
            tr("Which are the same as object {keep} ({label})? Their masks "
               "become its masks, and they are gone.", keep=keep, label=self._label(keep)),
            keep, tr("Merge"), several=True, kept=tr("object {keep}", keep=keep), chosen=others,
        )  # fmt: skip
        if dialog is not None:
            ask(dialog, lambda: self._try(
                partial(_merged, keep=keep, others=dialog.ids(), rule=dialog.rule()),
                [keep, *dialog.ids()],
            ))  # fmt: skip

    def split(self) -> None:
        """Give everything from the playhead on to a new object, and make that one current."""
        oid = self._current_for_identity()
        if oid is None:
            return
        made, frame = [oid], self._session.playhead

        def edit(project: Project) -> Edit:
            split, made[0] = object_edits.split_object(project, oid, frame)
            return split

        self._try(edit, [oid], lambda: self._session.select(made[0]))

    def swap(self) -> None:
        """Ask for another object and exchange both from the playhead on."""
        first, frame = self._current_for_identity(), self._session.playhead
        if first is None:
            return
        dialog = self._other(
            tr("Swap identities"),
            tr("From frame {frame} on, what is object {first} ({label}) becomes the object chosen "
               "here, and the other way round.",
               frame=frame, first=first, label=self._label(first)),
            first, tr("Swap"), chosen=[oid for oid in self._chosen if oid != first],
        )  # fmt: skip
        if dialog is not None:
            ask(dialog, lambda: self._try(
                partial(_swapped, first=first, second=dialog.ids()[0], frame=frame),
                [first, dialog.ids()[0]],
            ))  # fmt: skip

    def move(self, chosen: FrameRange | None, sources: Collection[int] | None = None) -> None:
        """Ask for another object and give it masks in the range.

        Args:
            sources: whose masks; None: the current object's.
        """
        source = self._current_for_identity()
        if source is None or chosen is None:
            return
        locked = locked_objects(self._project)
        given = [oid for oid in sources or [source] if oid not in locked]
        whose = tr("object {source} ({label})", source=source, label=self._label(source))
        if len(given) > 1:
            whose = counted(len(given), "object")
        dialog = self._other(
            tr("Move masks to another object"),
            tr("Which object gets the masks of {whose} on frames {first} to "
               "{last}?", whose=whose, first=chosen.first, last=chosen.last),
            source, tr("Move"), kept=tr("the object chosen here"), overlap=Overlap.FIRST,
            chosen=[oid for oid in self._chosen if oid != source],
        )  # fmt: skip
        if dialog is not None:
            ask(dialog, lambda: self._try(
                partial(_moved, sources=given, target=dialog.ids()[0], chosen=chosen,
                        rule=dialog.rule()),
                given,
            ))  # fmt: skip

    def relabel_range(self, chosen: FrameRange | None) -> None:
        """Ask what the current object is called in the range; there it becomes another object."""
        oid = self._current_for_identity()
        if oid is None or chosen is None:
            return
        question = tr(
            "What object {oid} is called on frames {first} to {last}. A "
            "label belongs to an object, so these frames become a new one.",
            oid=oid,
            first=chosen.first,
            last=chosen.last,
        )
        dialog = LabelChoice(
            tr("Change label in range"), question, self._project, self._label(oid), self._parent
        )

        def act() -> None:
            made, label = [oid], dialog.label.text().strip()

            def edit(project: Project) -> Edit:
                changed, made[0] = object_edits.change_label_range(
                    project, oid, label, chosen.first, chosen.last
                )
                return changed

            self._try(edit, [oid], lambda: self._session.select(made[0]))

        ask(dialog, act)

    def renumber(self) -> None:
        """Give the objects the numbers 1, 2, 3 ... in their present order."""
        if self._session.is_tracking:
            self._session.problem.emit(tr(RUN_GOES))
            return
        current = self._session.current_object
        place = list(self._project.objects).index(current) if current is not None else -1

        def apply(edit: Edit) -> None:
            self._session.do(edit, even_locked=True)
            if place >= 0:
                self._session.select(list(self._project.objects)[place])

        self._session.builder.do(
            renumber_objects,
            len(self._project.masks),
            tr("The objects are numbered without gaps already."),
            apply=apply,
        )

    # -- helpers -------------------------------------------------------------------------------

    @property
    def _project(self) -> Project:
        return self._session.document.project

    def _label(self, object_id: int) -> str:
        return self._project.objects[object_id].label

    def _current_for_identity(self) -> int | None:
        """The current object where its identity may be changed now; else says why not."""
        current = self._session.current_object
        if current is None:
            return None
        if self._session.is_tracking:
            self._session.problem.emit(tr(RUN_GOES))
            return None
        if current in locked_objects(self._project):
            self._session.problem.emit(locked_sentence([current]))
            return None
        return current

    def _other(
        self, title: str, question: str, object_id: int, verb: str, *, several: bool = False,
        kept: str = "", overlap: Overlap = Overlap.UNION, chosen: Collection[int] = (),
    ) -> OtherObject | None:  # fmt: skip
        if len(self._project.objects) < 2 or not set(self._project.objects).difference(
            locked_objects(self._project), [object_id]
        ):
            self._session.problem.emit(tr(NO_OTHER))
            return None
        return OtherObject(
            title, question, self._project, object_id, self._parent,
            verb=verb, several=several, kept=kept, overlap=overlap, chosen=chosen,
        )  # fmt: skip

    def _try(
        self, build: Build, objects: Sequence[int] = (), then: Callable[[], object] | None = None
    ) -> None:
        """Do an edit, or say why it cannot be; a run that began meanwhile counts, too.

        Args:
            objects: those whose masks the edit writes.
            then: called when it was done.
        """

        def apply(edit: Edit) -> None:
            touches = any(change.cell.table is not Table.OBJECTS for change in edit.changes)
            if touches and self._session.is_tracking:
                self._session.problem.emit(tr(RUN_GOES))
            elif self._session.do(edit) and then is not None:
                then()

        masks = self._project.masks
        self._session.builder.do(build, sum(len(masks.row(oid)) for oid in objects), apply=apply)


def _merged(project: Project, keep: int, others: Sequence[int], rule: Overlap) -> Edit:
    copy, parts = project.snapshot(), []
    for other in others:
        parts.append(object_edits.merge_objects(copy, keep, other, rule))
        copy.apply(parts[-1])
    return joined_edits(tr("Merge objects"), parts)


def _swapped(project: Project, first: int, second: int, frame: int) -> Edit:
    return object_edits.swap_identities(project, first, second, frame)


def _moved(
    project: Project, sources: Sequence[int], target: int, chosen: FrameRange, rule: Overlap
) -> Edit:
    copy, parts = project.snapshot(), []
    for source in sources:
        if source != target:
            parts.append(
                object_edits.move_range(
                    copy, source, target, chosen.first, chosen.last, overlap=rule
                )
            )
            copy.apply(parts[-1])
    return joined_edits(tr("Move masks to another object"), parts)


def _several(title: str, ids: Collection[int]) -> str:
    return f"{title}s" if len(ids) > 1 else title
