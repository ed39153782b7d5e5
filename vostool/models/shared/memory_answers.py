"""Clicks in an engine of the SAM 2 family: from the picture alone, or with the frames around.

A prompted frame is a function of picture and prompts alone, but for clicks on a tracked frame.
Where the run's memory is there, these are answered as the official predictor does, bit for bit.
Where it is not, they are answered from the picture, and :meth:`MemoryAnswers.recall` answers again
from a memory rebuilt of the stored masks. How it was done goes into the reply, and conditions later
runs to the bit.
"""

from __future__ import annotations

import contextlib
import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, Protocol, TypeVar

import torch

from vostool.errors import SourceError
from vostool.models.engine import Cancelled, Keyframe, SegmentReply, SegmentRequest
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.models.shared.batch import SteppedVideo
from vostool.models.shared.corrections import RebuildPlan, Scene, Scenes, remembered_scene
from vostool.models.shared.evidence import Evidence, pack, unpack
from vostool.models.shared.half_weights import back_in_full
from vostool.models.shared.mask_transfer import Collect, MaskTransfer
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.reading import Output
from vostool.models.shared.torch_engine import ModelT, OpenedVideo, TorchEngine
from vostool.models.shared.track_legs import prompts_to_replay
from vostool.project.prompts import Prompts
from vostool.project.recall import Recall, Way

STORED_REPLY = "stored_reply"
"""In the output of a keyframe: the stored mask, which is its answer in a run."""


class RememberingVideo(OpenedVideo, SteppedVideo, Protocol):
    """What is kept of a source, with what runs remember of it."""

    @property
    def scenes(self) -> Scenes: ...


VideoT = TypeVar("VideoT", bound=RememberingVideo)
TrackerT = TypeVar("TrackerT", bound=MemoryTracker)


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """Whose evidence it is.

    Attributes:
        engine: the model and a size; no other reads it.
        pointer: the library's name of the object pointer.
        size: the side of the masks that the memory encoder takes.
    """

    engine: str
    pointer: str
    size: int


