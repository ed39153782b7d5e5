"""A run that looks for new objects on the way, in a film whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_world import SeeingEngine, SeeingFinder, World, squares

from vostool.errors import ModelError, PromptError, UsageError
from vostool.finders.choice import Choice
from vostool.finders.finder import Candidate, Question, Way
from vostool.finders.identity import NewRules
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.locks import lock_objects
from vostool.project.object_edits import merge_objects
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.discovery.edit import DiscoveryEdits, added_anew, joined
from vostool.runs.discovery.looking import Asked, things_of
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import (
    Again,
    DiscoveredFrame,
    DiscoveryRules,
    Found,
    Grown,
    Looking,
    SeenAgain,
)
from vostool.runs.request import plan_run, run_edit

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH
ALL = Choice(score=0, smallest_area=0)
SMALL = NewRules(min_area=50)
EVERY5 = DiscoveryRules(every=5, new=SMALL, again=Again.JOIN)


class Run:
    """One run over a world, stored step by step as window and command line do."""

    def __init__(self, world: World, project: Project | None = None, **finder: object) -> None:
        self.world = world
        self.project = world.project() if project is None else project
        self.engine, self.finder = SeeingEngine(world), SeeingFinder(world, **finder)
        self.edits = DiscoveryEdits(self.project)
        self.frames: list[DiscoveredFrame] = []
        self.looks: list[Looking] = []

    def go(
        self, rules=EVERY5, way=FORWARD, *, until=None, between=None, tracks=True, **range_
    ) -> Run:
        """Up to and with frame ``until``; ``between(frame)`` is done after each step."""
        request = plan_discovery(self.project, way, **range_)
        asked = Asked(self.finder, Question(Way.EVERYTHING), self.engine, ALL)
        snapshot = self.project.snapshot()
        stop: list[int] = []
        steps = discover(
            snapshot, self.world.source, request, rules, asked, lambda: bool(stop), tracks
        )
        for step in steps:
            if isinstance(step, Looking):
                self.looks.append(step)
                continue
            self.frames.append(step)
            self.project.apply(self.edits(self.project, [step]))
            if between is not None:
                between(step.frame)
            if step.frame == until:
                stop.append(1)
        return self

    def tracks(self) -> dict[int, list[int]]:
        """Frames on which each object has a pixel."""
        rows = {oid: self.project.masks.row(oid) for oid in self.project.objects}
        return {
            oid: sorted(f for f, record in row.items() if not record.mask.is_empty)
            for oid, row in rows.items()
        }

    def square(self, object_id: int) -> set[int]:
        """Which squares an object's masks lie on."""
        found: set[int] = set()
        for frame, record in self.project.masks.row(object_id).items():
            under = self.world.ids[frame][record.mask.to_array()]
            found |= {int(n) for n in np.unique(under)}
        return found


def labelled(world: World, frame: int, square: int, label: str = "object") -> Project:
    """A project in which a person drew a square."""
    project = world.project()
    edit, oid = edits.add_object(project, label)
    project.apply(edit)
    record = MaskRecord(world.mask(frame, square), Provenance.EDITED)
    project.apply(edits.set_masks(project, [((frame, oid), record)], "Draw"))
    return project


@pytest.fixture(scope="module")
def entering() -> World:
    """Square 1 is there all the time, square 2 enters on frame 7 of 20."""
    return World(squares(20, (1, range(20), 5, 5), (2, range(7, 20), 10, 40)))


@pytest.fixture(scope="module")
def returning() -> World:
    """Square 1 all the time; square 2 is away on frames 6 to 12 and comes back elsewhere."""
    ids = squares(20, (1, range(20), 5, 5), (2, range(6), 10, 40), (2, range(13, 20), 30, 36))
    return World(ids)


def test_an_empty_project_gets_what_is_there_and_what_enters(entering) -> None:
    run = Run(entering).go()
    assert run.tracks() == {1: list(range(20)), 2: list(range(10, 20))}
    assert [run.square(oid) for oid in (1, 2)] == [{1}, {2}]
    assert [view.frame for view in run.finder.views] == [0, 5, 10, 15]
    assert [(n.frame, n.object_id) for n in run.edits.news] == [(0, 1), (10, 2)]
    assert {step.frame for step in run.looks} == {0, 5, 10, 15}
    assert run.project.prompts[10, 2].mask == entering.mask(10, 2), "an ordinary mask prompt"
    assert run.project.next_object_id() == 3


