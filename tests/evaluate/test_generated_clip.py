"""The generated clip: exact, deterministic, with what it promises to show."""

import av
import numpy as np
import pytest
from PIL import Image

from vostool.errors import ExportError, SourceError, UsageError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip, write_ground_truth, write_video


@pytest.fixture(scope="module")
def clip():
    return generate_clip()


def test_shapes_and_objects(clip):
    assert len(clip.frames) == len(clip.ids) == 60
    assert {f.shape for f in clip.frames} == {(270, 480, 3)}
    assert {i.shape for i in clip.ids} == {(270, 480)}
    assert set(np.unique(clip.ids[0])) == {0, 1, 2, 3}


def test_one_is_hidden_one_leaves_and_two_cross(clip):
    areas = {k: [int((ids == k).sum()) for ids in clip.ids] for k in (1, 2, 3)}
    assert min(areas[1]) > 2000
    for k in (2, 3):
        away = [i for i, area in enumerate(areas[k]) if area == 0]
        assert 3 <= len(away) <= 30, f"object {k} is away on {away}"
        assert away == list(range(away[0], away[-1] + 1))
        assert areas[k][0] > 1000
        assert areas[k][-1] > 1000
    centre = [
        [np.argwhere(ids == k)[:, 1].mean() if (ids == k).any() else np.nan for ids in clip.ids]
        for k in (1, 2)
    ]
    assert centre[0][0] < centre[1][0]
    assert centre[0][-1] > centre[1][-1]


def test_same_arguments_same_pixels():
    first, again = (generate_clip(4, 160, 96, seed=3) for _ in range(2))
    other = generate_clip(4, 160, 96, seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, again.frames, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first.ids, again.ids, strict=True))
    assert not np.array_equal(first.frames[0], other.frames[0])


def test_video_comes_back_nearly_as_it_was(tmp_path):
    clip = generate_clip(6, 160, 96)
    write_video(clip, tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        read = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(read) == 6
    errors = [np.abs(a.astype(int) - b).mean() for a, b in zip(read, clip.frames, strict=True)]
    assert max(errors) < 4  # sensor noise in colour, which 4:2:0 keeps at half the size
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_ground_truth_is_palette_png_of_ids(tmp_path):
    clip = generate_clip(3, 160, 96)
    write_ground_truth(clip, tmp_path / "truth")
    for index, ids in enumerate(clip.ids):
        with Image.open(tmp_path / "truth" / f"{index:05d}.png") as picture:
            assert picture.mode == "P"
            assert picture.getpalette()[:12] == [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0]
            assert np.array_equal(np.asarray(picture), ids)
    with pytest.raises(ExportError, match="holds something already"):
        write_ground_truth(clip, tmp_path / "truth")
    assert [p.name for p in tmp_path.iterdir()] == ["truth"]


def test_bad_requests_are_one_sentence(tmp_path):
    with pytest.raises(UsageError, match="at least 2 frames"):
        generate_clip(1)
    with pytest.raises(ExportError, match="cannot be written"):
        write_video(generate_clip(2, 64, 64), tmp_path / "no" / "folder.mp4")
    with pytest.raises(ExportError, match="even sizes"):
        write_video(generate_clip(2, 65, 64), tmp_path / "odd.mp4")


def test_array_source():
    clip = generate_clip(3, 64, 64)
    source = ArraySource(clip.frames, clip.rate)
    assert (source.info.width, source.info.height, len(source)) == (64, 64, 3)
    assert np.array_equal(source.frame(2), clip.frames[2])
    assert not source.frame(0).flags.writeable
    assert source.time(2) == pytest.approx(0.08)
    assert source.name(2) == "00002"
    assert np.array_equal(source.clone().frame(1), clip.frames[1])
    with pytest.raises(SourceError, match="no frame 3"):
        source.frame(3)
    with pytest.raises(SourceError, match="no frame"):
        ArraySource([])
    with pytest.raises(SourceError, match="Frame 1"):
        ArraySource([clip.frames[0], clip.frames[0][:10]])
