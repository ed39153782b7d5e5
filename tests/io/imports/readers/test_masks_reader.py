"""Mask PNGs written by Pillow: every way to store ids, and every way to get them wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mask_strategies import sizes
from PIL import Image

from vostool.errors import LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.io.imports.readers.id_picture import masks_by_id
from vostool.masks.colours import voc_palette
from vostool.masks.mask import Mask


def save(path, array, mode="P"):
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == "16":
        Image.fromarray(array.astype(np.uint16)).save(path)
    elif mode == "1":
        Image.fromarray(array.astype(bool)).save(path)
    else:
        image = Image.fromarray(array.astype(np.uint8))
        if mode in ("P", "RGB"):
            image.putpalette(voc_palette())
        (image.convert("RGB") if mode == "RGB" else image).save(path)


@pytest.fixture
def ids(hard_masks):
    return np.where(hard_masks["hole"], 3, np.where(hard_masks["corner"], 7, 0))


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "16"])
def test_ids_come_in_from_every_kind_of_picture(tmp_path, make_target, masks_of, ids, mode):
    save(tmp_path / "00002.png", ids, mode)
    for place in (tmp_path, tmp_path / "00002.png"):
        assert detect_format(place).name == "masks"
        found = masks_of(read_labels(place, make_target()))
        assert found.keys() == {(2, 3), (2, 7)}
        assert all(np.array_equal(found[2, number], ids == number) for number in (3, 7))


def test_16_bits_hold_ids_above_255(tmp_path, make_target, masks_of, ids):
    save(tmp_path / "instance" / "00000.png", ids * 1000, "16")
    found = masks_of(read_labels(tmp_path, make_target()))
    assert found.keys() == {(0, 3000), (0, 7000)}


@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_binary_sequence_is_one_object(tmp_path, make_target, masks_of, hard_masks, mode):
    for number, array in enumerate(hard_masks.values()):
        save(tmp_path / f"{number:05d}.png", array * 255, mode)
    found = masks_of(read_labels(tmp_path, make_target(count=len(hard_masks))))
    assert found.keys() == {(number, 1) for number in range(len(hard_masks))}
    assert all(
        np.array_equal(found[number, 1], array) for number, array in enumerate(hard_masks.values())
    )


def test_255_is_void_beside_other_ids_unless_chosen(tmp_path, make_target, masks_of, ids):
    save(tmp_path / "00000.png", np.where(ids == 7, 255, ids))
    found = read_labels(tmp_path, make_target())
    assert masks_of(found).keys() == {(0, 3)}
    assert "255 was taken for void on 1 picture" in found.warnings[0]
    chosen = read_labels(tmp_path, make_target(), options={"void": "object"})
    assert masks_of(chosen).keys() == {(0, 3), (0, 255)}
    save(tmp_path / "00000.png", np.where(ids == 7, 255, 0))
    with pytest.raises(LabelsError, match="no labelled object"):
        read_labels(tmp_path, make_target(), options={"void": "ignore"})


def test_an_object_that_a_picture_does_not_show_is_absent(tmp_path, make_target, ids):
    save(tmp_path / "00000.png", ids)
    save(tmp_path / "00001.png", np.where(ids == 3, 3, 0))
    found = read_labels(tmp_path, make_target())
    assert [(s.frame, s.track) for s in found.shapes if s.absent] == [(1, 7)]
    plain = read_labels(tmp_path, make_target(), options={"absent": False})
    assert not any(shape.absent for shape in plain.shapes)


def test_one_picture_an_object_keeps_overlaps(tmp_path, make_target, masks_of, hard_masks):
    expected = {(0, 2): hard_masks["hole"], (0, 11): hard_masks["full"], (1, 2): hard_masks["hole"]}
    for (frame, oid), array in expected.items():
        save(tmp_path / "clip" / f"{oid:03d}" / f"{frame:05d}.png", array * 255, "L")
    save(tmp_path / "clip" / "011" / "00001.png", np.zeros((12, 16)), "L")
    for place in (tmp_path, tmp_path / "clip"):
        found = read_labels(place, make_target())
        masks = masks_of(found)
        assert masks.keys() == expected.keys()
        assert all(np.array_equal(masks[key], expected[key]) for key in expected)
        assert [(s.frame, s.track) for s in found.shapes if s.absent] == [(1, 11)]


def test_numbered_sequences_with_ids_are_no_objects(tmp_path, make_target, masks_of, ids):
    for sequence in ("0001", "0002"):
        save(tmp_path / sequence / "00000.png", ids)
    with pytest.raises(LabelsError, match="holds the ids 3, 7"):
        read_labels(tmp_path, make_target())
    options = {"layout": "frames", "folder": "0002"}
    found = masks_of(read_labels(tmp_path, make_target(), options=options))
    assert found.keys() == {(0, 3), (0, 7)}


def vos(folder, ids, objects):
    save(folder / "Annotations" / "clip" / "00000.png", ids)
    save(folder / "JPEGImages" / "clip" / "00000.png", ids)
    meta = {"videos": {"clip": {"objects": objects}}}
    (folder / "meta.json").write_text(json.dumps(meta))


def test_youtube_vos_names_its_objects(tmp_path, make_target, ids):
    objects = {"3": {"category": "car", "frames": ["00000"]}, "7": {"category": "dog"}}
    vos(tmp_path, ids, objects)
    for chosen in (tmp_path, tmp_path / "meta.json"):
        assert detect_format(chosen).name == "masks"
        found = read_labels(chosen, make_target())
        assert {(e.proposed_id, e.label) for e in found.objects} == {(3, "car"), (7, "dog")}
        assert found.skipped == ()


def test_an_id_beyond_the_declared_objects_and_a_missing_picture_are_named(
    tmp_path, make_target, masks_of, ids
):
    vos(tmp_path, ids, {"3": {"category": "car", "frames": ["00000", "00005", "00010"]}})
    found = read_labels(tmp_path, make_target())
    assert masks_of(found).keys() == {(0, 3)}
    assert found.skipped == (
        "00000.png: id 7 is none of the declared objects (3).",
        "object 3: the pictures of its frames 00005, 00010 are missing.",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no valid JSON"),
        ('{"videos": {"a": {"objects": {}}, "b": {"objects": {}}}}', "does not name the video"),
        ('{"videos": {"clip": {"objects": [1]}}}', "'objects' must name the objects"),
        ('{"videos": {"clip": {"objects": {"x": {}}}}}', "the object 'x' of 'clip' is no number"),
    ],
)
def test_a_damaged_meta_file_is_refused(tmp_path, make_target, ids, text, reason):
    vos(tmp_path, ids, {})
    (tmp_path / "meta.json").write_text(text)
    with pytest.raises(LabelsError, match=reason):
        read_labels(tmp_path, make_target(), "masks")


def test_bad_pictures_are_named_and_the_good_ones_come_in(tmp_path, make_target, masks_of, ids):
    save(tmp_path / "00000.png", ids)
    good = (tmp_path / "00000.png").read_bytes()
    (tmp_path / "00001.png").write_bytes(good[:60])
    (tmp_path / "00002.png").write_bytes(b"GIF89a")
    save(tmp_path / "00003.png", np.zeros((24, 32)))
    save(tmp_path / "00099.png", ids)
    colours = np.zeros((12, 16, 3), np.uint8)
    colours[3, 4] = (1, 2, 3)
    Image.fromarray(colours).save(tmp_path / "00004.png")
    Image.fromarray(np.zeros((12, 16, 4), np.uint8)).save(tmp_path / "00005.png")
    # The header alone says 60,000 x 60,000: nothing may be decoded for that.
    huge = good[:16] + (60_000).to_bytes(4, "big") * 2 + good[24:]
    (tmp_path / "00006.png").write_bytes(huge)
    found = read_labels(tmp_path, make_target(), "masks")
    assert masks_of(found).keys() == {(0, 3), (0, 7)}
    reasons = {text.split(":")[0]: text for text in found.skipped}
    assert "is damaged" in reasons["00001.png"]
    assert "is no PNG" in reasons["00002.png"]
    assert "is 32x24, but the frames are 16x12" in reasons["00003.png"]
    assert "colour #010203" in reasons["00004.png"]
    assert "its pixels are RGBA" in reasons["00005.png"]
    assert "is 60000x60000" in reasons["00006.png"]
    assert "no such frame" in reasons["00099.png"]
    assert len(found.skipped) == 7


def test_a_photograph_is_no_mask(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (90, 120), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    with pytest.raises(LabelsError, match=r"a picture without object ids\. Formats that are read"):
        detect_format(tmp_path / "photo.png")
    with pytest.raises(LabelsError, match="holds no labels of a known format"):
        detect_format(tmp_path)


def test_mots_pictures_hold_classes_and_ids(tmp_path, make_target, masks_of, ids):
    values = np.where(ids == 3, 1003, np.where(ids == 7, 10000, 0))
    values[0, 0] = 2001
    save(tmp_path / "instances" / "000004.png", values, "16")
    assert detect_format(tmp_path).name == "mots-png"
    found = read_labels(tmp_path, make_target())
    assert {(e.track, e.label, e.proposed_id) for e in found.objects} == {
        (1003, "car", 3),
        (2001, "pedestrian", 1),
    }
    assert "Regions to ignore (class 10) were left out on 1 picture" in found.skipped[0]
    assert {shape.frame for shape in found.shapes} == {4}
    (tmp_path / "instances" / "labels.txt").write_text("bus\nbike\n")
    labelled = read_labels(tmp_path, make_target())
    assert {entry.label for entry in labelled.objects} == {"bus", "bike"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_masks_cut_out_of_one_code_are_those_of_each_id(data):
    shape = data.draw(sizes)
    kind = data.draw(st.sampled_from([np.uint8, np.int32]))
    ids = data.draw(hnp.arrays(kind, shape, elements=st.sampled_from([0, 1, 2, 200])))
    found = masks_by_id(ids)
    assert list(found) == [number for number in (1, 2, 200) if (ids == number).any()]
    assert all(mask == Mask.from_array(ids == number) for number, mask in found.items())
