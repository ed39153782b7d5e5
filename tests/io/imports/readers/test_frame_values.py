"""Values a frame of attributes, as label files of other programs have them."""

from __future__ import annotations

import json

import pytest

from vostool.io.imports.edit import ImportPolicy, ObjectPolicy, import_edit
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels
from vostool.project.changes import Cell, Table
from vostool.project.frame_values import FrameValues, object_lines
from vostool.project.history import History
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, labels_json
from vostool.project.locks import lock_objects
from vostool.project.objects import LONGEST_VALUE
from vostool.project.project_labels import LABELS_SETTING, declared_label

DECLARED = """<meta><task><size>10</size><mode>interpolation</mode><start_frame>0</start_frame>
<stop_frame>9</stop_frame><labels><label><name>car</name><color>#ff0000</color><attributes>
<attribute><name>state</name><mutable>{mutable}</mutable><input_type>select</input_type>
<default_value>away</default_value><values>away
near
open</values></attribute>
<attribute><name>speed</name><mutable>{mutable}</mutable><input_type>number</input_type>
<default_value>0</default_value><values>0
100
5</values></attribute></attributes></label></labels></task></meta>"""


@pytest.fixture
def brought_in(tmp_path, make_target, make_project, memory_source):
    """Import a file into a project, a new one where none is given."""

    def run(name, text, project=None, policy=None):
        path = tmp_path / name
        path.write_text(text)
        project = project or make_project(memory_source(10, 16, 12), {})
        edit, summary = import_edit(project, read_labels(path, make_target()), policy)
        History(project).do(edit)
        return project, summary

    return run


def cvat(body, mutable=True):
    return (
        f"<annotations><version>1.1</version>{DECLARED.format(mutable=mutable)}{body}</annotations>"
    )


def box(frame, *, outside=0, **own):
    inside = "".join(f'<attribute name="{n}">{v}</attribute>' for n, v in own.items())
    return (
        f'<box frame="{frame}" keyframe="1" outside="{outside}" occluded="0" xtl="1" ytl="1" '
        f'xbr="5" ybr="5" z_order="0">{inside}</box>'
    )


def track(*boxes):
    return f'<track id="0" label="car">{"".join(boxes)}</track>'


def image(frame, oid, **own):
    inside = "".join(f'<attribute name="{n}">{v}</attribute>' for n, v in own.items())
    return (
        f'<image id="{frame}" name="frame_{frame:06d}"><mask label="car" rle="0, 16" left="0" '
        f'top="0" width="4" height="4" z_order="0" group_id="{oid}">{inside}</mask></image>'
    )


def values(project, oid, name, frames=range(10)):
    known, read = project.objects[oid], FrameValues(project)
    return [dict(read.at(known, frame).attributes).get(name) for frame in frames]


def test_a_tracks_values_hold_from_keyframe_to_keyframe(brought_in) -> None:
    text = cvat(track(
        box(0, state="near", speed=5), box(3, state="open", speed=5),
        box(5, outside=1, state="away", speed=0), box(7, state="open", speed=10),
    ))  # fmt: skip
    project, summary = brought_in("a.xml", text)
    assert summary.warnings == ()
    assert values(project, 1, "state") == ["near"] * 3 + ["open"] * 7
    assert values(project, 1, "speed") == ["5"] * 7 + ["10"] * 3
    assert declared_label(project, "car").attributes[0].mutable


def test_masks_of_images_have_the_value_of_their_frame(brought_in) -> None:
    frames = {0: "away", 2: "near", 4: "near", 6: "away"}
    text = cvat("".join(image(f, 4, state=v) for f, v in frames.items()))
    project, _ = brought_in("a.xml", text)
    assert object_lines(project, 4) == {"state": ((2, "near"), (6, "away"))}


def test_of_a_fixed_attribute_the_first_value_counts_and_that_is_told(brought_in) -> None:
    text = cvat(track(box(0, state="near"), box(4, state="open")), mutable=False)
    project, summary = brought_in("a.xml", text)
    assert values(project, 1, "state") == ["near"] * 10
    (said,) = summary.warnings
    assert (
        "because the label has one value an object: 'state' of car has another value on 6" in said
    )


@pytest.mark.parametrize(
    ("state", "speed", "told"),
    [
        (
            "purple",
            "5",
            "attribute 'state' of car does not take were left out: 'purple' on frame 4",
        ),
        ("open", "fast", "attribute 'speed' of car does not take were left out: 'fast' on frame 4"),
        ("open", "7", "'7' on frame 4"),
        ("open", "nan", "'nan' on frame 4"),
        ("x" * 5_000_000, "5", "on frame 4"),
    ],
)
def test_a_hostile_value_costs_itself_alone(brought_in, state, speed, told) -> None:
    text = cvat(track(
        box(0, state="near", speed=5), box(4, state=state, speed=speed),
        box(6, state="away", speed=20),
    ))  # fmt: skip
    project, summary = brought_in("a.xml", text)
    (said,) = summary.warnings
    assert told in said and len(said) < 300
    assert values(project, 1, "state", (0, 6)) == ["near", "away"]
    assert values(project, 1, "speed", (0, 5, 6)) == ["5", "5", "20"]
    wanted = "near" if state not in ("away", "near", "open") else state
    assert values(project, 1, "state", (5,)) == [wanted]


