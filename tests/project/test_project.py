from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostool.masks.box import Box
from vostool.masks.colours import palette_colour
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.changes import Cell, CellChange, Changes, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

MASK = Mask.from_array(np.eye(6, 8))
OTHER = Mask.from_array(np.ones((6, 8)))
CLICK = Prompts(points=(Point(1, 2),))


def tracked(mask: Mask = MASK, score: float | None = 0.9) -> MaskRecord:
    return MaskRecord(mask, Provenance.TRACKED, score)


def filled(project: Project) -> Project:
    """Objects 1 and 2 with prompts on frames 0 and 5 and masks on 0..9."""
    for label in ("cat", "dog"):
        project.apply(edits.add_object(project, label)[0])
    for frame in (0, 5):
        for oid in (1, 2):
            project.apply(edits.set_prompts(project, frame, oid, CLICK, "Click"))
    records = [((frame, oid), tracked()) for frame in range(10) for oid in (1, 2)]
    project.apply(edits.set_masks(project, records, "Masks"))
    return project


# -- cells, changes ------------------------------------------------------------------------------

FRAME_OBJECTS = st.tuples(st.integers(0, 19), st.integers(1, 4))
VALUES = st.one_of(
    st.tuples(
        st.builds(Cell, st.just(Table.OBJECTS), st.integers(1, 4)),
        st.none() | st.builds(AnnotatedObject, st.integers(1, 4), st.text(max_size=3)),
    ),
    st.tuples(
        st.builds(Cell, st.just(Table.PROMPTS), FRAME_OBJECTS),
        st.none() | st.sampled_from([CLICK, Prompts(box=Box(0, 0, 2, 2))]),
    ),
    st.tuples(
        st.builds(Cell, st.just(Table.MASKS), FRAME_OBJECTS),
        st.none() | st.sampled_from([tracked(), tracked(OTHER, None)]),
    ),
    st.tuples(
        st.builds(Cell, st.just(Table.SETTINGS), st.sampled_from(["a", "b"])),
        st.none() | st.integers() | st.text(max_size=3) | st.lists(st.booleans(), max_size=2),
    ),
)
BATCHES = st.lists(VALUES, unique_by=lambda pair: pair[0], max_size=6)


def edit_of(project: Project, batch: list) -> Edit:
    return Edit("Any", tuple(project.change(cell, value) for cell, value in batch))


@given(batches=st.lists(BATCHES, max_size=6))
def test_apply_writes_and_revert_takes_back(
    make_project: Callable[[], Project], content: Callable, batches: list
) -> None:
    project, plain = make_project(), {}
    for batch in batches:
        before = content(project)
        edit = edit_of(project, batch)
        assert content(project) == before
        changes = project.apply(edit)
        assert changes.cells == {cell for cell, _ in batch}
        plain.update(batch)
        after = content(project)
        assert after == {cell: value for cell, value in plain.items() if value is not None}
        assert project.revert(edit).cells == changes.cells
        assert content(project) == before
        project.apply(edit)
        assert content(project) == after
    assert list(project.objects) == sorted(project.objects)


@given(batch=BATCHES, later=BATCHES)
def test_a_snapshot_does_not_follow(
    make_project: Callable[[], Project], content: Callable, batch: list, later: list
) -> None:
    project = make_project()
    project.apply(edit_of(project, batch))
    copy, before = project.snapshot(), content(project)
    project.apply(edit_of(project, later))
    assert content(copy) == before
    changed = content(project)
    copy.apply(edit_of(copy, [(cell, None) for cell in copy.cells()]))
    assert content(project) == changed


@given(batch=BATCHES)
def test_load_fills_cells(
    make_project: Callable[[], Project], content: Callable, batch: list
) -> None:
    project = make_project()
    project.load(batch)
    assert content(project) == {cell: value for cell, value in batch if value is not None}


@pytest.mark.parametrize(
    "cell",
    [Cell(Table.MASKS, 1), Cell(Table.PROMPTS, "a"), Cell(Table.OBJECTS, (0, 1)),
     Cell(Table.SETTINGS, 3)],
)  # fmt: skip
def test_a_key_of_the_wrong_kind_is_a_mistake_of_the_program(project: Project, cell: Cell) -> None:
    with pytest.raises(TypeError, match="no such cell"):
        project.value(cell)
    with pytest.raises(TypeError, match="no such cell"):
        project.load([(cell, None)])


def test_views_outside_cannot_be_written(project: Project) -> None:
    filled(project)
    for view, key in ((project.objects, 1), (project.prompts, (0, 1)), (project.settings, "a")):
        with pytest.raises(TypeError):
            view[key] = None


def test_changes_by_table() -> None:
    cells = [
        Cell(Table.OBJECTS, 3),
        Cell(Table.PROMPTS, (4, 1)),
        Cell(Table.MASKS, (7, 2)),
        Cell(Table.SETTINGS, "name"),
    ]
    changes = Changes.of(cells)
    assert changes.objects == {3}
    assert changes.prompts == {(4, 1)}
    assert changes.masks == {(7, 2)}
    assert changes.settings == {"name"}
    assert changes == Changes.of(cells[:2]) | Changes.of(cells[2:])
    assert changes and not Changes()


