"""A run of an engine of the SAM 2 family: keyframes first, then frame by frame, leg by leg.

A run makes its state from the request, in memory that does not grow with the video. Every keyframe
of the request conditions it; none is overwritten by tracking. What a run remembers of its frames is
kept within bounds for corrections after it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Generic

import torch

from vostool.errors import SourceError
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.engine_options import GPU_OBJECT_BATCH, EngineOptions
from vostool.models.shared.batch import BatchStepper, Due
from vostool.models.shared.device import empty_cache
from vostool.models.shared.features import Run
from vostool.models.shared.graphs import graphs_for
from vostool.models.shared.memory_answers import (
    STORED_REPLY,
    MemoryAnswers,
    RememberingVideo,
    TrackerT,
    VideoT,
)
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.models.shared.reading import Output
from vostool.models.shared.run_memory import Remembered
from vostool.models.shared.torch_engine import ModelT, ResultT
from vostool.models.shared.torch_errors import HalfOverflowError, is_out_of_memory
from vostool.models.shared.track_legs import Spans, leg_frames, legs, prompts_to_replay

Leg = tuple[bool, Spans]
"""(goes backward, frames by object id), as :func:`legs` gives them."""


class MemoryEngine(MemoryAnswers[ModelT, VideoT, TrackerT], Generic[ModelT, VideoT, TrackerT]):
    """What SAM 2, EdgeTAM and SAM 3 do alike, each with the network of its own library."""

    def __init__(
        self,
        title: str,
        model: ModelT,
        device: torch.device,
        dtype: torch.dtype,
        options: EngineOptions,
    ) -> None:
        """Take a model that is built and on its device.

        Args:
            title, dtype: as for :class:`TorchEngine`.
            options: decide how many objects go through the network at once.
        """
        super().__init__(title, model, device, dtype)
        self._object_batch = options.object_batch or (
            1 if device.type == "cpu" else GPU_OBJECT_BATCH
        )
        self._graphs = graphs_for(device, title)
        # Of its own, with memory of its own: frames are encoded ahead on a second stream.
        self._encoder_graphs = self._graphs.take(graphs_for(device, title))

    def close(self) -> None:
        try:
            self._graphs.clear()
        finally:
            super().close()

    # -- what an engine may do in its own way

    def _keyframe_work(
        self,
        video: VideoT,
        request: TrackRequest,
        trackers: Mapping[int, TrackerT],
        spans: Spans,
    ) -> Iterator[Callable[[], None]]:
        """Pieces of work that make the keyframes ready; each may raise SourceError.

        Args:
            spans: the frames of each object's first leg.
        """
        for key in sorted(request.keyframes, key=lambda k: (k.frame, k.object_id)):
            tracker = trackers.get(key.object_id)
            if tracker is not None and prompt_steps(prompts_to_replay(key)):
                yield partial(self._learn, video, tracker, key, tracked=False)

    # -- alike

    def _run(
        self, video: VideoT, request: TrackRequest, cancelled: Cancelled
    ) -> Iterator[TrackedFrame]:
        plan = legs(request)
        frames = [frame for backward, spans in plan for frame in leg_frames(spans, backward)]
        with video.features.expecting(frames) as expected:
            yield from self._go_through(video, request, plan, expected, cancelled)

    def _go_through(
        self,
        video: VideoT,
        request: TrackRequest,
        plan: list[Leg],
        expected: Run,
        cancelled: Cancelled,
    ) -> Iterator[TrackedFrame]:
        spans = {oid: span for _, by_object in reversed(plan) for oid, span in by_object.items()}
        trackers = {oid: self._tracker(video, request.memory) for oid in sorted(spans)}
        failures: list[SourceError] = []
        for piece in list(self._keyframe_work(video, request, trackers, spans)):
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
            if key.object_id in ready:
                with contextlib.suppress(SourceError), self._computing():
                    self._learn(video, ready[key.object_id], key, tracked=True)
        for oid, tracker in ready.items():
            video.memory.begin(oid, tracker)
        yield from self._propagate(video, plan, ready, expected, cancelled)

    def _propagate(
        self,
        video: VideoT,
        plan: list[Leg],
        trackers: Mapping[int, TrackerT],
        expected: Run,
        cancelled: Cancelled,
    ) -> Iterator[TrackedFrame]:
        step = BatchStepper(video, self._device, self._object_batch)
        for number, (backward, spans) in enumerate(plan):
            following = plan[number + 1][1] if number + 1 < len(plan) else {}
            present = {oid: span for oid, span in spans.items() if oid in trackers}
            for frame in leg_frames(present, backward):
                if cancelled():
                    return
                expected.stand_at(frame)
                due = {
                    oid: Due(trackers[oid], following[oid].start if oid in following else None)
                    for oid, span in present.items()
                    if frame in span
                }
                replies, problem = {}, None
                try:
                    with self._computing():
                        outputs = step(due, frame, backward)
                        video.features.look_ahead(expected)
                        replies = self._replies(video, outputs)
                        self._tell(video, trackers, replies)
                    for oid, output in outputs.items():
                        kept = Remembered(output, replies[oid].mask, backward)
                        video.memory.keep(oid, frame, kept)
                except SourceError as error:
                    problem = str(error)
                yield TrackedFrame(frame, replies, problem)
                yield from _revised(video, {oid: trackers[oid] for oid in present})
            for oid in present:
                trackers[oid].policy.finish()
            yield from _revised(video, {oid: trackers[oid] for oid in present})

    def _tell(
        self,
        video: VideoT,
        trackers: Mapping[int, TrackerT],
        replies: Mapping[int, SegmentReply],
    ) -> None:
        """Let policies know what was told, and what would be told of their other masks."""
        for oid, reply in replies.items():
            untold = trackers[oid].policy.untold()
            others = {n: each.logits for n, each in enumerate(untold) if n and each.logits}
            found = {0: reply, **(self._replies(video, others) if others else {})}
            for number, each in enumerate(untold):
                each.reply, each.logits = found.get(number), None

    def _replies(self, video: VideoT, outputs: Mapping[int, Output]) -> dict[int, SegmentReply]:
        return self._frugally(
            video,
            lambda: {
                oid: out.get(STORED_REPLY) or self._reply(video, out)
                for oid, out in outputs.items()
            },
        )

    def _frugally(self, video: VideoT, work: Callable[[], ResultT]) -> ResultT:
        """Device memory that runs out costs recordings and what was remembered, too."""
        try:
            return super()._frugally(video, work)
        except RuntimeError as error:
            held = video.memory.bytes_held or self._graphs.active
            if not is_out_of_memory(error) or not held:
                raise
        self._graphs.clear()
        video.memory.clear()
        video.scenes.clear()
        empty_cache(self._device)
        return work()


def _revised(
    video: RememberingVideo, trackers: Mapping[int, MemoryTracker]
) -> Iterator[TrackedFrame]:
    """What policies say otherwise now, by frame."""
    by_frame: dict[int, dict[int, SegmentReply]] = {}
    for oid, tracker in trackers.items():
        for frame, reply in tracker.policy.revised().items():
            by_frame.setdefault(frame, {})[oid] = reply
            video.memory.forget(oid, frame)
    for frame in sorted(by_frame):
        yield TrackedFrame(frame, by_frame[frame], revised=True)


def reply(logits: torch.Tensor, output: Output) -> SegmentReply:
    """The mask of logits (1, 1, H, W) of the frame's size, scored by the network's probability
    that the object is on the frame.

    Raises:
        HalfOverflowError: float16 was too narrow somewhere before.
    """
    score = float(output["object_score_logits"].float().sigmoid().item())
    if not math.isfinite(score):
        raise HalfOverflowError
    mask = Mask.from_array((logits[0, 0] > 0).cpu().numpy())
    return SegmentReply(mask, score, output.get("choice"))
