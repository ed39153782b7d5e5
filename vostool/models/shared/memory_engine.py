"""A run of an engine of the SAM 2 family: keyframes first, then frame by frame, leg by leg.

A run makes its state from the request, in memory that does not grow with the video. Every keyframe
of the request conditions it; none is overwritten by tracking. What a run remembers of its frames is
kept within bounds for corrections after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Generic

import torch

from vostool.errors import SourceError
from vostool.models.engine import (
    Cancelled,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.models.engine_options import GPU_OBJECT_BATCH, EngineOptions
from vostool.models.memory_kinds import STANDARD
from vostool.models.shared.batch import BatchStepper, Due
from vostool.models.shared.device import empty_cache
from vostool.models.shared.features import Run
from vostool.models.shared.graphs import graphs_for
from vostool.models.shared.late import one_late
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
from vostool.models.shared.torch_errors import is_out_of_memory
from vostool.models.shared.track_legs import Spans, leg_frames, legs, prompts_to_replay

Leg = tuple[bool, Spans]
"""(goes backward, frames by object id), as :func:`legs` gives them."""

Begun = Callable[[], list[TrackedFrame]]
"""Waits for a frame that was begun, and gives it with those that are told otherwise now."""


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
        begun = self._begin(video, plan, ready, expected, cancelled)
        # Other memories go by what was told of a frame before they take the next.
        late = self._masks.late and request.memory == STANDARD
        yield from chain.from_iterable(one_late(begun) if late else (each() for each in begun))

    def _begin(
        self,
        video: VideoT,
        plan: list[Leg],
        trackers: Mapping[int, TrackerT],
        expected: Run,
        cancelled: Cancelled,
    ) -> Iterator[Begun]:
        """Begin a frame each."""
        step = BatchStepper(video, self._device, self._object_batch)
        for number, (backward, spans) in enumerate(plan):
            following = plan[number + 1][1] if number + 1 < len(plan) else {}
            present = {oid: trackers[oid] for oid in spans if oid in trackers}
            for frame in leg_frames({oid: spans[oid] for oid in present}, backward):
                if cancelled():
                    return
                expected.stand_at(frame)
                due = {
                    oid: Due(tracker, following[oid].start if oid in following else None)
                    for oid, tracker in present.items()
                    if frame in spans[oid]
                }
                try:
                    with self._computing():
                        outputs = step(due, frame, backward)
                        video.features.look_ahead(expected)
                        sent = self._send(video, outputs)
                except SourceError as error:
                    lost = TrackedFrame(frame, {}, str(error))
                    yield partial(_with_revised, video, present, lost)
                else:
                    waiting = partial(self._tracked, video, present, frame, sent)
                    yield partial(waiting, outputs=outputs, backward=backward)
            yield partial(_finished, video, present)

    def _send(
        self, video: VideoT, outputs: Mapping[int, Output]
    ) -> Callable[[], dict[int, SegmentReply]]:
        """Begin to bring the replies, by object id."""
        stored = {oid: out[STORED_REPLY] for oid, out in outputs.items() if STORED_REPLY in out}
        made = [oid for oid in outputs if oid not in stored]
        collect = self._begin_replies(video, [outputs[oid] for oid in made])

        def arrived() -> dict[int, SegmentReply]:
            replies = stored | dict(zip(made, collect(), strict=True))
            return {oid: replies[oid] for oid in outputs}

        return arrived

    def _tracked(
        self,
        video: VideoT,
        trackers: Mapping[int, TrackerT],
        frame: int,
        sent: Callable[[], dict[int, SegmentReply]],
        *,
        outputs: Mapping[int, Output],
        backward: bool,
    ) -> list[TrackedFrame]:
        """Wait for a frame, and remember it."""
        with self._computing():
            replies = sent()
            self._tell(video, trackers, replies)
        for oid, output in outputs.items():
            video.memory.keep(oid, frame, Remembered(output, replies[oid].mask, backward))
        return _with_revised(video, trackers, TrackedFrame(frame, replies))

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
            found = {0: reply, **(self._send(video, others)() if others else {})}
            for number, each in enumerate(untold):
                each.reply, each.logits = found.get(number), None

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


def _with_revised(
    video: RememberingVideo, trackers: Mapping[int, MemoryTracker], tracked: TrackedFrame
) -> list[TrackedFrame]:
    return [tracked, *_revised(video, trackers)]


def _finished(video: RememberingVideo, trackers: Mapping[int, MemoryTracker]) -> list[TrackedFrame]:
    """A leg ends."""
    for tracker in trackers.values():
        tracker.policy.finish()
    return list(_revised(video, trackers))
