"""Videos to learn from, and an engine and a trainer whose learning is one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from told_engine import ToldEngine

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply, SegmentRequest, TrackedFrame
from vostool.models.trainer import Losses, TaughtVideo, TrainOptions

SIZE = 64
FRAMES = 40


def clip_video(clip: GeneratedClip, frames: Sequence[int], name: str = "clip") -> TaughtVideo:
    """What the clip's truth teaches on these frames."""
    masks = {
        frame: {
            int(oid): Mask.from_array(clip.ids[frame] == oid)
            for oid in np.unique(clip.ids[frame])
            if oid
        }
        for frame in frames
    }
    return TaughtVideo(name, f"digest of {name}", lambda: ArraySource(clip.frames), masks)


def halves(name: str, frames: Sequence[int] = range(0, FRAMES, 2)) -> TaughtVideo:
    """One object, whose true mask is the left half of every frame: what the trainer learns."""
    half = np.zeros((SIZE, SIZE), np.bool_)
    half[:, : SIZE // 2] = True
    masks = {frame: {1: Mask.from_array(half)} for frame in frames}
    pictures = [np.zeros((SIZE, SIZE, 3), np.uint8)] * FRAMES
    return TaughtVideo(name, f"digest of {name}", lambda: ArraySource(pictures), masks)


@dataclass
class Skill:
    """What the scripted trainer learns: one number, which is how well its engine answers."""

    weight: torch.Tensor = field(default_factory=lambda: torch.zeros(1))


class SkilledEngine(ToldEngine):
    """Answers with a piece of the frame's left half that is the wider the more it has learnt."""

    def __init__(self, skill: Skill) -> None:
        super().__init__("scripted", "Scripted")
        self._skill = skill

    def _mask(self) -> Mask:
        height, width = self._source.info.height, self._source.info.width
        array = np.zeros((height, width), np.bool_)
        share = float(self._skill.weight.clip(0.1, 1.0))
        array[:, : max(1, int(width // 2 * share))] = True
        return Mask.from_array(array)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        return SegmentReply(self._mask(), 1.0)

    def track(self, request, cancelled):
        for frame in range(request.origin, request.last + 1):
            replies = {key.object_id: SegmentReply(self._mask(), 1.0) for key in request.keyframes}
            yield TrackedFrame(frame, replies)


class ScriptedTrainer:
    """Learns for some steps and unlearns after them; draws by its step, as trainers do."""

    name, parts = "scripted", "one number"
    steps_per_epoch = 3

    def __init__(
        self, checkpoint: Path, options: TrainOptions, good: int = 6, tracks: bool = False
    ) -> None:
        self.skill = Skill(torch.load(checkpoint, weights_only=True)["weight"].clone())
        self.tracks = tracks
        self._options, self._good = options, good
        self._step = 0
        self._best: torch.Tensor | None = None

    def prepare(self, videos, progress) -> None:
        self.videos = videos
        progress(0, 1, "encoding frames")

    def step(self) -> Losses:
        rng = np.random.default_rng((self._options.seed, self._step))
        self.skill.weight += 0.1 if self._step < self._good else -0.1
        self._step += 1
        return {"total": float(1 - self.skill.weight) + 0.01 * float(rng.random())}

    def remember(self) -> None:
        self._best = self.skill.weight.clone()

    def engine(self) -> SkilledEngine:
        return SkilledEngine(self.skill)

    def write_state(self, path: Path) -> None:
        state = {"weight": self.skill.weight, "best": self._best, "step": self._step}
        torch.save(state, path)

    def read_state(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.skill.weight, self._best = state["weight"], state["best"]
        self._step = state["step"]

    def write_best(self, path: Path) -> None:
        torch.save({"weight": self._best}, path)

    def close(self) -> None:
        """Nothing is held."""
