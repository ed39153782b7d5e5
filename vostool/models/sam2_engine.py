"""The SAM 2 engine: the official video predictor behind the :class:`Segmenter` protocol.

Prompted frames are a function of picture and prompts alone (:class:`PromptReplay`); a run makes
its state from the request and gives, object by object, the masks of the official
`propagate_in_video` for the same prompts, in memory that does not grow with the video.

Unlike the official predictor, corrections on frames that were tracked before always count: every
keyframe of a request conditions the run, none is overwritten by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import FrameSource
from vostool.masks import Mask
from vostool.models.catalog import ModelSpec
from vostool.models.sam2_build import build_predictor, choose_device, choose_dtype
from vostool.models.sam2_features import DEFAULT_CACHE_BYTES, FeatureCache, preprocess
from vostool.models.sam2_state import ObjectTracker, Output, PromptReplay, Video, prompt_steps
from vostool.models.segmenter import (
    Cancelled,
    Direction,
    Keyframe,
    SegmenterInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)
from vostool.prompts import Prompts

Spans = dict[int, range]


class Sam2Segmenter:
    """SAM 2 or 2.1 on the CPU, CUDA or MPS; implements :class:`Segmenter`.

    Masks are ``logits > 0`` at the frame's size; holes are not filled (see
    :func:`build_predictor`). The score is the model's probability that the object is on the
    frame. A mask prompt comes back as SAM 2 sees it, at a quarter of its input size.
    """

    def __init__(
        self,
        spec: ModelSpec,
        predictor: SAM2VideoPredictor,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        """Take a predictor that is built and in its place.

        Args:
            dtype: bfloat16 runs under autocast, float32 without.
            cache_bytes: bound on encoder features kept.
        """
        self._spec = spec
        self._predictor: SAM2VideoPredictor | None = predictor
        self._device: torch.device = predictor.device
        self._dtype = dtype
        self._cache_bytes = cache_bytes
        self._source: FrameSource | None = None
        self._video: Video | None = None

    @classmethod
    def from_checkpoint(
        cls, spec: ModelSpec, checkpoint: Path, device: str | None = None
    ) -> Sam2Segmenter:
        """Load a model.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        with _clear_errors(spec):
            predictor = build_predictor(spec, checkpoint, place)
        return cls(spec, predictor, choose_dtype(place))

    @property
    def info(self) -> SegmenterInfo:
        return SegmenterInfo(
            name=self._spec.name,
            title=self._spec.title,
            device=self._device.type,
            dtype=str(self._dtype).removeprefix("torch."),
            detail=f"The official {self._spec.title} video predictor.",
        )

    def open(self, source: FrameSource) -> None:
        if self._predictor is None:
            raise ModelError(f"{self._spec.title} was closed; choose the engine again.")
        facts = source.info
        self._source = source
        features = FeatureCache(self._read, self._predictor.forward_image, self._cache_bytes)
        self._video = Video(self._predictor, features, facts.height, facts.width, len(source))

    def segment(self, request: SegmentRequest) -> SegmentReply:
        video = self._opened()
        _check(request.prompts, request.frame, video)
        if not prompt_steps(request.prompts):
            raise PromptError(
                f"Object {request.object_id} has no prompt on frame {request.frame}; "
                "click it or draw a box around it."
            )
        with self._computing():
            return _reply(PromptReplay(video).output(request.frame, request.prompts), video)

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        video = self._opened()
        for key in request.keyframes:
            _check(_prompts_of(key), key.frame, video)
        return self._run(video, request, cancelled)

    def close(self) -> None:
        self._predictor = self._source = self._video = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _opened(self) -> Video:
        if self._video is None:
            raise ModelError(f"{self._spec.title} has no video; open one first.")
        return self._video

    def _read(self, frame: int) -> torch.Tensor:
        assert self._source is not None
        assert self._predictor is not None
        return preprocess(self._source.frame(frame), self._predictor.image_size).to(self._device)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Around each piece of work: both modes belong to a thread, so never across a yield."""
        half = self._dtype is not torch.float32
        with (
            _clear_errors(self._spec),
            torch.inference_mode(),
            torch.autocast(self._device.type, self._dtype, enabled=half),
        ):
            yield

    def _run(
        self, video: Video, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        legs = _legs(request)
        wanted = {oid for _, spans in legs for oid in spans}
        trackers = {oid: ObjectTracker(video) for oid in sorted(wanted)}
        failure: SourceError | None = None
        for key in sorted(request.keyframes, key=lambda k: (k.frame, k.object_id)):
            prompts = _prompts_of(key)
            if key.object_id not in trackers or not prompt_steps(prompts):
                continue
            if cancelled():
                return
            try:
                with self._computing():
                    output = PromptReplay(video).output(key.frame, prompts)
                    trackers[key.object_id].add_keyframe(key.frame, output)
            except SourceError as error:
                failure = error
        ready = {oid: tracker for oid, tracker in trackers.items() if tracker.has_keyframe}
        if not ready and failure is not None:
            raise failure
        yield from self._propagate(video, legs, ready, cancelled)

    def _propagate(
        self,
        video: Video,
        legs: list[tuple[bool, Spans]],
        trackers: dict[int, ObjectTracker],
        cancelled: Cancelled,
    ) -> Iterator[TrackedFrame]:
        for number, (backward, spans) in enumerate(legs):
            following = legs[number + 1][1] if number + 1 < len(legs) else {}
            present = {oid: span for oid, span in spans.items() if oid in trackers}
            for frame in _frames(present, backward):
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


def _legs(request: TrackRequest) -> list[tuple[bool, Spans]]:
    """The legs of a run in order: (goes backward, frames by object id)."""
    directions = {
        Direction.FORWARD: (False,),
        Direction.BACKWARD: (True,),
        Direction.BOTH: (False, True),
    }[request.direction]
    objects = sorted({key.object_id for key in request.keyframes})
    legs = []
    for backward in directions:
        spans = {oid: tracked_span(request, oid, not backward) for oid in objects}
        legs.append((backward, {oid: span for oid, span in spans.items() if span}))
    return legs


def _frames(spans: Spans, backward: bool) -> range:
    """All frames of a leg in order; every span ends at the same end of the range."""
    if not spans:
        return range(0)
    if backward:
        last = min(span[-1] for span in spans.values())
        return range(max(span.start for span in spans.values()), last - 1, -1)
    return range(
        min(span.start for span in spans.values()), max(span.stop for span in spans.values())
    )


def _prompts_of(key: Keyframe) -> Prompts:
    """The prompts to replay: the person's, else the mask that stands for them."""
    if key.prompts is None:
        return Prompts(mask=key.mask)
    return replace(key.prompts, mask=key.mask) if key.prompts.is_empty else key.prompts


