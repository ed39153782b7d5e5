"""Who a shape is, what is said of it and what lies in front, through whole imports."""

from __future__ import annotations

import json

import pytest

from vostool.io.imports.edit import ImportPolicy, ObjectPolicy, import_edit
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.colours import PALETTE
from vostool.project.frame_values import object_lines
from vostool.project.labels import AttributeKind
from vostool.project.mask_notes import is_occluded
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import declared_label
from vostool.project.stacking import front_to_back

META = """<meta><task><size>10</size><mode>interpolation</mode><start_frame>0</start_frame>
<stop_frame>9</stop_frame><labels><label><name>car</name><color>#ff0000</color><attributes>
<attribute><name>colour</name><mutable>False</mutable><input_type>select</input_type>
<default_value>dark blue</default_value><values>{values}</values></attribute>
<attribute><name>parked</name><mutable>True</mutable><input_type>checkbox</input_type>
<default_value>false</default_value><values>false</values></attribute></attributes></label>
</labels></task></meta>"""


@pytest.fixture
def brought_in(tmp_path, make_target, make_project, memory_source):
    """Import a file into a project; gives the project and the summary."""

    def run(name, text, *, objects=(), policy=None, target=None):
        path = tmp_path / name
        path.write_text(text)
        known = {oid: AnnotatedObject.new(oid, "cup") for oid in objects}
        project = make_project(memory_source(10, 16, 12), {}, objects=known)
        edit, summary = import_edit(project, read_labels(path, target or make_target()), policy)
        project.apply(edit)
        return project, summary

    return run


def cvat(body, values="dark blue\nred"):
    meta = META.format(values=values)
    return f"<annotations><version>1.1</version>{meta}{body}</annotations>"


def mask(frame, *shapes):
    return f'<image id="{frame}" name="frame_{frame:06d}">{"".join(shapes)}</image>'


def shape(group, depth=0, *, left=0, inside="", more=""):
    owner = f'group_id="{group}"' if group else ""
    return (
        f'<mask label="car" rle="0, 16" left="{left}" top="0" width="4" height="4" '
        f'z_order="{depth}" {owner} {more}>{inside}</mask>'
    )


def coco(annotations, images=((1, "frame_000000.jpg"), (2, "frame_000001.jpg"))):
    return json.dumps(
        {
            "images": [{"id": i, "file_name": name} for i, name in images],
            "annotations": [
                {"id": n, "category_id": 1, "bbox": [1, 1, 4, 4], **entry}
                for n, entry in enumerate(annotations)
            ],
            "categories": [{"id": 1, "name": "car"}],
        }
    )


@pytest.mark.parametrize("groups", [("1", "2"), ("", "")])
def test_a_deeper_cvat_shape_lies_in_front(brought_in, groups) -> None:
    one, two = groups
    text = cvat(mask(2, shape(one, 1), shape(two, 5, left=2)))
    project, _ = brought_in("a.xml", text)
    assert front_to_back(project) == (2, 1)
    project, _ = brought_in("a.xml", cvat(mask(2, shape(one, 5), shape(two, -1, left=2))))
    assert front_to_back(project) == (1, 2)


def test_new_objects_come_behind_those_that_are_there(brought_in) -> None:
    text = cvat(mask(2, shape("1", 1), shape("2", 5, left=2)))
    project, _ = brought_in("a.xml", text, objects=(1, 2))
    assert front_to_back(project) == (1, 2, 4, 3)


def test_the_more_frequent_order_counts(brought_in) -> None:
    rows = [mask(f, shape("1", 1 if f else 3), shape("2", 2, left=2)) for f in range(3)]
    project, _ = brought_in("a.xml", cvat("".join(rows)))
    assert front_to_back(project) == (2, 1)


