"""One step of many objects: together where as much is remembered of them, in less memory when
there is none.

What attention reads of each object is joined with the others' (:class:`Assembly`), whatever frames
that is of; only how many memories and pointers there are has to agree, which after a few frames is
so for all objects of one keyframe. That is what a GPU needs to be busy. Memory that runs out halves
the batch, then costs the cached features, then what is remembered of runs, then ends the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch

from vostool.models.shared.decoded import Decoded, hearing
from vostool.models.shared.device import empty_cache
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.graphs import Graphs, buckets
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.reading import (
    CONDITIONING,
    Assembly,
    Attended,
    MemoryNetwork,
    Output,
    Reading,
)
from vostool.models.shared.run_memory import RunMemory
from vostool.models.shared.torch_errors import is_out_of_memory

TrackerT = TypeVar("TrackerT", bound=MemoryTracker)


@dataclass(frozen=True)
class Due(Generic[TrackerT]):
    """An object that is to be tracked on a frame; ``keep_around`` as for MemoryTracker.accept."""

    tracker: TrackerT
    keep_around: int | None


class SteppedVideo(Protocol):
    """What a step uses of an opened source."""

    @property
    def network(self) -> MemoryNetwork: ...
    @property
    def features(self) -> FeatureCache: ...
    @property
    def memory(self) -> RunMemory: ...
    @property
    def graphs(self) -> Graphs: ...


class BatchStepper:
    """Steps objects of one video.

    Attributes:
        batch: at most so many objects at once; goes down when memory runs out, never up.
    """

    def __init__(self, video: SteppedVideo, device: torch.device, batch: int) -> None:
        self._video = video
        self._device = device
        self._assemble = Assembly(video.network)
        self.batch = batch

    def __call__(
        self, due: Mapping[int, Due[TrackerT]], frame: int, backward: bool
    ) -> dict[int, Output]:
        """Outputs by object id, in the order of ``due``; each tracker holds one memory more.

        Raises:
            SourceError: the frame could not be decoded; the run can go on with the next.
            RuntimeError: out of memory, in the device's words: not even one object fits, with no
                features cached.
        """
        done: dict[int, Output] = {}
        while not self._try(due, done, frame, backward):
            # Outside the handler, whose traceback would keep the tensors of the failed step.
            empty_cache(self._device)
        return {oid: done[oid] for oid in due}

    def _try(
        self,
        due: Mapping[int, Due[TrackerT]],
        done: dict[int, Output],
        frame: int,
        backward: bool,
    ) -> bool:
        """Step those not done yet; False when it is worth trying again with less."""
        try:
            readings: dict[int, Reading] = {}
            for oid, one in due.items():
                if oid not in done:
                    one.tracker.bring_keyframes(frame, backward)
                    known = one.tracker.outputs[CONDITIONING].get(frame)
                    if known is not None:
                        done[oid] = known
                    elif (own := one.tracker.policy.infer(self, frame, backward)) is not None:
                        one.tracker.accept(frame, own, backward, one.keep_around)
                        done[oid] = own
                    else:
                        readings[oid] = one.tracker.reading(frame, backward)
            for group in self._groups(readings):
                attended = self._assemble([readings[oid] for oid in group])
                outputs = self._infer(frame, attended, [due[oid].tracker for oid in group])
                for oid, output in zip(group, outputs, strict=True):
                    due[oid].tracker.accept(frame, output, backward, due[oid].keep_around)
                    done[oid] = output
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return self._with_less(len(due), error)
        return True

    def _infer(
        self, frame: int, attended: Attended, trackers: Sequence[MemoryTracker]
    ) -> list[Output]:
        network = self._video.network
        if not any(tracker.policy.looks for tracker in trackers):
            return network.infer(frame, attended)
        with hearing(network.decoder) as heard:
            outputs = network.infer(frame, attended)
        for tracker, decoded in zip(trackers, heard.decoded.parts(), strict=True):
            tracker.policy.look(frame, decoded)
        return outputs

    def propose(self, frame: int, readings: Sequence[Reading]) -> list[Decoded]:
        """As :class:`vostool.models.shared.memory_policy.Steps` has it."""
        found: dict[int, Decoded] = {}
        for group in self._groups(dict(enumerate(readings))):
            attended = self._assemble([readings[number] for number in group])
            parts = self._video.network.propose(frame, attended).parts()
            found |= dict(zip(group, parts, strict=True))
        return [found[number] for number in range(len(readings))]

    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        """As :class:`vostool.models.shared.memory_policy.Steps` has it."""
        return self._video.network.choose(frame, decoded, place)

    def _with_less(self, objects: int, error: RuntimeError) -> bool:
        self._video.graphs.clear()
        if self.batch > 1:
            self.batch = max(1, min(self.batch, objects) // 2)
        elif self._video.features.bytes_held:
            self._video.features.clear()
        elif self._video.memory.bytes_held:
            self._video.memory.clear()
        else:
            raise error
        return False

    def _groups(self, readings: Mapping[int, Reading]) -> Iterator[list[int]]:
        """Objects that can go together, at most ``batch`` of them."""
        alike: dict[tuple[int, int], list[int]] = {}
        for oid, reading in readings.items():
            alike.setdefault(reading.size, []).append(oid)
        for oids in alike.values():
            left = list(oids)
            for number in self._numbers(len(oids)):
                yield left[:number]
                del left[:number]

    def _numbers(self, objects: int) -> list[int]:
        """Of how many objects each group is; a recording is of a certain number."""
        if self._video.graphs.active:
            return buckets(objects, self.batch)
        whole, rest = divmod(objects, self.batch)
        return [self.batch] * whole + [rest] * bool(rest)
