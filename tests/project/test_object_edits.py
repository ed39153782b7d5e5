"""Who is who: merge, split, swap, move, renumber; ranges confirmed, absent, copied, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction, SegmentReply, TrackedFrame
from vostool.project import edits, object_edits, range_edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.locks import lock_objects, locked_objects
from vostool.project.mask_notes import DISMISSED, NotePlace, note_cell, note_value, read_note
from vostool.project.object_edits import Overlap
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.project.renumbering import renumber_objects
from vostool.runs.request import keyframes, plan_run, run_edit

LAST = 19
NOTHING = Mask.empty(6, 8)
PICTURES = [
    NOTHING,
    *(Mask.from_array(np.random.default_rng(n).random((6, 8)) > 0.5) for n in range(3)),
]
CLICK = Prompts(points=(Point(1, 2),))
KEYS = st.tuples(st.integers(0, LAST), st.integers(1, 3))
RECORDS = st.builds(
    MaskRecord, st.sampled_from(PICTURES), st.sampled_from(Provenance),
    st.none() | st.just(0.5), st.booleans(),
)  # fmt: skip


def note(project: Project, frame: int, oid: int) -> None:
    record = project.masks.get(frame, oid)
    assert record is not None
    cell = note_cell(DISMISSED, frame, oid)
    project.load([(cell, note_value(record.mask, True))])


def build(make: Callable[[], Project], held: dict, clicks: set, locked: set) -> Project:
    project = make()
    for _ in range(3):
        project.apply(edits.add_object(project)[0])
    project.load((Cell(Table.MASKS, key), record) for key, record in held.items())
    project.load((Cell(Table.PROMPTS, key), CLICK) for key in clicks)
    project.apply(lock_objects(project, locked, True))
    for frame, oid in list(held)[::2]:
        note(project, frame, oid)
    return project


PARTS = st.tuples(
    st.dictionaries(KEYS, RECORDS, max_size=12),
    st.sets(KEYS, max_size=4),
    st.sets(st.integers(1, 3), max_size=2),
)


def pixels(project: Project, frame: int, *ids: int) -> np.ndarray:
    found = np.zeros((6, 8), bool)
    for oid in ids:
        record = project.masks.get(frame, oid)
        if record is not None:
            found |= record.mask.to_array()
    return found


def some_edit(project: Project, which: int, frame: int, overlap: Overlap) -> Edit:
    first, last = sorted((frame, 7))
    made = [
        lambda: object_edits.merge_objects(project, 1, 2, overlap),
        lambda: object_edits.split_object(project, 1, frame)[0],
        lambda: object_edits.swap_identities(project, 1, 3, frame),
        lambda: object_edits.move_range(project, 2, 3, first, last, overlap=overlap),
        lambda: object_edits.change_label_range(project, 1, "cat", first, last)[0],
        lambda: object_edits.rename_label(project, "object", "dog"),
        lambda: renumber_objects(project),
        lambda: range_edits.delete_range(project, first, last, None if frame % 2 else [1]),
        lambda: range_edits.confirm_range(project, first, last, frame % 2 == 0),
        lambda: range_edits.mark_absent(project, [1, 2], first, last),
        lambda: range_edits.copy_mask(project, 1, frame, (frame + 1) % 20),
        lambda: range_edits.copy_mask_over(project, 1, frame, first, last),
        lambda: range_edits.set_edited_mask(project, frame, 2, PICTURES[frame % 4]),
        lambda: lock_objects(project, [1, 2], frame % 2 == 0),
    ]
    try:
        return made[which % len(made)]()
    except PromptError:
        return Edit("Nothing", ())


@settings(max_examples=100, deadline=None)
@given(PARTS, st.integers(0, 13), st.integers(0, LAST), st.sampled_from(Overlap))
def test_every_edit_undone_gives_the_same_project(
    make_project, content, parts, which, frame, overlap
) -> None:
    project = build(make_project, *parts)
    before = content(project)
    edit = some_edit(project, which, frame, overlap)
    assert content(project) == before, "a builder changes nothing"
    assert len({change.cell for change in edit.changes}) == len(edit.changes)
    project.apply(edit)
    after = content(project)
    project.revert(edit)
    assert content(project) == before
    project.apply(edit)
    assert content(project) == after
    assert {oid for _, oid, _ in project.masks.items()} <= set(project.objects)
    assert all(known.id == oid for oid, known in project.objects.items())
    assert project.next_object_id() not in project.objects


@settings(max_examples=40, deadline=None)
@given(PARTS, st.sampled_from(Overlap))
def test_merging_keeps_every_pixel_or_the_first_mask(make_project, parts, overlap) -> None:
    project = build(make_project, *parts)
    old = project.snapshot()
    project.apply(object_edits.merge_objects(project, 1, 2, overlap))
    assert 2 not in project.objects and not project.masks.row(2)
    assert all(oid != 2 for _, oid in project.prompts) and 2 not in locked_objects(project)
    for frame in range(20):
        one, two = old.masks.get(frame, 1), old.masks.get(frame, 2)
        new = project.masks.get(frame, 1)
        if overlap is Overlap.UNION:
            assert np.array_equal(pixels(project, frame, 1), pixels(old, frame, 1, 2))
        elif one is not None and not one.mask.is_empty:
            assert new == one
        elif two is not None and (one is None or not (one.is_kept or (frame, 1) in old.prompts)):
            assert new == (two if one is None or not two.mask.is_empty else one)
        assert (new is None) == (one is None and two is None)
        assert project.masks.get(frame, 3) == old.masks.get(frame, 3)


def test_a_union_that_a_person_has_a_part_in_is_an_edited_mask(make_project) -> None:
    a, b = (
        MaskRecord(m, Provenance.TRACKED, s) for m, s in zip(PICTURES[1:3], (0.9, 0.4), strict=True)
    )
    project = build(
        make_project, {(f, o): r for f in (1, 2) for o, r in ((1, a), (2, b))}, {(2, 2)}, set()
    )
    project.apply(object_edits.merge_objects(project, 1, 2))
    plain, prompted = project.masks.get(1, 1), project.masks.get(2, 1)
    assert plain is not None and prompted is not None
    assert (plain.provenance, plain.score) == (Provenance.TRACKED, 0.4)
    assert (prompted.provenance, prompted.score) == (Provenance.EDITED, None)
    assert project.prompts == {(2, 1): Prompts(mask=prompted.mask)}, (
        "the click alone made another mask"
    )


@settings(max_examples=40, deadline=None)
@given(PARTS, st.integers(0, LAST))
def test_splitting_moves_everything_from_the_frame_on(make_project, parts, frame) -> None:
    project = build(make_project, *parts)
    old = project.snapshot()
    try:
        edit, new = object_edits.split_object(project, 1, frame)
    except PromptError:
        sides = {f < frame for f in {*old.masks.row(1), *old.prompted_frames(1)}}
        assert sides != {True, False}
        return
    project.apply(edit)
    assert new == 4 and project.objects[new].label == project.objects[1].label
    for at in range(20):
        side, other = (new, 1) if at >= frame else (1, new)
        assert project.masks.get(at, side) == old.masks.get(at, 1)
        assert project.prompts.get((at, side)) == old.prompts.get((at, 1))
        assert project.masks.get(at, other) is None and (at, other) not in project.prompts
        record = project.masks.get(at, side)
        if record is not None:
            told = read_note(old, NotePlace(DISMISSED, at, 1), record.mask)
            assert read_note(project, NotePlace(DISMISSED, at, side), record.mask) == told
    project.apply(object_edits.merge_objects(project, 1, new))
    assert dict(project.masks.row(1)) == dict(old.masks.row(1)), "merging takes a split back"
    assert project.prompts == old.prompts


@settings(max_examples=40, deadline=None)
@given(PARTS, st.integers(0, LAST))
def test_swapping_exchanges_and_twice_is_nothing(make_project, content, parts, frame) -> None:
    project = build(make_project, *parts)
    before, old = content(project), project.snapshot()
    try:
        project.apply(object_edits.swap_identities(project, 1, 3, frame))
    except PromptError:
        return
    for at in range(20):
        for here, there in ((1, 3), (3, 1)):
            source = there if at >= frame else here
            assert project.masks.get(at, here) == old.masks.get(at, source)
            assert project.prompts.get((at, here)) == old.prompts.get((at, source))
    project.apply(object_edits.swap_identities(project, 1, 3, frame))
    assert content(project) == before


def test_renumbering_takes_everything_along(make_project, content) -> None:
    record = MaskRecord(PICTURES[1], Provenance.TRACKED, 0.5)
    project = build(make_project, {(4, 3): record, (4, 2): record, (5, 3): record}, {(4, 3)}, {3})
    project.apply(edits.delete_object(project, 2))
    project.apply(renumber_objects(project))
    assert list(project.objects) == [1, 2] and project.objects[2].id == 2
    assert project.objects[2].colour == (0, 158, 115), "an object keeps its colour"
    assert dict(project.masks.row(2)) == {4: record, 5: record}
    assert project.prompts == {(4, 2): CLICK} and locked_objects(project) == {2}
    assert read_note(project, NotePlace(DISMISSED, 4, 2), record.mask) is True
    assert project.next_object_id() == 3
    again = renumber_objects(project)
    assert not again.changes


def test_a_label_over_a_range_is_a_new_object_and_over_all_a_new_name(make_project) -> None:
    record = MaskRecord(PICTURES[1], Provenance.TRACKED, 0.5)
    project = build(make_project, {(f, 1): record for f in range(4)}, set(), set())
    edit, new = object_edits.change_label_range(project, 1, "cat", 1, 2)
    project.apply(edit)
    assert (new, project.objects[new].label, project.objects[1].label) == (4, "cat", "object")
    assert sorted(project.masks.row(new)) == [1, 2] and sorted(project.masks.row(1)) == [0, 3]
    edit, same = object_edits.change_label_range(project, 1, "dog", 0, LAST)
    project.apply(edit)
    assert same == 1 and project.objects[1].label == "dog"


@pytest.mark.parametrize(
    ("build_edit", "message"),
    [
        (lambda p: object_edits.merge_objects(p, 1, 9), "no object 9"),
        (lambda p: object_edits.merge_objects(p, 1, 1), "two different"),
        (lambda p: object_edits.split_object(p, 1, 3), "cannot be split"),
        (lambda p: object_edits.swap_identities(p, 1, 2, 5), "Neither object"),
        (lambda p: object_edits.change_label_range(p, 2, "x", 0, 3), "no mask on frames 0 to 3"),
        (lambda p: range_edits.copy_mask(p, 2, 0, 1), "no mask on frame 0"),
        (lambda p: range_edits.copy_mask_over(p, 2, 0, 1, 2), "no mask on frame 0"),
        (lambda p: range_edits.mark_absent(p, [1], 5, 20), "not all in the source"),
        (lambda p: range_edits.set_edited_mask(p, 20, 1, NOTHING), "not all in the source"),
        (lambda p: range_edits.set_edited_mask(p, 1, 9, NOTHING), "no object 9"),
        (lambda p: range_edits.set_edited_mask(p, 1, 1, Mask.empty(3, 3)), "mask is 3x3"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_sentence(make_project, build_edit, message) -> None:
    project = build(
        make_project, {(3, 1): MaskRecord(PICTURES[1], Provenance.TRACKED)}, set(), set()
    )
    with pytest.raises(PromptError, match=message):
        build_edit(project)


def test_an_edited_mask_is_a_prompt_that_tracking_starts_from(make_project) -> None:
    tracked = MaskRecord(PICTURES[1], Provenance.TRACKED, 0.5, confirmed=False)
    project = build(make_project, {(3, 1): tracked}, set(), set())
    project.apply(range_edits.set_edited_mask(project, 3, 1, PICTURES[2]))
    assert project.masks.get(3, 1) == MaskRecord(PICTURES[2], Provenance.EDITED)
    assert project.prompts[3, 1] == Prompts(mask=PICTURES[2], base=PICTURES[1])
    (key,) = keyframes(project, [1])
    assert key.prompts == project.prompts[3, 1] and key.mask == PICTURES[2]
    assert plan_run(project, Direction.FORWARD).origin == 3
    project.apply(range_edits.set_edited_mask(project, 3, 1, PICTURES[3]))
    assert project.prompts[3, 1].base == PICTURES[1], "drawing on goes on from the same"
    project.apply(edits.clear_prompts(project, 3, 1))
    assert project.masks.get(3, 1) == replace(tracked, score=None)
    project.apply(range_edits.set_edited_mask(project, 3, 1, NOTHING))
    assert not project.prompts and project.masks.get(3, 1) == MaskRecord(NOTHING, Provenance.EDITED)


def test_confirmed_masks_and_locked_objects_stand_through_a_run(make_project) -> None:
    record = MaskRecord(PICTURES[1], Provenance.TRACKED, 0.5)
    project = build(
        make_project, {(f, o): record for f in range(20) for o in (1, 2)}, {(0, 1), (0, 2)}, set()
    )
    project.apply(range_edits.confirm_range(project, 5, 8, True, [1]))
    project.apply(lock_objects(project, [2], True))
    assert {k.object_id for k in plan_run(project, Direction.FORWARD).keyframes} == {1}
    assert {k.frame for k in plan_run(project, Direction.FORWARD).keyframes} == {0, 5, 6, 7, 8}
    reply = SegmentReply(PICTURES[2], 0.9)
    project.apply(run_edit(project, [TrackedFrame(f, {1: reply, 2: reply}) for f in range(20)]))
    changed = {f for f in range(20) if project.masks.get(f, 1) != record}
    assert changed == set(range(1, 20)), "confirming is a change, and the rest was tracked"
    for frame in range(5, 9):
        assert project.masks.get(frame, 1) == replace(record, confirmed=True)
    assert all(kept == record for kept in project.masks.row(2).values())
    with pytest.raises(PromptError, match="locked; unlock one first"):
        plan_run(project, Direction.FORWARD, object_ids=[2])
    project.apply(lock_objects(project, [2], False))
    assert not locked_objects(project) and "locked_objects" not in project.settings


def test_copying_over_a_range_leaves_a_persons_own_frames(make_project) -> None:
    tracked = MaskRecord(PICTURES[1], Provenance.TRACKED, 0.5)
    own = MaskRecord(PICTURES[2], Provenance.TRACKED, 0.5, confirmed=True)
    project = build(make_project, {(0, 1): tracked, (2, 1): own, (3, 1): tracked}, {(3, 1)}, set())
    project.apply(range_edits.copy_mask_over(project, 1, 0, 1, 4))
    edited = MaskRecord(PICTURES[1], Provenance.EDITED)
    assert [project.masks.get(f, 1) for f in range(5)] == [tracked, edited, own, tracked, edited]


def test_damaged_settings_lock_nothing_and_say_nothing(make_project) -> None:
    project = build(
        make_project, {(0, 1): MaskRecord(PICTURES[1], Provenance.TRACKED)}, set(), set()
    )
    project.load(
        [(Cell(Table.SETTINGS, "locked_objects"), "all"), (note_cell(DISMISSED, 0, 1), [1])]
    )
    assert not locked_objects(project)
    assert read_note(project, NotePlace(DISMISSED, 0, 1), PICTURES[1]) is None
