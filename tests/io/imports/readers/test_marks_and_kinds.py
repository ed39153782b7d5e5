"""Marks on single frames and kinds of attributes: in from every format, out to those that have them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vostool.io.imports.edit import import_edit
from vostool.io.imports.importers import read_labels
from vostool.project.labels import AttributeKind
from vostool.project.mask_notes import is_occluded
from vostool.project.project_labels import declared_label

CATEGORIES = [{"id": 1, "name": "car"}]
BOX = {"bbox": [2, 2, 6, 4]}
NAME = "frame_000002"


def coco(attributes, **more):
    entry = {"id": 1, "image_id": 1, "category_id": 1, **BOX, "attributes": attributes, **more}
    images = [{"id": 1, "file_name": f"{NAME}.jpg"}]
    return {"images": images, "annotations": [entry], "categories": CATEGORIES}


def datumaro(attributes):
    entry = {"type": "bbox", "bbox": [2, 2, 6, 4], "label_id": 0, "attributes": attributes}
    labels = {"label": {"labels": [{"name": "car"}]}}
    return {"items": [{"id": NAME, "annotations": [entry]}], "categories": labels}


def labelme(attributes):
    shape = {"label": "car", "points": [[2, 2], [8, 6]], "shape_type": "rectangle"}
    return {"shapes": [{**shape, "attributes": attributes}], "imagePath": f"{NAME}.jpg"}


def via(attributes):
    shape = {"name": "rect", "x": 2, "y": 2, "width": 6, "height": 4}
    region = {"shape_attributes": shape, "region_attributes": {"class": "car", **attributes}}
    return {f"{NAME}.jpg1": {"filename": f"{NAME}.jpg", "size": 1, "regions": [region]}}


def results(attributes):
    entry = {"image_id": 2, "category_id": 1, **BOX, "score": 0.5, "attributes": attributes}
    return [entry, {**entry, "image_id": 0, "attributes": {}}]


def youtube_vis(attributes):
    track = {"id": 1, "video_id": 1, "category_id": 1, "bboxes": [None, None, BOX["bbox"]]}
    track |= {"segmentations": [None] * 3, "attributes": attributes}
    video = {"id": 1, "file_names": [f"{n}.jpg" for n in range(3)], "length": 3}
    return {"videos": [video], "annotations": [track], "categories": CATEGORIES}


WRITERS = [coco, datumaro, labelme, via, results]


@pytest.fixture
def brought_in(tmp_path, make_target, make_project, memory_source):
    """Import a file; gives the project and the summary."""

    def run(name, value):
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        project = make_project(memory_source(10, 16, 12), {})
        edit, summary = import_edit(project, read_labels(path, make_target()))
        project.apply(edit)
        return project, summary

    return run


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("said", "marked"),
    [({"occluded": True}, True), ({"occluded": False}, False), ({"Occluded": "true"}, True),
     ({"is_occluded": 1}, True), ({"occluded": "0"}, False), ({}, False)],
)  # fmt: skip
def test_an_occluded_shape_stays_marked(brought_in, write, said, marked) -> None:
    project, summary = brought_in(f"{NAME}.json", write(said))
    assert is_occluded(project, 2, 1) == marked
    assert not is_occluded(project, 0, 1)
    assert summary.occluded == marked
    assert project.objects[1].attributes == ()


def test_other_words_than_yes_and_no_stay_an_attribute(brought_in) -> None:
    project, _ = brought_in("a.json", coco({"occluded": "partly"}))
    assert project.objects[1].attributes == (("occluded", "partly"),)


def test_marks_of_further_formats(brought_in) -> None:
    voc = (
        "<annotation><object><name>car</name><occluded>1</occluded><bndbox><xmin>2</xmin>"
        "<ymin>2</ymin><xmax>8</xmax><ymax>6</ymax></bndbox></object></annotation>"
    )
    assert is_occluded(brought_in(f"{NAME}.xml", voc)[0], 2, 1)
    assert is_occluded(brought_in("gt.txt", "3,1,3,3,6,4,1,1,0\n")[0], 2, 1)
    assert not is_occluded(brought_in("gt.txt", "3,1,3,3,6,4,1,1,0.4\n")[0], 2, 1)
    ovis = youtube_vis({})
    ovis["annotations"][0]["occlusion"] = [None, "no_occlusion", "severe_occlusion"]
    project, _ = brought_in("ovis.json", ovis)
    assert [f for f in range(3) if is_occluded(project, f, 1)] == [2]


def test_a_later_import_says_anew_what_is_occluded(brought_in, tmp_path, make_target) -> None:
    project, _ = brought_in("a.json", coco({"occluded": True, "track_id": 1}))
    (tmp_path / "a.json").write_text(json.dumps(coco({"occluded": False, "track_id": 1})))
    from vostool.io.imports.edit import ImportPolicy, ObjectPolicy

    policy = ImportPolicy(ObjectPolicy.MATCH)
    edit, _ = import_edit(project, read_labels(tmp_path / "a.json", make_target()), policy)
    project.apply(edit)
    assert not is_occluded(project, 2, 1)


@pytest.mark.parametrize("write", [coco, datumaro, labelme, youtube_vis, results])
def test_truths_and_numbers_keep_their_kind(brought_in, write) -> None:
    given = {"parked": True, "wheels": 4, "speed": -2.5, "plate": "B 1", "code": "7"}
    project, _ = brought_in(f"{NAME}.json", write(given))
    label = project.objects[1].label
    kinds = {a.name: a.kind for a in declared_label(project, label).attributes}
    wanted = {"parked": AttributeKind.CHECKBOX}
    if write is not results:  # there one result has no attributes, so a number would be made up
        wanted |= {"wheels": AttributeKind.NUMBER, "speed": AttributeKind.NUMBER}
    assert kinds == wanted
    assert dict(project.objects[1].attributes) == {
        "parked": "true", "wheels": "4", "speed": "-2.5", "plate": "B 1", "code": "7",
    }  # fmt: skip


@pytest.mark.parametrize(
    "values", [[0, 3], [0.1, 0.25], [-1500, 2], [0.1 + 0.2, 7], [1e-9, 2], [2019], [10**9, 0.5]]
)
def test_a_number_is_declared_so_that_it_accepts_every_value(brought_in, values) -> None:
    data = coco({})
    data["annotations"] = [
        {**data["annotations"][0], "id": n, "attributes": {"x": value, "track_id": n}}
        for n, value in enumerate(values, 1)
    ]
    project, _ = brought_in("a.json", data)
    (attribute,) = declared_label(project, "car").attributes
    assert attribute.kind is AttributeKind.NUMBER
    assert all(attribute.accepts(dict(o.attributes)["x"]) for o in project.objects.values())


def test_mixed_values_are_text(brought_in) -> None:
    data = coco({"a": True, "track_id": 1})
    data["annotations"].append({**data["annotations"][0], "id": 2, "attributes": {"a": "no"}})
    project, _ = brought_in("a.json", data)
    assert declared_label(project, "car") is None


@pytest.mark.parametrize("name", ["coco", "youtube-vis", "masks", "cvat-images"])
def test_kinds_and_marks_go_out_and_come_back(
    brought_in, run_export, memory_source, make_target, make_project, tmp_path, name
) -> None:
    source = memory_source(10, 16, 12)
    data = coco({"parked": True, "wheels": 4, "plate": "7", "occluded": True, "track_id": 3})
    data["annotations"][0]["segmentation"] = [[2, 2, 8, 2, 8, 6, 2, 6]]
    project, _ = brought_in("a.json", data)
    run_export(project, source, name, tmp_path / "out")
    again = make_project(source, {})
    edit, _ = import_edit(again, read_labels(tmp_path / "out" / name, make_target()))
    again.apply(edit)
    (found,) = again.objects.values()
    own = {k: v for k, v in found.attributes if k != "object_id"}
    assert own == {"parked": "true", "wheels": "4", "plate": "7"}
    kinds = {a.name: a.kind.value for a in declared_label(again, "car").attributes}
    assert (kinds.pop("plate", "text"), kinds) == (
        "text",
        {"parked": "checkbox", "wheels": "number"},
    )
    assert is_occluded(again, 2, found.id) == (name in ("coco", "cvat-images"))
    assert np.count_nonzero(again.masks.get(2, found.id).mask.to_array()) == 24


def test_tags_of_supervisely_and_ratings_of_label_studio(brought_in) -> None:
    points = {"exterior": [[2, 2], [8, 6]], "interior": []}
    tags = [{"name": "parked", "value": None}, {"name": "wheels", "value": 4},
            {"name": "colour", "value": "dark blue"}, {"name": "occluded", "value": None}]  # fmt: skip
    figure = {"classTitle": "car", "geometryType": "rectangle", "tags": tags, "points": points}
    data = {"size": {"height": 12, "width": 16}, "tags": [], "objects": [figure]}
    project, _ = brought_in(f"{NAME}.json", data)
    kinds = {a.name: a.kind.value for a in declared_label(project, "car").attributes}
    assert kinds == {"parked": "checkbox", "wheels": "number"}
    assert dict(project.objects[1].attributes)["colour"] == "dark blue"
    assert is_occluded(project, 2, 1)
    box = {"x": 10, "y": 10, "width": 50, "height": 50, "rectanglelabels": ["car"]}
    said = {"from_name": "quality", "type": "rating", "value": {"rating": 4}}
    regions = [{"id": "a", "type": "rectanglelabels", "value": box}, {"id": "a", **said}]
    task = {"id": 1, "data": {"image": f"{NAME}.jpg"}, "annotations": [{"result": regions}]}
    project, _ = brought_in("ls.json", [task])
    assert project.objects[1].attributes == (("quality", "4"),)
    (quality,) = declared_label(project, "car").attributes
    assert quality.kind is AttributeKind.NUMBER


def test_check_boxes_that_datumaro_writes_to_voc(brought_in) -> None:
    voc = (
        "<annotation><object><name>car</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>8</xmax>"
        "<ymax>6</ymax></bndbox><attributes><attribute><name>parked</name><value>True</value>"
        "</attribute></attributes></object></annotation>"
    )
    project, _ = brought_in(f"{NAME}.xml", voc)
    assert project.objects[1].attributes == (("parked", "true"),)
    assert declared_label(project, "car").attributes[0].kind is AttributeKind.CHECKBOX


@pytest.mark.parametrize("write", [coco, datumaro, results])
@pytest.mark.parametrize(
    ("degrees", "wanted"),
    [(0.0, (2, 2, 8, 6)), (360, (2, 2, 8, 6)), (90.0, (3, 1, 7, 7)), (-90, (3, 1, 7, 7)),
     (45.0, (1.46, 0.46, 8.54, 7.54)), ("a lot", (2, 2, 8, 6)), (True, (2, 2, 8, 6))],
)  # fmt: skip
def test_a_turned_box_is_the_upright_one_around_it(
    tmp_path, make_target, write, degrees, wanted
) -> None:
    """As CVAT and datumaro write it: the box before it was turned, and its rotation beside it."""
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(write({"rotation": degrees})))
    box = next(s for s in read_labels(path, make_target()).shapes if s.frame == 2).box
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(wanted, abs=0.01)
