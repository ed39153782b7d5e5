"""Everything with MobileSAM's published weights; skipped where they were not fetched.

Takes seconds, because it is the one test that a real network finds real objects.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.evaluate.recall import look_at
from vostool.evaluate.sequence import generated_sequence
from vostool.finders.choice import Choice, overlaps_of, shown
from vostool.finders.everything.finder import EverythingFinder
from vostool.finders.finder import Question, Way
from vostool.models.engine_options import EngineOptions
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.published import MOBILE_SAM


@pytest.fixture(scope="module")
def engine(fetched_checkpoint_folders: tuple[Path, ...]) -> MobileSamEngine:
    paths = [folder / MOBILE_SAM.file_name for folder in fetched_checkpoint_folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        pytest.skip("mobile_sam.pt is not here; `python download_models.py mobile_sam` fetches it")
    return MobileSamEngine.from_checkpoint(path, "cpu", EngineOptions(encoder="torch"))


def test_the_three_objects_of_the_generated_clip_are_found_on_one_frame_and_shown(engine):
    (look,) = look_at(generated_sequence(2), engine, EverythingFinder(), Question(Way.EVERYTHING))
    assert sorted(look.truth) == [1, 2, 3]
    assert min(look.best.values()) >= 0.8
    assert look.clicks is not None and 2 * look.clicks <= 256
    truth = next(iter(look.truth.values()))
    chosen = shown(
        look.candidates, Choice(), overlaps_of(look.candidates, truth.height, truth.width)
    )
    for mask in look.truth.values():
        assert max(mask.iou(look.candidates[i].mask) for i in chosen) >= 0.8
