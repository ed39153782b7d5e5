"""The trainer of SAM 2: :class:`vostool.models.trainer.Trainer` for one checkpoint."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor

from vostool.errors import LabelsError, ModelError, SourceError
from vostool.frames import FrameSource
from vostool.masks.mask import Mask
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.build import build_for
from vostool.models.sam2.training.clip import Clip, flipped, make_clip
from vostool.models.sam2.training.features import ClipFeatures, joined
from vostool.models.sam2.training.learning_engine import LearningEngine
from vostool.models.sam2.training.lesson import losses, make_loss, track
from vostool.models.sam2.training.optimiser import RATE, follow, make_optimiser, rate_at
from vostool.models.sam2.training.sampling import Choice, Labels, Sampler
from vostool.models.sam2.training.sources import TaughtSources
from vostool.models.sam2.training.student import build_student, copied, trained
from vostool.models.shared.device import choose_bfloat16, choose_device, choose_dtype, empty_cache
from vostool.models.shared.encoder import Levels
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.trainer import Losses, TaughtVideo, TrainOptions
from vostool.models.weights.catalog import ModelSpec
from vostool.models.weights.checkpoint import read_training_state
from vostool.progress import Progress
from vostool.words import tr


class Sam2Trainer:
    """Trains what remembers and what draws the masks; the encoders of pictures and prompts stay."""

    tracks = True

    def __init__(
        self,
        spec: ModelSpec,
        checkpoint: Path,
        device: torch.device,
        options: TrainOptions,
        overrides: Sequence[str] = (),
    ) -> None:
        """Load the weights to begin with.

        Args:
            overrides: as :func:`build_student` has them.

        Raises:
            ModelError: as there.
        """
        self._spec, self._checkpoint, self._device = spec, checkpoint, device
        self._options, self._overrides = options, overrides
        self._engine_options = EngineOptions()
        self._dtype = choose_bfloat16(device)
        with clear_errors(spec.title):
            self._student = build_student(
                spec, checkpoint, device, self._engine_options.image_size, overrides
            )
        self._optimiser = make_optimiser(trained(self._student).values(), options.rate or RATE)
        self._loss = make_loss()
        self._best = copied(self._student)
        self._predictor: SAM2VideoPredictor | None = None
        self._videos: list[Labels] = []
        self._sampler = Sampler([], options.seed)
        self._features: ClipFeatures | None = None
        self._sources = TaughtSources([])
        self._step = 0

    @classmethod
    def from_checkpoint(
        cls, spec: ModelSpec, device: str | None, checkpoint: Path, options: TrainOptions
    ) -> Sam2Trainer:
        """Begin with the weights of a file.

        Args:
            device: None for the best there is.

        Raises:
            ModelError: as :func:`build_student` has it, or the device is absent.
        """
        return cls(spec, checkpoint, choose_device(device), options)

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def parts(self) -> str:
        return tr("the mask decoder, the memory encoder and the attention to memories")

    @property
    def steps_per_epoch(self) -> int:
        return self._sampler.steps_per_epoch

    def prepare(self, videos: Sequence[TaughtVideo], progress: Progress) -> None:
        self._sources = TaughtSources(videos)
        total, done = sum(len(video.masks) for video in videos), 0

        def told() -> None:
            nonlocal done
            progress(done, total, tr("reading frames"))
            done += 1

        self._videos = [
            _readable(video, self._sources(number), told) for number, video in enumerate(videos)
        ]
        self._sampler = Sampler(self._videos, self._options.seed)
        if self._sampler.is_empty:
            raise LabelsError(
                tr("No labelled frame shows its object, so there is nothing to learn.")
            )
        counts = [max(video.masks, default=0) + 1 for video in videos]
        self._features = ClipFeatures(
            self._student, self._sources, counts, self._device, self._dtype
        )

    def step(self) -> Losses:
        assert self._features is not None, "prepare comes first"
        seed, number = self._options.seed, self._step
        with clear_errors(self._spec.title), self._drawing(seed, number):
            clip, (levels, positions) = self._clip(self._sampler(number))
            half = self._dtype is not torch.float32
            with torch.autocast(self._device.type, self._dtype, enabled=half):
                answers = track(self._student, clip, levels, positions, (seed, number))
            found = losses(self._loss, answers, clip)
            told = {name: float(value.detach()) for name, value in found.items()}
            if not math.isfinite(told["total"]):
                raise ModelError(
                    tr("The training gave no number any more; try again with a lower rate.")
                )
            follow(self._optimiser, found["total"], self._rate(number))
        self._step += 1
        return told

    def _rate(self, number: int) -> float:
        steps = self._options.epochs * self.steps_per_epoch
        return rate_at(number, steps, self._options.rate or RATE)

    def _clip(self, choice: Choice) -> tuple[Clip, tuple[Levels, Levels]]:
        """What was chosen, without those unlabelled frames that cannot be decoded."""
        assert self._features is not None
        labels, rows, made = self._videos[choice.video], [], []
        for frame in choice.frames:
            try:
                made.append(self._features(choice.video, frame, choice.mirrored))
            except SourceError:
                if frame in labels:
                    raise
                continue
            known = labels.get(frame, {})
            rows.append([known.get(object_id) for object_id in choice.objects])
        clip = make_clip(rows, self._student.image_size, self._device)
        return flipped(clip) if choice.mirrored else clip, joined(made)

    @contextmanager
    def _drawing(self, *seed: int) -> Iterator[None]:
        """Torch's random numbers are those of this step, and afterwards as they were."""
        cards = [self._device] if self._device.type == "cuda" else []
        with torch.random.fork_rng(cards):
            torch.manual_seed(int(np.random.default_rng((*seed, 3)).integers(2**63)))
            yield

    def remember(self) -> None:
        self._best = copied(self._student)

    def engine(self) -> Engine:
        options = self._engine_options
        if self._predictor is None:
            self._predictor = build_for(
                options, self._spec, self._checkpoint, self._device, self._overrides
            )
            # The very tensors that learn, so that it answers with them as they are.
            self._predictor.load_state_dict(self._student.state_dict(), assign=True)
            self._predictor.requires_grad_(False)
        dtype = choose_dtype(self._device)
        return LearningEngine(self._spec, self._predictor, dtype, options, lambda: self._step)

    def write_state(self, path: Path) -> None:
        torch.save(
            {
                "learnt": copied(self._student),
                "best": self._best,
                "optimiser": self._optimiser.state_dict(),
                "step": self._step,
            },
            path,
        )

    def read_state(self, path: Path) -> None:
        kept = read_training_state(path, ("learnt", "best", "optimiser", "step"))
        self._take(kept["learnt"])
        self._optimiser.load_state_dict(kept["optimiser"])
        self._best, self._step = dict(kept["best"]), int(kept["step"])

    def _take(self, learnt: Mapping[str, Tensor]) -> None:
        parameters = trained(self._student)
        with torch.no_grad():
            for name, value in learnt.items():
                parameters[name].copy_(value)

    def write_best(self, path: Path) -> None:
        weights = self._student.state_dict()
        whole = {name: self._best.get(name, value).cpu() for name, value in weights.items()}
        torch.save({"model": whole}, path)

    def close(self) -> None:
        if self._features is not None:
            self._features.close()
        self._sources.close()
        self._features = self._predictor = None
        self._student = self._optimiser = None  # type: ignore[assignment]
        empty_cache(self._device)


def _readable(video: TaughtVideo, source: FrameSource, reading: Callable[[], None]) -> Labels:
    """The labels of frames that can be decoded: which these are does not change while it trains.

    Args:
        reading: called before each frame.
    """
    found: dict[int, Mapping[int, Mask]] = {}
    for frame, row in video.masks.items():
        reading()
        with suppress(SourceError):
            source.frame(frame)
            found[frame] = row
    return found
