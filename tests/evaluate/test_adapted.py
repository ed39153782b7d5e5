"""Correcting with and without learning: what became better, and what worse."""

from __future__ import annotations

import numpy as np
import pytest
from eval_cases import KnownEngine, moving, sequence

from vostool.evaluate.adapted import run_pair, worse_json, worse_lines
from vostool.evaluate.interactive import Budget
from vostool.evaluate.robots import make_robot
from vostool.models.engine import LearnRequest
from vostool.project.learned import Learned

TRUTH = [np.where(ids == 1, 1, 0) for ids in moving(6)]


class Learner(KnownEngine):
    """Right on even frames, and on odd ones by what it learned; frame 4 it then unlearns."""

    def __init__(self) -> None:
        super().__init__(self._masks)
        self.learned: list[LearnRequest] = []
        self.opened = 0
        self.knows = False

    def open(self, source) -> None:
        super().open(source)
        self.opened += 1

    def track(self, request, cancelled):
        self.knows = bool(request.learned)
        return super().track(request, cancelled)

    def learn(self, request, preempted):
        self.learned.append(request)
        return Learned("known", tuple(key.frame for key in request.keyframes), b"it")

    def _masks(self, frame, oid, keys):
        right = frame % 2 == 0 or frame in keys
        if self.knows:
            right = frame != 4
        return (TRUTH[frame] == oid) & right


def test_a_sequence_is_corrected_twice_on_one_source_and_every_frame_is_compared():
    engine = Learner()
    pair = run_pair(sequence(TRUTH), engine, make_robot("boxes"), Budget(rounds=1))
    assert engine.opened == 1
    assert [[key.frame for key in r.keyframes] for r in engine.learned] == [[0]]
    assert [r.jf for r in pair.plain.rounds] == pytest.approx([3 / 6])
    assert [r.jf for r in pair.adapted.rounds] == pytest.approx([5 / 6])
    assert [(each.frame, each.plain, each.adapted) for each in pair.worse] == [(4, 1.0, 0.0)]
    assert sorted(each.frame for each in pair.better) == [1, 3, 5]
    assert worse_lines([pair])[1] == (
        "  made: 1 worse, 3 better of 6; worst 4 of object 1 (1.00 to 0.00)"
    )
    assert worse_json([pair])["made"]["worse"] == [
        {"frame": 4, "object": 1, "plain": 1.0, "adapted": 0.0}
    ]
