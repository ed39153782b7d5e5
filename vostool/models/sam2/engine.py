"""The SAM 2 engine: the official video predictor behind the :class:`Engine` protocol.

Prompted frames are a function of picture and prompts alone (:class:`PromptReplay`); a run gives,
object by object, the masks of the official `propagate_in_video` for the same prompts.

Unlike the official predictor, corrections on frames that were tracked before always count: every
keyframe of a request conditions the run, none is overwritten by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.frames import FrameSource, Image
from vostool.models.engine import EngineInfo, PointDecoder, TrackRequest
from vostool.models.engine_options import Backend, EngineOptions
from vostool.models.memory_kinds import MEMORIES, STANDARD, Memory
from vostool.models.sam2.backend import (
    AnyEncoder,
    EncoderOptions,
    make_disk_features,
    make_encoder,
)
from vostool.models.sam2.build import build_for
from vostool.models.sam2.memory_type import fit_memory
from vostool.models.sam2.points import point_decoder
from vostool.models.sam2.state import ObjectTracker, PromptReplay, Video, conditioning, corrected
from vostool.models.shared.beside import beside_for
from vostool.models.shared.corrections import Scene
from vostool.models.shared.device import choose_device, choose_dtype, device_title
from vostool.models.shared.encoder import RecordedEncoder
from vostool.models.shared.evidence import Evidence
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.half_weights import keep_in_half
from vostool.models.shared.memory_answers import EvidenceKind
from vostool.models.shared.memory_engine import MemoryEngine
from vostool.models.shared.pictures import Pictures
from vostool.models.shared.preparation import as_imagenet
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.reading import Output
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.shared.track_legs import Spans, prompts_to_replay
from vostool.models.weights.catalog import ModelSpec
from vostool.project.prompts import Prompts
from vostool.words import tr


class Sam2Engine(MemoryEngine[SAM2VideoPredictor, Video, ObjectTracker]):
    """SAM 2 or 2.1 on the CPU, CUDA, MPS or XPU.

    Masks are ``logits > 0`` at the frame's size; holes are not filled (see
    :func:`build_predictor`). The score is the model's probability that the object is on the
    frame. A mask prompt comes back as SAM 2 sees it, at a quarter of its input size.
    """

    def __init__(  # noqa: PLR0917  # what a predictor is built with, and how it is used
        self,
        spec: ModelSpec,
        predictor: SAM2VideoPredictor,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int | None = None,
        encoding: EncoderOptions = EncoderOptions(),  # noqa: B008  # frozen, so one for all will do
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen as well
    ) -> None:
        """Take a predictor that is built and in its place.

        Args:
            dtype: bfloat16 and float16 run under autocast, float32 without.
            cache_bytes: bound on encoder features kept in memory, as :class:`FeatureCache` has it.
            encoding: what runs the image encoder, and whether features go to disk too.
            options: how the predictor was built (:func:`build_for`); decides the batch of objects.
        """
        super().__init__(spec.title, predictor, predictor.device, dtype, options)
        fit_memory(predictor)
        self._spec = spec
        self._cache_bytes = cache_bytes
        self._encoding = encoding
        self._options = options
        self._encoder: AnyEncoder | None = make_encoder(
            predictor, dtype, _backend(encoding, options, dtype)
        )

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
        dtype, cached = choose_dtype(place), options.cache_bytes
        engine = cls(spec, predictor, dtype, cached, encoding, options)
        # Not before: OpenVINO's encoder is made of the full weights.
        with clear_errors(spec.title):
            keep_in_half(predictor, dtype)
        return engine

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=self._spec.name,
            title=self._spec.title,
            device=str(self._device),
            device_title=device_title(self._device),
            dtype=self._dtype_name,
            chooses=True,
            memories=MEMORIES,
            detail=self._detail(),
            quality=self._options.quality,
        )

    def _detail(self) -> str:
        cap = self._options.keyframe_cap
        nearest = (
            "" if cap is None else tr(", attending to the {cap} nearest prompted frames", cap=cap)
        )
        return f"{self._spec.title}: {self._options.sentence}{nearest}."

    def close(self) -> None:
        self._encoder = None
        super().close()

    def point_decoder(self, frame: int) -> PointDecoder:
        return self._decoder(self._asked(frame), frame)

    def picture_decoder(self, picture: Image) -> PointDecoder:
        with self._picture(picture) as video:
            return self._decoder(video, 0)

    def _decoder(self, video: Video, frame: int) -> PointDecoder:
        with self._computing():
            return point_decoder(video, frame, self._computing)

    def _make_video(self, model: SAM2VideoPredictor, source: FrameSource, alone: bool) -> Video:
        assert self._encoder is not None
        encoding = replace(self._encoding, on_disk=False) if alone else self._encoding
        facts = source.info
        features = FeatureCache(
            Pictures(source, as_imagenet(model.image_size), self._device),
            RecordedEncoder(self._encoder, self._encoder_graphs),
            self._cache_bytes,
            beside=None if alone else beside_for(self._device, self._options.quality == "exact"),
            disk=make_disk_features(encoding, model, self._dtype, self._encoder, facts),
            positions=self._encoder.positions,
            device=self._device,
        )
        return Video(model, features, facts.height, facts.width, len(source), graphs=self._graphs)

    def _tracker(self, video: Video, memory: Memory = STANDARD) -> ObjectTracker:
        return ObjectTracker(video, memory)

    def _keyframe_work(
        self,
        video: Video,
        request: TrackRequest,
        trackers: Mapping[int, ObjectTracker],
        spans: Spans,
    ) -> Iterator[Callable[[], None]]:
        """All of them now where all are attended to; else those that the first step can read."""
        if video.predictor.max_cond_frames_in_attn < 0:
            yield from super()._keyframe_work(video, request, trackers, spans)
            return
        for key in request.keyframes:
            if key.object_id in trackers and prompt_steps(prompts_to_replay(key)):
                make = partial(self._keyframe, video, key)
                trackers[key.object_id].expect_keyframe(key.frame, make)
        for oid, tracker in trackers.items():
            yield partial(tracker.bring_keyframes, spans[oid].start, spans[oid].step < 0)

    def _prompted(self, video: Video, frame: int, prompts: Prompts, remember: bool) -> Output:
        """As everywhere, but memory that runs out costs the cached features first."""
        return self._frugally(video, lambda: PromptReplay(video).output(frame, prompts))

    def _corrected(self, video: Video, scene: Scene, prompts: Prompts, before: Output) -> Output:
        return corrected(video, scene, prompts, before)

    def _conditioning(self, video: Video, frame: int, evidence: Evidence) -> Output:
        return conditioning(video, frame, evidence)

    def _evidence_kind(self, video: Video) -> EvidenceKind:
        size = video.predictor.image_size
        return EvidenceKind(f"{self._spec.name}@{size}", "obj_ptr", size)

    def _logits(self, video: Video, outputs: Sequence[Output]) -> torch.Tensor:
        """The official way from low-resolution logits to the frame's size."""
        state = {
            "device": video.predictor.device,
            "video_height": video.height,
            "video_width": video.width,
        }
        low = torch.cat([output["pred_masks"] for output in outputs])
        logits: torch.Tensor = video.predictor._get_orig_video_res_output(state, low)[1]
        return logits


def _backend(encoding: EncoderOptions, options: EngineOptions, dtype: torch.dtype) -> Backend:
    """What runs the encoder: OpenVINO's bfloat16 by itself only where masks need not be exact.

    On real pictures with trained weights its masks had an IoU of 0.95 to 0.99 with float32's, and
    one of fourteen clicks answered with another object; PyTorch's bfloat16 had 0.993 to 1.
    """
    exact = dtype is not torch.float32 and not options.pooled_memories
    if encoding.backend == "auto" and exact:
        return "torch"
    return encoding.backend