def test_layers_of_isat_and_datumaro_are_an_order(brought_in) -> None:
    ring = [[1, 1], [9, 1], [9, 9]]
    entries = [
        {"category": "car", "group": n, "segmentation": ring, "layer": float(layer)}
        for n, layer in ((1, 1), (2, 2))
    ]
    info = {"description": "ISAT", "name": "frame_000002.jpg", "width": 16, "height": 12}
    isat = json.dumps({"info": info, "objects": entries})
    assert front_to_back(brought_in("frame_000002.json", isat)[0]) == (2, 1)
    shapes = [
        {"type": "bbox", "bbox": [1, 1, 4, 4], "label_id": 0, "z_order": z,
         "attributes": {"track_id": n}}
        for n, z in ((1, 0), (2, 3))
    ]  # fmt: skip
    labels = {"label": {"labels": [{"name": "car"}]}}
    items = [{"id": "frame_000002", "annotations": shapes}]
    text = json.dumps({"items": items, "categories": labels})
    assert front_to_back(brought_in("d.json", text)[0]) == (2, 1)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ("dark blue", ("dark blue",)),
        ("dark blue\nred", ("dark blue", "red")),
        ("dark blue\r\nlight red", ("dark blue", "light red")),
        ("dark blue,red", ("dark blue", "red")),
    ],
)
def test_cvat_values_are_parted_as_cvat_does(brought_in, values, kept) -> None:
    project, _ = brought_in("a.xml", cvat(mask(0, shape("1")), values))
    colour, parked = declared_label(project, "car").attributes
    assert (colour.kind, colour.values, colour.default) == (AttributeKind.SELECT, kept, "dark blue")
    assert (parked.kind, parked.default, parked.mutable) == (AttributeKind.CHECKBOX, "false", True)


def box(frame, parked):
    return (
        f'<box frame="{frame}" keyframe="1" outside="0" occluded="1" xtl="1" ytl="1" xbr="5" '
        f'ybr="5" z_order="0"><attribute name="parked">{parked}</attribute></box>'
    )


def test_what_changes_in_a_track_comes_in_and_occlusion_is_told(brought_in) -> None:
    track = f'<track id="0" label="car">{box(0, "false")}{box(5, "true")}</track>'
    project, summary = brought_in("a.xml", cvat(track))
    frames = project.source.frame_count
    assert summary.warnings == ()
    assert object_lines(project, 1) == {"parked": ((5, "true"),)}
    assert summary.occluded == 2
    assert "2 shapes are marked as occluded; the mark comes in, too." in summary.notes()
    assert [f for f in range(frames) if is_occluded(project, f, 1)] == [0, 5]
    assert dict(project.objects[1].attributes) == {"parked": "false"}


def test_our_object_ids_come_back_through_coco(brought_in) -> None:
    rows = [
        {
            "image_id": image,
            "attributes": {"object_id": str(oid), "colour": "red", "occluded": False},
        }
        for image in (1, 2)
        for oid in (5, 2)
    ]
    project, summary = brought_in("a.json", coco(rows))
    assert summary.new_objects == (2, 5)
    assert [o.attributes for o in project.objects.values()] == [(("colour", "red"),)] * 2


def test_attributes_of_shapes_without_identity_come_in(brought_in) -> None:
    loose = [{"image_id": 1, "attributes": {"colour": "red", "parked": True}}]
    project, _ = brought_in("a.json", coco(loose))
    assert project.objects[1].attributes == (("colour", "red"), ("parked", "true"))
    changing = [*loose, {"image_id": 2, "attributes": {"colour": "blue"}}]
    project, summary = brought_in("a.json", coco(changing))
    assert dict(project.objects[1].attributes)["colour"] == "red"
    assert not any("'colour'" in text for text in summary.warnings)
    assert object_lines(project, 1) == {"colour": ((1, "blue"),)}
    inside = '<attribute name="colour">red</attribute>'
    project, _ = brought_in("a.xml", cvat(mask(0, shape("", inside=inside))))
    assert project.objects[1].attributes == (("colour", "red"),)


def test_ids_as_text_are_numbers_and_missing_ones_are_named(brought_in) -> None:
    rows = [{"image_id": "1", "category_id": "1"}, {"image_id": 2.0}, {"image_id": "7"}]
    project, summary = brought_in("a.json", coco(rows, ((1, "0.jpg"), ("2", "1.jpg"))))
    assert [o.label for o in project.objects.values()] == ["car"]
    assert summary.frames == (0, 1)
    assert summary.skipped == ("image ids 7: they are not declared; 1 annotation left out.",)


