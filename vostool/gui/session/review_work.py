"""The review queue of the open document, kept up to date in slices, and the place in it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.player import Player
from vostool.gui.session.session import Session
from vostool.gui.threads.timers import single_shot
from vostool.project import range_edits
from vostool.project.changes import Changes, Edit
from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.review.events import ReviewEvent, ReviewFilter
from vostool.review.queue import ReviewQueue, bring_back_dismissed, dismiss
from vostool.words import mark, tr

SLICE_SECONDS = 0.003
"""Given to the queue at once."""
PAUSE_MS = 4
"""Between two slices, for everything else that wants the thread."""
YIELD_MS = 30
"""After the playhead moved: the frame under it comes first."""
LONGEST_YIELD = 0.3
"""Seconds without a slice, however fast the playhead moves."""
NEWS_MS = 120
"""Views hear of a changing queue this often at most."""
SLOW_NEWS_MS = 600
"""The same while much is still to be measured."""
SETTLE_SECONDS = 0.008
"""For the queue to follow what a person has just answered, before it goes on."""
Key = tuple[float, int, int] | tuple[int, int]
GO_FIRST = mark("Go to a place of the review queue first: N goes to the next.")
NOTHING = mark("Nothing is flagged for review; the checks do not find every error.")
"""Said for an empty queue, which is no promise."""
FARTHEST = mark(
    "Nothing is flagged. Frame {frame} is the farthest from those that you corrected or "
    "confirmed: look at it, too."
)


class Review(QObject):
    """Follows the document, goes from one stretch to the next, and settles them.

    Signals:
        changed(): the count or the order may be another one, or what is asked for is.
        went(): :attr:`current` is another one.
        settled(): all masks are looked through.
        done(): a person has just answered the last of what was asked about.
        said(str): one sentence on what was just confirmed.

    Attributes:
        queue: for looking at; it follows the document by itself.
        current: the event that was gone to last, which may have left the queue since.
        only: what is gone through.
        in_time: it is gone through from first frame to last, and not from the worst on.
    """

    changed = pyqtSignal()
    went = pyqtSignal()
    settled = pyqtSignal()
    done = pyqtSignal()
    said = pyqtSignal(str)

    def __init__(self, session: Session, player: Player) -> None:
        super().__init__()
        self._session = session
        self._player = player
        self.queue = ReviewQueue(session.document.project)
        self.current: ReviewEvent | None = None
        self.only = ReviewFilter()
        self.in_time = False
        self._answered = False
        self._shown_to: int | None = None
        self._slices = single_shot(self, PAUSE_MS, self._work)
        self._news = single_shot(self, NEWS_MS, self.changed.emit)
        self._sliced = 0.0
        session.document.changed.connect(self._follow)
        session.playhead_moved.connect(self._yield)
        player.playing_changed.connect(self._playing_changed)
        self._slices.start()

    def close(self) -> None:
        """Follow the document no more."""
        self._session.document.changed.disconnect(self._follow)
        self._session.playhead_moved.disconnect(self._yield)
        self._player.playing_changed.disconnect(self._playing_changed)
        self._slices.stop()
        self._news.stop()

    @property
    def live(self) -> ReviewEvent | None:
        """What the current event is now; None where nothing of it is asked about any more."""
        return None if self.current is None else self.queue.like(self.current)

    @property
    def at_hand(self) -> bool:
        """True while the playhead is in the current event, or where playing it leads."""
        here = self.current
        if here is None:
            return False
        first, last = self._played(here)
        return first <= self._session.playhead <= max(last, here.last)

    def ask_for(self, only: ReviewFilter, *, in_time: bool) -> None:
        """Go through these events only, in this order."""
        self.only, self.in_time = only, in_time
        self.changed.emit()

    def next(self) -> None:
        """Go to the next event, behind the last to the first; or say that there is no other.

        Where nothing at all is flagged, go to the mask farthest from those that were looked at.
        """
        events, key, here = self._listed()
        later = (event for event in events if here is None or key(event) > here)
        self._arrive(next(later, events[0] if events else None))

    def previous(self) -> None:
        """Go to the event before, from the first to the last; or say that there is no other."""
        events, key, here = self._listed()
        earlier = [event for event in events if here is not None and key(event) < here]
        self._arrive(earlier[-1] if earlier else events[-1] if events else None)

    def go_to(self, event: ReviewEvent) -> None:
        """Select the object of its worst mask and show that."""
        self._player.pause()
        self.current = event
        self._session.select(event.worst.object_id)
        self._session.go_to(event.worst.frame)
        self.went.emit()

    def play(self) -> None:
        """Play the current event once, with a moment before and behind, and show its worst
        frame then; again: pause.
        """
        if self._player.is_playing:
            self._player.pause()
        elif self.current is None:
            self._session.problem.emit(tr(GO_FIRST))
        else:
            first, last = self._played(self.live or self.current)
            self._player.play_through(first, last)
            self._shown_to = last

    def confirm(self, *, all_objects: bool = False) -> None:
        """Say that the masks of the current event are right (those of :func:`named_stretches`),
        or those of all objects on its frames are, and go on.
        """
        here = self._here()
        if here is None:
            return
        project = self._session.document.project
        spans = [(here.first, here.last, [*project.objects])]
        if not all_objects:
            spans = [(s.first, s.last, [s.object_id]) for s in here.stretches]
        changes = [
            change
            for first, last, ids in spans
            for change in range_edits.confirm_range(project, first, last, True, ids).changes
        ]
        named = tr("all objects {frames}", frames=_frames(here.first, here.last))
        if not all_objects:
            named = named_stretches(project, here)
        if self._settle(Edit(tr("Confirm stretch"), tuple(changes))):
            self.said.emit(tr("Confirmed: {named}.", named=named))

    def dismiss(self) -> None:
        """Leave the current masks as they are, out of the queue as long as they stay so; go on."""
        here = self._here()
        if here is not None:
            edit = dismiss(self._session.document.project, self.queue.places(here))
            self._settle(edit)

    def bring_back(self) -> None:
        """Forget what was dismissed."""
        edit = bring_back_dismissed(self._session.document.project)
        if not edit.changes:
            self._session.problem.emit(tr("Nothing was dismissed from the review queue."))
        self._session.do(edit)

    def expect_end(self) -> None:
        """The person has answered something: say so if it was the last of it."""
        self._answered = True
        self._end_if_done()

    def _here(self) -> ReviewEvent | None:
        """The current event where one of its frames is shown; else None, with a sentence."""
        here = self.live
        if here is None or not self.at_hand:
            self._session.problem.emit(tr(GO_FIRST) if self.queue.count else self._empty())
            return None
        return here

    def _empty(self) -> str:
        """Why there is no place to go to."""
        if self.queue.pending:
            return tr("The masks are still being looked through; one moment.")
        if self.queue.count:
            return tr("Nothing of what the filter shows is flagged for review.")
        return tr(NOTHING)

    def _playing_changed(self, playing: bool) -> None:
        """Behind a stretch that was played to its end: back to where it is best corrected."""
        if playing:
            return
        ended, self._shown_to = self._shown_to == self._session.playhead, None
        here = self.live or self.current
        if ended and here is not None:
            self._session.go_to(here.worst.frame)

    def _settle(self, edit: Edit) -> bool:
        self._player.pause()
        done = self._session.do(edit)
        if done:
            self.queue.work(SETTLE_SECONDS)
            if self.queue.count_of(self.only):
                self.next()
            else:
                self.went.emit()
            self.expect_end()
        else:
            self.went.emit()
        return bool(done)

    def _end_if_done(self) -> None:
        if self._answered and not self.queue.pending:
            self._answered = False
            if not self.queue.count:
                self.done.emit()

    def _played(self, event: ReviewEvent) -> tuple[int, int]:
        lead, end = self.queue.gap, len(self._session.source) - 1
        return max(event.first - lead, 0), min(event.asked + lead, end)

    def _listed(self) -> tuple[list[ReviewEvent], Callable[[ReviewEvent], Key], Key | None]:
        """What is gone through, what sorts it, and where the person is in it."""
        events = self.queue.events(self.only, in_time=self.in_time)
        here = self.live or self.current
        if self.in_time:
            at_it = here is not None and self.at_hand
            place = here.place if here is not None and at_it else (self._session.playhead, 0)
            return events, lambda event: event.place, place
        return events, lambda event: event.rank, here.rank if here is not None else None

    def _arrive(self, event: ReviewEvent | None) -> None:
        if event is None:
            self._session.problem.emit(self._spotted() or self._empty())
        elif event == self.live and self._session.playhead == event.worst.frame:
            self._session.problem.emit(tr("There is no other place to review than this one."))
        else:
            self.go_to(event)

    def _spotted(self) -> str:
        """Go where nobody looked for longest, and say so; "" where the queue is not empty."""
        spot = None if self.queue.pending or self.queue.count else self.queue.spot()
        if spot is None:
            return ""
        self._player.pause()
        self._session.select(spot.object_id)
        self._session.go_to(spot.frame)
        return tr(FARTHEST, frame=spot.frame)

    def _follow(self, changes: Changes) -> None:
        # While the queue still measures, a large edit may be arriving in parts: leave it the time.
        self.queue.update(changes, 0.0 if self.queue.pending else SLICE_SECONDS)
        self._work_on()

    def _yield(self) -> None:
        """Let the renderer have the interpreter until the frame is shown."""
        if self._slices.isActive() and time.monotonic() - self._sliced < LONGEST_YIELD:
            self._slices.start(YIELD_MS)

    def _work(self) -> None:
        self._sliced = time.monotonic()
        self.queue.work(SLICE_SECONDS)
        self._work_on()

    def _work_on(self) -> None:
        if self.queue.pending:
            self._slices.start(PAUSE_MS)
        if not self._news.isActive():
            self._news.start(SLOW_NEWS_MS if self.queue.pending else NEWS_MS)
        elif not self.queue.pending:
            self._news.start(min(self._news.remainingTime(), NEWS_MS))
        if not self.queue.pending:
            self.settled.emit()
            self._end_if_done()


def named_stretches(project: Project, event: ReviewEvent) -> str:
    """What confirming an event is about: "1 cup 85-89, 2 cup 86-89"."""
    known = project.objects
    named = {oid: object_title(project, known[oid]) for oid in event.object_ids if oid in known}
    return ", ".join(
        f"{named.get(s.object_id, s.object_id)} {_frames(s.first, s.last)}" for s in event.stretches
    )


def _frames(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
