"""A track run that looks for new objects on the way: what is asked, and what it asks a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import VosToolError
from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Finder, Question, Way
from vostool.finders.registry import CONCEPTS, FINDERS, best_concepts, best_finder, named_finder
from vostool.finders.spec import ConceptSpec, FinderSpec
from vostool.gui.engine.answering import close_quietly
from vostool.gui.session.session import Session
from vostool.gui.threads.background import Background
from vostool.models.engine import Direction
from vostool.project.locks import locked_objects
from vostool.project.pending_edit import joined_edits
from vostool.runs.discovery.edit import TITLE, added_anew, joined
from vostool.runs.discovery.offers import answered, offers_of
from vostool.runs.discovery.piece import Discovery
from vostool.runs.discovery.values import DiscoveryRules, Found, SeenAgain
from vostool.runs.discovery_part import DiscoveryPart
from vostool.runs.parts import Part
from vostool.runs.unfinished import UnfinishedRun
from vostool.words import counted, mark, tr, trn

LOADING = mark("A model is being loaded for a run; it begins when that is done.")
Made = tuple[list[Part], DiscoveryPart]
"""A run's parts, and which of them looks."""


@dataclass(frozen=True, slots=True)
class DiscoveryWish:
    """What a person asks of such a run.

    Attributes:
        direction: from the playhead; BOTH goes forward first.
        tracks: track what is there and what is found; False only looks, every so many frames.
        span: first and last frame; None is the whole video.
        whole: a model that detects and tracks by itself goes through all of these frames, from the
            first; direction, ``tracks`` and most of the rules do not count.
        finder: the name of the model that looks; None takes the best that is here.
    """

    question: Question
    direction: Direction = Direction.FORWARD
    rules: DiscoveryRules = field(default_factory=DiscoveryRules)
    tracks: bool = True
    span: tuple[int, int] | None = None
    whole: bool = False
    finder: str | None = None