def test_the_finder_is_told_what_is_known(entering) -> None:
    run = Run(entering).go()
    assert [len(view.known) for view in run.finder.views] == [0, 1, 1, 2]
    assert all(view.engine is run.engine for view in run.finder.views)


def test_what_a_person_made_is_tracked_as_without_discovery(entering) -> None:
    project = labelled(entering, 3, 1, "car")
    project.apply(edits.set_prompts(project, 9, 1, Prompts(mask=entering.mask(9, 1)), "Prompt"))
    answer = MaskRecord(entering.mask(9, 1), Provenance.PROMPTED, 0.8)
    project.apply(edits.set_masks(project, [((9, 1), answer)], "Mask"))
    plain = project.snapshot()
    engine = SeeingEngine(entering)
    plan = plan_run(plain, FORWARD, origin=0)
    plain.apply(run_edit(plain, engine.track(plan, lambda: False)))
    before = project.snapshot()
    run = Run(entering, project).go(replace(EVERY5, again=Again.ASK))
    assert dict(run.project.masks.row(1)) == dict(plain.masks.row(1))
    assert run.engine.requests[0] == plan
    assert run.project.objects[1] == before.objects[1]
    assert run.project.masks.get(3, 1) == before.masks.get(3, 1)
    assert run.project.prompts[9, 1] == before.prompts[9, 1]


@pytest.mark.parametrize("backward", [False, True])
def test_new_ones_are_tracked_back_to_where_they_were_by_choice(entering, backward) -> None:
    run = Run(entering).go(replace(EVERY5, backward=backward))
    assert run.tracks()[2] == list(range(7 if backward else 10, 20))
    traced = [step.frame for step in run.frames if step.traced]
    assert traced == ([9, 8, 7] if backward else [])
    assert not [f for f in run.project.masks.row(2) if f < 7], "nothing is said of what was before"


def test_the_way_back_ends_where_it_meets_another_object() -> None:
    ids = squares(20, (1, range(20), 5, 5))
    ids[10:, 40:50, 30:40] = 2
    world = World(ids)
    run = Run(world)

    class Confused(SeeingEngine):
        def _mask(self, request, oid, frame):
            confused = oid == 2 and frame < 10
            return self.world.mask(frame, 1) if confused else super()._mask(request, oid, frame)

    run.engine = Confused(world)
    run.go(replace(EVERY5, backward=True))
    assert run.tracks() == {1: list(range(20)), 2: list(range(10, 20))}


def test_backward_is_the_mirror_image(entering) -> None:
    run = Run(entering).go(way=BACKWARD)
    assert run.tracks() == {1: list(range(20)), 2: list(range(7, 20))}
    assert [view.frame for view in run.finder.views] == [19, 14, 9, 4]


def test_both_ways_from_the_middle(entering) -> None:
    run = Run(entering).go(way=BOTH, origin=9)
    assert run.tracks() == {1: list(range(20)), 2: list(range(7, 20))}
    assert [view.frame for view in run.finder.views] == [9, 14, 19, 4]


def test_a_lost_object_that_is_back_keeps_its_number(returning) -> None:
    run = forgetful(returning).go()
    assert list(run.project.objects) == [1, 2]
    assert run.tracks()[2] == [*range(6), *range(15, 20)]
    assert run.square(2) == {2}
    (news,) = [n for n in run.edits.news if isinstance(n, SeenAgain)]
    assert (news.frame, news.object_id, news.answer) == (15, 2, Again.JOIN)
    assert run.edits.offers == []


def forgetful(world: World, project: Project | None = None) -> Run:
    run = Run(world, project)
    run.engine = SeeingEngine(world, forgets=True)
    return run


