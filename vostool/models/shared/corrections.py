"""A click on a tracked frame: what the network reads around it, from a run's memory or rebuilt.

The official predictor conditions such a click on the memories of the frames before, in the
direction that the frame was tracked in, and feeds the frame's own logits; SAM 2 was trained so.
What it reads is a :class:`Scene`. It holds while masks and memory stay, so the next click
costs one call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from torch import Tensor, nn

from vostool.models.engine import Around, Keyframe, SegmentRequest
from vostool.models.shared.memory_reach import Reach
from vostool.models.shared.memory_tracker import MemoryTracker
from vostool.models.shared.prompt_steps import correction_steps
from vostool.models.shared.reading import CONDITIONING, TRACKED, Output
from vostool.models.shared.run_memory import RunMemory
from vostool.project.prompts import Prompts
from vostool.project.recall import Way

SCENES_KEPT = 4
ANSWERS_KEPT = 16
KEYFRAMES_REBUILT = 8
"""Of an object's keyframes, the nearest; each costs an encoder where a memory is rebuilt."""

_ATTEND = "_prepare_memory_conditioned_features"
"""What joins features and memory in every library of the family."""

Correct = Callable[["Scene", Prompts, Output], Output]
"""One call: what is read, the points and box so far, and the output before."""


@dataclass(eq=False)
class Scene:
    """What a click on one tracked frame reads.

    Attributes:
        outputs: by CONDITIONING and TRACKED, as the network's library has them.
        own: the output of the frame itself, with its logits.
        backward: the frame was tracked downwards in frame numbers.
        way: where ``outputs`` come from.
    """

    frame: int
    outputs: dict[str, dict[int, Output]]
    own: Output
    backward: bool
    way: Way
    _answers: OrderedDict[Prompts, Output] = field(default_factory=OrderedDict)
    _read: Tensor | None = None

    @contextmanager
    def read_by(self, model: nn.Module) -> Iterator[None]:
        """Let a network of this family attend to the memory once for all clicks of the scene.

        What it attends to is the same for each of them; on a CPU it is the most of a click.

        Args:
            model: the library's; the method that joins features and memory stands aside meanwhile.
        """
        attend = getattr(model, _ATTEND)

        def once(*args: object, **asked: object) -> Tensor | None:
            if self._read is None:
                self._read = attend(*args, **asked)
            return self._read

        setattr(model, _ATTEND, once)
        try:
            yield
        finally:
            delattr(model, _ATTEND)

    def answer(self, prompts: Prompts, correct: Correct) -> Output:
        """The output after the clicks, each told in turn unless it was given with others."""
        output = self.own
        for step in correction_steps(prompts):
            known = self._answers.get(step)
            output = correct(self, step, output) if known is None else known
            self._answers[step] = output
            self._answers.move_to_end(step)
        while len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)
        return output


class Scenes:
    """The last few scenes, each as long as what it was made of stands."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], tuple[SegmentRequest, int | None, Scene]] = (
            OrderedDict()
        )
        self._rebuilding: tuple[SegmentRequest, MemoryTracker, set[int]] | None = None

    def rebuilding(
        self, request: SegmentRequest, make: Callable[[], MemoryTracker]
    ) -> tuple[MemoryTracker, set[int]]:
        """What a memory is being rebuilt in, and the frames that it holds; begun where another
        request comes."""
        if self._rebuilding is None or self._rebuilding[0] != request:
            self._rebuilding = (request, make(), set())
        return self._rebuilding[1:]

    def find(self, request: SegmentRequest, memory: RunMemory) -> Scene | None:
        """The scene of the request's frame, where neither masks nor memory have changed since."""
        key = (request.object_id, request.frame)
        made_for, changes, scene = self._kept.get(key, (request, -1, None))
        same = made_for.around == request.around and made_for.prompts.base == request.prompts.base
        if scene is None or not same or changes not in {None, memory.changes}:
            return None
        self._kept.move_to_end(key)
        return scene

    def keep(self, request: SegmentRequest, scene: Scene, memory: RunMemory) -> Scene:
        """Keep a scene; one that was rebuilt does not depend on the memory."""
        key = (request.object_id, request.frame)
        self._rebuilding = None
        changes = memory.changes if scene.way is Way.REMEMBERED else None
        self._kept[key] = (request, changes, scene)
        self._kept.move_to_end(key)
        while len(self._kept) > SCENES_KEPT:
            self._kept.popitem(last=False)
        return scene

    def clear(self) -> None:
        """Forget all."""
        self._rebuilding = None
        self._kept.clear()


def remembered_scene(request: SegmentRequest, memory: RunMemory) -> Scene | None:
    """What the official predictor would read now; None where a part of it is not remembered.

    That is where a frame was let go, or where another mask stands than the one remembered: after
    an undo, say. Keyframes are those of the object's last run, as in the official state until the
    next one.

    Raises:
        SourceError: the keyframes that are needed could not be decoded.
    """
    oid, frame, around = request.object_id, request.frame, request.around
    own, tracker = memory.frame(oid, frame), memory.tracker(oid)
    if around is None or own is None or tracker is None or own.mask != request.prompts.base:
        return None
    tracker.bring_keyframes(frame, own.backward)
    conditioning = tracker.outputs[CONDITIONING]
    stored = {key.frame: key.mask for key in around.tracked}
    keys = {key.frame for key in around.keyframes}
    tracked: dict[int, Output] = {}
    for number in frames_behind(frame, own.backward, tracker.reach.pointers):
        held = memory.frame(oid, number)
        if number in conditioning or (held is None and number not in stored):
            continue
        if number not in keys and (held is None or held.mask != stored.get(number)):
            return None
        if held is not None:
            tracked[number] = held.output
    outputs = {CONDITIONING: dict(conditioning), TRACKED: tracked}
    return Scene(frame, outputs, own.output, own.backward, Way.REMEMBERED)


def frames_behind(frame: int, backward: bool, count: int) -> range:
    """The frames worked on just before this one, the nearest first."""
    step = 1 if backward else -1
    return range(frame + step, frame + step * (count + 1), step)


@dataclass(frozen=True)
class RebuildPlan:
    """What a memory is rebuilt of: the nearest keyframes, and the masks just behind the frame."""

    backward: bool
    keyframes: tuple[Keyframe, ...]
    tracked: tuple[Keyframe, ...]

    @classmethod
    def of(cls, frame: int, around: Around, reach: Reach) -> RebuildPlan:
        """The track is taken to have come from a keyframe before the frame, where there is one."""
        nearest = sorted(around.keyframes, key=lambda key: abs(key.frame - frame))
        nearest = sorted(nearest[:KEYFRAMES_REBUILT], key=lambda key: key.frame)
        backward = all(key.frame > frame for key in around.keyframes)
        wanted = frames_behind(frame, backward, reach.memories)
        tracked = (key for key in around.tracked if key.frame in wanted)
        return cls(backward, tuple(nearest), tuple(tracked))