def test_imported_objects_keep_apart_in_colour(brought_in) -> None:
    rows = [{"image_id": 1, "track_id": n} for n in (1, 2, 3)]
    project, _ = brought_in("a.json", coco(rows), objects=(1, 2))
    colours = [o.colour for o in project.objects.values()]
    assert len(set(colours)) == 5
    assert set(colours) <= set(PALETTE)


def test_a_labels_colour_goes_to_its_first_object(brought_in) -> None:
    text = cvat(mask(0, shape("1"), shape("2", left=4), shape("3", left=8)))
    project, _ = brought_in("a.xml", text)
    colours = [o.colour for o in project.objects.values()]
    assert colours[0] == (255, 0, 0)
    assert len(set(colours)) == 3


def test_matched_objects_keep_their_colour(brought_in) -> None:
    rows = [{"image_id": 1, "track_id": 1}]
    text = coco(rows).replace('"car"', '"cup"')
    policy = ImportPolicy(ObjectPolicy.MATCH)
    project, summary = brought_in("a.json", text, objects=(1,), policy=policy)
    assert summary.matched_objects == (1,)
    assert project.objects[1].colour == PALETTE[0]


def test_tracking_is_offered_only_for_frames_that_are_left(brought_in) -> None:
    every = "".join(mask(frame, shape("1")) for frame in range(10))
    assert not brought_in("a.xml", cvat(every))[1].trackable
    some = "".join(mask(frame, shape("1")) for frame in range(9))
    assert brought_in("a.xml", cvat(some))[1].trackable


YAML = "names: [tree, bush, stone]\n"
DATA = "train: images\nnames: [car, dog]\n"


@pytest.mark.parametrize(
    ("files", "label"),
    [
        ({"labels/classes.txt": "car\ndog\n", "hyp.yaml": YAML}, "dog"),
        ({"classes.txt": "car\ndog\n", "labels/model.yaml": YAML}, "dog"),
        ({"classes.txt": "car\ndog\n", "coco.yaml": "train: x\n" + YAML}, "dog"),
        ({"classes.txt": "car\n", "data.yaml": DATA}, "dog"),  # it lacks a class that occurs
        ({"aaa.yaml": YAML, "data.yaml": DATA}, "dog"),
        ({"obj.names": "car\ndog\n", "other.yaml": YAML}, "dog"),
        ({"model.yaml": YAML}, "bush"),
    ],
)
def test_yolo_classes_are_those_of_the_labels(tmp_path, make_target, files, label) -> None:
    for name, text in {**files, "labels/frame_000000.txt": "1 0.5 0.5 0.5 0.5\n"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (found,) = read_labels(tmp_path, make_target()).shapes
    assert found.label == label


@pytest.mark.parametrize("stem", ["clip", "my_video_2"])
def test_ultralytics_files_count_from_one(tmp_path, make_target, stem) -> None:
    """``clip_4.txt`` with a track's id is frame 3; plain rows are, after the video's own name."""
    for n in (4, 6):
        (tmp_path / f"{stem}_{n}.txt").write_text("0 0.5 0.5 0.25 0.5 7\n")
    found = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in found.shapes] == [3, 5]
    assert found.counting == ("numbers count from 1, as the program that wrote them counts",)
    for n in (4, 6):
        (tmp_path / f"{stem}_{n}.txt").write_text("0 0.5 0.5 0.25 0.5\n")
    unsure = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in unsure.shapes] == [4, 6]
    assert "--first-number 1" in unsure.doubts[0].sentence
    target = make_target()
    own = type(target)(16, 12, 10, target.names, stem)
    assert [shape.frame for shape in read_labels(tmp_path, own).shapes] == [3, 5]


def test_mots_with_commas(tmp_path, make_target) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{n},2001,2,12,16,V148000000000b2\n" for n in (1, 2)))
    assert detect_format(path).name == "mots"
    found = read_labels(path, make_target())
    assert [(s.frame, s.label, int(s.mask.to_array().sum())) for s in found.shapes] == [
        (0, "pedestrian", 24),
        (1, "pedestrian", 24),
    ]
    # Six plain numbers are a row of MOT.
    path.write_text("1,1,2,3,4,5\n")
    assert detect_format(path).name == "mot"
