"""Folders of images: order, orientation, depth and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vostool.errors import SourceError
from vostool.io.video.frame_cache import FrameCache
from vostool.io.video.prefetch import prefetch_order
from vostool.io.video.sources import open_source


def save(folder, name, value=0, size=(12, 8), mode="RGB", **options):
    Image.new(mode, size, value).save(folder / name, **options)


def test_natural_order_and_every_kind(tmp_path):
    for number, ending in enumerate(("jpg", "JPEG", "png", "bmp", "TIF", "webp"), 1):
        save(tmp_path, f"img{number * 4}.{ending}", (number * 30, 0, 0))
    save(tmp_path, ".hidden.png", (255, 255, 255))
    (tmp_path / "notes.txt").write_text("not a picture")
    source = open_source(tmp_path)
    assert [source.name(i) for i in range(len(source))] == [
        "img4", "img8", "img12", "img16", "img20", "img24"
    ]  # fmt: skip
    reds = [int(source.frame(i)[0, 0, 0]) for i in range(len(source))]
    assert np.abs(np.array(reds) - np.arange(30, 181, 30)).max() <= 3
    assert source.info.kind == "images"


def test_exif_orientation_is_applied(tmp_path):
    picture = np.zeros((8, 12, 3), np.uint8)
    picture[0, 0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    frame = open_source(tmp_path).frame(0)
    assert frame.shape == (12, 8, 3)
    assert frame[0, 7].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("mode", "value"), [("L", 200), ("1", 1), ("RGBA", (9, 8, 7, 100)), ("I;16", 40000), ("P", 3)]
)
def test_every_depth_becomes_rgb(tmp_path, mode, value):
    save(tmp_path, "a.png", value, mode=mode)
    frame = open_source(tmp_path).frame(0)
    assert frame.shape == (8, 12, 3)
    assert frame.dtype == np.uint8
    if mode == "I;16":
        assert 140 <= int(frame[0, 0, 0]) <= 170


def test_different_sizes_are_refused_by_name(tmp_path):
    save(tmp_path, "a.png")
    save(tmp_path, "b.png", size=(10, 10))
    with pytest.raises(SourceError, match=r"a\.png.*b\.png|b\.png.*a\.png"):
        open_source(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(SourceError, match="no image"):
        open_source(tmp_path)


def test_an_image_that_cannot_be_read_names_itself(tmp_path):
    save(tmp_path, "a.png")
    save(tmp_path, "b.png")
    source = open_source(tmp_path)
    (tmp_path / "b.png").write_bytes(b"broken")
    assert source.frame(0).shape == (8, 12, 3)
    with pytest.raises(SourceError, match=r"b\.png"):
        source.frame(1)


def test_a_single_image_points_to_its_folder(tmp_path):
    save(tmp_path, "a.png")
    with pytest.raises(SourceError, match="open the folder"):
        open_source(tmp_path / "a.png")


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 150)), max_size=60))
def test_the_cache_never_holds_more_than_its_bound(steps):
    cache: FrameCache[np.ndarray] = FrameCache(100)
    kept: dict[int, int] = {}
    for index, size in steps:
        value = np.zeros(size, np.uint8)
        cache.put(index, value)
        kept[index] = size
        assert cache.nbytes <= 100 or cache.indices() == {index}  # what fits no bound is kept alone
        assert cache.get(index) is value
    assert sum(kept[i] for i in cache.indices()) == cache.nbytes


@given(st.integers(0, 50), st.integers(-1, 1), st.integers(0, 51))
def test_prefetching_asks_for_near_frames_of_the_video_once(playhead, direction, length):
    order = prefetch_order(playhead, direction, length)
    assert len(order) == len(set(order))
    assert all(0 <= i < length for i in order)
    if length:
        assert order[0] == min(playhead, length - 1)
        ahead = [i for i in order if (i - order[0]) * direction > 0]
        assert ahead == sorted(ahead, reverse=direction < 0)
