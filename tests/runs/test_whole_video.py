"""A run by what detects and tracks in one, in a film whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_world import SeeingTracker, World, squares

from vostool.errors import UsageError
from vostool.finders.identity import NewRules
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.values import Found
from vostool.runs.discovery.whole import Followed, follow

SMALL = NewRules(min_area=50)
NAMES = {1: "car", 2: "dog"}


def went(
    world: World,
    project: Project,
    rules: NewRules = SMALL,
    *,
    tracker: SeeingTracker | None = None,
    until: int | None = None,
    between=lambda _frame: None,
    **range_: int,
) -> list[Found]:
    """Run over a world, stored step by step as window and command line do; what was found."""
    tracker = tracker or SeeingTracker(world, NAMES)
    make = DiscoveryEdits(project)
    request = plan_discovery(project, Direction.FORWARD, object_ids=(), **range_)
    asked, seen = Followed(tuple(dict.fromkeys(tracker.names.values())), rules), []
    steps = follow(
        project.snapshot(), world.source, request, tracker, asked,
        lambda: until is not None and until in seen,
    )  # fmt: skip
    for step in steps:
        if step is not None:
            seen.append(step.frame)
            project.apply(make(project, [step]))
            between(step.frame)
    return [said for said in make.news if isinstance(said, Found)]


def labelled(project: Project, object_label: str, masks: dict[int, Mask], **record) -> int:
    edit, oid = edits.add_object(project, object_label)
    project.apply(edit)
    for frame, mask in masks.items():
        project.masks.put(frame, oid, MaskRecord(mask, record.get("by", Provenance.EDITED), 1.0))
    return oid


def masks_of(project: Project, oid: int) -> dict[int, Mask]:
    return {frame: record.mask for frame, record in project.masks.row(oid).items()}


def test_every_object_keeps_one_number_from_where_it_appears():
    world = World(squares(12, (1, range(12), 5, 5), (2, range(4, 10), 40, 30)))
    project = world.project()
    found = went(world, project)
    assert [(each.frame, each.object_id, each.label) for each in found] == [
        (0, 1, "car"),
        (4, 2, "dog"),
    ]
    assert masks_of(project, 1) == {frame: world.mask(frame, 1) for frame in range(12)}
    assert masks_of(project, 2) == {frame: world.mask(frame, 2) for frame in range(4, 12)}
    assert project.masks.get(11, 2).mask.is_empty  # it left: told as every engine tells it
    assert project.prompts == {
        (0, 1): Prompts(mask=world.mask(0, 1)),
        (4, 2): Prompts(mask=world.mask(4, 2)),
    }
    kinds = {f: record.provenance for f, record in project.masks.row(2).items()}
    assert kinds == {4: Provenance.FOUND} | dict.fromkeys(range(5, 12), Provenance.TRACKED)


def test_numbers_go_on_behind_those_that_there_were():
    world = World(squares(6, (1, range(6), 5, 5)))
    project = world.project()
    for _ in range(3):
        labelled(project, "bird", {})
    project.apply(edits.delete_object(project, 3))
    (found,) = went(world, project)
    assert found.object_id == 4


def test_what_a_person_labelled_is_that_object_and_none_of_its_masks_is_replaced():
    world = World(squares(8, (1, range(8), 5, 5)))
    project = world.project()
    drawn = {2: shifted(world.mask(2, 1), 2), 5: shifted(world.mask(5, 1), -2)}
    oid = labelled(project, "my car", drawn)
    assert went(world, project, first=2) == []
    wanted = {frame: world.mask(frame, 1) for frame in range(2, 8)} | drawn
    assert masks_of(project, oid) == wanted
    assert list(project.objects) == [oid] and project.objects[oid].label == "my car"


@pytest.mark.parametrize("by", [Provenance.TRACKED, Provenance.PROMPTED, Provenance.IMPORTED])
def test_masks_that_are_there_stay_whoever_made_them(by):
    world = World(squares(6, (1, range(6), 5, 5)))
    project = world.project()
    before = {frame: shifted(world.mask(frame, 1), 3) for frame in range(4)}
    oid = labelled(project, "car", before, by=by)
    went(world, project)
    assert {f: masks_of(project, oid)[f] for f in before} == before
    assert set(masks_of(project, oid)) == set(range(6))


def test_a_locked_object_is_known_and_not_changed():
    world = World(squares(6, (1, range(6), 5, 5)))
    project = world.project()
    oid = labelled(project, "car", {0: world.mask(0, 1)})
    project.apply(lock_objects(project, [oid], True))
    assert went(world, project) == []
    assert masks_of(project, oid) == {0: world.mask(0, 1)}


def test_what_lies_for_the_most_part_on_another_object_is_none_until_it_is_free():
    world = World(squares(12, (1, range(12), 5, 5)))
    project = world.project()
    covering = np.zeros((64, 96), bool)
    covering[:40, :20] = True
    oid = labelled(project, "hedge", dict.fromkeys(range(4), Mask.from_array(covering)))
    (found,) = went(world, project)
    assert (found.frame, found.object_id) == (4, oid + 1)


def test_two_phrases_that_see_one_thing_make_one_object():
    world = World(squares(6, (1, range(6), 5, 5)))
    project = world.project()
    tracker = SeeingTracker(world, {1: "car"}, also={1: "van"})
    (found,) = went(world, project, tracker=tracker)
    assert found.label == "car"


def test_no_more_and_no_smaller_objects_than_asked_for():
    world = World(squares(4, (1, range(4), 5, 5), (2, range(4), 40, 30)))
    project = world.project()
    labelled(project, "bird", {})
    assert len(went(world, project, NewRules(max_objects=2, min_area=50))) == 1
    assert went(world, world.project(), NewRules(min_area=401)) == []


def test_a_run_that_is_cancelled_keeps_what_it_found():
    world = World(squares(9, (1, range(9), 5, 5)))
    project = world.project()
    went(world, project, until=3)
    assert set(masks_of(project, 1)) == {0, 1, 2, 3}


def test_what_a_person_labels_meanwhile_is_not_found_again():
    world = World(squares(9, (1, range(9), 5, 5), (2, range(4, 9), 40, 30)))
    project = world.project()

    def draw(frame: int) -> None:
        if frame == 2:
            labelled(project, "mine", {4: world.mask(4, 2)})

    found = went(world, project, between=draw)
    assert [each.label for each in found] == ["car"]


def test_a_phrase_that_makes_no_sense_changes_nothing():
    world = World(squares(3, (1, range(3), 5, 5)))
    project = world.project()
    with pytest.raises(UsageError):
        went(world, project, tracker=SeeingTracker(world, {1: ""}))
    assert not project.objects


def shifted(mask: Mask, by: int) -> Mask:
    return Mask.from_array(np.roll(mask.to_array(), by, axis=0))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(1, 8), st.integers(0, 60), st.integers(0, 44)),
        min_size=1, max_size=4,
    ),
    st.sets(st.integers(0, 7), max_size=3),
)  # fmt: skip
def test_whatever_comes_no_two_objects_are_one_and_what_was_there_stays(shown, drawn):
    world = World(
        squares(8, *((n, range(a, min(a + d, 8)), x, y) for n, (a, d, x, y) in enumerate(shown, 1)))
    )
    project = world.project()
    before = {f: world.mask(f, 1) for f in drawn if not world.mask(f, 1).is_empty}
    mine = labelled(project, "mine", before) if before else None
    tracker = SeeingTracker(world, {n: f"thing {n}" for n in range(1, len(shown) + 1)})
    found = went(world, project, tracker=tracker)
    assert len({each.object_id for each in found}) == len(found)
    assert {each.object_id for each in found} | ({mine} if mine else set()) == set(project.objects)
    for frame, mask in before.items():
        assert project.masks.get(frame, mine).mask == mask
    for each in found:
        square = int(each.label.split()[1])
        for frame, mask in masks_of(project, each.object_id).items():
            assert mask.is_empty or mask == world.mask(frame, square) or frame == each.frame
