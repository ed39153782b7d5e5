"""CVAT's shapes: to masks and back, against the client library's own codec and real exports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cvat_sdk.masks import decode_mask, encode_mask
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vostool.io.cvat_server.job import Attribute, Job, Label
from vostool.io.cvat_server.pull import pulled_project
from vostool.io.cvat_server.shapes import READ, decode_shape, digest, mask_points
from vostool.masks.box import Box
from vostool.masks.mask import Mask

PIXELS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=9)).filter(np.any)


@settings(max_examples=60, deadline=None)
@given(PIXELS)
def test_masks_go_out_and_come_back_identical_in_both_codecs(pixels: np.ndarray) -> None:
    height, width = pixels.shape
    points = mask_points(Mask.from_array(pixels))
    theirs = decode_mask(points, image_width=width, image_height=height)
    assert np.array_equal(theirs, pixels)
    for encoded in (points, encode_mask(pixels)):
        back = decode_shape({"type": "mask", "points": encoded}, width, height)
        assert isinstance(back, Mask)
        assert np.array_equal(back.to_array(), pixels)


def test_an_empty_mask_is_never_written() -> None:
    with pytest.raises(ValueError, match="empty"):
        mask_points(Mask.empty(4, 5))


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ({"type": "mask", "points": [0, 4, 5, 0, 1]}, "outside the frame"),
        ({"type": "mask", "points": [0, 5, 0, 0, 1, 1]}, "do not fill"),
        ({"type": "mask", "points": [0, 3, 0, 0, 1, 1]}, "do not fill"),
        ({"type": "mask", "points": [0, -4, 8, 0, 0, 1, 1]}, "do not fill"),
        ({"type": "mask", "points": [4, 0, 0, 1, 1]}, "no pixel"),
        ({"type": "mask", "points": [0, 4, 9, 0, 10, 1]}, "outside the frame"),
        ({"type": "mask", "points": [0, 4.5, 0, 0, 1, 1]}, "whole numbers"),
        ({"type": "mask", "points": []}, "whole numbers"),
        ({"type": "rectangle", "points": [1, 2, 3]}, "3 numbers instead of 4"),
        ({"type": "rectangle", "points": [20, 20, 30, 30]}, "outside"),
        ({"type": "polygon", "points": [0, 0, 5, 5]}, "three points"),
        ({"type": "polygon", "points": [20, 20, 30, 20, 30, 30]}, "no pixel"),
        ({"type": "polygon", "points": [0, 0, float("nan"), 5, 5, 5]}, "no numbers"),
    ],
)
def test_what_describes_nothing_is_refused_with_the_reason(shape: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode_shape(shape, 10, 8)


def test_boxes_are_boxes_and_turned_ones_are_masks() -> None:
    upright = {"type": "rectangle", "points": [-2.0, 1.0, 6.0, 5.0]}
    assert decode_shape(upright, 10, 8) == Box(0.0, 1.0, 6.0, 5.0)
    turned = decode_shape({**upright, "points": [3, 1, 7, 3], "rotation": 90.0}, 10, 8)
    assert isinstance(turned, Mask)
    assert turned.bbox == (4, 0, 2, 4)


def test_an_ellipse_is_round() -> None:
    # centre 20, 15; right end at x 30; upper end at y 10
    mask = decode_shape({"type": "ellipse", "points": [20, 15, 30, 10]}, 40, 30)
    assert isinstance(mask, Mask)
    assert mask.bbox == pytest.approx((10, 10, 20, 10), abs=1)
    assert mask.area == pytest.approx(np.pi * 10 * 5, rel=0.05)


@given(st.permutations([(21, "true"), (22, "7")]))
@settings(max_examples=4)
def test_a_digest_minds_what_is_said_and_not_how(order: list[tuple[int, str]]) -> None:
    attributes = [{"spec_id": spec, "value": value} for spec, value in order]
    one = {"type": "rectangle", "frame": 3, "label_id": 1, "points": [1, 2, 3, 4],
           "attributes": attributes}  # fmt: skip
    two = {**one, "points": [1.0, 2.0, 3.0, 4.0], "id": 9, "group": 0, "z_order": 0,
           "occluded": False, "source": "auto", "elements": [],
           "attributes": sorted(attributes, key=lambda a: a["spec_id"])}  # fmt: skip
    assert digest(one) == digest(two)
    for change in ({"frame": 4}, {"group": 1}, {"points": [1, 2, 3, 5]}, {"occluded": True}):
        assert digest({**two, **change}) != digest(two)


def _annotations(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict) and {"shapes", "tracks", "tags"} <= value.keys():
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _annotations(inner, f"{path}/{key}")


def test_every_real_answer_of_a_cvat_server_comes_in(shared_data: Path) -> None:
    """As CVAT's own test server sent them: all areas come in, everything else is accounted for."""
    stored = json.loads((shared_data / "exports/cvat_api_json/annotations.json").read_text())
    seen = 0
    for path, sent in _annotations(stored):
        readable = [s for s in sent["shapes"] if s["type"] in READ]
        pulled = pulled_project(_job_for(sent), sent)
        left = [note for note in pulled.notes if note.startswith("Shape ")]
        cells = set(pulled.project.prompts)
        assert len(left) == 0, (path, left)
        assert {(s["frame"]) for s in readable} <= {frame for frame, _ in cells}, path
        seen += len(readable)
    assert seen > 130


def _job_for(annotations: dict[str, Any]) -> Job:
    """A job large enough for whatever is in the annotations."""
    entries = [*annotations["shapes"], *annotations["tracks"], *annotations["tags"]]
    specs: dict[int, set[int]] = {}
    for entry in entries:
        known = specs.setdefault(entry["label_id"], set())
        known |= {a["spec_id"] for a in entry["attributes"]}
    labels = tuple(
        Label(label, f"label {label}", None, tuple(Attribute(i, f"a{i}", "") for i in sorted(ids)))
        for label, ids in specs.items()
    )
    count = max((entry["frame"] for entry in entries), default=0) + 1
    return Job("http://h", 1, 1, "t", "new", tuple(range(count)), tuple(range(count)), (),
               1920, 1080, labels)  # fmt: skip
