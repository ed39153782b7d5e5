"""A track run that looks for new objects on the way: what is asked, and what it asks a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import UsageError, VosToolError
from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Finder, Question
from vostool.finders.registry import CONCEPTS, FINDERS, default_concepts
from vostool.finders.spec import ConceptSpec
from vostool.frames import FrameSource
from vostool.gui.engine.answering import close_quietly
from vostool.gui.session.finding import best_finder
from vostool.gui.session.session import Session
from vostool.gui.threads.background import Background
from vostool.gui.threads.left import leave_to_end
from vostool.models.engine import Cancelled, Direction, Engine, TrackedFrame, TrackRequest
from vostool.project.project import Project
from vostool.runs.discovery.edit import TITLE, DiscoveryEdits, added_anew, joined
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.run import discover, plan_discovery
from vostool.runs.discovery.values import (
    DiscoveredFrame,
    DiscoveryRules,
    Found,
    SeenAgain,
)
from vostool.runs.discovery.whole import Followed, follow
from vostool.runs.parts import Part
from vostool.words import counted


@dataclass(frozen=True, slots=True)
class DiscoveryWish:
    """What a person asks of such a run.

    Attributes:
        direction: from the playhead; BOTH goes forward first.
        tracks: track what is there and what is found; False only looks, every so many frames.
        span: first and last frame; None is the whole video.
        whole: a model that detects and tracks by itself goes through all of these frames, from the
            first; direction, ``tracks`` and most of the rules do not count.
    """

    question: Question
    direction: Direction = Direction.FORWARD
    rules: DiscoveryRules = field(default_factory=DiscoveryRules)
    tracks: bool = True
    span: tuple[int, int] | None = None
    whole: bool = False


class Discovering(QObject):
    """Starts such runs in one opened video. GUI thread.

    Signals:
        loading(str): a model is loaded; empty: no more.

    Attributes:
        said: what the last run found, after it has ended; empty for a run of another kind.
        offers: what may be an object that was lost, and waits for a person's answer.
    """

    loading = pyqtSignal(str)

    def __init__(self, session: Session, object_ids: Callable[[], list[int] | None]) -> None:
        super().__init__()
        self._session, self._object_ids = session, object_ids
        self._job: Background | None = None
        self._edits: DiscoveryEdits | None = None
        self.said = ""
        self.offers: list[SeenAgain] = []
        session.run_ended.connect(self._run_ended)

    def start(self, wish: DiscoveryWish) -> bool:
        """Load the finder, then run; False, with a sentence, where that is not possible."""
        session = self._session
        if session.runs.going or self._job is not None:
            return session.runs.refuse()
        try:
            spec = _whole_video() if wish.whole else FINDERS[best_finder(wish.question.way)]
        except UsageError as error:
            session.problem.emit(str(error))
            return False
        job = self._job = Background(lambda _progress: spec.create())
        job.succeeded.connect(lambda finder: self._loaded(job, finder, wish))
        job.failed.connect(lambda sentence: self._not_loaded(job, sentence))
        self.loading.emit(f"Loading {spec.title}")
        job.start()
        return True

    def close(self) -> None:
        """Start nothing any more."""
        job, self._job = self._job, None
        if job is not None:
            leave_to_end(job)
        self._session.run_ended.disconnect(self._run_ended)

    def answer(self, offer: SeenAgain, *, same: bool | None) -> None:
        """It is the lost object (True), another one (False), or nothing (None)."""
        self.offers = [each for each in self.offers if each is not offer]
        project = self._session.document.project
        try:
            if same:
                self._session.do(joined(project, offer))
                self._session.select(offer.object_id)
            elif same is not None:
                edit, oid = added_anew(project, offer)
                self._session.do(edit)
                self._session.select(oid)
        except VosToolError as error:
            self._session.problem.emit(str(error))

    # -- how it goes ---------------------------------------------------------------------------

    def _not_loaded(self, job: Background, sentence: str) -> None:
        if job is self._job:
            job.wait()
            self._job = None
            self.loading.emit("")
            self._session.problem.emit(sentence)

    def _loaded(
        self, job: Background, finder: Finder | ConceptTracker, wish: DiscoveryWish
    ) -> None:
        if job is not self._job:
            close_quietly(finder)
            return
        job.wait()
        self._job = None
        self.loading.emit("")
        try:
            part = self._part(finder, wish)
        except VosToolError as error:
            close_quietly(finder)
            self._session.problem.emit(str(error))
            return
        if not self._session.runs.begin([part], TITLE):
            close_quietly(finder)
            self._edits = None

    def _part(self, finder: Finder | ConceptTracker, wish: DiscoveryWish) -> Part:
        session = self._session
        project = session.document.snapshot()
        first, last = wish.span or (0, len(session.source) - 1)
        origin = min(max(session.playhead, first), last)
        if wish.whole or not wish.tracks:
            origin = first
        request = plan_discovery(
            project, wish.direction, origin=origin, first=first, last=last,
            object_ids=() if wish.whole else self._object_ids(),
        )  # fmt: skip
        ahead, back = request.last - origin + 1, origin - request.first + 1
        frames = {
            Direction.FORWARD: ahead,
            Direction.BACKWARD: back,
            Direction.BOTH: ahead + back,
        }[wish.direction]
        self._edits = DiscoveryEdits(project)
        steps = _Steps(project, finder, wish)
        return Part(lambda: request, frames, self._edits, steps=steps)

    def _run_ended(self, _said: str) -> None:
        edits, self._edits, self.said = self._edits, None, ""
        if edits is None:
            return
        self.offers += edits.offers
        found = sum(isinstance(each, Found) for each in edits.news)
        asked = len(edits.offers)
        said = f"Found {counted(found, 'new object')}" if found else "Found no new object"
        if asked:
            said += f"; {counted(asked, 'more')} may be objects that were there before"
        self.said = said + "."


@dataclass(frozen=True)
class _Steps:
    """Goes through the run's frames on the engine's thread, and closes the finder there."""

    project: Project
    finder: Finder | ConceptTracker
    wish: DiscoveryWish

    def __call__(
        self, request: TrackRequest, engine: Engine, source: FrameSource, cancelled: Cancelled
    ) -> Iterator[TrackedFrame | None]:
        wish = self.wish
        try:
            if isinstance(self.finder, ConceptTracker):
                whole = Followed(wish.question.phrases, wish.rules.new)
                yield from follow(self.project, source, request, self.finder, whole, cancelled)
                return
            asked = Asked(self.finder, wish.question, engine)
            for step in discover(
                self.project, source, request, wish.rules, asked, cancelled, wish.tracks
            ):
                yield step if isinstance(step, DiscoveredFrame) else None
        finally:
            close_quietly(self.finder)


def _whole_video() -> ConceptSpec:
    """The best that detects and tracks by itself.

    Raises:
        UsageError: none can be used here; says what is missing.
    """
    best = default_concepts()
    if best is not None:
        return best
    problems = [spec.status().problem for spec in CONCEPTS.values()]
    raise UsageError(problems[0] or "Nothing here looks through a whole video by itself.")
