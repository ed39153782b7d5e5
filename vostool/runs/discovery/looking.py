"""One look for new objects: ask the finder, leave out what is known, number the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from vostool.finders.choice import Choice, overlaps_of, shown
from vostool.finders.fill import fill
from vostool.finders.finder import Candidate, Finder, Question, View, Way
from vostool.finders.ground import crosses
from vostool.finders.identity import new_things, seen_before
from vostool.finders.looks import Looks, looks_of
from vostool.frames import Image
from vostool.masks.mask import Mask
from vostool.models.engine import Cancelled, Engine
from vostool.project.locks import locked_objects
from vostool.runs.discovery.growing import Growth
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.values import (
    Again,
    DiscoveryRules,
    Found,
    Looking,
    News,
    SeenAgain,
    StillThere,
)


@dataclass(frozen=True)
class Asked:
    """Who is asked for new objects, and what.

    Attributes:
        engine: opened on the source; it makes masks of boxes.
        choice: which candidates count.
    """

    finder: Finder
    question: Question
    engine: Engine
    choice: Choice = Choice()  # noqa: RUF009  # frozen


@dataclass
class Looker:
    """Looks on one frame after the other, and remembers what it asked the person about.

    Args:
        open: by id of the lost object, the looks of what the person is asked about already.

    Attributes:
        news: of the last look.
    """

    memory: Memory
    rules: DiscoveryRules
    asked: Asked
    next_id: int
    open: dict[int, Looks] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    _growth: Growth = field(init=False)

    def __post_init__(self) -> None:
        self._growth = Growth(self.memory, self.rules.new)

    def look(self, frame: int, picture: Image, cancelled: Cancelled) -> Iterator[Looking]:
        """Ask the finder; :attr:`news` holds what came of it, nothing where it was cancelled.

        Raises:
            ModelError, UsageError: from the finder or the engine.
        """
        self.news = []
        there, rules = self.memory.visible(frame), self.rules.new
        doubtful = self._growth.doubtful(frame, picture)
        sure = tuple(mask for oid, mask in there.items() if oid not in doubtful)
        view = View(frame, picture, self.asked.engine, sure)
        candidates: tuple[Candidate, ...] = ()
        looks = self.asked.finder.find(view, self.asked.question)
        with closing_if_possible(looks):
            for look in looks:
                if cancelled():
                    return
                candidates = look.candidates
                yield Looking(frame, look.done, look.total)
        masked: tuple[Candidate, ...] = ()
        chosen = self._things(candidates, self.asked.choice, picture)
        for look in fill(chosen, view):
            if cancelled():
                return
            masked = look.candidates
            yield Looking(frame, look.done, look.total)
        if doubtful:
            wholes = [*masked, *self._things(candidates, _all_good(self.asked.choice), picture)]
            grown = self._growth.grown(frame, picture, wholes, doubtful)
            there |= {said.object_id: said.mask for said in grown}
            self._say(grown)
        # A thing that was lost needs no room: it has its number already.
        known = tuple(there.values())
        things = new_things(masked, known, replace(rules, max_objects=max(len(masked), 1)))
        if things:
            found = [(masked[thing.index], thing.mask) for thing in things]
            self._tell(frame, picture, found)

    def _things(
        self, candidates: tuple[Candidate, ...], choice: Choice, picture: Image
    ) -> list[Candidate]:
        chosen = _chosen(candidates, choice, picture)
        if self.asked.question.way is Way.EVERYTHING and choice.box_size_threshold < 1:
            return things_of(chosen, *picture.shape[:2])
        return chosen

    def _say(self, news: Sequence[News]) -> None:
        """Tell it, and remember what an object looks like that is followed from here."""
        self.news += news
        for said in news:
            if not isinstance(said, SeenAgain) or said.answer is Again.JOIN:
                self._growth.add(said.frame, said.object_id, said.mask)

    def _tell(self, frame: int, picture: Image, found: list[tuple[Candidate, Mask]]) -> None:
        """Sort the new things: lost ones that are back, those asked about before, and new ones."""
        rules, memory = self.rules, self.memory
        looks = [looks_of(picture, mask, frame, candidate.label) for candidate, mask in found]
        lost = memory.lost(frame)
        # What was asked about is recognised by how it looked then, and is not asked about again.
        offered = {oid: seen for oid, seen in self.open.items() if oid in lost}
        waiting = seen_before(offered, looks, rules.new.likeness)
        for index, (oid, _) in waiting.items():
            self.open[oid] = looks[index]
            self.news.append(StillThere(frame, oid, found[index][1]))
        rest = [index for index in range(len(found)) if index not in waiting]
        free = {oid: seen for oid, seen in lost.items() if oid not in offered}
        pairs = seen_before(free, [looks[index] for index in rest], rules.new.likeness)
        room = rules.new.max_objects - memory.count
        for position, index in enumerate(rest):
            candidate, mask = found[index]
            pair = pairs.get(position)
            if pair is not None and self._may_be(frame, pair, candidate, mask, looks[index]):
                continue
            if room < 1:
                continue
            room -= 1
            self._number(frame, candidate, mask, pair)

    def _may_be(
        self,
        frame: int,
        pair: tuple[int, float],
        candidate: Candidate,
        mask: Mask,
        looks: Looks,
    ) -> bool:
        """Tell of a thing that may be a lost object; False where it is to be a new one."""
        oid, alike = pair
        answer = self.rules.again
        if answer is Again.NEW:
            return False
        if oid in locked_objects(self.memory.project):
            answer = Again.ASK
        if answer is Again.ASK:
            self.open[oid] = looks
        said = SeenAgain(frame, oid, mask, alike, answer, candidate.label, candidate.score)
        self._say([said])
        return True

    def _number(
        self, frame: int, candidate: Candidate, mask: Mask, pair: tuple[int, float] | None
    ) -> None:
        """A new object with a number of its own, which no object of the project has."""
        oid = self.next_id
        self.next_id += 1
        self.memory.name(oid, candidate.label)
        self._say([Found(frame, oid, mask, candidate.label, candidate.score)])
        if pair is not None:
            old, alike = pair
            said = SeenAgain(frame, old, mask, alike, Again.NEW, candidate.label, candidate.score)
            self.news.append(replace(said, new_id=oid))


def _all_good(choice: Choice) -> Choice:
    """Parts and rivals as well: the best of them need not be the whole that is looked for."""
    return replace(choice, parts=True, overlap=1.0)


def _chosen(candidates: tuple[Candidate, ...], choice: Choice, picture: Image) -> list[Candidate]:
    """Those that count, best first; which is a part of which is told anew."""
    kept = shown(candidates, choice, overlaps_of(candidates, *picture.shape[:2]))
    places = {index: place for place, index in enumerate(kept)}
    chosen = [candidates[index] for index in kept]
    return [
        replace(each, whole=None if each.whole is None else places.get(each.whole))
        for each in chosen
    ]


def things_of(candidates: Sequence[Candidate], height: int, width: int) -> list[Candidate]:
    """Those that do not reach from one edge of the picture to the opposite one: meadow, wall, post.

    One whose whole goes is a part of nothing.
    """
    kept = [i for i, c in enumerate(candidates) if not crosses(c, height, width)]
    places = {index: place for place, index in enumerate(kept)}
    return [
        replace(c, whole=None if c.whole is None else places.get(c.whole))
        for c in (candidates[index] for index in kept)
    ]


def closing_if_possible(steps: Iterator[object]) -> closing[_Closes]:
    """Closes a generator at the end; other iterators have nothing to close."""
    return closing(_Closes(steps))


class _Closes:
    def __init__(self, steps: Iterator[object]) -> None:
        self._steps = steps

    def close(self) -> None:
        """Let the iterator give back what it holds."""
        close = getattr(self._steps, "close", None)
        if close is not None:
            close()
