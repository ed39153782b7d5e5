"""What the steps of a run with discovery change in the project, and what it still asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vostool.errors import PromptError
from vostool.masks.crop import intersection
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import SegmentReply, TrackedFrame
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Json, Table
from vostool.project.locks import locked_objects, locked_sentence
from vostool.project.objects import DEFAULT_LABEL
from vostool.project.pending_edit import PendingEdit, joined_edits
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.discovery.growing import found_by_machine
from vostool.runs.discovery.offers import offered, seen_still
from vostool.runs.discovery.piece import NOT_BEGUN, Reached, told_json
from vostool.runs.discovery.values import (
    Again,
    DiscoveredFrame,
    Found,
    Grown,
    News,
    SeenAgain,
    StillThere,
)
from vostool.runs.request import run_edit
from vostool.words import mark, tr

TITLE = mark("Track and find")
TAKEN = 0.5


class DiscoveryEdits:
    """Makes edits of a run's steps, in the thread that owns the project.

    A person may add objects while the run goes, so the run's own numbers of new objects become the
    project's here. What a person has labelled on the frame meanwhile is not found a second time.

    Args:
        project: as it was when the run began, or goes on.
        reached: how far the run came before it was stopped.

    Attributes:
        news: all that was told, with the project's ids, in the order it was told.
        offers: what the person is asked by this run; :func:`.offers.offers_of` has what waits.
    """

    def __init__(self, project: Project, reached: Reached = NOT_BEGUN) -> None:
        self._known = frozenset(project.objects)
        self._ids: dict[int, int | None] = {}
        self.news: list[Found | SeenAgain | Grown] = []
        self.offers: list[SeenAgain] = []
        self._seen = list(reached.seen)
        self._back = dict.fromkeys(reached.back)
        self._leg = reached.leg

    def __call__(self, project: Project, tracked: Sequence[TrackedFrame]) -> Edit:
        """The edit of these steps over the project as it is now."""
        copy, parts = project, []
        for step in tracked:
            news = self._note(step) if isinstance(step, DiscoveredFrame) else ()
            if news and copy is project:
                copy = project.snapshot()
            for said in news:
                made = self._take(copy, said)
                copy.apply(made)
                parts.append(made)
            mapped = TrackedFrame(step.frame, self._mapped(step.replies), step.problem)
            made = run_edit(copy, [mapped])
            if copy is not project:
                copy.apply(made)
            parts.append(made)
        return joined_edits(tr(TITLE), parts)

    @property
    def told(self) -> Json:
        """What a run that goes on with the rest has to know, see :func:`.piece.reached_of`."""
        return told_json(self._seen, self._back, self._leg)

    def id_of(self, run_id: int) -> int | None:
        """The project's id of an object; None for one that was not taken."""
        return run_id if run_id in self._known else self._ids.get(run_id)

    def _note(self, step: DiscoveredFrame) -> Sequence[News]:
        self._leg = max(self._leg, step.leg)
        for frame, oid, until in step.back:
            known = self.id_of(oid)
            if known is not None:
                self._back[frame, known, until] = None
        return step.news

    def _mapped(self, replies: Mapping[int, SegmentReply]) -> dict[int, SegmentReply]:
        ids = {oid: self.id_of(oid) for oid in replies}
        return {known: replies[oid] for oid, known in ids.items() if known is not None}

    def _take(self, project: Project, said: News) -> Edit:
        if isinstance(said, StillThere):
            known = self.id_of(said.object_id)
            still = None if known is None else replace(said, object_id=known)
            return Edit(tr(TITLE), ()) if still is None else seen_still(project, still)
        if isinstance(said, SeenAgain):
            return self._take_again(project, said)
        if isinstance(said, Grown):
            return self._take_grown(project, said)
        if self._is_labelled(project, said.frame, said.mask):
            self._ids[said.object_id] = None
            return Edit(tr(TITLE), ())
        made, oid = add_found(project, said)
        self._ids[said.object_id] = oid
        self.news.append(replace(said, object_id=oid))
        self._seen.append((said.frame, oid))
        return made

    def _take_again(self, project: Project, said: SeenAgain) -> Edit:
        known = self.id_of(said.object_id)
        if known is None or known not in project.objects:
            return Edit(tr(TITLE), ())
        new = None if said.new_id is None else self.id_of(said.new_id)
        said = replace(said, object_id=known, new_id=new)
        if said.answer is Again.NEW and new is None:
            return Edit(tr(TITLE), ())
        self.news.append(said)
        if said.answer is Again.ASK:
            self.offers.append(said)
            return offered(project, said)
        if said.answer is Again.NEW:
            return Edit(tr(TITLE), ())
        self._seen.append((said.frame, known))
        return joined(project, said)

    def _take_grown(self, project: Project, said: Grown) -> Edit:
        """The whole as a prompt, unless the object became a person's while the run went."""
        oid = self.id_of(said.object_id)
        if oid not in found_by_machine(project) or oid in locked_objects(project):
            return Edit(tr(TITLE), ())
        assert oid is not None
        self.news.append(replace(said, object_id=oid))
        self._seen.append((said.frame, oid))
        pending = PendingEdit(project)
        _give(pending, said.frame, oid, said.mask, said.score)
        return pending.edit(tr(TITLE))

    def _is_labelled(self, project: Project, frame: int, mask: Mask) -> bool:
        """True where a person labelled this while the run went."""
        own = {*self._known, *self._ids.values()}
        return any(
            oid not in own and intersection(mask, record.mask).area >= TAKEN * mask.area
            for oid, record in project.masks.at(frame).items()
        )


def add_found(project: Project, found: Found) -> tuple[Edit, int]:
    """A new object with its mask as a prompt, and its id, which no object ever had."""
    added, oid = edits.add_object(project, found.label or DEFAULT_LABEL)
    pending = PendingEdit(project)
    for change in added.changes:
        pending.put(change.cell, change.after)
    _give(pending, found.frame, oid, found.mask, found.score)
    return pending.edit(tr(TITLE)), oid


def joined(project: Project, offer: SeenAgain) -> Edit:
    """The old object is here again: its mask as a prompt, unless a person said what is here.

    Raises:
        PromptError: the object is gone or locked.
    """
    oid = offer.object_id
    if oid not in project.objects:
        raise PromptError(tr("Object {oid} is not there any more; take it as a new one.", oid=oid))
    if oid in locked_objects(project):
        raise PromptError(locked_sentence([oid]))
    key = (offer.frame, oid)
    record = project.masks.get(*key)
    pending = PendingEdit(project)
    if key not in project.prompts and (record is None or not record.is_kept):
        _give(pending, offer.frame, oid, offer.mask, offer.score)
    return pending.edit(tr("Seen again"))


def added_anew(project: Project, offer: SeenAgain) -> tuple[Edit, int]:
    """It is another one: a new object with that mask, and its id."""
    found = Found(offer.frame, 0, offer.mask, offer.label, offer.score)
    edit, oid = add_found(project, found)
    return Edit(tr("Add object"), edit.changes), oid


def _give(pending: PendingEdit, frame: int, object_id: int, mask: Mask, score: float) -> None:
    pending.put(Cell(Table.PROMPTS, (frame, object_id)), Prompts(mask=mask))
    record = MaskRecord(mask, Provenance.FOUND, score)
    pending.put(Cell(Table.MASKS, (frame, object_id)), record)