def test_an_offer_can_be_taken_or_turned_down(returning) -> None:
    run = forgetful(returning, labelled(returning, 0, 2, "car"))
    run.go(DiscoveryRules(every=2, new=SMALL))
    assert list(run.project.objects) == [1, 2], "the offered one has no number of its own"
    (offer,) = run.edits.offers
    assert (offer.frame, offer.object_id, offer.answer) == (14, 1, Again.ASK)
    assert offer.likeness > 0.75
    assert run.tracks()[1] == list(range(6))
    taken = run.project.snapshot()
    taken.apply(joined(taken, offer))
    assert taken.prompts[14, 1].mask == returning.mask(14, 2)
    assert taken.masks.get(14, 1).mask == returning.mask(14, 2)
    other, oid = added_anew(run.project, offer)
    run.project.apply(other)
    assert oid == 3
    assert run.project.prompts[14, 3].mask == returning.mask(14, 2)


def test_a_lost_one_may_get_a_new_number_but_never_silently(returning) -> None:
    run = forgetful(returning).go(replace(EVERY5, again=Again.NEW))
    assert list(run.project.objects) == [1, 2, 3]
    (said,) = [n for n in run.edits.news if isinstance(n, SeenAgain)]
    assert (said.object_id, said.new_id) == (2, 3)
    run.project.apply(merge_objects(run.project, 2, 3))
    assert run.tracks()[2] == [*range(6), *range(15, 20)]


