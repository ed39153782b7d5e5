"""A network of the SAM 2 family without weights: what its decoder says is written down beforehand.

Outputs carry their frame's number, so that a test sees which frames were read and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from vostool.models.shared.decoded import Decoded
from vostool.models.shared.memory_policies import make_policy
from vostool.models.shared.memory_policy import MemoryPolicy
from vostool.models.shared.memory_reach import Reach, behind
from vostool.models.shared.reading import CONDITIONING, TRACKED, Output, Outputs, Reading

REACH = Reach(memories=6, pointers=15)
SIDE = 32
LAST_ROW = 6


def block(x: int, width: int = 8) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[4:12, x : x + width] = True
    return mask


OBJECT, TWIN = block(2), block(20)
NOTHING = np.zeros((SIDE, SIDE), bool)


@dataclass(frozen=True)
class Said:
    """What the decoder says of a frame."""

    masks: tuple[np.ndarray, ...] = (OBJECT, OBJECT, OBJECT)
    qualities: tuple[float, ...] = (0.9, 0.4, 0.3)
    presence: float = 5.0

    def decoded(self) -> Decoded:
        logits = torch.from_numpy(np.stack(self.masks)).float() * 20 - 10
        return Decoded(
            logits[None],
            torch.tensor([self.qualities]),
            torch.zeros(1, len(self.masks), 4),
            torch.tensor([[self.presence]]),
        )


SEES_TWIN = Said((OBJECT, OBJECT | TWIN, OBJECT))
ABSENT = Said(presence=-5.0)
EMPTY = Said((NOTHING, OBJECT, OBJECT))


def output(frame: int, said: Said = Said(), place: int = 0) -> Output:  # frozen
    return {
        "frame": frame,
        "place": place,
        "pred_masks": said.decoded().masks[:, place : place + 1],
        "object_score_logits": torch.tensor([[said.presence]]),
        "maskmem_features": torch.zeros(8),
        "maskmem_pos_enc": torch.zeros(8),
        "ptr": f"{frame}.{place}",
    }


class ScriptedNetwork:
    """Reads as the official predictor does: all keyframes, then by distance."""

    pointer = "ptr"

    def reading(self, outputs: Outputs, frame: int, backward: bool) -> Reading:
        keys, tracked = outputs[CONDITIONING], outputs[TRACKED]
        memories = [(LAST_ROW, out) for out in keys.values()]
        pointers = [(abs(frame - f), out["ptr"]) for f, out in keys.items()]
        for back in range(REACH.memories, 0, -1):
            found = tracked.get(frame + back if backward else frame - back)
            memories += [(back - 1, found)] if found else []
        for back in range(1, REACH.pointers + 1):
            found = tracked.get(frame + back if backward else frame - back)
            pointers += [(back, found["ptr"])] if found else []
        return Reading(tuple(memories), tuple(pointers))


Script = Callable[[int, int], Said]
"""What is said on a frame, to which of the readings that are asked at once."""


@dataclass
class Run:
    """One object driven through frames by a policy, as the engine does it."""

    policy: MemoryPolicy
    script: Script
    outputs: Outputs
    read: dict[int, list[Reading]] = field(default_factory=dict)
    given: dict[int, Output] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, memory: str, script: Script | Said, keyframe: int = 0) -> Run:
        outputs: Outputs = {CONDITIONING: {keyframe: output(keyframe)}, TRACKED: {}}
        policy = make_policy(memory, ScriptedNetwork(), outputs, REACH)
        return cls(policy, script if callable(script) else lambda *_: script, outputs)

    def go(self, frames: Sequence[int], keep_around: int | None = None) -> Run:
        backward = len(frames) > 1 and frames[0] > frames[-1]
        for frame in frames:
            self.step(frame, backward, keep_around)
        return self

    def step(self, frame: int, backward: bool, keep_around: int | None = None) -> None:
        found = self.policy.infer(self, frame, backward)
        if found is None:
            self.read[frame] = [self.policy.reading(frame, backward)]
            said = self.script(frame, 0)
            found = output(frame, said)
            self.policy.look(frame, said.decoded())
        self.given[frame] = found
        self.policy.accept(frame, found, backward, keep_around)
        for each in self.policy.untold():
            logits = each.logits
            each.reply, each.logits = f"{frame}.{logits['place']}", None
        self.told[frame] = f"{frame}.{found['place']}"
        self.told |= self.policy.revised()

    def propose(self, frame: int, readings: Sequence[Reading]) -> list[Decoded]:
        self.read[frame] = list(readings)
        self._said = [self.script(frame, number) for number in range(len(readings))]
        return [said.decoded() for said in self._said]

    def choose(self, frame: int, decoded: Decoded, place: int) -> Output:
        said = Said(presence=decoded.presence_logit)
        return output(frame, said) | {"place": place, "ptr": f"{frame}.{place}"}

    def memories(self, frame: int, number: int = 0) -> list[int]:
        """The frames whose memory was read, the oldest first."""
        return [out["frame"] for _, out in self.read[frame][number].memories]

    def rows(self, frame: int, number: int = 0) -> list[int]:
        return [row for row, _ in self.read[frame][number].memories]

    def pointers(self, frame: int, number: int = 0) -> list[tuple[int, str]]:
        return list(self.read[frame][number].pointers)

    def with_memory(self) -> set[int]:
        """Frames of which a memory is held."""
        held = {id(out): out for out in self.policy.held()}
        return {o["frame"] for o in held.values() if o["maskmem_features"] is not None}

    def count(self) -> tuple[int, int]:
        """How many outputs are held, and how many with their memory."""
        held = {id(out): out for out in self.policy.held()}.values()
        return len(held), sum(out["maskmem_features"] is not None for out in held)


__all__ = ["ABSENT", "EMPTY", "REACH", "SEES_TWIN", "Run", "Said", "behind", "output"]
