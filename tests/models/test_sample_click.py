"""What the tour asks for on the sample clip gives a good mask with every engine that can be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vostool.evaluate.generated_clip import generate_clip, write_video
from vostool.frames import FrameSource
from vostool.gui.window.start.sample_clip import CLICK_HERE
from vostool.io.video.sources import open_source
from vostool.masks.mask import Mask
from vostool.models.engine import Engine, SegmentRequest
from vostool.models.registry import create_engine
from vostool.project.prompts import Point, Prompts

GOOD = 0.8
NEAR = ((0, 0), (6, 0), (-6, 0), (0, 6), (0, -6))
BESIDE = ((100, 20), (205, 60), (110, 100), (180, 20), (146, 125))
"""Places on the ground around the starfish, for a click that takes away."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[FrameSource, Mask]:
    folder = tmp_path_factory.mktemp("sample")
    clip = generate_clip()
    write_video(clip, folder / "sample clip.mp4")
    source = open_source(folder / "sample clip.mp4", index_dir=folder)
    return source, Mask.from_array(np.asarray(clip.ids[0] == 3))


@pytest.fixture(scope="module", params=["flow", "mobile-sam", "sam2-tiny"])
def engine(request, sample, tmp_path_factory, fetched_checkpoint_folders) -> Iterator[Engine]:
    made = create_engine(request.param, "cpu", _weights(request.param, fetched_checkpoint_folders,
                                                       tmp_path_factory))  # fmt: skip
    made.open(sample[0])
    yield made
    made.close()


def _weights(name: str, folders: tuple[Path, ...], tmp_path_factory) -> Path | None:
    if name == "sam2-tiny":
        return _image_half(tmp_path_factory)
    if name == "mobile-sam":
        found = [f / "mobile_sam.pt" for f in folders if (f / "mobile_sam.pt").is_file()]
        if not found:
            pytest.skip("mobile_sam.pt is not here; `python download_models.py mobile_sam` gets it")
        return found[0]
    return None


def _image_half(tmp_path_factory) -> Path:
    """SAM 2.0 tiny's trained image half with random memory modules, which no click reads."""
    pytest.importorskip("onnx", reason="no onnx here; `make real-weights` installs it")
    import torch
    from fetch_real_weights import FOLDER, missing
    from sam2.build_sam import build_sam2_video_predictor
    from sam2_onnx_weights import complete, image_half

    from vostool.models.sam2.published import MODELS

    if reason := missing():
        pytest.skip(reason)
    spec = MODELS["sam2-tiny"]
    model = build_sam2_video_predictor(spec.config, None, device="cpu")
    path: Path = tmp_path_factory.mktemp("half") / spec.file_name
    torch.save({"model": complete(image_half(FOLDER), model)}, path)
    return path


def answer(engine: Engine, *points: Point) -> Mask:
    return engine.segment(SegmentRequest(0, 3, Prompts(points=points))).mask


@pytest.mark.network
@pytest.mark.parametrize("off", NEAR)
def test_the_click_that_the_tour_asks_for_gives_the_starfish(engine, sample, off):
    place = Point(CLICK_HERE[0] + off[0], CLICK_HERE[1] + off[1])
    assert answer(engine, place).iou(sample[1]) >= GOOD


@pytest.mark.network
def test_a_click_on_the_ground_with_the_right_button_does_no_harm(engine, sample):
    first = Point(*CLICK_HERE)
    for x, y in BESIDE:
        assert answer(engine, first, Point(x, y, positive=False)).iou(sample[1]) >= GOOD
