"""GIF and WebP, read back with Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vostool.errors import UsageError
from vostool.project.objects import AnnotatedObject

RED = (220, 30, 30)
NAMES = ("overlay-gif", "overlay-webp")


@pytest.fixture
def animate(tmp_path, run_export):
    """Export an animation; returns (pictures, milliseconds each) and the report."""

    def run(name, project, source, values=None, **options):
        given = {name: {"caption": "none", "fill": 1.0, **(values or {})}}
        report = run_export(
            project, source, name, tmp_path, format_options=given, overwrite=True, **options
        )
        pictures, durations = [], []
        with Image.open(report.written[0].main) as image:
            for index in range(image.n_frames):
                image.seek(index)
                pictures.append(np.array(image.convert("RGB")))
                durations.append(image.info["duration"])
            assert image.info.get("loop") == 0
        assert report.written[0].files == 1
        folder = report.written[0].main.parent
        assert sorted(p.suffix for p in folder.iterdir() if p.suffix != ".txt") == [
            f".{name.removeprefix('overlay-')}"
        ]
        return pictures, durations, report

    return run


@pytest.fixture
def moving(make_project, square):
    """A project with one red object that moves to the right."""

    def make(source):
        size = (source.info.width, source.info.height)
        masks = {(f, 1): square((8, 28), (4 + 2 * f, 24 + 2 * f), size) for f in range(len(source))}
        return make_project(source, masks, objects={1: AnnotatedObject(1, "a", RED)})

    return make


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_there_with_its_colours(animate, moving, memory_source, name):
    source = memory_source(10, 64, 48)
    pictures, durations, report = animate(name, moving(source), source, {"fps": 50.0})
    assert durations == [40] * 10
    for index, picture in enumerate(pictures):
        assert picture.shape == (48, 64, 3)
        assert np.abs(picture[18, 14 + 2 * index].astype(int) - RED).max() <= 16
        assert np.abs(picture[40, 60].astype(int) - (index * 7, 200, 30)).max() <= 16
    assert report.warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_rate_and_width_have_limits(animate, moving, memory_source, name):
    source = memory_source(20, 128, 96)
    pictures, durations, _ = animate(name, moving(source), source, {"fps": 10.0, "width": 64})
    assert pictures[0].shape == (48, 64, 3)
    assert durations == [120] * 6 + [80]  # every third of 25 a second, the last until the end
    assert np.abs(pictures[2][9, (14 + 2 * 6) // 2].astype(int) - RED).max() <= 20


@pytest.mark.parametrize("name", NAMES)
def test_uneven_times_are_kept(animate, make_project, film, square, name):
    milliseconds = [0, 40, 80, 300, 310, 320, 700, 1500]
    source = film("uneven.mkv", count=8, milliseconds=milliseconds, sound=False)
    masks = {(f, 1): square((8, 28), (4 + 2 * f, 24 + 2 * f)) for f in range(8)}
    _, durations, _ = animate(name, make_project(source, masks), source, {"fps": 12.5})
    assert durations == [80, 220, 400, 800, 800]


@pytest.mark.parametrize("name", NAMES)
def test_one_frame_makes_a_picture(run_export, moving, memory_source, tmp_path, name):
    source = memory_source(1, 64, 48)
    report = run_export(moving(source), source, name, tmp_path)
    with Image.open(report.written[0].main) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.size == (64, 48)


@pytest.mark.parametrize("name", NAMES)
def test_senseless_rates_are_refused(animate, moving, memory_source, tmp_path, name):
    source = memory_source(2, 64, 48)
    for rate in (0.0, 60.0):
        with pytest.raises(UsageError, match="above 0 and at most 50"):
            animate(name, moving(source), source, {"fps": rate})
    assert list(tmp_path.iterdir()) == []
