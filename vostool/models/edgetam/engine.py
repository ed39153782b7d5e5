"""The EdgeTAM engine: transformers' video model behind the :class:`Engine` protocol.

EdgeTAM (Zhou et al., CVPR 2025) is SAM 2 with a small encoder and memories of 512 tokens in place
of 4096. Needs the extra ``edgetam``; only :func:`vostool.models.registry.create_engine` imports
this module. Prompted frames are a function of picture and prompts alone; a run makes its state
from the request, in memory that does not grow with the video.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import EdgeTamVideoModel

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import FrameSource, Image
from vostool.masks.mask import Mask
from vostool.models.edgetam.build import build_edgetam
from vostool.models.edgetam.published import EDGETAM
from vostool.models.edgetam.state import ObjectTracker, Output, PromptReplay, Video, encode
from vostool.models.engine import (
    Cancelled,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.sam2.build import choose_device, choose_dtype
from vostool.models.sam2.features import DEFAULT_CACHE_BYTES, FeatureCache, preprocess
from vostool.models.shared.one_picture import OnePicture
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.shared.track_legs import (
    Spans,
    check_prompts,
    leg_frames,
    legs,
    prompts_to_replay,
)
from vostool.project.prompts import Prompts


class EdgeTamEngine:
    """EdgeTAM on the CPU, CUDA or MPS; implements :class:`Engine` and :class:`Prepares`.

    Masks are ``logits > 0`` at the frame's size. The score is the model's probability that the
    object is on the frame. A mask prompt comes back at a quarter of the model's input size.
    """

    def __init__(
        self,
        model: EdgeTamVideoModel,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        """Take a model that is built and in its place.

        Args:
            dtype: bfloat16 runs under autocast, float32 without.
            cache_bytes: bound on encoder features kept.
        """
        self._model: EdgeTamVideoModel | None = model
        self._device = torch.device(model.device)
        self._dtype = dtype
        self._cache_bytes = cache_bytes
        self._source: FrameSource | None = None
        self._video: Video | None = None

    @classmethod
    def from_checkpoint(cls, checkpoint: Path, device: str | None = None) -> EdgeTamEngine:
        """Load the published model.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        with clear_errors(EDGETAM.title):
            model = build_edgetam(checkpoint, place)
        return cls(model, choose_dtype(place))

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=EDGETAM.name,
            title=EDGETAM.title,
            device=self._device.type,
            dtype=str(self._dtype).removeprefix("torch."),
            detail="EdgeTAM's video model as transformers has it.",
        )

    def open(self, source: FrameSource) -> None:
        model = self._model
        if model is None:
            raise ModelError(f"{EDGETAM.title} was closed; choose the engine again.")
        facts = source.info
        self._source = source
        features = FeatureCache(self._read, lambda pixels: encode(model, pixels), self._cache_bytes)
        size = model.config.image_size
        assert isinstance(size, int)
        self._video = Video(model, features, size, facts.height, facts.width, len(source))

    def segment(self, request: SegmentRequest) -> SegmentReply:
        video = self._opened()
        check_prompts(request.prompts, request.frame, video.frame_count, video.width, video.height)
        if not prompt_steps(request.prompts):
            raise PromptError(
                f"Object {request.object_id} has no prompt on frame {request.frame}; "
                "click it or draw a box around it."
            )
        with self._computing():
            output = PromptReplay(video).output(request.frame, request.prompts, remember=False)
            return _reply(output, video)

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        kept = self._source, self._video
        self._source = self._video = None
        try:
            self.open(OnePicture(picture))
            return self.segment(SegmentRequest(0, 1, prompts))
        finally:
            self._source, self._video = kept

    def prepare(self, frame: int, preempted: Cancelled) -> None:
        """Encode the frame ahead of a click; it cannot be left half-way, so it is asked before."""
        video = self._opened()
        if preempted() or not 0 <= frame < video.frame_count:
            return
        try:
            with self._computing():
                video.features.get(frame)
        except SourceError:
            return

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        video = self._opened()
        for key in request.keyframes:
            check_prompts(
                prompts_to_replay(key), key.frame, video.frame_count, video.width, video.height
            )
        return self._run(video, request, cancelled)

    def close(self) -> None:
        self._model = self._source = self._video = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _opened(self) -> Video:
        if self._video is None:
            raise ModelError(f"{EDGETAM.title} has no video; open one first.")
        return self._video

    def _read(self, frame: int) -> torch.Tensor:
        assert self._source is not None
        return preprocess(self._source.frame(frame), self._opened().size).to(self._device)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Around each piece of work: both modes belong to a thread, so never across a yield."""
        half = self._dtype is not torch.float32
        with (
            clear_errors(EDGETAM.title),
            torch.inference_mode(),
            torch.autocast(self._device.type, self._dtype, enabled=half),
        ):
            yield

    def _run(
        self, video: Video, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        runs = legs(request)
        trackers = {oid: ObjectTracker(video) for oid in sorted({o for _, s in runs for o in s})}
        failure: SourceError | None = None
        for key in sorted(request.keyframes, key=lambda k: (k.frame, k.object_id)):
            prompts = prompts_to_replay(key)
            if key.object_id not in trackers or not prompt_steps(prompts):
                continue
            if cancelled():
                return
            try:
                with self._computing():
                    output = PromptReplay(video).output(key.frame, prompts, remember=True)
            except SourceError as error:
                failure = error
            else:
                trackers[key.object_id].add_keyframe(key.frame, output)
        ready = {oid: tracker for oid, tracker in trackers.items() if tracker.has_keyframe}
        if not ready and failure is not None:
            raise failure
        for key in request.context:
            if cancelled():
                return
            if key.object_id in ready and key.mask is not None:
                with contextlib.suppress(SourceError), self._computing():
                    given = Prompts(mask=key.mask)
                    output = PromptReplay(video).output(key.frame, given, remember=True)
                    ready[key.object_id].remember(key.frame, output)
        yield from self._propagate(video, runs, ready, cancelled)

    def _propagate(
        self,
        video: Video,
        runs: list[tuple[bool, Spans]],
        trackers: dict[int, ObjectTracker],
        cancelled: Cancelled,
    ) -> Iterator[TrackedFrame]:
        for number, (backward, spans) in enumerate(runs):
            following = runs[number + 1][1] if number + 1 < len(runs) else {}
            present = {oid: span for oid, span in spans.items() if oid in trackers}
            for frame in leg_frames(present, backward):
                if cancelled():
                    return
                replies = {}
                problem = None
                try:
                    with self._computing():
                        for oid, span in present.items():
                            if frame in span:
                                keep = following[oid].start if oid in following else None
                                output = trackers[oid].step(frame, backward, keep)
                                replies[oid] = _reply(output, video)
                except SourceError as error:
                    replies, problem = {}, str(error)
                yield TrackedFrame(frame, replies, problem)


def _reply(output: Output, video: Video) -> SegmentReply:
    """Low-resolution logits, scaled bilinearly to the frame's size as the library's processor."""
    logits = torch.nn.functional.interpolate(
        output["pred_masks"].float(),
        (video.height, video.width),
        mode="bilinear",
        align_corners=False,
    )
    mask = Mask.from_array((logits[0, 0] > 0).cpu().numpy())
    return SegmentReply(mask, float(output["object_score_logits"].float().sigmoid().item()))
