"""Polygons have the pixels that the tools which wrote them give them."""

from __future__ import annotations

import base64
import json

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from vostool.io.imports.importers import read_labels

SIZE = (48, 64)
RECTANGLE = [(4, 4), (14, 4), (14, 12), (4, 12)]
HALVES = [(4.5, 4.5), (14.5, 4.5), (14.5, 12.5), (4.5, 12.5)]
SLOPED = [(3.2, 5.9), (40.7, 11.3), (22.1, 44.8)]


def labelme(points):
    """As ``labelme.utils.shape_to_mask`` of labelme 6.3 (tests/readers checks it with labelme)."""
    picture = Image.new("L", SIZE[::-1])
    ImageDraw.Draw(picture).polygon(points, outline=1, fill=1)
    shape = {"label": "car", "points": points, "shape_type": "polygon"}
    value = {"shapes": [shape], "imagePath": "frame_000002.jpg"}
    return value, np.asarray(picture) > 0


def isat(points):
    """As ``skimage.draw.polygon``: pixels whose numbers lie inside or on the edge, one by one."""
    contour = np.array(points, np.float32).reshape(-1, 1, 2)
    inside = [
        [cv2.pointPolygonTest(contour, (x, y), False) >= 0 for x in range(SIZE[1])]
        for y in range(SIZE[0])
    ]
    info = {"description": "ISAT", "name": "frame_000002.jpg", "width": 64, "height": 48}
    entry = {"category": "car", "group": 1, "segmentation": points, "layer": 1.0}
    return {"info": info, "objects": [entry]}, np.array(inside)


def supervisely(points):
    """As ``Polygon._draw_impl`` of the SDK 6.74: corners cut down, cv2.fillPoly."""
    canvas = np.zeros(SIZE, np.uint8)
    cv2.fillPoly(canvas, [np.floor(points).astype(np.int32)], (1,))
    figure = {"classTitle": "car", "geometryType": "polygon", "tags": []}
    figure["points"] = {"exterior": points, "interior": []}
    return {"size": {"height": 48, "width": 64}, "tags": [], "objects": [figure]}, canvas > 0


@pytest.fixture
def read(tmp_path, make_target):
    """The pixels of the one shape in a file."""

    def run(value):
        path = tmp_path / "frame_000002.json"
        path.write_text(json.dumps(value))
        (shape,) = read_labels(path, make_target(64, 48)).shapes
        return shape.mask.to_array()

    return run


@pytest.mark.parametrize("points", [RECTANGLE, HALVES, SLOPED], ids=["whole", "halves", "sloped"])
@pytest.mark.parametrize("tool", [labelme, isat, supervisely])
def test_a_polygon_has_the_pixels_that_its_tool_gives_it(read, tool, points) -> None:
    value, wanted = tool(points)
    assert wanted.any()
    assert np.array_equal(read(value), wanted)


@pytest.mark.parametrize(
    ("tool", "whole", "halves"), [(labelme, 99, 99), (isat, 99, 80), (supervisely, 99, 99)]
)
def test_a_rectangle_has_its_outline_or_not(read, tool, whole, halves) -> None:
    """From 4 to 14 are eleven pixels; from 4.5 to 14.5 are ten for a tool without an outline."""
    assert np.count_nonzero(read(tool(RECTANGLE)[0])) == whole
    assert np.count_nonzero(read(tool(HALVES)[0])) == halves


def test_supervisely_s_pictures_that_are_not_packed_come_in(read) -> None:
    pixels = np.zeros((5, 7, 4), np.uint8)
    pixels[1:4, 2:6] = 255
    png = cv2.imencode(".png", pixels)[1].tobytes()
    bitmap = {"data": base64.b64encode(png).decode(), "origin": [10, 20]}
    figure = {"classTitle": "car", "geometryType": "bitmap", "tags": [], "bitmap": bitmap}
    found = read({"size": {"height": 48, "width": 64}, "tags": [], "objects": [figure]})
    assert (found[21:24, 12:16].all(), found.sum()) == (True, 12)
