"""From a file's shapes to one undoable edit: ids, identity, confirmed frames, what each becomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vostool.frames import SourceRef
from vostool.io.imports.edit import ImportPolicy, ObjectPolicy, Ungrouped, import_edit
from vostool.io.imports.format import Imported, ImportedLabel, ImportedObject, ImportTarget, Shape
from vostool.io.imports.readers.frame_names import Picture, place
from vostool.masks.box import Box
from vostool.masks.colours import palette_colour
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project.changes import Cell, Table
from vostool.project.history import History
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.request import plan_run

HEIGHT, WIDTH = 6, 8
MATCH = ImportPolicy(ObjectPolicy.MATCH)


def dot(x: int, y: int = 0) -> Mask:
    array = np.zeros((HEIGHT, WIDTH), bool)
    array[y, x] = True
    return Mask.from_array(array)


@pytest.fixture
def project() -> Project:
    return Project(SourceRef(Path("/v.mp4"), "video", 1, "0", WIDTH, HEIGHT, 20, 25.0))


def load(project: Project, *objects: AnnotatedObject, highest: int | None = None) -> None:
    project.load((Cell(Table.OBJECTS, obj.id), obj) for obj in objects)
    top = highest or max((obj.id for obj in objects), default=0)
    project.load([(Cell(Table.SETTINGS, "highest_object_id"), top)])


def content(project: Project) -> dict:
    return {cell: project.value(cell) for cell in project.cells()}


def one(*shapes: Shape, proposed: int | None = None, label: str = "car") -> Imported:
    return Imported((ImportedObject("a", label, None, (), proposed),), shapes)


def car(frame: int, **what) -> Shape:
    return Shape(frame, "a", "car", **what)


def test_each_kind_of_shape_becomes_what_it_means(project) -> None:
    box = Box(1, 1, 3, 3)
    edit, summary = import_edit(
        project,
        one(
            car(0, mask=dot(1)),
            car(1, mask=dot(2), keyframe=False),
            car(2, box=box),
            car(3, box=box, keyframe=False),
            car(4, absent=True),
        ),
    )
    assert content(project) == {}
    history = History(project)
    history.do(edit)
    assert project.prompts == {(0, 1): Prompts(mask=dot(1)), (2, 1): Prompts(box=box)}
    empty = Mask.empty(HEIGHT, WIDTH)
    assert dict(project.masks.row(1)) == {
        0: MaskRecord(dot(1), Provenance.IMPORTED),
        1: MaskRecord(dot(2), Provenance.TRACKED),
        4: MaskRecord(empty, Provenance.IMPORTED),
    }
    assert (summary.masks, summary.between, summary.boxes, summary.absent) == (1, 1, 1, 1)
    assert (summary.left_out, summary.frames, summary.new_objects) == (1, (0, 1, 2, 4), (1,))
    assert summary.sentence() == (
        "1 mask, 1 box, 1 interpolated mask, 1 absence of 1 object on 4 frames"
    )
    assert summary.notes() == ("1 interpolated box is left out; tracking fills these frames.",)
    history.undo()
    assert content(project) == {}


def test_a_run_starts_from_what_came_in_and_may_replace_what_was_interpolated(project) -> None:
    shapes = (car(2, mask=dot(1)), car(3, mask=dot(2), keyframe=False), car(5, absent=True))
    edit, _ = import_edit(project, one(*shapes))
    project.apply(edit)
    request = plan_run(project, Direction.FORWARD)
    assert [key.frame for key in request.keyframes] == [2, 5]
    assert request.origin == 2


def test_interpolated_boxes_become_prompts_where_asked_for(project) -> None:
    shape = car(3, box=Box(1, 1, 3, 3), keyframe=False)
    edit, summary = import_edit(project, one(shape), ImportPolicy(boxes_between=True))
    project.apply(edit)
    assert set(project.prompts) == {(3, 1)}
    assert summary.left_out == 0


# -- ids and objects ---------------------------------------------------------------------------


def many(*proposed: int | None, label: str = "car") -> Imported:
    objects = tuple(ImportedObject(n, label, None, (), p) for n, p in enumerate(proposed))
    return Imported(objects, [Shape(0, n, label, mask=dot(n)) for n in range(len(proposed))])


@pytest.mark.parametrize(
    ("there", "highest", "proposed", "ids"),
    [
        ((), None, (4, 2, None), [4, 2, 5]),
        ((1,), None, (1, 2, 3), [4, 2, 3]),
        ((1,), 7, (5, 8), [9, 8]),
        ((), None, (3, 3), [3, 4]),
    ],
)
def test_ids_of_the_file_where_they_were_never_used(project, there, highest, proposed, ids) -> None:
    load(project, *(AnnotatedObject.new(oid, "car") for oid in there), highest=highest)
    edit, summary = import_edit(project, many(*proposed))
    project.apply(edit)
    assert [oid for oid in ids if project.masks.get(0, oid)] == ids
    for number, oid in enumerate(ids):
        assert project.masks.get(0, oid).mask == dot(number)
    assert summary.new_objects == tuple(sorted(ids))
    assert project.next_object_id() == max(highest or 0, *ids) + 1


def test_matching_goes_on_with_the_same_id_and_label_only(project) -> None:
    load(project, AnnotatedObject.new(1, "car"), AnnotatedObject.new(2, "dog"))
    edit, summary = import_edit(project, many(1, 2), MATCH)
    assert (summary.matched_objects, summary.new_objects) == ((1,), (3,))
    project.apply(edit)
    assert project.objects[2].label == "dog"


def test_matching_without_ids_goes_by_a_label_that_is_there_once(project) -> None:
    load(project, AnnotatedObject.new(1, "car"), AnnotatedObject.new(2, "dog"))
    _, summary = import_edit(project, many(None), MATCH)
    assert summary.matched_objects == (1,)
    _, summary = import_edit(project, many(None, None), MATCH)
    assert summary.matched_objects == ()
    load(project, AnnotatedObject.new(3, "car"))
    _, summary = import_edit(project, many(None), MATCH)
    assert summary.matched_objects == ()


def test_objects_carry_label_colour_and_attributes(project) -> None:
    objects = (
        ImportedObject(1, " car ", (1, 2, 3), (("make", "x"),), 1),
        ImportedObject(2, " ", None, (), 2),
        ImportedObject(3, "unseen", None, (), 3),
    )
    shapes = [Shape(0, 1, "car", mask=dot(0)), Shape(0, 2, "", mask=dot(1))]
    edit, _ = import_edit(project, Imported(objects, shapes))
    project.apply(edit)
    assert dict(project.objects) == {
        1: AnnotatedObject(1, "car", (1, 2, 3), attributes=(("make", "x"),)),
        2: AnnotatedObject(2, "object", palette_colour(2)),
    }


# -- shapes without an identity ----------------------------------------------------------------

LOOSE = [
    Shape(0, None, "car", mask=dot(0)),
    Shape(1, None, "car", mask=dot(1)),
    Shape(0, None, "dog", mask=dot(2)),
    Shape(0, None, "dog", mask=dot(3)),
]


@pytest.mark.parametrize(
    ("ungrouped", "objects", "told"),
    [
        (Ungrouped.AUTO, ["car", "dog", "dog"], 2),
        (Ungrouped.EACH, ["car", "car", "dog", "dog"], 1),
        (Ungrouped.LABEL, ["car", "dog"], 1),
    ],
)
def test_shapes_without_an_identity(project, ungrouped, objects, told) -> None:
    imported = Imported((), LOOSE, (ImportedLabel("car", (9, 8, 7)),))
    edit, summary = import_edit(project, imported, ImportPolicy(ungrouped=ungrouped))
    project.apply(edit)
    assert sorted(obj.label for obj in project.objects.values()) == objects
    assert next(o.colour for o in project.objects.values() if o.label == "car") == (9, 8, 7)
    assert len(summary.warnings) == told
    if ungrouped is Ungrouped.LABEL:
        (dog,) = [obj.id for obj in project.objects.values() if obj.label == "dog"]
        assert project.masks.get(0, dog).mask.area == 2


# -- what is there already ---------------------------------------------------------------------


@pytest.fixture
def labelled(project) -> Project:
    """Object 1: tracked on 0, confirmed on 1, clicked on 2."""
    load(project, AnnotatedObject.new(1, "car"))
    for frame in range(3):
        record = MaskRecord(dot(7), Provenance.TRACKED, 0.5, frame == 1)
        project.load([(Cell(Table.MASKS, (frame, 1)), record)])
    project.load([(Cell(Table.PROMPTS, (2, 1)), Prompts((Point(1, 1),)))])
    return project


def test_confirmed_frames_are_kept_unless_the_person_says_so(labelled) -> None:
    imported = one(*(car(frame, mask=dot(frame)) for frame in range(4)), proposed=1)
    edit, summary = import_edit(labelled, imported, MATCH)
    assert (summary.replaced, summary.kept_back, summary.masks) == (2, 1, 3)
    assert summary.notes() == (
        "2 masks of the project are replaced.",
        "1 shape is left out: a person confirmed or locked what is there.",
    )
    before = content(labelled)
    history = History(labelled)
    history.do(edit)
    assert labelled.masks.get(1, 1).mask == dot(7)
    assert labelled.prompts[2, 1] == Prompts(mask=dot(2))
    history.undo()
    assert content(labelled) == before
    policy = replace(MATCH, replace_confirmed=True)
    edit, summary = import_edit(labelled, imported, policy)
    assert (summary.replaced, summary.kept_back) == (3, 0)
    labelled.apply(edit)
    assert labelled.masks.get(1, 1) == MaskRecord(dot(1), Provenance.IMPORTED)


def test_the_same_again_changes_nothing(project) -> None:
    imported = one(car(0, mask=dot(0)), car(1, absent=True), proposed=3)
    edit, _ = import_edit(project, imported, MATCH)
    project.apply(edit)
    again, summary = import_edit(project, imported, MATCH)
    assert again.changes == ()
    assert summary.replaced == 0


# -- several shapes of one object on one frame -------------------------------------------------


def test_parts_are_united_and_boxes_enclosed_with_a_warning(project) -> None:
    edit, summary = import_edit(
        project,
        one(
            car(0, mask=dot(0)),
            car(0, mask=dot(5, 3)),
            car(1, box=Box(1, 1, 2, 2)),
            car(1, box=Box(4, 0, 6, 2)),
            car(2, box=Box(1, 1, 2, 2)),
            car(2, mask=dot(4)),
            car(3, absent=True),
            car(3, mask=dot(4)),
        ),
    )
    project.apply(edit)
    united = dot(0).to_array() | dot(5, 3).to_array()
    assert project.masks.get(0, 1).mask == Mask.from_array(united)
    assert project.prompts[1, 1].box == Box(1, 0, 6, 2)
    assert project.prompts[2, 1] == project.prompts[3, 1] == Prompts(mask=dot(4))
    assert summary.warnings == (
        "Several boxes of one object on one frame became one around all: frame 1.",
    )


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "name", "frame"),
    [
        (None, "frame_000003.png", 3),
        (None, "deep/down/00003.jpg", 3),
        (None, "c:\\files\\shot 3", 3),
        (None, "frame_000099", None),
        (None, "holiday", None),
        (["00005", "00007"], "00007.jpg", 1),
        (["00005", "00007"], "7", 1),
        (["00005", "00007"], "frame_000001", 1),
        (["00005", "00007"], "1.png", None),
        (["a.b", "c"], "a.b", 0),
        (["a.b", "c"], "a.b.png", 0),
        (["a", "c"], "1.png", 1),
        (["x1", "y1"], "z1", 1),
        (["1"], "9" * 400, None),
    ],
)
def test_a_frame_is_known_by_its_name(names, name, frame) -> None:
    count = 20 if names is None else len(names)
    target = ImportTarget(1, 1, count, names.__getitem__ if names else "frame_{:06d}".format)
    assert place(target, [Picture(name)]).frames == (frame,)


def test_a_shape_is_exactly_one_thing() -> None:
    for what in ({}, {"mask": dot(0), "absent": True}, {"mask": dot(0), "box": Box(0, 0, 1, 1)}):
        with pytest.raises(ValueError, match="a mask, a box or absent"):
            Shape(0, None, "car", **what)