class Discovering(QObject):
    """Starts such runs in one opened video. GUI thread.

    Signals:
        loading(str): a model is loaded; empty: no more.

    Attributes:
        said: what the last run did, after it has ended; empty for a run of another kind.
    """

    loading = pyqtSignal(str)

    def __init__(self, session: Session, object_ids: Callable[[], list[int] | None]) -> None:
        super().__init__()
        self._session, self._object_ids = session, object_ids
        self._job: Background | None = None
        self._looks: DiscoveryPart | None = None
        self.said = ""
        session.run_ended.connect(self._run_ended)

    @property
    def offers(self) -> list[SeenAgain]:
        """What may be an object that was lost, and waits for a person's answer."""
        return offers_of(self._session.document.project)

    def start(self, wish: DiscoveryWish, first: Callable[[], Sequence[Part]] = tuple) -> bool:
        """Load the finder, then run from where the playhead is now; False, with a sentence, where
        that is not possible.

        Args:
            first: parts of the same run that come before the one that looks; the objects that are
                known are theirs then. May raise a sentence.
        """
        try:
            spec = _spec_of(wish)
            begun = tuple(first())
            piece = self._piece(wish, spec.name, known=not begun)
        except VosToolError as error:
            self._session.problem.emit(str(error))
            return False

        def make(finder: Finder | ConceptTracker) -> Made:
            looks = DiscoveryPart(self._session.document.project, piece, finder)
            return [*begun, looks.part], looks

        return self._load(spec, make, TITLE)

    def go_on(self, rest: UnfinishedRun, then: Callable[[], object] = lambda: None) -> bool:
        """Do what a run left whose :attr:`~UnfinishedRun.discovery` is not None.

        Args:
            then: called when it has begun.
        """
        piece = rest.discovery
        assert piece is not None
        specs = CONCEPTS if piece.whole else FINDERS
        spec = specs.get(piece.finder)
        if spec is None:
            self._session.problem.emit(
                tr(
                    "This run looked with '{finder}', which is not here any more; "
                    "install it, or begin another run.",
                    finder=piece.finder,
                )
            )
            return False

        def make(finder: Finder | ConceptTracker) -> Made:
            parts, looks = rest.looking(self._session.document.project, finder)
            assert looks is not None
            return parts, looks

        return self._load(spec, make, rest.title or TITLE, then)

    def close(self) -> None:
        """Start nothing any more."""
        self._job = None  # it ends by itself
        self._session.run_ended.disconnect(self._run_ended)

    def answer(self, offer: SeenAgain, *, same: bool | None) -> None:
        """It is the lost object (True), another one (False), or nothing (None)."""
        session, project = self._session, self._session.document.project
        no_more = answered(project, offer)
        try:
            if same:
                edit, oid = joined(project, offer), offer.object_id
            elif same is not None:
                edit, oid = added_anew(project, offer)
            else:
                session.document.note(no_more)
                return
        except VosToolError as error:
            session.document.note(no_more)
            session.problem.emit(str(error))
            return
        session.do(joined_edits(edit.title, (edit, no_more)))
        session.select(oid)

    # -- how it goes ---------------------------------------------------------------------------

    def _load(
        self,
        spec: FinderSpec | ConceptSpec,
        make: Callable[[Finder | ConceptTracker], Made],
        title: str,
        then: Callable[[], object] = lambda: None,
    ) -> bool:
        session = self._session
        if session.runs.going:
            return session.runs.refuse()
        if self._job is not None:
            session.problem.emit(tr(LOADING))
            return False
        device = session.worker.place.device
        job = self._job = Background(lambda _progress: spec.create(device))
        job.succeeded.connect(lambda finder: self._loaded(job, finder, make, title, then))
        job.failed.connect(lambda sentence: self._not_loaded(job, sentence))
        self.loading.emit(tr("Loading {spec_title}", spec_title=spec.title))
        job.start()
        return True

    def _not_loaded(self, job: Background, sentence: str) -> None:
        if job is self._job:
            job.wait()
            self._job = None
            self.loading.emit("")
            self._session.problem.emit(sentence)

    def _loaded(
        self,
        job: Background,
        finder: Finder | ConceptTracker,
        make: Callable[[Finder | ConceptTracker], Made],
        title: str,
        then: Callable[[], object],
    ) -> None:
        if job is not self._job:
            close_quietly(finder)
            return
        job.wait()
        self._job = None
        self.loading.emit("")
        runs = self._session.runs
        if runs.going:
            runs.refuse()
            close_quietly(finder)
            return
        self._session.document.settle()
        try:
            parts, looks = make(finder)
            self._looks = looks if runs.begin(parts, title) else None
        except VosToolError as error:
            self._looks = None
            self._session.problem.emit(str(error))
        if self._looks is None:
            close_quietly(finder)
        else:
            then()

    def _piece(self, wish: DiscoveryWish, finder: str, *, known: bool) -> Discovery:
        """Raises: PromptError: the objects that are to be tracked are not there."""
        session = self._session
        project = session.document.project
        first, last = wish.span or (0, len(session.source) - 1)
        origin = min(max(session.playhead, first), last)
        if wish.whole or not wish.tracks or not known:
            origin = first
        ids: Sequence[int] = ()
        if known and not wish.whole:
            chosen = self._object_ids()
            ids = list(project.objects) if chosen is None else chosen
        locked = locked_objects(project)
        return Discovery(
            wish.question, wish.direction, origin, first, last,
            tuple(oid for oid in ids if oid not in locked),
            wish.rules, finder, project.next_object_id(), wish.tracks, wish.whole,
        )  # fmt: skip

    def _run_ended(self, ended: str) -> None:
        looks, self._looks, self.said = self._looks, None, ""
        if looks is None:
            return
        if not looks.begun:  # it was cancelled in a part before
            close_quietly(looks.finder)
        if looks.edits is not None:
            self.said = f"{ended} {_sentence(looks)}"


def _sentence(looks: DiscoveryPart) -> str:
    """What a run looked for and what came of it."""
    assert looks.edits is not None
    question = looks.piece.question
    wanted = tr("everything") if question.way is Way.EVERYTHING else ", ".join(question.phrases)
    found = sum(isinstance(each, Found) for each in looks.edits.news)
    asked = len(looks.edits.offers)
    said = tr(
        "Looked for {wanted} on {frames}: ", wanted=wanted, frames=counted(looks.looked, "frame")
    )
    said += (
        tr("found {objects}", objects=counted(found, "new object"))
        if found
        else tr("found no new object")
    )
    if asked:
        said += trn(
            "; {n:,} more may be an object that was there before",
            "; {n:,} more may be objects that were there before",
            asked,
        )
    return said + "."


def _spec_of(wish: DiscoveryWish) -> FinderSpec | ConceptSpec:
    """What looks.

    Raises:
        UsageError, ModelError: nothing can be used here; says what is missing.
    """
    if wish.whole:
        return best_concepts()
    way = wish.question.way
    return named_finder(wish.finder, way) if wish.finder else best_finder(way)