def test_which_frames_have_to_be_painted_again() -> None:
    mask, prompt = (
        Changes.of([Cell(Table.MASKS, (7, 2))]),
        Changes.of([Cell(Table.PROMPTS, (4, 1))]),
    )
    assert [f for f in range(10) if (mask | prompt).touches_frame(f)] == [4, 7]
    assert Changes.of([Cell(Table.OBJECTS, 1)]).touches_frame(5)
    assert not Changes.of([Cell(Table.SETTINGS, "a")]).touches_frame(5)


def test_an_inverted_edit_swaps_before_and_after() -> None:
    cell = Cell(Table.SETTINGS, "a")
    edit = Edit("Set a", (CellChange(cell, 1, 2),))
    assert edit.inverted() == Edit("Set a", (CellChange(cell, 2, 1),))
    assert edit.inverted().inverted() == edit


# -- the builders of edits -----------------------------------------------------------------------


@given(st.lists(st.sampled_from(["add", "delete first", "delete last"]), max_size=12))
def test_ids_are_never_used_again(make_project: Callable[[], Project], program: list[str]) -> None:
    project, seen = make_project(), []
    for act in program:
        if act == "add":
            edit, oid = edits.add_object(project)
            project.apply(edit)
            assert oid not in seen
            assert project.objects[oid].colour == palette_colour(oid)
            seen.append(oid)
        elif project.objects:
            ids = list(project.objects)
            project.apply(edits.delete_object(project, ids[0 if act == "delete first" else -1]))
    assert project.next_object_id() == len(seen) + 1


def test_ids_of_a_project_without_the_setting_are_kept_apart(project: Project) -> None:
    project.load([(Cell(Table.OBJECTS, 7), AnnotatedObject.new(7))])
    assert edits.add_object(project)[1] == 8


def test_delete_object_takes_all_of_it_and_its_undo_brings_all_back(
    project: Project, content: Callable
) -> None:
    filled(project)
    before = content(project)
    edit = edits.delete_object(project, 1)
    assert content(project) == before
    project.apply(edit)
    assert list(project.objects) == [2]
    assert set(project.prompts) == {(0, 2), (5, 2)}
    assert not project.masks.row(1) and len(project.masks.row(2)) == 10
    project.revert(edit)
    assert content(project) == before


def test_change_object_and_nothing_when_nothing_differs(project: Project) -> None:
    filled(project)
    old = project.objects[1]
    assert not edits.change_object(project, old, "Rename").changes
    edit = edits.change_object(project, replace(old, label="bird", visible=False), "Rename")
    assert edit.title == "Rename"
    project.apply(edit)
    assert project.objects[1] == replace(old, label="bird", visible=False)


def test_empty_prompts_remove_the_cell(project: Project) -> None:
    filled(project)
    project.apply(edits.set_prompts(project, 0, 1, Prompts(base=MASK), "Clear"))
    assert (0, 1) not in project.prompts
    assert project.prompted_frames(1) == [5]
    assert project.prompted_frames() == [0, 5]


def test_clear_prompts_takes_the_mask_too(project: Project) -> None:
    filled(project)
    project.apply(edits.clear_prompts(project, 0, 1))
    assert (0, 1) not in project.prompts
    assert project.masks.get(0, 1) is None
    assert project.masks.get(0, 2) is not None


def test_clear_prompts_of_a_correction_brings_the_tracked_mask_back(project: Project) -> None:
    filled(project)
    project.apply(edits.set_prompts(project, 3, 1, replace(CLICK, base=MASK), "Correct"))
    corrected = MaskRecord(OTHER, Provenance.PROMPTED, 0.8)
    project.apply(edits.set_masks(project, [((3, 1), corrected)], "Mask"))
    project.apply(edits.clear_prompts(project, 3, 1))
    record = project.masks.get(3, 1)
    assert record is not None
    assert record.mask == MASK and record.provenance is Provenance.TRACKED


def test_delete_masks_takes_masks_and_prompts_of_the_range_only(project: Project) -> None:
    filled(project)
    project.apply(edits.delete_masks(project, [1], 4, 6))
    assert project.masks.frames(1) == [0, 1, 2, 3, 7, 8, 9]
    assert set(project.prompts) == {(0, 1), (0, 2), (5, 2)}
    assert len(project.masks.row(2)) == 10


def test_confirm_marks_what_is_there_and_keeps_the_rest(project: Project) -> None:
    filled(project)
    edit = edits.confirm(project, 3, [1, 2, 9], True)
    assert edit.title == "Confirm frame" and len(edit.changes) == 2
    project.apply(edit)
    assert project.masks.get(3, 1) == replace(tracked(), confirmed=True)
    assert not edits.confirm(project, 3, [1, 2], True).changes
    project.apply(edits.confirm(project, 3, [1], False))
    assert project.masks.get(3, 1) == tracked()
    assert not edits.confirm(project, 15, [1, 2], True).changes


def test_settings_differ_by_kind_as_well(project: Project) -> None:
    project.apply(edits.set_setting(project, "a", 1))
    assert not edits.set_setting(project, "a", 1).changes
    for value in (True, 1.0, "1", [1], {"x": None}):
        edit = edits.set_setting(project, "a", value)
        assert edit.changes
        project.apply(edit)
        assert project.settings["a"] == value and type(project.settings["a"]) is type(value)
    project.apply(edits.set_setting(project, "a", None))
    assert "a" not in project.settings
