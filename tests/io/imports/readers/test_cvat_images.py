"""CVAT's images: names and ids, identity, labels, and everything that can be wrong with a shape."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vostool.errors import Cancelled, LabelsError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.mask import Mask

TARGET = ImportTarget(8, 6, 5, "frame_{:06d}".format)
META = (
    "<meta><task><size>5</size><start_frame>0</start_frame><stop_frame>4</stop_frame><labels>"
    "<label><name>car</name><color>#ff8000</color><attributes><attribute><name>make</name>"
    "<mutable>True</mutable><input_type>select</input_type><default_value>x</default_value>"
    "<values>x\ny z</values></attribute></attributes></label><label><name>dog</name></label>"
    "</labels></task></meta>"
)


def image(shapes, *, name="frame_000000.png", number=0, width=8, height=6):
    return (
        f'<image id="{number}" name="{name}" width="{width}" height="{height}">\n{shapes}</image>'
    )


@pytest.fixture
def write(tmp_path):
    def made(*images, meta=META, head=""):
        path = tmp_path / "annotations.xml"
        body = "\n".join(images)
        path.write_text(f"{head}<annotations><version>1.1</version>{meta}{body}</annotations>")
        return path

    return made


@pytest.fixture
def read(write):
    return lambda *images, target=TARGET, **more: read_labels(write(*images, **more), target)


def box(label="car", *, left=1, right=4, more="", inside=""):
    return f'<box label="{label}" xtl="{left}" ytl="1" xbr="{right}" ybr="4" {more}>{inside}</box>'


def mask(rle="1, 2, 1, 4", left=2, top=1, width=4, height=2, more=""):
    return (
        f'<mask label="car" rle="{rle}" left="{left}" top="{top}" width="{width}" '
        f'height="{height}" {more}/>'
    )


# -- what comes in -----------------------------------------------------------------------------


def test_masks_are_row_major_in_their_box_background_first(read) -> None:
    (shape,) = read(image(mask())).shapes
    expected = np.zeros((6, 8), bool)
    expected[1, 3:5] = expected[2, 2:6] = True
    assert shape.mask == Mask.from_array(expected)
    assert shape.where == "line 3"


def test_labels_with_colours_and_attributes(read) -> None:
    found = read(image(box(inside='<attribute name="make">y z</attribute>', more='group_id="3"')))
    car, dog = found.labels
    assert (car.name, car.colour, dog.colour) == ("car", (255, 128, 0), None)
    (attribute,) = car.attributes
    assert (attribute.name, attribute.default, attribute.values) == ("make", "x", ("x", "y z"))
    (obj,) = found.objects
    assert (obj.colour, obj.attributes, obj.proposed_id) == (
        (255, 128, 0), (("make", "y z"),), 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "inside", "identity"),
    [
        ('group_id="4"', "", 4),
        ("", '<attribute name="object_id">5</attribute>', 5),
        ('group_id="4"', '<attribute name="object_id">5</attribute>', 5),
        ("", '<attribute name="track_id">6</attribute>', 6),
        ('group_id="4"', '<attribute name="object_id"> </attribute>', 4),
    ],
)
def test_identity(read, more, inside, identity) -> None:
    two = image(box(more=more, inside=inside), name="frame_000001.png", number=1)
    found = read(image(box(more=more, inside=inside)), two)
    (obj,) = found.objects
    assert obj.proposed_id == identity
    assert {shape.track for shape in found.shapes} == {obj.track}


def test_group_zero_is_no_group(read) -> None:
    found = read(image(box(more='group_id="0"')))
    assert found.objects == ()
    assert found.shapes[0].track is None


def test_a_group_of_two_labels_is_two_objects(read) -> None:
    found = read(image(box(more='group_id="2"') + box("dog", more='group_id="2"')))
    assert [(obj.label, obj.proposed_id) for obj in found.objects] == [("car", 2), ("dog", 2)]


def test_names_count_before_ids(read) -> None:
    found = read(
        image(box(), name="sub/frame_000003.png", number=0),
        image(box(), name="frame_000001", number=7),
        image(box(), name="holiday.jpg", number=2),
    )
    assert [shape.frame for shape in found.shapes] == [3, 1, 2]
    assert found.warnings == (
        "'annotations.xml': no frame has the name of 1 of its images; their ids were taken as "
        "frame numbers.",
    )


def test_images_of_a_folder_are_known_by_their_names(read) -> None:
    names = ["b.2", "a", "x7", "x9", "x8"]
    target = ImportTarget(8, 6, 5, names.__getitem__)
    found = read(
        image(box(), name="x9.jpg", number=0),
        image(box(), name="b.2.jpg", number=1),
        image(box(), name="b.2", number=4),
        target=target,
    )
    assert [shape.frame for shape in found.shapes] == [3, 0]
    assert "the image 'b.2' is frame 0 again, after line" in found.skipped[0]


def test_a_frame_that_is_not_there_is_named(read) -> None:
    found = read(image(box()), image(box(), name="frame_000005.png", number=0))
    assert found.skipped == ("line 4: the image 'frame_000005.png' is no frame of this video.",)


def test_without_declared_labels_every_label_comes_in(read) -> None:
    found = read(image(box("anything")), meta="")
    assert found.shapes[0].label == "anything"


def test_utf16_and_leading_comments(tmp_path) -> None:
    path = tmp_path / "a.xml"
    text = f'<?xml version="1.0" encoding="utf-16"?><!-- é --><annotations>{META}{image(box())}'
    path.write_text(text + "</annotations>", encoding="utf-16")
    assert detect_format(path).name == "cvat"
    assert len(read_labels(path, TARGET).shapes) == 1


# -- what does not -----------------------------------------------------------------------------

BAD = {
    mask(rle="1, 2, 1, 5"): "mask has an rle of 9 pixels, longer than its box of 8",
    mask(rle="1, 2, 1, 3"): "mask has an rle of 7 pixels, shorter than its box of 8",
    mask(rle=""): "mask has an empty rle",
    mask(rle="8"): "mask is empty: its rle is all background",
    mask(rle="1.0, 7"): "mask has '1.0' in its rle, which takes whole numbers only",
    mask(rle="-1, 9"): "mask has '-1' in its rle, which takes whole numbers only",
    mask(left=5): "mask has the box left 5, top 1, 4x2, which does not lie in the 8x6 frame",
    mask(left=-1): "mask has the box left -1, top 1, 4x2, which does not lie in the 8x6 frame",
    mask(width=0): "mask has the box left 2, top 1, 0x2, which does not lie in the 8x6 frame",
    mask(width=10**9, height=10**9): "which does not lie in the 8x6 frame",
    mask(left=1.5): "mask has 1.5 as 'left', which takes whole numbers only",
    mask().replace('top="1"', ""): "mask has no number as 'top'",
    box("cat"): "box has the label 'cat', which the file does not declare",
    box(left=9, right=12): "box has no area inside the frame",
    box(left="inf"): "box has inf as 'xtl'",
    '<polygon label="car" points="1,1;2,2"/>': "polygon has 2 points, but needs three",
    '<polygon label="car" points=""/>': "polygon has 0 points, but needs three",
    '<polygon label="car" points="1,1;2,2;3"/>': "polygon has points that are not pairs",
    '<polygon label="car" points="1,1;2,2;3,3;"/>': "polygon has points that are not pairs",
    '<polygon label="car" points="1,1;2,2;1e9,3"/>': "polygon has a corner far outside the frame",
    '<polygon label="car" points="1,1;2,nan;3,3"/>': "polygon has a corner far outside the frame",
    '<polygon label="car" points="9,1;10,1;10,2"/>': "polygon covers no pixel of the frame",
    '<ellipse label="car" cx="3" cy="3"/>': "ellipse 'car': ellipses do not come in, a mask would",
    '<polyline label="car" points="1,1;2,2"/>': "polyline 'car': a line has no area",
    '<points label="car" points="1,1"/>': "points 'car': points have no area",
    '<tag label="car"/>': "tag 'car': a tag belongs to the whole picture",
    '<cuboid label="car"/>': "cuboid 'car': cuboids do not come in",
    '<skeleton label="car"><points label="1" points="1,1"/></skeleton>': "skeletons do not come in",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_shape_is_named_by_its_line_and_the_rest_comes_in(read, bad) -> None:
    found = read(image(f"{box()}\n{bad}\n{box('dog')}"))
    assert [shape.label for shape in found.shapes] == ["car", "dog"]
    (sentence,) = found.skipped
    assert sentence.startswith("line 4: the ")
    assert BAD[bad] in sentence
    assert sentence.endswith(".")


def test_pictures_of_another_size(read) -> None:
    wide = image(box(), name="frame_000001.png", width=9)
    found = read(image(box()), wide)
    assert found.skipped == (
        "line 4: the image 'frame_000001.png' is 9x6, but the frames are 8x6.",
    )
    with pytest.raises(LabelsError, match="labels for 9x6 pictures, but the frames here are 8x6"):
        read(wide)


def test_a_file_without_any_shape_for_the_video(read) -> None:
    with pytest.raises(LabelsError, match="holds no shape of any object"):
        read(image(""))
    with pytest.raises(LabelsError, match=r"is for this video: line 3: .* \(1 more like this\)"):
        read(image('<tag label="car"/><tag label="car"/>'))


ENTITIES = {
    '<!DOCTYPE a [<!ENTITY x "boom">]>': "&x;",
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>': "&x;",
    '<!DOCTYPE a SYSTEM "http://localhost/x.dtd">': "",
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>': "&b;",
}


@pytest.mark.parametrize("head", ENTITIES)
def test_entities_are_refused(write, head) -> None:
    path = write(image(box() + ENTITIES[head]), head=head)
    assert detect_format(path).name == "cvat"
    with pytest.raises(LabelsError, match=r"declares a document type or entities.*was not read"):
        read_labels(path, TARGET)


@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (lambda text: text[:-20], "line 4, column 0: unclosed token"),
        (lambda text: text.replace("</image>", "</box>"), "mismatched tag"),
        (lambda text: text.replace('label="car"', "label=car"), "not well-formed"),
        (lambda text: text.replace("</image>", "<a>" * 100 + "</a>" * 100 + "</image>"), "nested"),
    ],
)
def test_broken_xml_is_refused_as_a_whole(write, cut, sentence) -> None:
    path = write(image(box() + "\n"))
    path.write_text(cut(path.read_text()))
    with pytest.raises(LabelsError, match=sentence):
        read_labels(path, TARGET)


def test_reading_can_be_cancelled(write) -> None:
    def progress(done: int, total: int, what: str = "") -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        read_labels(write(image(box())), TARGET, progress=progress)


# -- archives ----------------------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path, write):
    def made(entries: dict[str, bytes], **more) -> object:
        path = tmp_path / "task.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in entries.items():
                archive.writestr(name, data)
        return path

    return made


def test_subsets_of_one_archive_come_in_together(pack, write) -> None:
    train = write(image(box())).read_bytes()
    val = write(
        image(box(left=9, right=12), name="frame_000001.png") + image(mask(), number=2, name="f")
    )
    path = pack({"train.xml": train, "val.xml": val.read_bytes(), "images/a.png": b"-"})
    found = read_labels(path, TARGET)
    assert [shape.frame for shape in found.shapes] == [0, 2]
    assert found.skipped == ("'val.xml', line 3: the box has no area inside the frame.",)


def test_several_videos_in_one_archive_are_told(pack, write) -> None:
    data = write(image(box())).read_bytes()
    path = pack({"a/annotations.xml": data, "b/annotations.xml": data})
    with pytest.raises(LabelsError, match=r"several videos \(a/annotations.xml, b/annotations"):
        read_labels(path, TARGET)


def test_paths_that_leave_the_folder_are_refused(pack, write) -> None:
    data = write(image(box())).read_bytes()
    for name in ("../evil.xml", "/etc/evil.xml", "C:/evil.xml", "a\\..\\..\\evil.xml"):
        path = pack({"annotations.xml": data, name: b"x"})
        with pytest.raises(LabelsError, match="leaves its folder; nothing of it was read"):
            read_labels(path, TARGET)


def test_a_link_in_an_archive_is_refused(tmp_path, write) -> None:
    path = tmp_path / "task.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("annotations.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(LabelsError, match="leaves its folder"):
        read_labels(path, TARGET)


def test_a_bomb_is_refused_before_it_is_unpacked(pack, write) -> None:
    path = pack({"annotations.xml": b" " * (64 << 20)})
    with pytest.raises(LabelsError, match="is a zip bomb, and nothing of it was read"):
        read_labels(path, TARGET)


def test_a_damaged_archive_is_one_sentence(pack, write) -> None:
    path = pack({"annotations.xml": write(image(box() * 400)).read_bytes()})
    data = bytearray(path.read_bytes())
    data[100:140] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(LabelsError, match="is damaged"):
        read_labels(path, TARGET, "cvat")
    path.write_bytes(data[:200])
    with pytest.raises(LabelsError, match="no zip file that can be read"):
        read_labels(path, TARGET, "cvat")


# -- anything ----------------------------------------------------------------------------------

ODD = st.sampled_from(["", "0", "-1", "1e9", "nan", "inf", "x", "٣", "9" * 30, "1,1;2,2", "0.5"])
FIELDS = ["label", "rle", "left", "top", "width", "height", "points", "xtl", "xbr", "rotation"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tag=st.sampled_from(["box", "mask", "polygon"]),
    values=st.dictionaries(st.sampled_from(FIELDS), ODD),
    number=ODD,
    size=ODD,
)
def test_odd_values_are_skipped_or_refused_and_never_a_crash(
    write, tag, values, number, size
) -> None:
    given_fields = {"label": "car", "ytl": "1", "ybr": "4", **values}
    text = " ".join(f'{name}="{value}"' for name, value in given_fields.items())
    path = write(image(box()), image(f"<{tag} {text}/>", number=number, name="other", width=size))
    found = read_labels(path, TARGET)
    assert len(found.shapes) + len(found.skipped) == 2
    for shape in found.shapes:
        assert 0 <= shape.frame < 5
        assert shape.mask is None or (shape.mask.width, shape.mask.height) == (8, 6)
