"""Real ground truth goes out through every exact format and comes back; polygons stay near."""

from __future__ import annotations

import numpy as np
import pytest
from mask_strategies import filled, parts
from PIL import Image

from vostool.io.exports.exporters import FORMATS
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels

SEQUENCES = ("composite_exact", "davis16_bmx-trees", "pumavos_caps")
EXACT = [
    name
    for name, entry in FORMATS.items()
    if entry.family == "labels" and entry.lossless and name != "cvat-masks"  # it has no identities
]
POLYGONS = {
    "cvat-images": {"shape": "polygon"},
    "cvat-video": {"shape": "polygon"},
    "coco": {"segmentation": "polygon"},
    "labelme": {},
}


@pytest.fixture(params=SEQUENCES)
def truth(request, shared_data):
    """(shape, masks by (frame, object id)) of four frames of one sequence."""
    files = sorted((shared_data / "gt" / request.param / "Annotations").glob("*.png"))
    masks = {}
    for frame, path in enumerate(files[:: max(1, len(files) // 4)][:4]):
        with Image.open(path) as picture:
            ids = np.array(picture)
        for value in set(np.unique(ids).tolist()) - {0}:
            masks[frame, 1 if value == 255 else value] = ids == value
    return ids.shape, masks


def read(folder, shape, masks):
    frames = 1 + max(frame for frame, _ in masks)
    target = ImportTarget(shape[1], shape[0], frames, "frame_{:06d}".format)
    found = {}
    for entry in read_labels(folder, target).shapes:
        if entry.mask is not None and not entry.mask.is_empty:
            track = found.setdefault(entry.track, {})
            array = entry.mask.to_array()
            track[entry.frame] = track.get(entry.frame, False) | array
    return found


def tracks(masks):
    found = {}
    for (frame, oid), array in masks.items():
        found.setdefault(oid, {})[frame] = array
    return [found[oid] for oid in sorted(found)]


def without_holes(array):
    """Where background touches only diagonally it counts as a hole, for every reader alike."""
    return np.logical_or.reduce([filled(part) for part in parts(array)])


def overlap(first, second):
    return (first & second).sum() / (first | second).sum()


@pytest.mark.parametrize("name", EXACT)
def test_real_masks_come_back_identical(write_masks, truth, name):
    shape, masks = truth
    folder, _ = write_masks(name, shape, masks)
    found = list(read(folder, shape, masks).values())
    expected = tracks(masks)
    assert len(found) == len(expected)
    for track in expected:
        assert any(
            track.keys() == other.keys()
            and all(np.array_equal(track[frame], other[frame]) for frame in track)
            for other in found
        )


@pytest.mark.parametrize("name", POLYGONS)
# A pixel of tolerance costs thin parts most; along slopes LabelMe's own pixels are a few more.
@pytest.mark.parametrize(("tolerance", "least"), [(0.0, 1.0), (1.0, 0.89)])
def test_real_masks_as_polygons_stay_near(write_masks, truth, name, tolerance, least):
    shape, masks = truth
    folder, _ = write_masks(
        name, shape, masks, polygon_tolerance=tolerance, format_options={name: POLYGONS[name]}
    )
    found = list(read(folder, shape, masks).values())
    for track in tracks({key: without_holes(array) for key, array in masks.items()}):
        best = max(
            min(overlap(track[f], without_holes(other[f])) if f in other else 0.0 for f in track)
            for other in found
        )
        assert best >= least