class MemoryAnswers(TorchEngine[ModelT, VideoT], Generic[ModelT, VideoT, TrackerT]):
    """Implements :class:`vostool.models.engine.Recalls`."""

    def __init__(self, title: str, model: ModelT, device: torch.device, dtype: torch.dtype) -> None:
        """Take a model; arguments as everywhere."""
        super().__init__(title, model, device, dtype)
        self._masks = MaskTransfer(device)

    def _compute_in_full(self) -> None:
        model = self._loaded()
        if isinstance(model, torch.nn.Module):
            back_in_full(model)
        super()._compute_in_full()

    # -- what each engine has of its own

    @abstractmethod
    def _tracker(self, video: VideoT, memory: Memory = STANDARD) -> TrackerT:
        """One object at the start of a run."""

    @abstractmethod
    def _prompted(self, video: VideoT, frame: int, prompts: Prompts, remember: bool) -> Output:
        """The output of a prompted frame; with its memory where a run is to ``remember`` it."""

    @abstractmethod
    def _corrected(self, video: VideoT, scene: Scene, prompts: Prompts, before: Output) -> Output:
        """The output after a click on a tracked frame that reads ``scene``, from that before it."""

    @abstractmethod
    def _conditioning(self, video: VideoT, frame: int, evidence: Evidence) -> Output:
        """The output of a frame, with memory and pointer, of what was stored of its answer."""

    @abstractmethod
    def _evidence_kind(self, video: VideoT) -> EvidenceKind:
        """Which evidence is this engine's own."""

    def _memory_logits(self, video: VideoT, output: Output) -> torch.Tensor:
        """(1, 1, S, S) logits as the memory encoder takes them of a prompted frame."""
        size = self._evidence_kind(video).size
        return torch.nn.functional.interpolate(
            output["pred_masks"].float(), (size, size), mode="bilinear", align_corners=False
        )

    def _logits(self, video: VideoT, outputs: Sequence[Output]) -> torch.Tensor:
        """Logits of the frame's size, (n, 1, H, W), scaled as transformers does."""
        low = torch.cat([output["pred_masks"] for output in outputs])
        return torch.nn.functional.interpolate(
            low.float(), (video.height, video.width), mode="bilinear", align_corners=False
        )

    # -- masks

    def _begin_replies(self, video: VideoT, outputs: Sequence[Output]) -> Collect:
        """Begin to bring the masks of a frame's objects, where their logits are above 0."""
        size = (video.height, video.width)
        enlarge = partial(self._logits, video)
        collect = self._frugally(video, lambda: self._masks.send(outputs, size, enlarge))
        return lambda: self._frugally(video, collect)

    def _reply(self, video: VideoT, output: Output) -> SegmentReply:
        return self._begin_replies(video, [output])()[0]

    # -- clicks

    def _answer(self, video: VideoT, request: SegmentRequest) -> SegmentReply:
        scene = self._scene(video, request)
        if scene is not None:
            return self._answer_in(video, scene, request.prompts)
        output = self._prompted(video, request.frame, request.prompts, remember=False)
        reply = self._reply(video, output)
        return reply if request.around is None else replace(reply, recall=Recall(Way.ALONE))

    def _scene(self, video: VideoT, request: SegmentRequest) -> Scene | None:
        found = video.scenes.find(request, video.memory)
        if found is not None:
            return found
        with contextlib.suppress(SourceError):
            found = remembered_scene(request, video.memory)
        return None if found is None else video.scenes.keep(request, found, video.memory)

    def _answer_in(self, video: VideoT, scene: Scene, prompts: Prompts) -> SegmentReply:
        kind = self._evidence_kind(video)

        def work() -> SegmentReply:
            output = scene.answer(prompts, partial(self._corrected, video))
            reply = self._reply(video, output)
            logits = self._memory_logits(video, output)
            evidence = pack(output, kind.pointer, logits)
            return replace(reply, recall=Recall(scene.way, kind.engine, evidence))

        return self._frugally(video, work)

    def recall(self, request: SegmentRequest, preempted: Cancelled) -> SegmentReply | None:
        video, around, base = self._opened(), request.around, request.prompts.base
        if around is None or base is None:
            return None
        tracker, done = video.scenes.rebuilding(request, lambda: self._tracker(video))
        plan = RebuildPlan.of(request.frame, around, tracker.reach)
        for key in plan.keyframes + plan.tracked:
            if key.frame not in done:
                if not self._ready(video, key.frame, preempted):
                    return None
                with contextlib.suppress(SourceError), self._computing():
                    self._learn(video, tracker, key, tracked=key in plan.tracked)
                done.add(key.frame)
        if not tracker.has_keyframe or not self._ready(video, request.frame, preempted):
            return None
        with self._computing():
            own = self._prompted(video, request.frame, Prompts(mask=base), remember=False)
            scene = Scene(request.frame, tracker.outputs, own, plan.backward, Way.REBUILT)
            video.scenes.keep(request, scene, video.memory)
            return self._answer_in(video, scene, request.prompts)

    def _ready(self, video: VideoT, frame: int, preempted: Cancelled) -> bool:
        """Have a frame's features; False where a click waits. One that cannot be read is passed."""
        if preempted():
            return False
        with contextlib.suppress(SourceError), self._computing():
            return video.features.prepare(frame, preempted)
        return True

    # -- what a run and a rebuilt memory are made of

    def _learn(self, video: VideoT, tracker: MemoryTracker, key: Keyframe, tracked: bool) -> None:
        """Condition on a keyframe, or remember a stored mask as if it had just been tracked."""
        if not tracked:
            tracker.add_keyframe(key.frame, self._keyframe(video, key))
        elif key.mask is not None:
            stored = Prompts(mask=key.mask)
            tracker.remember(key.frame, self._prompted(video, key.frame, stored, remember=True))

    def _keyframe(self, video: VideoT, key: Keyframe) -> Output:
        """The output of a keyframe, with its memory."""
        prompts = prompts_to_replay(key)
        found = self._evident(video, key.frame, prompts)
        return found or self._prompted(video, key.frame, prompts, remember=True)

    def _evident(self, video: VideoT, frame: int, prompts: Prompts) -> Output | None:
        """The output that was stored of a correction, where it is this engine's."""
        kind, recall = self._evidence_kind(video), prompts.recall
        if recall is None or prompts.mask is None or recall.engine != kind.engine:
            return None
        evidence = unpack(recall.evidence)
        if evidence is None or evidence.mask.width != kind.size:
            return None
        output = self._frugally(video, lambda: self._conditioning(video, frame, evidence))
        score = 1 / (1 + math.exp(-min(max(evidence.presence, -50.0), 50.0)))
        return {**output, STORED_REPLY: SegmentReply(prompts.mask, score)}