class Losing(SeeingEngine):
    """From a frame on it follows the right quarter of a square alone, until it is told more."""

    def __init__(self, world: World, square: int, since: int) -> None:
        super().__init__(world)
        self.square, self.since = square, since

    def _mask(self, request, oid, frame):
        mask = super()._mask(request, oid, frame)
        under = self.world.ids[frame][mask.to_array()]
        told = any(k.object_id == oid and k.frame >= self.since for k in request.keyframes)
        if frame < self.since or told or not (under == self.square).any():
            return mask
        part = mask.to_array()
        part[:, : mask.bbox[0] + 3 * mask.bbox[2] // 4] = False
        return Mask.from_array(part)


@pytest.fixture(scope="module")
def staying() -> World:
    """Squares 1 and 2 all the time."""
    return World(squares(20, (1, range(20), 5, 5), (2, range(20), 10, 40)))


def whole_on(run: Run, object_id: int, square: int) -> list[int]:
    """Frames on which an object is the whole square."""
    row = run.project.masks.row(object_id)
    return sorted(f for f, record in row.items() if record.mask == run.world.mask(f, square))


@pytest.mark.parametrize("again", list(Again))
@pytest.mark.parametrize("backward", [False, True])
def test_a_found_object_that_is_followed_in_part_is_whole_again_at_a_look(
    staying, again, backward
) -> None:
    run = Run(staying)
    run.engine = Losing(staying, 2, since=7)
    run.go(replace(EVERY5, again=again, backward=backward))
    assert list(run.project.objects) == [1, 2]
    assert run.tracks() == {1: list(range(20)), 2: list(range(20))}
    assert whole_on(run, 2, 2) == list(range(20)), "the frames behind it as well"
    assert [step.frame for step in run.frames if step.traced] == [9, 8, 7]
    grown = [n for n in run.edits.news if isinstance(n, Grown)]
    assert [(n.frame, n.object_id, n.mask) for n in grown] == [(10, 2, staying.mask(10, 2))]
    assert run.project.prompts[10, 2].mask == staying.mask(10, 2)
    assert run.edits.offers == []


def test_the_way_back_of_one_that_grew_replaces_parts_alone(staying) -> None:
    """It was followed in part on frames 3 and 7 to 9."""

    class Winking(Losing):
        def _mask(self, request, oid, frame):
            mask = super()._mask(request, oid, frame)
            told = {k.frame for k in request.keyframes if k.object_id == oid} - {0}
            if frame != 3 or told or self.world.mask(3, 2) != mask:
                return mask
            part = mask.to_array()
            part[:, : mask.bbox[0] + 15] = False
            return Mask.from_array(part)

    run = Run(staying)
    run.engine = Winking(staying, 2, since=7)
    run.go()
    assert whole_on(run, 2, 2) == list(range(20))
    assert [step.frame for step in run.frames if step.traced] == [9, 8, 7, 3]


def test_one_that_a_person_confirms_behind_the_look_keeps_that_mask(staying) -> None:
    run = Run(staying)
    run.engine = Losing(staying, 2, since=7)
    confirmed = []

    def confirm(frame: int) -> None:
        if frame == 12:
            record = replace(run.project.masks.get(8, 2), confirmed=True)
            confirmed.append(record)
            run.project.apply(edits.set_masks(run.project, [((8, 2), record)], "Confirm"))

    run.go(between=confirm)
    assert run.project.masks.get(8, 2) == confirmed[0]
    assert whole_on(run, 2, 2) == [*range(8), *range(9, 20)]


def test_an_object_that_a_run_before_found_is_whole_again_as_well(staying) -> None:
    first = Run(staying)
    first.engine = Losing(staying, 2, since=7)
    first.go(until=8)
    second = Run(staying, first.project)
    second.engine = Losing(staying, 2, since=7)
    second.go(replace(EVERY5, start=0), origin=9)
    assert whole_on(second, 2, 2) == [*range(7), *range(10, 20)]
    assert list(second.project.objects) == [1, 2]
    assert not [step for step in second.frames if step.traced], "it began with that object"


@pytest.mark.parametrize("how", ["drawn", "confirmed", "clicked", "locked"])
def test_what_a_person_made_confirmed_or_locked_does_not_grow(staying, how) -> None:
    project = labelled(staying, 0, 2) if how == "drawn" else Run(staying).go(until=3).project
    oid = 1 if how == "drawn" else 2
    record = project.masks.get(2, oid)
    if how == "confirmed":
        confirmed = replace(record, confirmed=True)
        project.apply(edits.set_masks(project, [((2, oid), confirmed)], "Confirm"))
    elif how == "clicked":
        clicks = Prompts(points=(Point(12.0, 50.0),))
        project.apply(edits.set_prompts(project, 2, oid, clicks, "Click"))
    elif how == "locked":
        project.apply(lock_objects(project, [oid], True))
    before = dict(project.masks.row(oid))
    run = Run(staying, project)
    run.engine = Losing(staying, 2, since=7)
    run.go()
    assert not [n for n in run.edits.news if isinstance(n, Grown)]
    assert {k for k in run.project.prompts if k[1] == oid} <= {(0, oid), (2, oid)}
    assert not [f for f in whole_on(run, oid, 2) if f >= 7]
    if how == "locked":
        assert dict(project.masks.row(oid)) == before


def test_one_that_a_person_confirms_while_the_run_goes_gets_no_prompt(staying) -> None:
    run = Run(staying)
    run.engine = Losing(staying, 2, since=7)

    def confirm(frame: int) -> None:
        if frame == 9:
            record = replace(run.project.masks.get(8, 2), confirmed=True)
            run.project.apply(edits.set_masks(run.project, [((8, 2), record)], "Confirm"))

    run.go(between=confirm)
    assert (10, 2) not in run.project.prompts
    assert not [n for n in run.edits.news if isinstance(n, Grown)]


def test_what_was_found_as_a_part_stays_one(staying) -> None:
    """A quarter of a square was found and is followed: it looks as it did."""
    world = World(staying.ids)

    class Picky(SeeingFinder):
        def find(self, view, question):
            for look in super().find(view, question):
                parts = tuple(map(self._part, look.candidates))
                yield look if view.frame else replace(look, candidates=parts)

        def _part(self, candidate):
            part = candidate.mask.to_array()
            part[:, : candidate.mask.bbox[0] + 15] = False
            return replace(candidate, mask=Mask.from_array(part))

    run = Run(world)
    run.finder = Picky(world)
    run.engine = Losing(world, 2, since=0)
    run.go()
    assert not [n for n in run.edits.news if isinstance(n, Grown)]


def test_what_is_gone_for_long_is_searched_no_more_until_a_look_sees_it() -> None:
    away = [(1, range(40), 5, 5), (2, range(4), 10, 40), (2, range(29, 40), 20, 40)]
    run = forgetful(World(squares(40, *away))).go()
    ids = [sorted({key.object_id for key in r.keyframes}) for r in run.engine.requests]
    assert ids == [[1, 2], [1], [1, 2]]
    assert [r.origin for r in run.engine.requests] == [0, 13, 30]
    assert run.tracks() == {1: list(range(40)), 2: [*range(4), *range(30, 40)]}
    assert not [f for f in run.project.masks.row(2) if 13 < f < 30]


def test_what_was_seen_for_long_is_searched_for_twice_as_long() -> None:
    away = [(1, range(40), 5, 5), (2, range(9), 10, 40)]
    run = forgetful(World(squares(40, *away))).go()
    assert [r.origin for r in run.engine.requests] == [0, 26]
    assert {key.object_id for key in run.engine.requests[1].keyframes} == {1}


def test_what_reaches_from_edge_to_edge_is_no_thing() -> None:
    def boxed(*corners: float, whole: int | None = None) -> Candidate:
        return Candidate(Box(*corners), 0.9, whole=whole)

    ground, post, car = boxed(0, 60, 160, 90), boxed(40, 0, 60, 90), boxed(0, 30, 100, 89)
    listed = [ground, boxed(5, 61, 20, 70, whole=0), post, car, boxed(9, 40, 20, 50, whole=3)]
    assert things_of(listed, 90, 160) == [
        boxed(5, 61, 20, 70), car, boxed(9, 40, 20, 50, whole=1),
    ]  # fmt: skip


def test_a_person_that_said_absent_is_believed(returning) -> None:
    project = labelled(returning, 0, 2, "car")
    absent = MaskRecord(Mask.empty(64, 96), Provenance.EDITED)
    project.apply(edits.set_masks(project, [((15, 1), absent)], "Absent"))
    run = forgetful(returning, project).go()
    assert run.project.masks.get(15, 1) == absent
    assert not [n for n in run.edits.news if isinstance(n, SeenAgain)]


def test_a_locked_object_is_asked_about_and_left_alone(returning) -> None:
    project = labelled(returning, 0, 2, "car")
    project.apply(lock_objects(project, [1], True))
    before = dict(project.masks.row(1))
    run = Run(returning, project).go()
    assert dict(run.project.masks.row(1)) == before
    offer = run.edits.offers[0]
    assert offer.object_id == 1
    with pytest.raises(PromptError, match="locked"):
        joined(run.project, offer)


def test_without_tracking_only_the_frames_looked_at_get_masks(entering) -> None:
    run = Run(entering).go(tracks=False)
    assert run.tracks() == {1: [0, 5, 10, 15], 2: [10, 15]}
    assert [run.square(oid) for oid in (1, 2)] == [{1}, {2}]
    assert run.engine.requests == []
    assert [step.frame for step in run.frames] == [0, 5, 10, 15]


def test_it_looks_only_inside_the_spans_that_are_named(entering) -> None:
    run = Run(entering).go(replace(EVERY5, where=((2, 4), (8, 16))))
    assert [view.frame for view in run.finder.views] == [2, 8, 13]
    assert run.tracks() == {1: list(range(2, 20)), 2: list(range(8, 20))}


def test_no_more_objects_than_are_wanted(entering) -> None:
    run = Run(entering).go(replace(EVERY5, new=NewRules(min_area=50, max_objects=1)))
    assert list(run.project.objects) == [1]
    assert run.square(1) == {1}, "the better score"


def test_boxes_get_masks_from_the_engine_and_labels_stay(entering) -> None:
    run = Run(entering, boxes=True, label="cat").go()
    assert [known.label for known in run.project.objects.values()] == ["cat", "cat"]
    assert run.project.masks.get(10, 2).mask == entering.mask(10, 2)


def test_what_a_person_makes_while_the_run_goes_keeps_its_number(entering) -> None:
    run = Run(entering)

    def person(frame: int) -> None:
        if frame == 8:
            edit, oid = edits.add_object(run.project, "mine")
            run.project.apply(edit)
            record = MaskRecord(Mask.from_array(np.eye(64, 96)), Provenance.EDITED)
            run.project.apply(edits.set_masks(run.project, [((8, oid), record)], "Draw"))

    run.go(between=person)
    assert {oid: known.label for oid, known in run.project.objects.items()} == {
        1: "object", 2: "mine", 3: "object",
    }  # fmt: skip
    assert run.tracks() == {1: list(range(20)), 2: [8], 3: list(range(10, 20))}


def test_what_a_person_labels_while_the_run_goes_is_not_found_as_well(entering) -> None:
    run = Run(entering)

    def person(frame: int) -> None:
        if frame == 8:
            edit, oid = edits.add_object(run.project, "mine")
            run.project.apply(edit)
            record = MaskRecord(entering.mask(10, 2), Provenance.EDITED)
            run.project.apply(edits.set_masks(run.project, [((10, oid), record)], "Draw"))

    run.go(between=person)
    assert [known.label for known in run.project.objects.values()] == ["object", "mine"]


def test_what_a_person_deletes_while_the_run_goes_stays_deleted(entering) -> None:
    run = Run(entering)

    def person(frame: int) -> None:
        if frame == 12:
            run.project.apply(edits.delete_object(run.project, 2))

    run.go(between=person)
    assert run.tracks() == {1: list(range(20))}


def test_cancelled_in_the_middle_of_a_look_what_was_found_stays(entering) -> None:
    run = Run(entering)
    request = plan_discovery(run.project, FORWARD)
    asked = Asked(run.finder, Question(Way.EVERYTHING), run.engine, ALL)
    stop: list[int] = []
    steps = discover(
        run.project.snapshot(), entering.source, request, EVERY5, asked, lambda: bool(stop)
    )
    for step in steps:
        if isinstance(step, Looking):
            stop += [1] if step.frame == 10 else []
        else:
            run.project.apply(run.edits(run.project, [step]))
    assert run.tracks() == {1: list(range(10))}


def test_a_finder_that_fails_ends_the_run_with_what_was_done(entering) -> None:
    run = Run(entering)
    find = run.finder.find

    def failing(view, question):
        if view.frame == 10:
            raise ModelError("There is not enough memory; close other programs.")
        return find(view, question)

    run.finder.find = failing
    with pytest.raises(ModelError, match="memory"):
        run.go()
    assert run.tracks() == {1: list(range(10))}


@pytest.mark.parametrize("every", [0, -3])
def test_every_no_frame_is_refused(every) -> None:
    with pytest.raises(UsageError):
        DiscoveryRules(every=every)


def test_a_range_outside_the_source_is_refused(entering) -> None:
    with pytest.raises(PromptError, match="not all in the source"):
        plan_discovery(entering.project(), FORWARD, first=3, last=20)


@st.composite
def films(draw):
    """Up to four squares that come and go, each in a row of its own; frames 0..23."""
    shown = []
    for square in range(1, draw(st.integers(1, 4)) + 1):
        begins = draw(st.integers(0, 18))
        ends = draw(st.integers(begins + 3, 24))
        shown.append((square, range(begins, ends), 4, 2 + 15 * (square - 1)))
        back = draw(st.integers(ends + 2, 30))
        if back < 22:
            shown.append((square, range(back, 24), 40, 2 + 15 * (square - 1)))
    return World(squares(24, *shown, side=13))


@settings(deadline=None, max_examples=25)
@given(films(), st.integers(1, 9), st.integers(0, 22), st.sampled_from(list(Again)))
def test_a_run_cut_in_two_and_resumed_gives_the_same_objects(world, every, cut, again) -> None:
    rules = DiscoveryRules(every=every, new=SMALL, again=again)
    whole = forgetful(world).go(rules)
    first = forgetful(world).go(rules, until=cut)
    rest = forgetful(world, first.project).go(replace(rules, start=0), origin=cut)
    assert dict(rest.project.objects) == dict(whole.project.objects)
    assert rest.tracks() == whole.tracks()
    assert rest.project.prompts == whole.project.prompts


@settings(deadline=None, max_examples=25)
@given(films(), st.integers(1, 9), st.sampled_from([FORWARD, BACKWARD, BOTH]), st.booleans())
def test_every_object_is_one_square_and_every_square_one_object(world, every, way, back) -> None:
    rules = DiscoveryRules(every=every, new=SMALL, again=Again.JOIN, backward=back)
    run = forgetful(world).go(rules, way)
    owned: dict[int, int] = {}
    for oid in run.project.objects:
        (square,) = run.square(oid) - {0}
        assert owned.setdefault(square, oid) == oid
    seen = [view.frame for view in run.finder.views]
    assert set(owned) >= {int(n) for f in seen for n in np.unique(world.ids[f]) if n}
    found = [n for n in run.edits.news if isinstance(n, Found)]
    assert [n.object_id for n in found] == list(run.project.objects)