def _check(prompts: Prompts, frame: int, video: Video) -> None:
    if not 0 <= frame < video.frame_count:
        raise PromptError(
            f"There is no frame {frame}; the source has 0 to {video.frame_count - 1}."
        )
    prompts.check_inside(video.width, video.height)


def _reply(output: Output, video: Video) -> SegmentReply:
    """The official way from low-resolution logits to a mask of the frame's size."""
    _, logits = video.predictor._get_orig_video_res_output(
        {
            "device": video.predictor.device,
            "video_height": video.height,
            "video_width": video.width,
        },
        output["pred_masks"],
    )
    mask = Mask.from_array((logits[0, 0] > 0).cpu().numpy())
    score = float(output["object_score_logits"].float().sigmoid().item())
    return SegmentReply(mask, score)


@contextmanager
def _clear_errors(spec: ModelSpec) -> Iterator[None]:
    """What torch raises when memory or a device gives out, in one sentence for a person."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{spec.title} needs more memory than the GPU has free; "
            "choose a smaller model or the device cpu."
        ) from error
    except MemoryError as error:
        raise ModelError(_no_memory(spec)) from error
    except RuntimeError as error:
        if "allocate memory" in str(error):
            raise ModelError(_no_memory(spec)) from error
        if "CUDA error" in str(error) or "MPS backend" in str(error):
            raise ModelError(
                f"{spec.title} lost its GPU ({str(error).splitlines()[0]}); "
                "restart the program, or choose the device cpu."
            ) from error
        raise


def _no_memory(spec: ModelSpec) -> str:
    return f"{spec.title} needs more memory than is free; close other programs or choose smaller."
