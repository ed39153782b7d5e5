"""Which frame the robot corrects next: scripted engines say what each pick has to name."""

import math

import numpy as np
import pytest
from eval_cases import KnownEngine, moving, sequence

from vostool.errors import UsageError
from vostool.evaluate.headless import reference
from vostool.evaluate.interactive import Budget, Round, Session, run_session
from vostool.evaluate.pick_comparison import Compared, compare_picks
from vostool.evaluate.pick_report import (
    area,
    area_with_looks,
    corrections_to,
    gap_closed,
    pick_summary,
    pick_table,
)
from vostool.evaluate.picks import Past, Queued, Random, Uniform, Worst, check_picks
from vostool.evaluate.robots import make_robot
from vostool.project.project import Project

COUNT = 10
TRUTH = [np.where(ids == 1, 1, 0) for ids in moving(COUNT)]
CLICKS = make_robot("clicks")


def engine(wrong, score=lambda frame, oid: 1.0, truth=TRUTH, reach=0, left=0.5):
    """Right everywhere but on frames in ``wrong``, where a share of the object is missing until a
    keyframe is as near as ``reach``."""

    def answer(frame, oid, keys):
        mask = truth[frame] == oid
        if frame in wrong and min(abs(frame - key) for key in keys) > reach:
            columns = np.flatnonzero(mask.any(0))
            mask = mask & (np.arange(mask.shape[1]) < np.quantile(columns, left))
        return mask

    return KnownEngine(answer, score)


def frames(made):
    return [r.frame for r in made.rounds]


def run(tracker, pick, rounds=4, truth=TRUTH):
    return run_session(sequence(truth), tracker, CLICKS, Budget(rounds=rounds), pick=pick)


def test_the_worst_is_what_is_picked_where_nothing_is_said():
    tracker = engine({3, 4})
    plain = run_session(sequence(TRUTH), tracker, CLICKS, Budget(rounds=4))
    worst = run(engine({3, 4}), Worst())
    assert frames(plain) == frames(worst)
    assert plain.looks == worst.looks == 0


def test_the_queue_is_followed_and_a_frame_that_is_right_costs_a_look():
    scores = {7: 0.1, 3: 0.3}
    made = run(engine({3}, lambda frame, oid: scores.get(frame, 1.0), left=0.8), Queued())
    assert frames(made) == [0, 3]
    assert [r.looks for r in made.rounds] == [0, 1]  # frame 7, confirmed and not named again
    assert made.rounds[-1].jf == pytest.approx(1.0)
    assert made.looks == COUNT - 2  # the others, spot by spot, where nothing was flagged any more


def test_where_nothing_is_flagged_the_queue_halves_what_nobody_looked_at():
    made = run(engine(range(1, COUNT), left=0.8), Queued())  # no jump, and scores of 1
    assert frames(made) == [0, 9, 4, 2]
    assert made.looks == 0


def test_a_look_confirms_what_was_right_and_a_correction_the_other_objects():
    truth = moving(COUNT)
    tracker = engine({5}, lambda frame, oid: 0.2 if frame == 5 else 1.0, truth)

    def spoiled(frame, oid, keys, answer=tracker._answer):
        return truth[frame] == oid if oid == 2 else answer(frame, oid, keys)

    tracker._answer = spoiled
    made = run(tracker, Queued(), truth=truth)
    assert frames(made) == [0, 5]
    last = tracker.requests[-1].keyframes
    assert {key.object_id for key in last} == {1}  # the other one is right, and confirmed
    assert made.rounds[1].prompts == 1


def test_spread_frames_bisect_and_count_their_looks():
    made = run(engine({4}), Uniform())
    assert frames(made) == [0, 4]
    assert made.rounds[1].looks == 1  # frame 9 first
    past = Past({0}, {9})
    means = dict.fromkeys(range(COUNT), 1.0)
    project = Project(reference(sequence(TRUTH).open().info))
    assert Uniform().next(project, means, past) == 4
    assert Uniform().next(project, {0: 1.0, 9: 0.5}, past) is None


def test_any_frames_are_the_same_for_the_same_seed_and_never_twice():
    wrong = set(range(COUNT))
    one, again, other = (frames(run(engine(wrong), Random(seed))) for seed in (1, 1, 2))
    assert one == again
    assert len(set(one)) == 4
    assert one != other


def test_picks_are_compared_with_one_opening():
    tracker = engine({3, 4, 5}, lambda frame, oid: 0.3 if frame in {3, 4, 5} else 1.0, reach=1)
    opened = []
    tracker.open = opened.append
    names = ["queue", "worst", "uniform", "random"]
    made = compare_picks(sequence(TRUTH), tracker, CLICKS, Budget(rounds=3), picks=names, seeds=2)
    assert len(opened) == 1
    assert list(made.sessions) == names
    assert [len(s) for s in made.sessions.values()] == [1, 1, 1, 2]
    table = pick_table([made, made], Budget(rounds=3))
    assert table[1].split()[:3] == ["made", "1", "queue"]
    assert [line.split()[0] for line in table[2:5]] == names[1:]
    value = pick_summary([made], Budget(rounds=3))
    assert set(value["sequences"][0]["picks"]) == set(names)
    assert len(value["sequences"][0]["sessions"]["random"]) == 2


def session(*rounds, looks=0):
    made = tuple(Round(0, 1, 1.0, jf, jf, looked) for jf, looked in rounds)
    return Session("a", (1,), made, looks=looks)


def test_areas_by_hand():
    budget = Budget(rounds=4)
    made = session((0.4, 0), (0.8, 2))
    # 0.4, 0.8, 0.8, 0.8 over corrections; 0.4, 0.4, 0.4, 0.8 with the two looks between.
    assert area(made, budget) == pytest.approx((0.6 + 0.8 + 0.8) / 3)
    assert area_with_looks(made, budget) == pytest.approx((0.4 + 0.4 + 0.6) / 3)
    assert area(made, Budget(rounds=1)) == pytest.approx(0.4)
    assert corrections_to(made, 0.8, budget) == 2
    assert corrections_to(made, 0.9, budget) == 4


def test_the_share_of_the_gap():
    areas = {"worst": 0.9, "uniform": 0.8, "queue": 0.86}
    assert gap_closed(areas) == pytest.approx(0.6)
    assert math.isnan(gap_closed({**areas, "worst": 0.801}))
    assert math.isnan(gap_closed({"worst": 0.9, "queue": 0.8}))


def test_one_object_and_several_have_means_of_their_own():
    budget = Budget(rounds=2)
    one = Compared("a", 1, {"worst": [session((0.4, 0), (0.8, 0))], "queue": [session((0.4, 0))]})
    three = Compared("b", 3, {"worst": [session((0.8, 0))], "queue": [session((0.8, 0))]})
    lines = pick_table([one, three], budget)
    assert [line.split("  ")[0] for line in lines if not line.startswith(" ")] == [
        "sequence", "a", "b", "all", "one object", "several objects",
    ]  # fmt: skip
    value = pick_summary([one, three], budget)
    assert [m["of"] for m in value["means"]] == ["all", "one object", "several objects"]
    assert value["means"][0]["picks"]["worst"]["auc"] == pytest.approx((0.6 + 0.8) / 2)
    assert value["means"][0]["picks"]["queue"]["interactions"][0]["reached"] == 0


def test_picks_that_make_no_sense():
    with pytest.raises(UsageError, match="no pick 'best'"):
        check_picks(["queue", "best"], 3)
    with pytest.raises(UsageError, match="1 or more"):
        check_picks(["random"], 0)
