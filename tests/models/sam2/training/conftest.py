"""A small SAM 2 with seeded random weights, and what a person taught of the generated clip."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
import torch
from seeded import SMALL_SAM2, sam2

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import GeneratedClip, generate_clip
from vostool.masks.mask import Mask
from vostool.models.sam2.published import MODELS
from vostool.models.sam2.training import sampling, student
from vostool.models.sam2.training.trainer import Sam2Trainer
from vostool.models.trainer import TaughtVideo, TrainOptions
from vostool.progress import silent

SIZE = 64
OVERRIDES = (f"++model.image_size={SIZE}", *SMALL_SAM2)
TINY = MODELS["sam2.1-tiny"]
MakeTrainer = Callable[..., Sam2Trainer]


@pytest.fixture(scope="session")
def small_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.pt"
    torch.save({"model": sam2(SIZE).state_dict()}, path)
    return path


@pytest.fixture(scope="session")
def generated() -> GeneratedClip:
    return generate_clip(40, 96, 64)


@pytest.fixture
def taught(generated: GeneratedClip) -> Callable[..., TaughtVideo]:
    """Makes a video with its true masks on some frames, or with others in their place."""

    def make(
        frames: Collection[int],
        objects: Collection[int] = (1, 2),
        instead: Mapping[int, Mask] | None = None,
    ) -> TaughtVideo:
        masks = {
            frame: {oid: Mask.from_array(generated.ids[frame] == oid) for oid in objects}
            for frame in frames
        }
        for frame, mask in (instead or {}).items():
            masks[frame] = dict.fromkeys(objects, mask)
        ordered = {frame: masks[frame] for frame in sorted(masks)}
        return TaughtVideo("clip", "d" * 8, lambda: ArraySource(generated.frames), ordered)

    return make


@pytest.fixture
def trainer(
    small_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> MakeTrainer:
    """Makes a trainer that is prepared; clips are shorter and corrected less, for quickness."""
    monkeypatch.setenv("VOSTOOL_DTYPE", "float32")
    monkeypatch.setattr(sampling, "FRAMES", 4)
    monkeypatch.setitem(student.SIMULATED, "num_correction_pt_per_frame", 1)

    def make(*videos: TaughtVideo, rate: float = 1e-3, **options: int) -> Sam2Trainer:
        wanted = TrainOptions(rate=rate, **options)
        made = Sam2Trainer(TINY, small_checkpoint, torch.device("cpu"), wanted, OVERRIDES)
        request.addfinalizer(made.close)
        made.prepare(videos, silent)
        return made

    return make
