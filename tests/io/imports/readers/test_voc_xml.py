"""Pascal VOC's XML: boxes and Roboflow's polygons, a file a picture."""

from __future__ import annotations

import pytest

from vostool.errors import LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.box import Box

BOX = "<bndbox><xmin>3</xmin><ymin>2.0</ymin><xmax>9</xmax><ymax>6</ymax></bndbox>"
POLYGON = "<polygon><x1>3</x1><y1>2</y1><x2>9</x2><y2>2</y2><x3>9</x3><y3>6</y3></polygon>"
TRACK = "<attributes><attribute><name>{}</name><value>{}</value></attribute></attributes>"


def annotation(*objects, size=(16, 12)):
    body = "".join(f"<object><name>car</name>{inside}</object>\n" for inside in objects)
    width, height = size
    return (
        f"<annotation><filename>x.jpg</filename><size><width>{width}</width><height>{height}"
        f"</height></size>{body}</annotation>"
    )


def test_boxes_with_names_from_one(tmp_path, make_target) -> None:
    for n in range(1, 11):
        (tmp_path / f"{n:05d}.xml").write_text(annotation(BOX))
    assert detect_format(tmp_path).name == "voc-xml"
    found = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in found.shapes] == list(range(10))
    assert {shape.box for shape in found.shapes} == {Box(3, 2, 9, 6)}
    assert found.counting == ("numbers count from 1",)


def test_polygons_identity_and_attributes(tmp_path, make_target) -> None:
    path = tmp_path / "frame_000004.xml"
    path.write_text(
        annotation(
            BOX + POLYGON, BOX + TRACK.format("track_id", 7), BOX + TRACK.format("colour", "red")
        )
    )
    found = read_labels(path, make_target())
    polygon, tracked, loose = found.shapes
    assert polygon.mask is not None
    assert (tracked.box, tracked.frame) == (Box(3, 2, 9, 6), 4)
    assert [o.proposed_id for o in found.objects] == [7]
    assert loose.attributes == (("colour", "red"),)


def test_bad_objects_and_files_are_named(tmp_path, make_target) -> None:
    bad = "<bndbox><xmin>a</xmin><ymin>2</ymin><xmax>9</xmax><ymax>6</ymax></bndbox>"
    (tmp_path / "frame_000000.xml").write_text(annotation(BOX, bad, "<pose/>"))
    (tmp_path / "frame_000001.xml").write_text(annotation(BOX, size=(32, 12)))
    (tmp_path / "frame_000002.xml").write_text(annotation(BOX)[:-5])
    (tmp_path / "frame_000099.xml").write_text(annotation(BOX))
    found = read_labels(tmp_path, make_target())
    assert len(found.shapes) == 1
    said = " ".join(found.skipped)
    assert "frame_000000.xml, line 2: the bndbox has no number as 'xmin'" in said
    assert "frame_000000.xml, line 3: the object has no box" in said
    assert "frame_000001.xml: its picture is 32x12" in said
    assert "'frame_000002.xml' is no complete XML" in said
    assert "frame_000099.xml: this video has no such frame" in said


def test_entities_are_refused(tmp_path, make_target) -> None:
    path = tmp_path / "frame_000000.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]>' + annotation(BOX))
    with pytest.raises(LabelsError, match="declares a document type or entities"):
        read_labels(path, make_target(), "voc-xml")
