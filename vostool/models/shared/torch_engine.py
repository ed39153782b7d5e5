"""What every engine in PyTorch does alike: opening, checking, computing, close-ups, closing."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

import torch

from vostool.errors import ModelError, PromptError, SourceError
from vostool.frames import FrameSource, Image
from vostool.models.engine import (
    Cancelled,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.memory_kinds import check_memory
from vostool.models.shared.device import empty_cache
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.one_picture import OnePicture
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.torch_errors import HalfOverflowError, clear_errors, is_out_of_memory
from vostool.models.shared.track_legs import check_prompts, prompts_to_replay
from vostool.project.prompts import Prompts
from vostool.words import tr


class OpenedVideo(Protocol):
    """What an engine keeps of the source that is open, with frames of one size in pixels."""

    @property
    def features(self) -> FeatureCache: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def frame_count(self) -> int: ...


ModelT = TypeVar("ModelT")
VideoT = TypeVar("VideoT", bound=OpenedVideo)
ResultT = TypeVar("ResultT")


class TorchEngine(ABC, Generic[ModelT, VideoT]):
    """Implements :class:`vostool.models.engine.Engine`, ``Prepares`` and ``SeesPictures``.

    An engine says what it keeps of a video, how it answers a click and how it runs; the rest is
    here. Masks are a function of picture and prompts alone, so everything kept is a cache.
    """

    def __init__(
        self,
        title: str,
        model: ModelT,
        device: torch.device,
        dtype: torch.dtype,
        *,
        autocast: bool = True,
    ) -> None:
        """Take a model that is built and on its device.

        Args:
            title: the engine's, for sentences.
            dtype: bfloat16 and float16 run under autocast, float32 without.
            autocast: False for an engine that chooses itself what runs under it.
        """
        self._title = title
        self._model: ModelT | None = model
        self._device = device
        self._dtype = dtype
        self._autocast = autocast
        self._video: VideoT | None = None
        self._remake: Callable[[], VideoT] | None = None

    # -- what each engine has of its own

    @abstractmethod
    def _make_video(self, model: ModelT, source: FrameSource, alone: bool) -> VideoT:
        """What is kept of a source; reads no frame.

        Args:
            alone: it is a picture that belongs to no video, and is closed after one answer.
        """

    @abstractmethod
    def _answer(self, video: VideoT, request: SegmentRequest) -> SegmentReply:
        """The mask of a frame with prompts that were checked and are not empty."""

    @abstractmethod
    def _run(
        self, video: VideoT, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        """A run whose prompts were checked."""

    # -- the protocol

    def open(self, source: FrameSource) -> None:
        model = self._loaded()
        self._forget()
        self._take(lambda: self._make_video(model, source, alone=False))

    def segment(self, request: SegmentRequest) -> SegmentReply:
        video = self._opened()
        _check(video, request.frame, request.prompts)
        if not prompt_steps(request.prompts):
            raise PromptError(
                tr(
                    "Object {object_id} has no prompt on frame {frame}; click it "
                    "or draw a box around it.",
                    object_id=request.object_id,
                    frame=request.frame,
                )
            )
        try:
            with self._computing():
                return self._answer(video, request)
        except HalfOverflowError:
            self._compute_in_full()
        with self._computing():
            return self._answer(self._opened(), request)

    def segment_picture(self, picture: Image, prompts: Prompts) -> SegmentReply:
        model, kept, remake = self._loaded(), self._video, self._remake
        self._video, dtype = None, self._dtype
        try:
            self._take(lambda: self._make_video(model, OnePicture(picture), alone=True))
            return self.segment(SegmentRequest(0, 1, prompts))
        finally:
            self._forget()
            self._video, self._remake = kept, remake
            if self._dtype is not dtype:
                self._compute_in_full()

    def prepare(self, frame: int, preempted: Cancelled) -> None:
        video = self._opened()
        if not 0 <= frame < video.frame_count:
            return
        with contextlib.suppress(SourceError), self._computing():
            video.features.prepare(frame, preempted)

    @property
    @abstractmethod
    def info(self) -> EngineInfo:
        """What it is."""

    def track(self, request: TrackRequest, cancelled: Cancelled) -> Iterator[TrackedFrame]:
        video = self._opened()
        check_memory(request.memory, self.info.memories, self.info.title)
        for key in request.keyframes:
            _check(video, key.frame, prompts_to_replay(key))
        return self._in_numbers(self._run(video, request, cancelled))

    def close(self) -> None:
        try:
            self._forget()
        finally:
            self._model = self._remake = None
            empty_cache(self._device)

    # -- what engines use

    def _loaded(self) -> ModelT:
        if self._model is None:
            raise ModelError(tr("{title} was closed; choose the engine again.", title=self._title))
        return self._model

    def _opened(self) -> VideoT:
        if self._video is None:
            raise ModelError(tr("{title} has no video; open one first.", title=self._title))
        return self._video

    def _take(self, make: Callable[[], VideoT]) -> None:
        """Work on this video, made again where the precision changes."""
        self._video, self._remake = make(), make

    def _compute_in_full(self) -> None:
        """From now on in float32, with nothing kept that was computed before."""
        self._dtype = torch.float32
        if self._video is not None and self._remake is not None:
            self._forget()
            self._video = self._remake()

    def _in_numbers(self, run: Iterator[TrackedFrame]) -> Iterator[TrackedFrame]:
        """A run that ends with a sentence where float16 gives no numbers."""
        try:
            yield from run
        except HalfOverflowError as error:
            self._compute_in_full()
            raise ModelError(
                tr(
                    "{title} gave no numbers in float16 on this card and goes on "
                    "in float32, slower; start the run again.",
                    title=self._title,
                )
            ) from error

    def _forget(self) -> None:
        """Let go of the video, and of its features on disk unless they are to stay."""
        video, self._video = self._video, None
        if video is not None:
            video.features.close()

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Around each piece of work: both modes belong to a thread, so never across a yield."""
        half = self._autocast and self._dtype is not torch.float32
        with (
            clear_errors(self._title),
            torch.inference_mode(),
            torch.autocast(self._device.type, self._dtype, enabled=half),
        ):
            yield

    @contextmanager
    def _picture(self, picture: Image) -> Iterator[VideoT]:
        """What is kept of a picture that belongs to no video, until it is left."""
        video = self._make_video(self._loaded(), OnePicture(picture), alone=True)
        try:
            yield video
        finally:
            video.features.close()

    def _asked(self, frame: int) -> VideoT:
        """The open video, which has this frame."""
        video = self._opened()
        _check(video, frame, Prompts())
        return video

    def _frugally(self, video: VideoT, work: Callable[[], ResultT]) -> ResultT:
        """What work gives; device memory that runs out costs the cached features first."""
        try:
            return work()
        except RuntimeError as error:
            if not is_out_of_memory(error) or not video.features.bytes_held:
                raise
        # Outside the handler, whose traceback would keep the tensors of the failed work.
        video.features.clear()
        empty_cache(self._device)
        return work()

    @property
    def _dtype_name(self) -> str:
        return str(self._dtype).removeprefix("torch.")


def _check(video: OpenedVideo, frame: int, prompts: Prompts) -> None:
    check_prompts(prompts, frame, video.frame_count, video.width, video.height)
