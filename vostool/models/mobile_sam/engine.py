"""The `mobile-sam` engine: MobileSAM's network behind the :class:`Engine` protocol.

Prompted frames are a function of picture and prompts, and of what the object looks like on its
nearest other keyframes where it has any. Tracking has no video memory of the network's own; see
:mod:`vostool.models.mobile_sam.track`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Direction,
    EngineInfo,
    LearnRequest,
    PointDecoder,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.engine_options import Backend, EngineOptions
from vostool.models.flow.picture import Picture
from vostool.models.flow.track import track_leg
from vostool.models.mobile_sam.click import LatestAnswers, answer
from vostool.models.mobile_sam.decoder import PromptDecoder
from vostool.models.mobile_sam.encoder import Geometry, preparation
from vostool.models.mobile_sam.keyframes import KeyframeAnswers
from vostool.models.mobile_sam.learning import ObjectDecoders, example_of
from vostool.models.mobile_sam.looks import LatestLooks, Looks
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam
from vostool.models.mobile_sam.openvino import Choice, make_feature_encoder, may_quantise
from vostool.models.mobile_sam.pacing import Pacer
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.mobile_sam.reading import Frames
from vostool.models.mobile_sam.track import FeatureRefiner
from vostool.models.shared.adapter import fingerprint
from vostool.models.shared.adapter_fit import Example, fit_guarded, taught
from vostool.models.shared.device import choose_device, choose_light_dtype, device_title
from vostool.models.shared.encoder import Encoder
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.late_encoder import LateEncoder
from vostool.models.shared.openvino import is_installed
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.torch_engine import TorchEngine
from vostool.models.shared.torch_errors import clear_errors
from vostool.project.learned import Learned
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class _Video:
    """What belongs to the source that is open."""

    source: FrameSource
    frames: Frames
    features: FeatureCache
    decoder: PromptDecoder
    geometry: Geometry
    own: ObjectDecoders
    encoder: Encoder
    looks: LatestLooks
    answers: LatestAnswers

    @property
    def height(self) -> int:
        return self.geometry.height

    @property
    def width(self) -> int:
        return self.geometry.width

    @property
    def frame_count(self) -> int:
        return len(self.source)


class _Pictures:
    """Implements :class:`vostool.models.flow.reading.ReadsPictures` beside the encoder."""

    def __init__(self, video: _Video) -> None:
        self.expecting = video.features.expecting
        self._frames = video.frames

    def __call__(self, frame: int) -> Picture:
        return self._frames.picture(frame)


class MobileSamEngine(TorchEngine[MobileSam, _Video]):
    """MobileSAM on the CPU, CUDA or MPS.

    A mask prompt alone comes back as it is. The score of a prompted frame is the intersection
    over union that the network expects; of a tracked one see the tracker.
    """

    def __init__(
        self,
        network: MobileSam,
        dtype: torch.dtype = torch.float32,
        cache_bytes: int | None = None,
        backend: Backend = "torch",
        quality: str = "auto",
    ) -> None:
        """Take a network that is built, :func:`ready` and in its place.

        Args:
            dtype: bfloat16 and float16 run the encoder under autocast, float32 without.
            cache_bytes: bound on encoder features kept, as :class:`FeatureCache` has it.
            backend: what runs the image encoder, as :class:`Choice` has it.
            quality: one of QUALITIES; "coarse", which it has not, is taken as "fast".
        """
        device = next(network.parameters()).device
        # Its encoder and its decoder choose by themselves what runs under autocast.
        super().__init__(MOBILE_SAM.title, network, device, dtype, autocast=False)
        self._cache_bytes, self._backend = cache_bytes, backend
        self._quality = "fast" if quality == "coarse" else quality
        in_openvino = backend != "torch" and is_installed()
        self._eight_bits = in_openvino and may_quantise(network, self._quality, dtype)

    @classmethod
    def from_checkpoint(
        cls,
        checkpoint: Path,
        device: str | None = None,
        options: EngineOptions = EngineOptions(),  # noqa: B008  # frozen
    ) -> MobileSamEngine:
        """Load the published network.

        Raises:
            ModelError: the checkpoint is missing, damaged or of another model, or the device is
                absent or too small.
        """
        place = choose_device(device)
        with clear_errors(MOBILE_SAM.title):
            network = build_mobile_sam(checkpoint, place)
        dtype, kept = choose_light_dtype(place), options.cache_bytes
        return cls(network, dtype, kept, options.encoder, options.quality)

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            name=MOBILE_SAM.name,
            title=MOBILE_SAM.title,
            device=str(self._device),
            device_title=device_title(self._device),
            dtype=self._dtype_name,
            chooses=True,
            quality=self._quality,
            detail=self._detail(),
        )

    def _detail(self) -> str:
        said = tr(
            "MobileSAM's masks, carried on by optical flow and by what the "
            "object looked like before: good masks from clicks; look at "
            "low scores after it was hidden."
        )
        return f"{said} {tr('Its encoder runs in 8 bits.')}" if self._eight_bits else said

    @property
    def quickens(self) -> bool:
        """See :class:`vostool.models.engine.Quickens`."""
        video = self._video
        return (
            video is not None and isinstance(video.encoder, LateEncoder) and video.encoder.quickens
        )

    def _make_video(self, model: MobileSam, source: FrameSource, alone: bool) -> _Video:
        geometry = Geometry.of(source.info.height, source.info.width)
        with self._computing():
            decoder = PromptDecoder(model, geometry, self._dtype)
        frames = Frames(source, preparation(geometry), self._device)
        choice = Choice(self._dtype, self._backend, self._eight_bits)
        encoder = make_feature_encoder(model, geometry, choice, alone=alone)
        features = FeatureCache(frames, encoder, self._cache_bytes, device=self._device)
        own = ObjectDecoders(decoder, f"{MOBILE_SAM.name}@{fingerprint(model.mask_decoder)}")
        latest = LatestLooks(), LatestAnswers()
        return _Video(source, frames, features, decoder, geometry, own, encoder, *latest)

    def _answer(self, video: _Video, request: SegmentRequest) -> SegmentReply:
        start = request.prompts.start_mask
        if start is not None and len(prompt_steps(request.prompts)) == 1:
            return SegmentReply(start, 1.0)
        decoder = video.own.of(request.learned)
        features = self._features(video, request.frame)
        looks = self._looks(video, features, request)
        known = None if looks is None else request.looks
        video.answers.begin((request.frame, known, decoder))
        return answer(decoder, features, request.prompts, looks, video.answers)

    def _looks(
        self, video: _Video, features: torch.Tensor, request: SegmentRequest
    ) -> Looks | None:
        """What the object looks like elsewhere, where its prompts leave open what they mean."""
        prompts, start = request.prompts, request.prompts.start_mask
        corrects = start is not None and prompts.box is None and not start.is_empty
        if corrects or prompts.choice is not None:
            return None

        def make() -> Looks | None:
            known = []
            for key in request.looks:
                with contextlib.suppress(SourceError):
                    if key.mask is not None:
                        known.append((key.frame, self._features(video, key.frame), key.mask))
            return Looks(video.decoder, features, request.frame, known) if known else None

        return video.looks.of(request.frame, request.looks, make)

    def learn(self, request: LearnRequest, preempted: Cancelled) -> Learned | None:
        """See :class:`vostool.models.engine.Learns`."""
        video = self._opened()
        examples: dict[int, Example] = {}
        for key in taught(request):
            if preempted():
                return None
            assert key.mask is not None
            with contextlib.suppress(SourceError):
                example = example_of(video.decoder, self._features(video, key.frame), key.mask)
                if example is not None:
                    examples[key.frame] = example
        fitted = fit_guarded(self._loaded().mask_decoder, list(examples.values()), preempted)
        if fitted is None:
            return None
        return Learned(video.own.engine, tuple(examples), fitted.to_bytes())

    def point_decoder(self, frame: int) -> PointDecoder:
        return self._decoder(self._asked(frame), frame)

    def picture_decoder(self, picture: Image) -> PointDecoder:
        with self._picture(picture) as video:
            return self._decoder(video, 0)

    def _decoder(self, video: _Video, frame: int) -> PointDecoder:
        features = self._features(video, frame)
        with self._computing():
            return video.decoder.for_points(features, self._decoding)

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        half = self._dtype is not torch.float32
        with self._computing(), torch.autocast(self._device.type, self._dtype, enabled=half):
            yield

    def _features(self, video: _Video, frame: int) -> torch.Tensor:
        """(1, 256, rows, columns) of a frame."""
        with self._computing():
            _, levels = video.features.get(frame)
        features: torch.Tensor = levels["backbone_fpn"][0]
        return features

    def _run(
        self, video: _Video, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        ids = sorted({key.object_id for key in request.keyframes})
        known: dict[int, dict[int, Mask]] = {}
        for key in request.keyframes:
            if key.mask is not None:
                known.setdefault(key.frame, {})[key.object_id] = key.mask
        compared = self._dtype if self._device.type == "cpu" else torch.float32
        features = partial(self._features, video)
        answers = KeyframeAnswers(self.segment, request.keyframes)
        for forward in (True, False):
            if request.direction is (Direction.BACKWARD if forward else Direction.FORWARD):
                continue
            own = {oid: video.own.of(known_of) for oid, known_of in request.learned.items()}
            pacer = Pacer(video.features.holds) if self._quality == "fast" else None
            refiner = FeatureRefiner(
                video.decoder, features, ids, known, compared, own=own, pacer=pacer
            )
            yield from track_leg(
                _Pictures(video), request, forward, cancelled, answers, refiner=refiner
            )
