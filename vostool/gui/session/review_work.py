"""The review queue of the open document, kept up to date in slices, and the place in it."""

from __future__ import annotations

import time

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.session import Session
from vostool.gui.threads.timers import single_shot
from vostool.project import edits
from vostool.project.changes import Changes, Edit
from vostool.review.order import ReviewFilter, ReviewItem
from vostool.review.queue import ReviewQueue, bring_back_dismissed, dismiss

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
GO_FIRST = "Go to a place of the review queue first."


class Review(QObject):
    """Follows the document, goes from one place to the next, and settles places.

    Signals:
        changed(): the count or the order may be another one, or what is asked for is.
        went(): :attr:`current` is another one.
        settled(): all masks are looked through.

    Attributes:
        queue: for looking at; it follows the document by itself.
        current: the place that was gone to last, which may have left the queue since.
        only: what is gone through.
        in_time: it is gone through from first frame to last, and not from the worst on.
    """

    changed = pyqtSignal()
    went = pyqtSignal()
    settled = pyqtSignal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.queue = ReviewQueue(session.document.project)
        self.current: ReviewItem | None = None
        self.only = ReviewFilter()
        self.in_time = False
        self._slices = single_shot(self, PAUSE_MS, self._work)
        self._news = single_shot(self, NEWS_MS, self.changed.emit)
        self._sliced = 0.0
        session.document.changed.connect(self._follow)
        session.playhead_moved.connect(self._yield)
        self._slices.start()

    def close(self) -> None:
        """Follow the document no more."""
        self._session.document.changed.disconnect(self._follow)
        self._session.playhead_moved.disconnect(self._yield)
        self._slices.stop()
        self._news.stop()

    @property
    def is_current_open(self) -> bool:
        """True while the current place is still in the queue."""
        here = self.current
        return here is not None and self.queue.item(*here.place) is not None

    def ask_for(self, only: ReviewFilter, *, in_time: bool) -> None:
        """Go through these items only, in this order."""
        self.only, self.in_time = only, in_time
        self.changed.emit()

    def next(self) -> None:
        """Go to the next place, or say that there is none."""
        here = self.current
        if self.in_time:
            found = self.queue.next_in_time(*self._place(), only=self.only)
        else:
            found = self.queue.next_in_rank(here, self.only)
        self._arrive(found, "last", "next starts with the first again")

    def previous(self) -> None:
        """Go to the place before, or say that there is none."""
        found = None
        if self.in_time:
            found = self.queue.previous_in_time(*self._place(), only=self.only)
        elif self.current is not None:
            found = self.queue.previous_in_rank(self.current, self.only)
        self._arrive(found, "first", "go on with the next")

    def go_to(self, item: ReviewItem) -> None:
        """Select the item's object and show its frame."""
        self.current = item
        self._session.select(item.object_id)
        self._session.go_to(item.frame)
        self.went.emit()

    def confirm(self, *, whole_frame: bool = False) -> None:
        """Say that the current mask is right, or all masks of its frame are, and go on."""
        here = self._here()
        if here is None:
            return
        project = self._session.document.project
        ids = list(project.masks.at(here.frame)) if whole_frame else [here.object_id]
        edit = edits.confirm(project, here.frame, ids, True)
        self._settle(Edit("Confirm frame" if whole_frame else "Confirm mask", edit.changes))

    def dismiss(self) -> None:
        """Leave the current mask as it is, out of the queue as long as it stays so; and go on."""
        here = self._here()
        if here is not None:
            self._settle(dismiss(self._session.document.project, [here.place]))

    def bring_back(self) -> None:
        """Forget what was dismissed."""
        edit = bring_back_dismissed(self._session.document.project)
        if not edit.changes:
            self._session.problem.emit("Nothing was dismissed from the review queue.")
        self._session.do(edit)

    def _here(self) -> ReviewItem | None:
        """The current item where its frame is shown; else None, with a sentence."""
        here = self.current
        if here is None or not self.is_current_open or here.frame != self._session.playhead:
            self._session.problem.emit(GO_FIRST)
            return None
        return here

    def _settle(self, edit: Edit) -> None:
        if self._session.do(edit) and self.queue.count_of(self.only):
            self.next()
        else:
            self.went.emit()

    def _place(self) -> tuple[int, int]:
        here = self.current
        at_it = here is not None and here.frame == self._session.playhead
        return here.place if here is not None and at_it else (self._session.playhead, 0)

    def _arrive(self, item: ReviewItem | None, end: str, then: str) -> None:
        if item is not None:
            self.go_to(item)
        elif self.queue.count_of(self.only):
            self.current = self.current if end == "first" else None
            self._session.problem.emit(f"That was the {end} place to review; {then}.")
        elif self.queue.pending:
            self._session.problem.emit("The masks are still being looked through; one moment.")
        else:
            which = "" if self.only == ReviewFilter() else " of what the filter shows"
            self._session.problem.emit(f"Nothing{which} is left to review.")

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
