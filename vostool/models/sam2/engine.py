"""The SAM 2 engine: the official video predictor behind the :class:`Engine` protocol.

Prompted frames are a function of picture and prompts alone (:class:`PromptReplay`); a run makes
its state from the request and gives, object by object, the masks of the official
`propagate_in_video` for the same prompts, in memory that does not grow with the video.

Unlike the official predictor, corrections on frames that were tracked before always count: every
keyframe of a request conditions the run, none is overwritten by it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import FrameSource, Image
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.engine_options import GPU_OBJECT_BATCH, EngineOptions
from vostool.models.sam2.backend import (
    AnyEncoder,
    Backend,
    EncoderOptions,
    make_disk_features,
    make_encoder,
)
from vostool.models.sam2.batch import BatchStepper, Due
from vostool.models.sam2.build import build_for, choose_device, choose_dtype
from vostool.models.sam2.features import DEFAULT_CACHE_BYTES, FeatureCache, preprocess
from vostool.models.sam2.state import ObjectTracker, Output, PromptReplay, Video
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
from vostool.models.weights.catalog import ModelSpec
from vostool.project.prompts import Prompts


class Sam2Engine:
    """SAM 2 or 2.1 on the CPU, CUDA or MPS; implements :class:`Engine`.

    Masks are ``logits > 0`` at the frame's size; holes are not filled (see
    :func:`build_predictor`). The score is the model's probability that the object is on the
    frame. A mask prompt comes back as SAM 2 sees it, at a quarter of its input size.
    """

    def __init__(  # noqa: PLR0917  # what a predictor is built with, and how it is used
        self,
        spec: ModelSpec,
        predictor: SAM2VideoPredictor,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        encoding: EncoderOptions = EncoderOptions(),  # noqa: B008  # frozen, so one for all will do
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen as well
    ) -> None:
        """Take a predictor that is built and in its place.

        Args:
            dtype: bfloat16 runs under autocast, float32 without.
            cache_bytes: bound on encoder features kept in memory.
            encoding: what runs the image encoder, and whether features go to disk too.
            options: how the predictor was built (:func:`build_for`); decides the batch of objects.
        """
        self._spec = spec
        self._predictor: SAM2VideoPredictor | None = predictor
        self._device: torch.device = predictor.device
        self._dtype = dtype
        self._cache_bytes = cache_bytes
        self._encoding = encoding
        self._options = options
        on_gpu = predictor.device.type != "cpu"
        self._object_batch = options.object_batch or (GPU_OBJECT_BATCH if on_gpu else 1)
        self._encoder: AnyEncoder | None = make_encoder(
            predictor, dtype, _backend(encoding, options)
        )
        self._source: FrameSource | None = None
        self._video: Video | None = None

    @classmethod
    def from_checkpoint(
        cls,
        spec: ModelSpec,
        checkpoint: Path,
        device: str | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen
    ) -> Sam2Engine:
        """Load a model.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        with clear_errors(spec.title):
            predictor = build_for(options, spec, checkpoint, place)
        encoding = EncoderOptions(backend=options.encoder, on_disk=options.features_on_disk)
        cached = options.cache_bytes or DEFAULT_CACHE_BYTES
        return cls(spec, predictor, choose_dtype(place), cached, encoding, options)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=self._spec.name,
            title=self._spec.title,
            device=self._device.type,
            dtype=str(self._dtype).removeprefix("torch."),
            detail=self._detail(),
            quality=self._options.quality,
        )

    def _detail(self) -> str:
        cap = self._options.keyframe_cap
        nearest = "" if cap is None else f", attending to the {cap} nearest prompted frames"
        return f"{self._spec.title}: {self._options.sentence}{nearest}."

    def open(self, source: FrameSource) -> None:
        if self._predictor is None or self._encoder is None:
            raise ModelError(f"{self._spec.title} was closed; choose the engine again.")
        facts = source.info
        self._forget()
        self._source = source
        features = FeatureCache(
            self._read,
            self._encoder,
            self._cache_bytes,
            disk=make_disk_features(
                self._encoding, self._predictor, self._dtype, self._encoder, facts
            ),
            positions=self._encoder.positions,
            device=self._device,
        )
        self._video = Video(self._predictor, features, facts.height, facts.width, len(source))

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        kept = self._source, self._video, self._encoding
        self._source = self._video = None  # so that opening the picture lets go of nothing
        self._encoding = replace(self._encoding, on_disk=False)
        try:
            self.open(OnePicture(picture))
            return self.segment(SegmentRequest(0, 1, prompts))
        finally:
            self._forget()
            self._source, self._video, self._encoding = kept

    def prepare(self, frame: int, preempted: Cancelled) -> None:
        """Encode a frame into the feature cache ahead of a click; see :class:`Prepares`."""
        video = self._opened()
        if not 0 <= frame < video.frame_count:
            return
        with contextlib.suppress(SourceError), self._computing():
            video.features.prepare(frame, preempted)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        video = self._opened()
        self._check(video, request.frame, request.prompts)
        if not prompt_steps(request.prompts):
            raise PromptError(
                f"Object {request.object_id} has no prompt on frame {request.frame}; "
                "click it or draw a box around it."
            )
        with self._computing():
            return _reply(self._prompted(video, request.frame, request.prompts), video)

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        video = self._opened()
        for key in request.keyframes:
            self._check(video, key.frame, prompts_to_replay(key))
        return self._run(video, request, cancelled)

    def close(self) -> None:
        self._forget()
        self._predictor = self._encoder = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _forget(self) -> None:
        """Let go of the video, and of its features on disk unless they are to stay."""
        if self._video is not None:
            self._video.features.close()
        self._source = self._video = None

    @staticmethod
    def _check(video: Video, frame: int, prompts: Prompts) -> None:
        check_prompts(prompts, frame, video.frame_count, video.width, video.height)

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
            clear_errors(self._spec.title),
            torch.inference_mode(),
            torch.autocast(self._device.type, self._dtype, enabled=half),
        ):
            yield

    def _run(
        self, video: Video, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        plan = legs(request)
        spans = {oid: span for _, by_object in reversed(plan) for oid, span in by_object.items()}
        trackers = {oid: ObjectTracker(video) for oid in sorted(spans)}
        failures: list[SourceError] = []
        work: list[Callable[[], None]] = [
            *self._keyframe_work(video, request, trackers),
            *(
                partial(tracker.bring_keyframes, spans[oid].start, spans[oid].step < 0)
                for oid, tracker in trackers.items()
            ),
        ]
        for piece in work:
            if cancelled():
                return
            try:
                with self._computing():
                    piece()
            except SourceError as error:
                failures.append(error)
        ready = {oid: tracker for oid, tracker in trackers.items() if tracker.has_keyframe}
        if not ready and failures:
            raise failures[-1]
        for key in request.context:
            if cancelled():
                return
            if key.object_id in ready and key.mask is not None:
                with contextlib.suppress(SourceError), self._computing():
                    output = self._prompted(video, key.frame, Prompts(mask=key.mask))
                    ready[key.object_id].remember(key.frame, output)
        yield from self._propagate(video, plan, ready, cancelled)

    def _keyframe_work(
        self, video: Video, request: TrackRequest, trackers: dict[int, ObjectTracker]
    ) -> Iterator[Callable[[], None]]:
        """What makes the keyframes ready: all of them now where all are attended to."""
        eager = video.predictor.max_cond_frames_in_attn < 0
        for key in sorted(request.keyframes, key=lambda k: (k.frame, k.object_id)):
            prompts = prompts_to_replay(key)
            tracker = trackers.get(key.object_id)
            if tracker is None or not prompt_steps(prompts):
                continue
            if eager:
                yield partial(self._add_keyframe, video, tracker, key.frame, prompts)
            else:
                tracker.expect_keyframe(key.frame, prompts)

    def _add_keyframe(
        self, video: Video, tracker: ObjectTracker, frame: int, prompts: Prompts
    ) -> None:
        tracker.add_keyframe(frame, self._prompted(video, frame, prompts))

    def _propagate(
        self,
        video: Video,
        plan: list[tuple[bool, Spans]],
        trackers: dict[int, ObjectTracker],
        cancelled: Cancelled,
    ) -> Iterator[TrackedFrame]:
        stepper = BatchStepper(video, self._object_batch)
        for number, (backward, spans) in enumerate(plan):
            following = plan[number + 1][1] if number + 1 < len(plan) else {}
            present = {oid: span for oid, span in spans.items() if oid in trackers}
            for frame in leg_frames(present, backward):
                if cancelled():
                    return
                due = {
                    oid: Due(trackers[oid], following[oid].start if oid in following else None)
                    for oid, span in present.items()
                    if frame in span
                }
                replies, problem = {}, None
                try:
                    with self._computing():
                        outputs = stepper.step(due, frame, backward)
                        replies = {oid: _reply(output, video) for oid, output in outputs.items()}
                except SourceError as error:
                    problem = str(error)
                yield TrackedFrame(frame, replies, problem)

    def _prompted(self, video: Video, frame: int, prompts: Prompts) -> Output:
        """The output of a prompted frame; memory that runs out costs the cached features first."""
        try:
            return PromptReplay(video).output(frame, prompts)
        except torch.OutOfMemoryError:
            if not video.features.bytes_held:
                raise
        video.features.clear()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        return PromptReplay(video).output(frame, prompts)


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


def _backend(encoding: EncoderOptions, options: EngineOptions) -> Backend:
    """What runs the encoder: OpenVINO's bfloat16 by itself only where masks need not be exact.

    On real pictures with trained weights its masks had an IoU of 0.95 to 0.99 with float32's, and
    one of fourteen clicks answered with another object; PyTorch's bfloat16 had 0.993 to 1.
    """
    if encoding.backend == "auto" and not options.pooled_memories:
        return "torch"
    return encoding.backend
