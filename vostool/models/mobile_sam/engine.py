"""The `mobile-sam` engine: MobileSAM's network behind the :class:`Engine` protocol.

Prompted frames are a function of picture and prompts alone. Tracking has no video memory of the
network's own; see :mod:`vostool.models.mobile_sam.track`. Only
:func:`vostool.models.registry.create_engine` imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import FrameSource, Image
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Direction,
    EngineInfo,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.flow.track import keyframe_reply, track_leg
from vostool.models.mobile_sam.click import answer
from vostool.models.mobile_sam.decoder import PromptDecoder
from vostool.models.mobile_sam.encoder import Geometry, preprocess
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam
from vostool.models.mobile_sam.openvino import Backend, make_feature_encoder
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.mobile_sam.track import FeatureRefiner
from vostool.models.sam2.build import choose_device, choose_dtype
from vostool.models.sam2.features import DEFAULT_CACHE_BYTES, FeatureCache
from vostool.models.shared.one_picture import OnePicture
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.torch_errors import clear_errors
from vostool.models.shared.track_legs import check_prompts, prompts_to_replay
from vostool.project.prompts import Prompts


@dataclass(frozen=True, slots=True)
class _Video:
    """What belongs to the source that is open."""

    source: FrameSource
    features: FeatureCache
    decoder: PromptDecoder
    geometry: Geometry


class MobileSamEngine:
    """MobileSAM on the CPU, CUDA or MPS; implements :class:`Engine` and :class:`Prepares`.

    A mask prompt alone comes back as it is. The score of a prompted frame is the intersection
    over union that the network expects; of a tracked one see the tracker.
    """

    def __init__(
        self,
        network: MobileSam,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        backend: Backend = "torch",
    ) -> None:
        """Take a network that is built, :func:`ready` and in its place.

        Args:
            dtype: bfloat16 runs the encoder under autocast, float32 without.
            cache_bytes: bound on encoder features kept.
            backend: what runs the image encoder, as :func:`make_feature_encoder` has it.
        """
        self._network: MobileSam | None = network
        self._device = next(network.parameters()).device
        self._dtype = dtype
        self._cache_bytes, self._backend = cache_bytes, backend
        self._video: _Video | None = None

    @classmethod
    def from_checkpoint(
        cls,
        checkpoint: Path,
        device: str | None = None,
        cache_bytes: int | None = None,
        backend: Backend = "auto",
    ) -> MobileSamEngine:
        """Load the published network.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        with clear_errors(MOBILE_SAM.title):
            network = build_mobile_sam(checkpoint, place)
        return cls(network, choose_dtype(place), cache_bytes or DEFAULT_CACHE_BYTES, backend)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=MOBILE_SAM.name,
            title=MOBILE_SAM.title,
            device=self._device.type,
            dtype=str(self._dtype).removeprefix("torch."),
            detail="MobileSAM's masks, carried on by optical flow and by what the object looked "
            "like before: good masks from clicks; look at low scores after it was hidden.",
        )

    def open(self, source: FrameSource) -> None:
        if self._network is None:
            raise ModelError(f"{MOBILE_SAM.title} was closed; choose the engine again.")
        geometry = Geometry.of(source.info.height, source.info.width)
        with self._computing():
            decoder = PromptDecoder(self._network, geometry, self._dtype)
        encoder = make_feature_encoder(self._network, geometry, self._dtype, self._backend)
        features = FeatureCache(self._read, encoder, self._cache_bytes)
        self._video = _Video(source, features, decoder, geometry)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        video = self._opened()
        self._check(request.prompts, request.frame)
        steps = prompt_steps(request.prompts)
        if not steps:
            raise PromptError(
                f"Object {request.object_id} has no prompt on frame {request.frame}; "
                "click it or draw a box around it."
            )
        start = request.prompts.start_mask
        if start is not None and len(steps) == 1:
            return SegmentReply(start, 1.0)
        with self._computing():
            return answer(video.decoder, self._features(request.frame), request.prompts)

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        kept = self._video
        self._video = None
        try:
            self.open(OnePicture(picture))
            return self.segment(SegmentRequest(0, 1, prompts))
        finally:
            self._video = kept

    def prepare(self, frame: int, preempted: Cancelled) -> None:
        video = self._opened()
        if not 0 <= frame < len(video.source):
            return
        try:
            with self._computing():
                video.features.prepare(frame, preempted)
        except SourceError:
            return

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        self._opened()
        for key in request.keyframes:
            self._check(prompts_to_replay(key), key.frame)
        return self._run(request, cancelled)

    def close(self) -> None:
        if self._video is not None:
            self._video.features.close()
        self._network = self._video = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _opened(self) -> _Video:
        if self._video is None:
            raise ModelError(f"{MOBILE_SAM.title} has no video; open one first.")
        return self._video

    def _check(self, prompts: Prompts, frame: int) -> None:
        video = self._opened()
        height, width = video.geometry.height, video.geometry.width
        check_prompts(prompts, frame, len(video.source), width, height)

    def _read(self, frame: int) -> torch.Tensor:
        # FeatureCache adds the batch of one.
        video = self._opened()
        return preprocess(video.source.frame(frame), video.geometry)[0]

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Around each piece of work: the mode belongs to a thread, so never across a yield."""
        with clear_errors(MOBILE_SAM.title), torch.inference_mode():
            yield

    def _features(self, frame: int) -> torch.Tensor:
        """(1, 256, rows, columns) of a frame."""
        with self._computing():
            _, levels = self._opened().features.get(frame)
        features: torch.Tensor = levels["backbone_fpn"][0]
        return features

    def _answer(self, key: Keyframe) -> SegmentReply:
        return keyframe_reply(key, self.segment)

    def _run(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        video = self._opened()
        ids = sorted({key.object_id for key in request.keyframes})
        known: dict[int, dict[int, Mask]] = {}
        for key in request.keyframes:
            if key.mask is not None:
                known.setdefault(key.frame, {})[key.object_id] = key.mask
        for forward in (True, False):
            if request.direction is (Direction.BACKWARD if forward else Direction.FORWARD):
                continue
            compared = self._dtype if self._device.type == "cpu" else torch.float32
            refiner = FeatureRefiner(video.decoder, self._features, ids, known, compared)
            yield from track_leg(
                video.source, request, forward, cancelled, self._answer, refiner=refiner
            )