def test_a_text_of_five_megabytes_is_left_out_wherever_it_stands(brought_in) -> None:
    long = "y" * 5_000_000
    rows = [{"image_id": n, "attributes": {"track_id": 3, "note": t, "plate": "A"}}
            for n, t in ((1, long), (2, "short"), (3, long))]  # fmt: skip
    project, summary = brought_in("a.json", coco(rows))
    assert values(project, 3, "note", (0, 5)) == ["short", "short"]
    assert dict(project.objects[3].attributes)["plate"] == "A"
    assert "'note' of car does not take were left out" in summary.warnings[0]
    assert all(len(text) <= LONGEST_VALUE for _, text in project.objects[3].attributes)


def coco(annotations):
    return json.dumps({
        "images": [{"id": i, "file_name": f"frame_{i - 1:06d}.jpg"} for i in range(1, 11)],
        "annotations": [{"id": n, "category_id": 1, "bbox": [1, 1, 4, 4], **entry}
                        for n, entry in enumerate(annotations, 1)],
        "categories": [{"id": 1, "name": "car"}],
    })  # fmt: skip


def test_a_file_without_declarations_declares_by_its_values(brought_in) -> None:
    rows = [{"image_id": n, "attributes": {"track_id": 2, "parked": n > 3, "speed": n, "plate": "A",
                                           "state": "near" if n < 5 else "open"}}
            for n in range(1, 9)]  # fmt: skip
    project, summary = brought_in("a.json", coco(rows))
    specs = {spec.name: spec for spec in declared_label(project, "car").attributes}
    assert {name: (spec.kind, spec.mutable) for name, spec in specs.items()} == {
        "parked": (AttributeKind.CHECKBOX, True),
        "speed": (AttributeKind.NUMBER, True),
        "state": (AttributeKind.TEXT, True),
    }
    assert values(project, 2, "state") == ["near"] * 4 + ["open"] * 6
    assert values(project, 2, "parked", (2, 3)) == ["false", "true"]
    assert values(project, 2, "speed", (0, 7)) == ["1", "8"]
    assert dict(project.objects[2].attributes)["plate"] == "A"
    assert summary.warnings == ()


def test_the_projects_own_declaration_counts(brought_in, make_project, memory_source) -> None:
    project = make_project(memory_source(10, 16, 12), {})
    fixed = LabelSpec("car", None, (AttributeSpec("state"),))
    project.load([(Cell(Table.SETTINGS, LABELS_SETTING), labels_json([fixed]))])
    rows = [{"image_id": n, "attributes": {"track_id": 2, "state": str(n)}} for n in (1, 2)]
    project, summary = brought_in("a.json", coco(rows), project)
    assert values(project, 2, "state", (0, 5)) == ["1", "1"]
    assert "'state' of car has another value on 1 frame" in summary.warnings[0]


def test_an_object_that_goes_on_keeps_its_values_outside_the_files_frames(brought_in) -> None:
    text = cvat("".join(image(f, 1, state=v) for f, v in ((0, "near"), (8, "open"))))
    project, _ = brought_in("a.xml", text)
    more = cvat("".join(image(f, 1, state=v) for f, v in ((3, "open"), (5, "away"))))
    match = ImportPolicy(ObjectPolicy.MATCH)
    brought_in("b.xml", more, project, match)
    assert values(project, 1, "state") == ["near"] * 3 + ["open"] * 2 + ["away"] * 3 + ["open"] * 2
    project.apply(lock_objects(project, [1], True))
    brought_in("c.xml", cvat(image(4, 1, state="near")), project, match)
    assert values(project, 1, "state", (4,)) == ["open"], "locked"


CASES = ("mut_track.xml", "mut_img.xml")


@pytest.mark.parametrize("name", CASES)
def test_the_told_cases_have_their_values(shared_data, make_project, memory_source, name) -> None:
    path = shared_data / "cases_told" / "cvat_mutable_in_track" / name
    if not path.exists():
        pytest.skip(f"there is no {path}")
    project = make_project(memory_source(20, 160, 96), {})
    target = ImportTarget(160, 96, 20, "frame_{:06d}".format, "v20")
    project.apply(import_edit(project, read_labels(path, target))[0])
    (oid,) = project.objects
    assert values(project, oid, "parked", (0, 4, 5, 19)) == ["false", "false", "true", "true"]
