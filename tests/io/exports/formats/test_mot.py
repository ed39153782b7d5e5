"""MOT and MOTS, read with TrackEval, py-motmetrics and datumaro."""

from __future__ import annotations

import configparser

import numpy as np
import pytest
from hypothesis import given, settings
from mask_strategies import annotated

from vostool.io.exports.exporters import ImageFiles


def boxes(masks, origin=1):
    """(frame from 1, id): box, for masks with pixels."""
    found = {}
    for (frame, oid), array in masks.items():
        if array.any():
            ys, xs = np.nonzero(array)
            size = [int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
            found[frame + 1, oid] = [int(xs.min()) + origin, int(ys.min()) + origin, *size]
    return found


def without_overlaps(masks):
    taken, left = {}, {}
    for (frame, oid), array in sorted(masks.items()):
        before = taken.setdefault(frame, np.zeros_like(array))
        rest = array & ~before
        taken[frame] = before | array
        if rest.any():
            left[frame, oid] = rest
    return left


@settings(max_examples=12, deadline=None)
@given(annotated())
def test_trackeval_reads_mots_without_overlaps(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("mots", shape, masks, labels=("person", "car", "cat"))
    classes = dict(zip(sorted({oid for _, oid in masks}), (2, 1, 3), strict=False))
    found = {(e["frame"], e["id"]): e for e in tools("mots", folder, videos=["clip"])}
    expected = without_overlaps(masks)
    assert found.keys() == expected.keys()
    for key, entry in found.items():
        assert np.array_equal(entry["mask"], expected[key])
        assert entry["class"] == classes[key[1]]
    cut = any(not np.array_equal(expected.get(k, m & False), m) for k, m in masks.items())
    assert any("overlap" in text for text in report.warnings) == cut


@settings(max_examples=12, deadline=None)
@given(annotated())
def test_motmetrics_and_trackeval_read_the_boxes(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("mot", shape, masks)
    found = {(e["frame"], e["id"]): e for e in tools("motmetrics", folder / "clip/gt/gt.txt")}
    assert {key: e["box"] for key, e in found.items()} == boxes(masks, origin=0)
    classes = {oid: n for n, oid in enumerate(sorted({oid for _, oid in masks}), 1)}
    assert all(entry["class"] == classes[oid] for (_, oid), entry in found.items())
    seen = {(e["frame"] + 1, e["id"]): e["box"] for e in tools("mot", folder, videos=["clip"])}
    assert seen == boxes(masks, origin=1)
    assert report.warnings == ()


def test_datumaro_reads_boxes_that_count_from_0(write_masks, read_with_datumaro, hard_masks):
    masks = {(frame, 4): array for frame, array in enumerate(hard_masks.values())}
    options = {"mot": {"origin": "0"}}
    folder, _ = write_masks("mot", (12, 16), masks, format_options=options, images=ImageFiles.JPEG)
    answer = read_with_datumaro("mot_seq", folder / "clip")
    found = {}
    for item in answer["items"]:
        for annotation in item["annotations"]:
            assert annotation["label"] == "car"
            key = int(item["name"]), annotation["attributes"]["track_id"]
            found[key] = annotation["bbox"]
    assert found == boxes(masks, origin=0)


def test_frames_keep_their_numbers_or_count_through(write_masks, hard_masks):
    masks = {(frame, 1): hard_masks["hole"] for frame in (2, 3, 7)}
    for numbering, numbers in (("source", [3, 4, 8]), ("consecutive", [1, 2, 3])):
        for name, gap in (("mot", ","), ("mots", " ")):
            folder, report = write_masks(
                name,
                (12, 16),
                masks,
                images=ImageFiles.JPEG,
                format_options={name: {"numbering": numbering}},
            )
            lines = (folder / "clip/gt/gt.txt").read_text().splitlines()
            assert [int(line.split(gap)[0]) for line in lines] == numbers
            pictures = sorted(p.name for p in (folder / "clip/img1").iterdir())
            assert pictures == [f"{number:06d}.jpg" for number in numbers]
            ini = configparser.ConfigParser()
            ini.read(folder / "clip/seqinfo.ini")
            assert dict(ini["Sequence"]) == {
                "name": "clip",
                "imdir": "img1",
                "framerate": "25",
                "seqlength": str(numbers[-1]),
                "imwidth": "16",
                "imheight": "12",
                "imext": ".jpg",
            }
            assert any("consecutive" in text for text in report.warnings) == (numbering == "source")


def test_mots_numbers_are_those_its_tools_know(write_masks, hard_masks):
    labels = ("pedestrian", "car", *(f"thing {n}" for n in range(9)), "Car", "two\nlines")
    masks = {(0, oid): hard_masks["one pixel"] for oid in range(1, len(labels) + 1)}
    masks[1, 1] = hard_masks["full"]
    folder, report = write_masks("mots", (12, 16), masks, labels=labels)
    lines = (folder / "clip/gt/labels.txt").read_text().splitlines()
    found = {name: int(number) for number, name in (line.split(" ", 1) for line in lines)}
    assert (found["car"], found["pedestrian"]) == (1, 2)
    assert found["Car"] > 2
    assert len(set(found.values())) == len(labels)
    assert 10 not in found.values(), "10 marks regions to ignore"
    assert found["two lines"] == max(found.values())
    assert any("car and pedestrian" in text for text in report.warnings)


@pytest.mark.parametrize("name", ["mot", "mots"])
def test_labels_of_mot_stand_in_the_order_of_their_numbers(write_masks, hard_masks, name):
    masks = {(0, 1): hard_masks["hole"], (0, 2): hard_masks["corner"]}
    folder, _ = write_masks(name, (12, 16), masks, labels=("zebra", "café"))
    text = (folder / "clip/gt/labels.txt").read_text("utf-8")
    assert text == ("zebra\ncafé\n" if name == "mot" else "3 zebra\n4 café\n")
