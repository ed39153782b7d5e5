"""One step of many objects: together where their memories match, in less memory when there is none.

Objects whose keyframes and memories lie on the same frames go through the official predictor's
single-frame inference as one batch, with their memories stacked; that is what a GPU needs to be
busy. Memory that runs out halves the batch, then costs the cached features, then ends the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import torch

from vostool.models.sam2.state import ObjectTracker, Video, infer
from vostool.models.shared import memory_engine
from vostool.models.shared.device import empty_cache
from vostool.models.shared.memory_tracker import CONDITIONING, Output
from vostool.models.shared.torch_errors import is_out_of_memory

_STACKED = ("maskmem_features", "obj_ptr")


Due = memory_engine.Due[ObjectTracker]


class BatchStepper:
    """Steps objects of one video.

    Attributes:
        batch: at most so many objects at once; goes down when memory runs out, never up.
    """

    def __init__(self, video: Video, batch: int) -> None:
        self._video = video
        self.batch = batch

    def __call__(self, due: Mapping[int, Due], frame: int, backward: bool) -> dict[int, Output]:
        """Outputs by object id, in the order of ``due``.

        Raises:
            SourceError: the frame could not be decoded.
            RuntimeError: out of memory, in the device's words: not even one object fits, with no
                features cached.
        """
        done: dict[int, Output] = {}
        while not self._try(due, done, frame, backward):
            # Outside the handler, whose traceback would keep the tensors of the failed step.
            empty_cache(self._video.predictor.device)
        return {oid: done[oid] for oid in due}

    def _try(
        self, due: Mapping[int, Due], done: dict[int, Output], frame: int, backward: bool
    ) -> bool:
        """Step those not done yet; False when it is worth trying again with less."""
        try:
            for oid, one in due.items():
                if oid not in done:
                    one.tracker.bring_keyframes(frame, backward)
                    if frame in one.tracker.outputs[CONDITIONING]:
                        done[oid] = one.tracker.outputs[CONDITIONING][frame]
            for group in self._groups({o: d for o, d in due.items() if o not in done}):
                done |= self._together(group, frame, backward)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if self.batch > 1:
                self.batch = max(1, min(self.batch, len(due)) // 2)
            elif self._video.features.bytes_held:
                self._video.features.clear()
            elif self._video.memory.bytes_held:
                self._video.memory.clear()
            else:
                raise
            return False
        return True

    def _groups(self, due: Mapping[int, Due]) -> Iterator[dict[int, Due]]:
        """Objects that can go together, at most ``batch`` of them."""
        by_frames = sorted(due, key=lambda oid: _frames_held(due[oid].tracker))
        for _, alike in groupby(by_frames, key=lambda oid: _frames_held(due[oid].tracker)):
            oids = list(alike)
            for start in range(0, len(oids), self.batch):
                yield {oid: due[oid] for oid in oids[start : start + self.batch]}

    def _together(self, group: Mapping[int, Due], frame: int, backward: bool) -> dict[int, Output]:
        trackers = [one.tracker for one in group.values()]
        if len(trackers) == 1:
            ((oid, one),) = group.items()
            return {oid: one.tracker.step(frame, backward, one.keep_around)}
        stacked = _stacked(trackers)
        whole = infer(
            self._video,
            trackers[0].state,
            stacked,
            frame=frame,
            backward=backward,
            count=len(trackers),
        )
        outputs = {}
        for number, (oid, one) in enumerate(group.items()):
            outputs[oid] = _slice(whole, number)
            one.tracker.accept(frame, outputs[oid], backward, one.keep_around)
        return outputs


def _frames_held(tracker: ObjectTracker) -> tuple[tuple[str, int, bool], ...]:
    """Which frames attention would read, in its order, and whether with memory or pointer alone."""
    return tuple(
        (kind, frame, output["maskmem_features"] is not None)
        for kind, outputs in tracker.outputs.items()
        for frame, output in outputs.items()
    )


def _stacked(trackers: list[ObjectTracker]) -> dict[str, dict[int, Output]]:
    """Outputs of trackers with equal frames, along the batch."""
    first = trackers[0].outputs
    return {
        kind: {
            frame: _joined([tracker.outputs[kind][frame] for tracker in trackers])
            for frame in first[kind]
        }
        for kind in first
    }


def _joined(outputs: list[Output]) -> Output:
    first = outputs[0]
    joined: Output = {
        name: None if first[name] is None else torch.cat([out[name] for out in outputs])
        for name in _STACKED
    }
    positions = first["maskmem_pos_enc"]
    if positions is not None:
        # The same for every object and frame of a size.
        positions = [x.expand(len(outputs), -1, -1, -1) for x in positions]
    joined["maskmem_pos_enc"] = positions
    return joined


def _slice(output: Output, number: int) -> Output:
    """One object's part of a batch, as a copy, so that the batch can go when it is dropped."""
    part = {
        name: None if value is None else value[number : number + 1].clone()
        for name, value in output.items()
        if name != "maskmem_pos_enc"
    }
    positions = output["maskmem_pos_enc"]
    part["maskmem_pos_enc"] = None if positions is None else [x[:1] for x in positions]
    return part
