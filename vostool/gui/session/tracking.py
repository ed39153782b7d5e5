"""Which run a person means: where it starts, how far it goes, and which objects it takes."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Sequence

from vostool.errors import PromptError
from vostool.gui.session.frame_range import FrameRange
from vostool.gui.session.session import Session
from vostool.gui.session.track_runs import TITLE
from vostool.masks.mask import Provenance
from vostool.models.engine import Direction
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.agreeing import Correction, agreeing_parts
from vostool.runs.blends import TITLE as BLEND_TITLE
from vostool.runs.blends import spans_around
from vostool.runs.carrying import correction_parts
from vostool.runs.keyframes import Span
from vostool.runs.parts import Part, blend_parts, leg_parts, request_part, span_parts
from vostool.runs.pieces import Reach, reach_of
from vostool.runs.ranges import range_legs
from vostool.runs.request import keyframes, plan_run
from vostool.runs.unfinished import UnfinishedRun, waiting_runs
from vostool.words import mark, tr

ONE_STEP = 2
"""Frames of a run to the next frame: it is shown at once, and there is nothing to watch."""
NO_LABELS = mark("No labels were imported yet; choose Import labels (Ctrl+I) first.")


class Scope(enum.Enum):
    """Which objects a run takes; the others stay as they are. Locked ones always do."""

    ALL = mark("all objects")
    VISIBLE = mark("the visible objects")
    SELECTED = mark("the selected object")


class Tracking:
    """Plans runs from the session's playhead and starts them; says why where it cannot.

    Every method that starts a run returns True where one was started.

    Attributes:
        scope: which objects runs take.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.scope = Scope.ALL

    def track(self, direction: Direction) -> bool:
        """From the playhead to the end, to the start, or both."""
        return self._begin(lambda ids: [self._request(direction, ids)])

    def to_keyframe(self, direction: Direction) -> bool:
        """From the playhead to the nearest keyframe of any of the objects, and no further."""

        def parts(ids: list[int] | None) -> list[Part]:
            here, project = self._session.playhead, self._project
            wanted = list(project.objects) if ids is None else ids
            frames = {key.frame for key in keyframes(project, wanted)}
            if direction is Direction.FORWARD:
                stop = min((f for f in frames if f > here), default=None)
            else:
                stop = max((f for f in frames if f < here), default=None)
            if stop is None:
                raise PromptError(
                    tr("No keyframe lies behind frame {here}; track to the end with ] instead.",
                       here=here)
                    if direction is Direction.FORWARD
                    else tr("No keyframe lies before frame {here}; track to the start with [ "
                            "instead.", here=here)
                )  # fmt: skip
            return [self._request(direction, ids, min(here, stop), max(here, stop))]

        return self._begin(parts)

    def some_frames(self, count: int, direction: Direction) -> bool:
        """So many frames further than the playhead, to one side or (BOTH) to each."""

        def parts(ids: list[int] | None) -> list[Part]:
            here = self._session.playhead
            back = 0 if direction is Direction.FORWARD else count
            ahead = 0 if direction is Direction.BACKWARD else count
            last = len(self._session.source) - 1
            return [self._request(direction, ids, max(here - back, 0), min(here + ahead, last))]

        return self._begin(parts)

    def through(self, chosen: FrameRange, object_ids: list[int] | None = None) -> bool:
        """Through a range and nowhere else, whichever side its keyframes are on.

        Args:
            object_ids: of those alone; None: of those that the scope says.
        """
        return self._begin(lambda ids: self._through(chosen, ids), wanted=object_ids)

    def range_parts(self, chosen: FrameRange) -> list[Part]:
        """What :meth:`through` would track; nothing where no object has a keyframe.

        Raises:
            PromptError: no object is selected, or none is visible.
        """
        ids = self.object_ids()
        wanted = self._unlocked(ids)
        return self._through(chosen, ids) if keyframes(self._project, wanted) else []

    def _through(self, chosen: FrameRange, ids: list[int] | None) -> list[Part]:
        here = self._session.playhead
        return leg_parts(
            self._project, range_legs(self._project, chosen.first, chosen.last, here, ids)
        )

    def spans(self, spans: Sequence[Span]) -> bool:
        """Spans one after the other."""
        watched = sum(map(len, spans)) > ONE_STEP
        return self._begin(lambda ids: span_parts(self._project, spans, ids), watched=watched)

    def between(self) -> bool:
        """Between the keyframes on either side of the playhead, from both, blended."""

        def parts(ids: list[int] | None) -> list[Part]:
            here = self._session.playhead
            spans = spans_around(self._project, here, self._unlocked(ids))
            if not spans:
                raise PromptError(
                    tr(
                        "Frame {here} does not lie between two keyframes of an object; "
                        "correct or confirm a frame on either side first.",
                        here=here,
                    )
                )
            return blend_parts(self._project, spans)

        return self._begin(parts, BLEND_TITLE)

    def correction(self) -> bool:
        """What the corrections on the playhead's frame change, of the corrected objects only.

        Up to the keyframe on either side, or as far as masks were tracked, and only what hangs
        together with the corrections.
        """

        def parts(ids: list[int] | None) -> list[Part]:
            here, project = self._session.playhead, self._project
            wanted = self._unlocked(ids)
            corrected = {key.object_id for key in keyframes(project, wanted) if key.frame == here}
            if not corrected:
                raise PromptError(
                    tr("No object is corrected on frame {here}; go to one that is.", here=here)
                )
            made = correction_parts(project, here, corrected)
            if not made:
                raise PromptError(
                    tr(
                        "Nothing was tracked around frame {here} yet; track it with ] "
                        "or [ instead.",
                        here=here,
                    )
                )
            return made

        return self._begin(parts, tr("Track what was corrected"))

    def corrected_stretches(self, corrections: Collection[Correction]) -> Reach | None:
        """What corrections change of the wrong stretches that they lie in, and no frame outside.

        Returns:
            The frames that can change; None where no run began: there is nothing to be tracked.
        """
        made = agreeing_parts(self._project, corrections)
        reaches = [reach_of(part.piece) for part in made if part.piece is not None]
        if not reaches:
            return None
        first, last = min(r.first for r in reaches), max(r.last for r in reaches)
        title = tr("Track frames {first} to {last} again", first=first, last=last)
        begun = self._session.runs.begin(made, title, watched=False)
        return Reach(first, last, None) if begun else None

    def imported(self) -> bool:
        """The objects of the last import from their first keyframe to the end.

        Where none of them is left, every object with imported masks is taken.
        """
        project = self._project
        ids = [oid for oid in self._session.imported if oid in project.objects]
        if not ids:
            ids = [oid for oid in project.objects if _has_imported(project, oid)]
        if not ids:
            self._session.problem.emit(tr(NO_LABELS))
            return False

        def parts(_: list[int] | None) -> list[Part]:
            return [request_part(plan_run(project, Direction.FORWARD, object_ids=ids))]

        return self._begin(parts, wanted=ids)

    def unfinished(self) -> UnfinishedRun | None:
        """A run that was stopped when the video was closed or the program ended, or None."""
        rest = UnfinishedRun.of(self._project)
        return rest if rest is not None and self._is_possible(rest) else None

    def still_to_do(self) -> list[UnfinishedRun]:
        """The rest of such a run, and those that were to begin after it."""
        rest = self.unfinished()
        waited = [run for run in waiting_runs(self._project) if self._is_possible(run)]
        return [*([rest] if rest is not None else []), *waited]

    def go_on(self) -> bool:
        """Track what such a run left, then what waited for it."""
        return self.go_on_with(self.still_to_do())

    def go_on_with(self, runs: Sequence[UnfinishedRun]) -> bool:
        """Track what is left of runs, one after the other.

        One that looked for new objects goes on by :meth:`.discovering.Discovering.go_on`.
        """
        project = self._project
        begun = [
            self._begin(
                lambda _, run=run: run.parts(project),  # type: ignore[misc]
                run.title or TITLE,
                [*project.objects] if run.object_ids is None else run.object_ids,
            )
            for run in runs
            if run.discovery is None
        ]
        return any(begun)

    def object_ids(self) -> list[int] | None:
        """Objects that a run takes; None takes all.

        Raises:
            PromptError: none is selected, or none is visible.
        """
        if self.scope is Scope.ALL:
            return None
        session = self._session
        if self.scope is Scope.SELECTED:
            if session.current_object is None:
                raise PromptError(tr("No object is selected; select one, or track all objects."))
            return [session.current_object]
        shown = [oid for oid in self._project.objects if session.shows(oid)]
        if not shown:
            raise PromptError(tr("No object is visible; show one, or track all objects."))
        return shown

    def _is_possible(self, run: UnfinishedRun) -> bool:
        try:
            return any(part.plan() is not None for part in run.parts(self._project))
        except PromptError:  # its objects are gone, or locked
            return False

    @property
    def _project(self) -> Project:
        return self._session.document.project

    def _unlocked(self, ids: Collection[int] | None) -> list[int]:
        locked = locked_objects(self._project)
        wanted = self._project.objects if ids is None else ids
        return [oid for oid in wanted if oid not in locked]

    def _request(
        self, direction: Direction, ids: list[int] | None, first: int = 0, last: int | None = None
    ) -> Part:
        here = self._session.playhead
        return request_part(
            plan_run(self._project, direction, origin=here, first=first, last=last, object_ids=ids)
        )

    def _begin(
        self,
        parts: Callable[[list[int] | None], list[Part]],
        title: str = TITLE,
        wanted: list[int] | None = None,
        *,
        watched: bool = True,
    ) -> bool:
        try:
            made = parts(self.object_ids() if wanted is None else wanted)
        except PromptError as error:
            self._session.problem.emit(str(error))
            return False
        return self._session.runs.begin(made, title, watched=watched)


def _has_imported(project: Project, object_id: int) -> bool:
    records = project.masks.row(object_id).values()
    return any(record.provenance is Provenance.IMPORTED for record in records)
